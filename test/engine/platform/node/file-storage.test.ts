import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { systemCalls, type FileCalls } from '../../../../src/engine/platform/node/file-calls.js';
import { FileStorage } from '../../../../src/engine/platform/node/file-storage.js';
import { describeStorage } from '../../../contracts/storage-contract.js';

describeStorage('A directory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'partita-files-'));
  const opened: FileStorage[] = [];
  return {
    open: async () => {
      const storage = await FileStorage.open({ directory });
      opened.push(storage);
      return storage;
    },
    remove: async () => {
      await Promise.all(opened.map((storage) => storage.close()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
});

it('a topic is made without a look at all others', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'partita-files-'));
  const looked: string[] = [];
  const calls: FileCalls = {
    ...systemCalls,
    list: (path) => {
      looked.push(basename(path));
      return systemCalls.list(path);
    },
  };
  const storage = await FileStorage.open({ directory, calls });
  await storage.commit([{ kind: 'put-blob', name: 'orders-0/checkpoint', bytes: new Uint8Array(1) }], 'relaxed');
  looked.length = 0;
  expect(await storage.contents('payments-0')).toEqual({ files: [], blobs: [] });
  expect(await storage.contents('orders-0')).toEqual({ files: [], blobs: ['orders-0/checkpoint'] });
  expect(looked).toEqual(['payments-0', 'orders-0']);
  await storage.close();
  rmSync(directory, { recursive: true, force: true });
});

it('what goes while a directory is looked at is left out', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'partita-files-'));
  // It is listed, and is not there when it is asked for its size.
  symlinkSync(join(directory, 'gone'), join(directory, '00000000000000000000.index.tmp'));
  symlinkSync('itself', join(directory, 'itself'));
  expect(await systemCalls.list(directory)).toEqual([]);
  rmSync(directory, { recursive: true, force: true });
});

it('a partition that its owner has put elsewhere by a symbolic link is written, emptied and opened again', async () => {
  const [directory, elsewhere] = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'partita-files-'))) as [string, string];
  symlinkSync(elsewhere, join(directory, 'orders-0'));
  const file = 'orders-0/00000000000000000000.log';
  for (let life = 0; life < 2; life++) {
    const storage = await FileStorage.open({ directory });
    await storage.commit([{ kind: 'append', file, position: 0, bytes: Uint8Array.of(1), modifiedAt: 1 }], 'strict');
    expect(readdirSync(elsewhere)).toEqual(['00000000000000000000.log']);
    await storage.commit([{ kind: 'delete', file }], 'strict');
    await storage.close();
  }
  for (const each of [directory, elsewhere]) rmSync(each, { recursive: true, force: true });
});
