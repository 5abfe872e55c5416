import type { RawRow, RawStore } from './raw-store.js';

/** A database whose every write transaction is preceded by a look at what is stored. */
export interface WatchedDatabase {
  /** Resolves when all looks have been taken; none is taken from then on. */
  ends(): Promise<void>;
}

/**
 * Calls `seen` with what is stored in a database before each of its write transactions happens: that is what a process leaves that dies there. At that moment nobody knows yet whether the transaction
 * will succeed, and everybody knows of the one before it. Transactions are relaxed meanwhile, for the sake of speed: no power is lost here.
 */
export function watchDatabase(name: string, seen: (left: RawStore) => void): WatchedDatabase {
  const { transaction: original } = IDBDatabase.prototype;
  const looks: Promise<void>[] = [];
  IDBDatabase.prototype.transaction = function (this: IDBDatabase, stores, mode, options) {
    if (mode !== 'readwrite' || this.name !== name) return original.call(this, stores, mode, options);
    // One that only reads and was begun before has what was there before.
    looks.push(look(original.call(this, [...this.objectStoreNames], 'readonly')).then(seen));
    return original.call(this, stores, mode, { ...options, durability: 'relaxed' });
  };
  return {
    ends: async () => {
      IDBDatabase.prototype.transaction = original;
      await Promise.all(looks);
    },
  };
}

async function look(transaction: IDBTransaction): Promise<RawStore> {
  const { version } = transaction.db;
  const stores = [...transaction.objectStoreNames];
  const rows: RawRow[] = [];
  await new Promise<void>((resolve, reject) => {
    for (const store of stores) {
      const keys = transaction.objectStore(store).getAllKeys();
      const values = transaction.objectStore(store).getAll();
      values.onsuccess = () =>
        keys.result.forEach((key, at) => rows.push({ store, key, value: values.result[at] as unknown }));
    }
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('The look was broken off.'));
  });
  return { version, stores, rows };
}
