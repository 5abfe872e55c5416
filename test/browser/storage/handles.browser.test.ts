import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';

const bytes = (length: number) => Uint8Array.from({ length }, (_, at) => at & 0xff);

describe('the handle of a database', () => {
  const name = 'handles';
  const { transaction } = IDBDatabase.prototype;
  const { open } = IDBFactory.prototype;
  let storage: IndexedDbStorage;
  let opened: number;
  let fenced: number;

  beforeEach(async () => {
    await deleteDB(name);
    fenced = 0;
    storage = await IndexedDbStorage.open({ name, onFenced: () => fenced++ });
    await storage.commit([{ kind: 'append', file: 'a', position: 0, bytes: bytes(10), modifiedAt: 1 }], 'strict');
    opened = 0;
    IDBFactory.prototype.open = function (this: IDBFactory, ...parameters: Parameters<typeof open>) {
      opened++;
      return open.apply(this, parameters);
    };
  });
  afterEach(async () => {
    IDBDatabase.prototype.transaction = transaction;
    IDBFactory.prototype.open = open;
    await storage.close();
    await deleteDB(name);
  });

  /** From now on the first `times` transactions of that mode fail as those of a browser do that has lost its database server. */
  function failing(times: number, mode: IDBTransactionMode, error = 'UnknownError'): { readonly failed: number } {
    const count = { failed: 0 };
    IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...parameters: Parameters<typeof transaction>) {
      if ((parameters[1] ?? 'readonly') === mode && count.failed < times) {
        count.failed++;
        throw new DOMException('Connection to Indexed Database server lost. Refresh the page to try again', error);
      }
      return transaction.apply(this, parameters);
    };
    return count;
  }

  const append = (position: number) =>
    storage.commit([{ kind: 'append', file: 'a', position, bytes: bytes(1), modifiedAt: 1 }], 'strict');

  it.each(['UnknownError', 'InvalidStateError', 'AbortError'])(
    'is replaced when it fails once with %s, and the write happens once',
    async (error) => {
      failing(1, 'readwrite', error);
      await append(10);
      expect(opened).toBe(1);
      expect((await storage.files()).map(({ size }) => size)).toEqual([11]);
    },
  );

  it('is replaced once for all who find it broken, and their reads go on', async () => {
    failing(20, 'readonly');
    // Each read begins on the broken connection; what opens the new one reads as well.
    const reads = await Promise.allSettled(Array.from({ length: 19 }, () => storage.read('a', 0, 10)));
    expect(opened).toBe(1);
    expect(reads.filter(({ status }) => status === 'fulfilled')).toHaveLength(0);
    expect(await storage.read('a', 0, 10)).toEqual(bytes(10));
  });

  it('fails with io if another connection fails as well, after one more try and no storm of them', async () => {
    const count = failing(Infinity, 'readwrite');
    for (let attempt = 1; attempt <= 5; attempt++) {
      await expect(append(10)).rejects.toMatchObject({ code: 'io' });
      expect(count.failed).toBe(attempt * 2);
      expect(opened).toBe(attempt);
    }
    IDBDatabase.prototype.transaction = transaction;
    await append(10);
    expect(fenced).toBe(0);
    expect(await storage.read('a', 9, 9)).toEqual(Uint8Array.of(9, 0));
  });

  it('may be dropped at any time: what is under way ends, and the next use opens another', async () => {
    const under = append(10);
    storage.dropConnection();
    await under;
    storage.dropConnection();
    expect(await storage.read('a', 9, 9)).toEqual(Uint8Array.of(9, 0));
    storage.dropConnection();
    await append(11);
    expect((await storage.files()).map(({ size }) => size)).toEqual([12]);
  });

  it('notices after it was dropped that another has the store now', async () => {
    storage.dropConnection();
    const other = await IndexedDbStorage.open({ name });
    await expect(storage.read('a', 0, 1)).rejects.toMatchObject({ code: 'fenced' });
    expect(fenced).toBe(1);
    await other.close();
  });
});

describe('opening a database', () => {
  const name = 'opening';
  const { open, deleteDatabase } = IDBFactory.prototype;
  afterEach(() => {
    IDBFactory.prototype.open = open;
    IDBFactory.prototype.deleteDatabase = deleteDatabase;
  });

  /** From now on the first `times` attempts to open fail, as where the files of a database cannot be opened. */
  function failing(
    times: number,
    error = 'UnknownError',
    message = 'Internal error opening backing store for indexedDB.open.',
  ): { opened: number; deleted: number } {
    const count = { opened: 0, deleted: 0 };
    IDBFactory.prototype.open = function (this: IDBFactory, ...parameters: Parameters<typeof open>) {
      if (count.opened++ >= times) return open.apply(this, parameters);
      throw new DOMException(message, error);
    };
    IDBFactory.prototype.deleteDatabase = function (
      this: IDBFactory,
      ...parameters: Parameters<typeof deleteDatabase>
    ) {
      count.deleted++;
      return deleteDatabase.apply(this, parameters);
    };
    return count;
  }

  it('is tried again when the browser fails at it', async () => {
    const count = failing(2);
    const storage = await IndexedDbStorage.open({ name });
    expect(count.opened).toBe(3);
    await storage.close();
  });

  it.each([
    ['SecurityError', 'The operation is insecure.'],
    ['InvalidStateError', 'A mutation operation was attempted on a database that did not allow mutations.'],
    ['UnknownError', 'The user denied permission to access the database.'],
  ])('is not tried again where the browser refuses it (%s)', async (error, message) => {
    const count = failing(Infinity, error, message);
    await expect(IndexedDbStorage.open({ name })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(message),
    });
    expect(count).toEqual({ opened: 1, deleted: 0 });
  });

  it('fails plainly where there is no IndexedDB', async () => {
    const own = Object.getOwnPropertyDescriptor(globalThis, 'indexedDB') as PropertyDescriptor;
    Object.defineProperty(globalThis, 'indexedDB', { value: undefined, configurable: true });
    try {
      await expect(IndexedDbStorage.open({ name })).rejects.toMatchObject({ code: 'unavailable' });
    } finally {
      Object.defineProperty(globalThis, 'indexedDB', own);
    }
  });

  it('is given up after three attempts, with a plain error, and nothing is deleted', async () => {
    const count = failing(Infinity);
    await expect(IndexedDbStorage.open({ name })).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('in 3 attempts'),
    });
    expect(count).toEqual({ opened: 3, deleted: 0 });
  });
});
