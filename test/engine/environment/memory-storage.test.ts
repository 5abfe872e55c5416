import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../../src/engine/environment/memory-disk.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import { StorageError, type StorageWrite } from '../../../src/engine/environment/storage.js';
import { describeStorage } from '../../contracts/storage-contract.js';

describeStorage('MemoryStorage', async () => {
  const disk = new MemoryDisk();
  const opened: MemoryStorage[] = [];
  return {
    open: async () => {
      const storage = new MemoryStorage({ disk });
      opened.push(storage);
      return storage;
    },
    remove: async () => {
      for (const storage of opened) await storage.close();
    },
  };
});

const append = (file: string, position: number, ...bytes: number[]): StorageWrite => ({
  kind: 'append',
  file,
  position,
  bytes: Uint8Array.from(bytes),
  modifiedAt: 1,
});

async function survivors(disk: MemoryDisk, crash: 'process' | 'power', file: string): Promise<string[]> {
  const found = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    const after = new MemoryStorage({ disk: disk.afterCrash(new SeededRandom(`crash ${seed}`), crash) });
    const isThere = (await after.files()).some(({ name }) => name === file);
    found.add(isThere ? `[${(await after.read(file, 0, 99)).join()}]` : 'none');
  }
  return [...found].sort();
}

describe('MemoryDisk', () => {
  it('keeps every complete commit when the process crashes', async () => {
    const storage = new MemoryStorage();
    await storage.commit([append('a', 0, 1, 2)], 'strict');
    await storage.commit([append('a', 2, 3)], 'relaxed');
    expect(await survivors(storage.disk, 'process', 'a')).toEqual(['[1,2,3]']);
  });

  it('keeps some prefix from the last strict commit on when power is lost', async () => {
    const storage = new MemoryStorage();
    await storage.commit([append('a', 0, 1, 2)], 'strict');
    await storage.commit([append('a', 2, 3, 4)], 'relaxed');
    await storage.commit([append('a', 4, 5)], 'relaxed');
    expect(await survivors(storage.disk, 'power', 'a')).toEqual(['[1,2,3,4,5]', '[1,2,3,4]', '[1,2,3]', '[1,2]']);
    await storage.commit([append('a', 5)], 'strict');
    expect(await survivors(storage.disk, 'power', 'a')).toEqual(['[1,2,3,4,5]']);
  });

  it('keeps any part of a commit that was on its way, also one that creates a file', async () => {
    const storage = new MemoryStorage({ beforeCommit: () => new Promise(() => {}) });
    void storage.commit([append('a', 0, 1, 2)], 'strict');
    expect(await survivors(storage.disk, 'process', 'a')).toEqual(['[1,2]', '[1]', '[]', 'none']);
  });

  it('lets the files of one commit survive apart', async () => {
    const storage = new MemoryStorage({ beforeCommit: () => new Promise(() => {}) });
    void storage.commit([append('a', 0, 1), { kind: 'put-blob', name: 'b', bytes: Uint8Array.of(1) }], 'strict');
    const found = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const disk = storage.disk.afterCrash(new SeededRandom(`${seed}`), 'process');
      found.add(`${disk.file('a')?.size ?? 0} ${disk.blob('b')?.length ?? 0}`);
    }
    expect([...found].sort()).toEqual(['0 0', '0 1', '1 0', '1 1']);
  });

  it('leaves nothing of a commit that failed, and goes on after it', async () => {
    let isFailing = true;
    const storage = new MemoryStorage({
      beforeCommit: () => {
        if (isFailing) throw new StorageError('full', 'No space is left.');
      },
    });
    await expect(storage.commit([append('a', 0, 1)], 'strict')).rejects.toMatchObject({ code: 'full' });
    expect(await survivors(storage.disk, 'process', 'a')).toEqual(['none']);
    isFailing = false;
    await storage.commit([append('a', 0, 2)], 'strict');
    expect(await survivors(storage.disk, 'power', 'a')).toEqual(['[2]']);
  });

  it('stays as it is when what a crash left of it is written to', async () => {
    const storage = new MemoryStorage();
    await storage.commit([append('a', 0, 1, 2)], 'strict');
    const after = new MemoryStorage({ disk: storage.disk.afterCrash(new SeededRandom('x'), 'process') });
    await after.commit([append('a', 2, 7)], 'strict');
    await storage.commit([append('a', 2, 8)], 'strict');
    expect(await after.read('a', 0, 9)).toEqual(Uint8Array.of(1, 2, 7));
    expect(await storage.read('a', 0, 9)).toEqual(Uint8Array.of(1, 2, 8));
  });
});
