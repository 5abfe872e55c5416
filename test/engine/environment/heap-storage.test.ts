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
