import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
