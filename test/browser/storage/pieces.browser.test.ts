import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';

const partBytes = 100_000;
const parts = 30;

function part(at: number): Uint8Array {
  return Uint8Array.from({ length: partBytes }, (_, index) => (index * 7 + at + (index >>> 8)) & 0xff);
}

let databases = 0;

describe('what is read as it was stored', () => {
  let name: string;
  let storage: IndexedDbStorage;
  const written = Uint8Array.from(Array.from({ length: parts }, (_, at) => [...part(at)]).flat());

  beforeEach(async () => {
    name = `pieces-${databases++}`;
    storage = await IndexedDbStorage.open({ name });
    const writes = Array.from({ length: parts }, (_, at) => ({
      kind: 'append' as const,
      file: 'a',
      position: at * partBytes,
      bytes: part(at),
      modifiedAt: 1,
    }));
    await storage.commit(writes, 'strict');
  });
  afterEach(async () => {
    await storage.close();
    await deleteDB(name);
  });

  const same = (bytes: Uint8Array, position: number) =>
    expect(indexedDB.cmp(bytes, written.subarray(position, position + bytes.length))).toBe(0);

  it('comes in pieces that end where appends did, one behind the other', async () => {
    const lengths: number[] = [];
    for (let position = 0; position < written.length;) {
      const piece = await storage.readPiece('a', position, 100, 1_000_000);
      same(piece, position);
      position += piece.length;
      lengths.push(piece.length);
    }
    expect(lengths.every((length) => length % partBytes === 0)).toBe(true);
    expect(lengths.length).toBe(4);
  });

  it('has no fewer bytes than the least, and no more than the most', async () => {
    const { length: first } = await storage.readPiece('a', 0, 1, 1_000_000);
    for (const [position, least, most, length] of [
      [0, first + 1, 1_000_000, 1_000_000],
      [0, 10, first - 1, first - 1],
      [10, 10, 1_000_000, first - 10],
      [written.length - 5, 10, 1_000_000, 5],
      [written.length, 1, 10, 0],
    ] as const) {
      const piece = await storage.readPiece('a', position, least, most);
      expect(piece.length).toBe(length);
      same(piece, position);
    }
  });

  it('is the own of everybody who has it', async () => {
    for (let turn = 0; turn < 3; turn++) {
      const pieces = await Promise.all([1, 2, 3].map(() => storage.readPiece('a', 0, 1, 1_000_000)));
      const [one, two, three] = pieces as [Uint8Array<ArrayBuffer>, Uint8Array, Uint8Array];
      one.fill(0);
      structuredClone(one, { transfer: [one.buffer] });
      same(two, 0);
      two.fill(1);
      same(three, 0);
    }
    same(await storage.read('a', 0, written.length), 0);
  });

  it('is whole, although more is read than is kept in memory, by several at once', async () => {
    const large = new Uint8Array(15_000_000);
    for (let at = 0; at < large.length; at += written.length) large.set(written, at);
    await storage.commit([{ kind: 'append', file: 'b', position: 0, bytes: large, modifiedAt: 1 }], 'relaxed');
    const reads = [0, 1, 2].map((turn) => storage.read('b', turn * 1_000_000, large.length));
    for (const [turn, bytes] of (await Promise.all(reads)).entries())
      expect(indexedDB.cmp(bytes, large.subarray(turn * 1_000_000))).toBe(0);
    for (let position = 0; position < large.length;) {
      const [one, other] = await Promise.all([1, 2].map(() => storage.readPiece('b', position, 1, 1_000_000)));
      for (const piece of [one, other] as Uint8Array[])
        expect(indexedDB.cmp(piece, large.subarray(position, position + piece.length))).toBe(0);
      position += (one as Uint8Array).length;
    }
  });
});
