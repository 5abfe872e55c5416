import { expect, it } from 'vitest';
import { HeapDisk, HeapStorage } from '../../../src/engine/environment/heap-storage.js';
import { describeStorage } from '../../contracts/storage-contract.js';

describeStorage('Memory for much data', async () => {
  const disk = new HeapDisk();
  return { open: async () => new HeapStorage(disk), remove: async () => undefined };
});

it('memory that is used up refuses what is too much, and takes what fits again after something has gone', async () => {
  const storage = new HeapStorage(new HeapDisk(1000));
  const append = (position: number, size: number) =>
    storage.commit([{ kind: 'append', file: 'a', position, bytes: new Uint8Array(size), modifiedAt: 0 }], 'strict');
  await append(0, 900);
  await expect(append(900, 101)).rejects.toMatchObject({
    code: 'full',
    message: expect.stringContaining('Raise the limit'),
  });
  await append(900, 100);
  await storage.commit([{ kind: 'truncate', file: 'a', size: 500, modifiedAt: 0 }], 'strict');
  await append(500, 500);
  await storage.commit([{ kind: 'delete', file: 'a' }], 'strict');
  await append(0, 1000);
  expect((await storage.files())[0]?.size).toBe(1000);
});

it('what was read without being copied stays as it was, whatever is cut off and appended', async () => {
  const storage = new HeapStorage(new HeapDisk(), true);
  const write = (position: number, ...bytes: number[]) =>
    storage.commit([{ kind: 'append', file: 'a', position, bytes: Uint8Array.from(bytes), modifiedAt: 0 }], 'strict');
  await write(0, 1, 2, 3, 4);
  const read = await storage.read('a', 1, 3);
  await storage.commit([{ kind: 'truncate', file: 'a', size: 2, modifiedAt: 0 }], 'strict');
  await write(2, 9, 9);
  expect([...read]).toEqual([2, 3, 4]);
  expect([...(await storage.read('a', 0, 100))]).toEqual([1, 2, 9, 9]);
  expect([...(await storage.read('a', 4, 1))]).toEqual([]);
  const large = Uint8Array.from({ length: 9 * 1024 * 1024 }, (_, at) => at % 251);
  await storage.commit([{ kind: 'append', file: 'b', position: 0, bytes: large, modifiedAt: 0 }], 'strict');
  expect(Buffer.from(await storage.read('b', 0, large.length)).equals(large)).toBe(true);
  expect(Buffer.from(await storage.read('b', 8_000_000, 900_000)).equals(large.subarray(8_000_000, 8_900_000))).toBe(
    true,
  );
});

it('reads on without copying: each piece is what was written, not less than was needed, and no append is cut', async () => {
  const storage = new HeapStorage(new HeapDisk(), true);
  const sizes = Array.from({ length: 400 }, (_, index) => 1 + ((index * 7919) % 30_000));
  const written = Uint8Array.from({ length: sizes.reduce((a, b) => a + b) }, (_, at) => (at * 31) >>> 3);
  const ends = new Set<number>();
  let position = 0;
  for (const size of sizes) {
    const bytes = written.subarray(position, position + size);
    await storage.commit([{ kind: 'append', file: 'a', position, bytes, modifiedAt: 0 }], 'strict');
    ends.add((position += size));
  }
  const most = 400_000;
  let copies = 0;
  for (let at = 0; at < written.length;) {
    const piece = await storage.readPiece('a', at, 61, most);
    expect(piece.length).toBeGreaterThanOrEqual(Math.min(61, written.length - at));
    expect(piece.length).toBeLessThanOrEqual(most);
    expect(Buffer.from(piece).equals(written.subarray(at, at + piece.length))).toBe(true);
    if (piece.byteLength === piece.buffer.byteLength && piece.length === most) copies++;
    else if (piece.length < most) expect(ends.has(at + piece.length)).toBe(true);
    at += piece.length;
  }
  expect(copies).toBeLessThanOrEqual(6);
  const whole = await storage.read('a', 0, written.length);
  expect(Buffer.from(whole).equals(written)).toBe(true);
});
