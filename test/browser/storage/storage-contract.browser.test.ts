import { deleteDB } from 'idb';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';
import { describeStorage } from '../../contracts/storage-contract.js';

let databases = 0;

describeStorage('IndexedDbStorage', async () => {
  const name = `storage-contract-${databases++}`;
  const opened: IndexedDbStorage[] = [];
  return {
    open: async () => {
      const storage = await IndexedDbStorage.open({ name });
      opened.push(storage);
      return storage;
    },
    remove: async () => {
      for (const storage of opened) await storage.close();
      await deleteDB(name);
    },
  };
});
