import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { StorageError, type Durability, type StorageWrite } from '../../../src/engine/environment/storage.js';
import { GroupCommit, type CommitOwner } from '../../../src/engine/log/group-commit.js';

/** An owner that notes what it is told, and writes to a file of its own. */
function owner(file: string, notes: string[]) {
  let position = 0;
  const told: CommitOwner = {
    committed: (count) => void notes.push(`${file} ${count}`),
    failed: (error) => void notes.push(`${file} ${error instanceof StorageError ? error.code : 'failed'}`),
  };
  return {
    told,
    write: (size = 1): StorageWrite[] => {
      position += size;
      return [{ kind: 'append', file, position: position - size, bytes: new Uint8Array(size), modifiedAt: 0 }];
    },
  };
}

function recordedStorage(failing: (commit: number) => boolean = () => false) {
  const commits: { files: string[]; durability: Durability }[] = [];
  const storage = new MemoryStorage({
    beforeCommit: (writes, durability) => {
      commits.push({ files: writes.map((write) => ('file' in write ? write.file : write.name)), durability });
      if (failing(commits.length - 1)) throw new StorageError('io', 'The disk is gone.');
    },
  });
  return { storage, commits };
}

describe('GroupCommit', () => {
  it('commits what waits together in one transaction, and what comes meanwhile in the next', async () => {
    const { storage, commits } = recordedStorage();
    const [groupCommit, notes] = [new GroupCommit(storage), [] as string[]];
    const [a, b] = [owner('a', notes), owner('b', notes)];
    groupCommit.submit(a.told, a.write(), 'relaxed');
    groupCommit.submit(b.told, b.write(), 'relaxed');
    groupCommit.submit(a.told, a.write(), 'relaxed');
    await Promise.resolve();
    groupCommit.submit(b.told, b.write(), 'relaxed');
    await groupCommit.settled();
    expect(commits.map(({ files }) => files)).toEqual([['a', 'b', 'a'], ['b']]);
    expect(notes).toEqual(['a 2', 'b 1', 'b 1']);
  });

  it('is strict if anyone in the commit asks for it', async () => {
    const { storage, commits } = recordedStorage();
    const [groupCommit, notes] = [new GroupCommit(storage), [] as string[]];
    const [a, b] = [owner('a', notes), owner('b', notes)];
    groupCommit.submit(a.told, a.write(), 'relaxed');
    groupCommit.submit(b.told, b.write(), 'strict');
    await groupCommit.settled();
    groupCommit.submit(a.told, a.write(), 'relaxed');
    await groupCommit.settled();
    expect(commits.map(({ durability }) => durability)).toEqual(['strict', 'relaxed']);
  });

  it('takes no more than about 4 MiB at a time, but one submission however large', async () => {
    const { storage, commits } = recordedStorage();
    const [groupCommit, notes] = [new GroupCommit(storage), [] as string[]];
    const a = owner('a', notes);
    for (const size of [3_000_000, 1_000_000, 1_000_000, 9_000_000, 1])
      groupCommit.submit(a.told, a.write(size), 'relaxed');
    await groupCommit.settled();
    expect(commits.map(({ files }) => files.length)).toEqual([2, 1, 1, 1]);
  });

  it('makes a full commit ready while another is on its way, and lets go of it if that one fails', async () => {
    const prepared: string[] = [];
    const commits: string[] = [];
    const fileOf = (write: StorageWrite) => ('file' in write ? write.file : write.name);
    class PreparingStorage extends MemoryStorage {
      prepare(writes: readonly StorageWrite[]): void {
        prepared.push(writes.map(fileOf).join(' '));
      }
    }
    const storage = new PreparingStorage({
      beforeCommit: (writes) => {
        commits.push(writes.map(fileOf).join(' '));
        if (commits.length === 2) throw new StorageError('io', 'The disk is gone.');
      },
    });
    const [groupCommit, notes] = [new GroupCommit(storage), [] as string[]];
    const [a, b] = [owner('a', notes), owner('b', notes)];
    for (let count = 0; count < 6; count++) groupCommit.submit(a.told, a.write(2_000_000), 'relaxed');
    for (let count = 0; count < 2; count++) groupCommit.submit(b.told, b.write(1_000_000), 'relaxed');
    await groupCommit.settled();
    expect(prepared).toEqual(['a a', 'a a']);
    expect(commits).toEqual(['a a', 'a a', 'b b']);
    expect(notes).toEqual(['a 2', 'a io', 'b 2']);
  });

  it('fails what waits of the owners of a failed commit, and of no other', async () => {
    const { storage, commits } = recordedStorage((commit) => commit === 0);
    const [groupCommit, notes] = [new GroupCommit(storage), [] as string[]];
    const [a, b] = [owner('a', notes), owner('b', notes)];
    groupCommit.submit(a.told, a.write(), 'relaxed');
    await Promise.resolve();
    groupCommit.submit(a.told, a.write(), 'relaxed');
    groupCommit.submit(b.told, b.write(), 'relaxed');
    await groupCommit.settled();
    expect(notes).toEqual(['a io', 'b 1']);
    expect(commits.map(({ files }) => files)).toEqual([['a'], ['b']]);
  });

  it('tries what is essential again by itself where there is no space for the rest', async () => {
    const [commits, notes] = [[] as string[], [] as string[]];
    const storage = new MemoryStorage({
      beforeCommit: (writes, _, need) => {
        commits.push(`${need}: ${writes.map((write) => ('file' in write ? write.file : write.name)).join(' ')}`);
        if (need === 'ordinary') throw new StorageError('full', 'There is no space left.');
      },
    });
    const groupCommit = new GroupCommit(storage);
    const [a, b, c] = [owner('a', notes), owner('b', notes), owner('c', notes)];
    groupCommit.submit(a.told, a.write(), 'relaxed');
    groupCommit.submit(b.told, b.write(), 'relaxed', 'essential');
    groupCommit.submit(c.told, c.write(), 'relaxed', 'essential');
    groupCommit.submit(c.told, c.write(), 'relaxed');
    groupCommit.submit(b.told, b.write(), 'relaxed', 'essential');
    await groupCommit.settled();
    expect(commits).toEqual(['ordinary: a b c c b', 'essential: b b']);
    expect(notes).toEqual(['a full', 'c full', 'b 2']);
  });

  it('fails what is essential too where there is no space even for that', async () => {
    const notes: string[] = [];
    const storage = new MemoryStorage({
      beforeCommit: () => {
        throw new StorageError('full', 'There is no space left.');
      },
    });
    const groupCommit = new GroupCommit(storage);
    const [a, b] = [owner('a', notes), owner('b', notes)];
    groupCommit.submit(a.told, a.write(), 'relaxed');
    groupCommit.submit(b.told, b.write(), 'relaxed', 'essential');
    await groupCommit.settled();
    expect(notes).toEqual(['a full', 'b full']);
  });
});
