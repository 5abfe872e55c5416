import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StorageWrite } from '../../../src/engine/environment/storage.js';
import { largestChunk } from '../../../src/engine/platform/browser/chunk-layout.js';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';
import { readRawStore } from './raw-store.js';

let databases = 0;

/** A database of its own for each test. */
function newPlace() {
  const name = `storage-test-${databases++}`;
  const opened: IndexedDbStorage[] = [];
  return {
    name,
    open: async (onFenced?: () => void) => {
      const storage = await IndexedDbStorage.open({ name, onFenced });
      opened.push(storage);
      return storage;
    },
    remove: async () => {
      for (const storage of opened) await storage.close();
      await deleteDB(name);
    },
  };
}

const append = (file: string, position: number, bytes: Uint8Array): StorageWrite => ({
  kind: 'append',
  file,
  position,
  bytes,
  modifiedAt: 1,
});

/** Bytes that differ from place to place. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + (at >>> 8)) & 0xff);
}

/** The lengths of all chunks that are stored, without their checksums, by file id and position. */
async function chunkLengths(name: string): Promise<number[]> {
  const database = await openDB(name);
  try {
    return (await database.getAll('chunks')).map((value: Uint8Array) => value.buffer.byteLength - 4);
  } finally {
    database.close();
  }
}

describe('IndexedDbStorage', () => {
  let place: ReturnType<typeof newPlace>;
  beforeEach(() => {
    place = newPlace();
  });
  afterEach(() => place.remove());

  it('keeps chunks small, or large, and never in between', async () => {
    const storage = await place.open();
    const sizes = [
      1, 59_999, 60_000, 60_001, 65_536, 100_000, 262_143, 262_144, 300_000, 1_048_576, 1_048_577, 4_300_000,
    ];
    let position = 0;
    for (const size of sizes) {
      await storage.commit([append('a', position, pattern(size))], 'relaxed');
      position += size;
    }
    await storage.commit(
      Array.from({ length: 50 }, (_, at) => append('b', at * 10_000, pattern(10_000))),
      'relaxed',
    );
    const lengths = await chunkLengths(place.name);
    expect(lengths.filter((length) => length > 60_000 && length < 262_144)).toEqual([]);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1_048_576);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(position + 500_000);
    expect(lengths.at(-1)).toBe(500_000);
  });

  it('joins small chunks at the end of a file while it rests', async () => {
    const storage = await place.open();
    const content = pattern(700_000);
    // One right after the other, however slow the machine: between them it does not rest.
    const commits = Array.from({ length: 70 }, (_, at) =>
      storage.commit([append('a', at * 10_000, content.subarray(at * 10_000, (at + 1) * 10_000))], 'relaxed'),
    );
    await Promise.all(commits);
    await expect.poll(() => chunkLengths(place.name)).toEqual([700_000]);
    await storage.commit([append('a', 700_000, pattern(5))], 'strict');
    for (const opened of [storage, await place.open()]) {
      expect(await opened.read('a', 123_456, 99)).toEqual(content.slice(123_456, 123_555));
      expect(await opened.read('a', 699_999, 99)).toEqual(new Uint8Array([content[699_999] as number, ...pattern(5)]));
    }
  });

  it('reads a file to the byte while its chunks are being joined and appended to', async () => {
    const storage = await place.open();
    const content = pattern(600_000);
    const read = async (end: number) => {
      const bytes = await storage.read('a', 0, end);
      expect(bytes.length).toBe(end);
      expect(bytes.every((byte, at) => byte === content[at])).toBe(true);
    };
    const reads: Promise<void>[] = [];
    for (let at = 0; at < content.length; at += 20_000) {
      await storage.commit([append('a', at, content.subarray(at, at + 20_000))], 'relaxed');
      reads.push(read(at + 20_000));
      if (at % 200_000 === 180_000) await new Promise((resolve) => setTimeout(resolve, 70));
    }
    await Promise.all(reads);
    await read(600_000);
  });

  it.each(['in its turn', 'with time to prepare it'])(
    'commits what it was told of before, %s, whatever has become of its files since',
    async (when) => {
      const storage = await place.open();
      await storage.commit([append('old', 0, pattern(10))], 'relaxed');
      const writes = [append('old', 10, pattern(2_000_000)), append('new', 0, pattern(70_000))];
      storage.prepare(writes);
      if (when === 'with time to prepare it') await new Promise((resolve) => setTimeout(resolve, 50));
      // The file of that name is another now, and its chunks belong elsewhere.
      await storage.commit([{ kind: 'replace', file: 'old', bytes: pattern(10), modifiedAt: 2 }], 'relaxed');
      await storage.commit(writes, 'relaxed');
      await storage.close();
      const again = await place.open();
      expect(await again.read('old', 10, 3_000_000)).toEqual(pattern(2_000_000));
      expect(await again.read('new', 0, 100_000)).toEqual(pattern(70_000));
      await again.close();
    },
  );

  it('deletes the chunks of files that are gone, also those that an earlier opener left', async () => {
    const storage = await place.open();
    await storage.commit([append('a', 0, pattern(9_000_000)), append('b', 0, pattern(10))], 'relaxed');
    await storage.commit([{ kind: 'delete', file: 'a' }], 'strict');
    await storage.close();
    expect(await chunkLengths(place.name)).toHaveLength(Math.ceil(9_000_000 / largestChunk) + 1);
    const again = await place.open();
    await again.commit([{ kind: 'replace', file: 'b', bytes: pattern(20), modifiedAt: 2 }], 'strict');
    await expect.poll(() => chunkLengths(place.name), { timeout: 5000 }).toEqual([20]);
    expect(await again.read('b', 0, 99)).toEqual(pattern(20));
  });

  it('tells once that it has been fenced', async () => {
    let fenced = 0;
    const storage = await place.open(() => fenced++);
    await place.open();
    expect(fenced).toBe(0);
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(storage.commit([append('a', 0, pattern(1))], 'strict')).rejects.toMatchObject({ code: 'fenced' });
    expect(fenced).toBe(1);
  });

  it('lets go when its database is deleted, and never brings it back', async () => {
    let fenced = 0;
    const storage = await place.open(() => fenced++);
    await storage.commit([append('a', 0, pattern(1))], 'strict');
    await deleteDB(place.name);
    expect(fenced).toBe(1);
    await expect(storage.commit([append('a', 1, pattern(1))], 'strict')).rejects.toMatchObject({ code: 'fenced' });
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(place.name);
  });

  describe('when the browser closes its connection', () => {
    const connections: IDBDatabase[] = [];
    const { open } = IDBFactory.prototype;
    beforeEach(() => {
      connections.length = 0;
      IDBFactory.prototype.open = function (this: IDBFactory, ...parameters: Parameters<typeof open>) {
        const request = open.apply(this, parameters);
        request.addEventListener('success', () => connections.push(request.result));
        return request;
      };
    });
    afterEach(() => {
      IDBFactory.prototype.open = open;
    });

    it('opens it again and goes on', async () => {
      const storage = await place.open();
      await storage.commit([append('a', 0, pattern(10))], 'strict');
      connections[0]?.close();
      await storage.commit([append('a', 10, pattern(5))], 'strict');
      connections[1]?.close();
      expect(await storage.read('a', 8, 99)).toEqual(new Uint8Array([...pattern(10).slice(8), ...pattern(5)]));
      connections[2]?.close();
      expect(await storage.readBlob('none')).toBeUndefined();
      expect(connections).toHaveLength(4);
    });

    it('finds out that another has taken over meanwhile', async () => {
      const storage = await place.open();
      await place.open();
      connections[0]?.close();
      await expect(storage.read('a', 0, 1)).rejects.toMatchObject({ code: 'not-found' });
      await expect(storage.commit([append('a', 0, pattern(1))], 'strict')).rejects.toMatchObject({ code: 'fenced' });
    });

    it('does not create anew a database that is gone', async () => {
      const storage = await place.open();
      connections[0]?.close();
      await deleteDB(place.name);
      await expect(storage.commit([append('a', 0, pattern(1))], 'strict')).rejects.toMatchObject({ code: 'fenced' });
      expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(place.name);
    });

    it('does nothing twice if a commit was complete although its end was not seen', async () => {
      const storage = await place.open();
      await storage.commit([append('a', 0, pattern(10))], 'strict');
      const { transaction } = IDBDatabase.prototype;
      let isLost = true;
      IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...parameters: Parameters<typeof transaction>) {
        const begun = transaction.apply(this, parameters);
        if (isLost && begun.mode === 'readwrite') {
          isLost = false;
          // What a browser does whose database server went down right after the commit.
          begun.addEventListener('complete', (event) => {
            event.stopImmediatePropagation();
            this.close();
            Object.defineProperty(begun, 'error', { value: new DOMException('gone', 'AbortError') });
            begun.onabort?.(new Event('abort'));
          });
        }
        return begun;
      };
      try {
        await storage.commit([append('a', 10, pattern(5))], 'strict');
      } finally {
        IDBDatabase.prototype.transaction = transaction;
      }
      expect(isLost).toBe(false);
      await storage.commit([append('a', 15, pattern(1))], 'strict');
      expect((await (await place.open()).files()).map(({ size }) => size)).toEqual([16]);
    });
  });

  it('says that a chunk is lost, and of which file', async () => {
    const storage = await place.open();
    await storage.commit([append('a', 0, pattern(10)), append('b', 0, pattern(10))], 'strict');
    const database = await openDB(place.name);
    await database.delete('chunks', [1, 0]);
    database.close();
    await expect(storage.read('a', 0, 10)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('a is damaged'),
    });
    expect(await storage.read('b', 0, 10)).toEqual(pattern(10));
  });
});

describe('a store that was here before', () => {
  const name = 'store-that-was';
  let incarnation: string;
  beforeEach(async () => {
    await deleteDB(name);
    const storage = await IndexedDbStorage.open({ name });
    ({ incarnation } = storage);
    await storage.commit([append('a', 0, pattern(10))], 'strict');
    await storage.close();
  });
  afterEach(() => deleteDB(name));

  const open = (...incarnations: string[]) => IndexedDbStorage.open({ name, incarnations });
  const names = async () => (await indexedDB.databases()).map((database) => database.name);

  it('is opened if it is the one that is remembered, or one of them', async () => {
    for (const remembered of [[incarnation], ['another', incarnation], []]) {
      const storage = await open(...remembered);
      expect(await storage.read('a', 0, 99)).toEqual(pattern(10));
      expect(storage.incarnation).toBe(incarnation);
      await storage.close();
    }
  });

  it('is lost when its database is gone, and none is created', async () => {
    await deleteDB(name);
    await expect(open(incarnation)).rejects.toMatchObject({
      code: 'lost',
      message: expect.stringContaining('is gone'),
    });
    expect(await names()).not.toContain(name);
  });

  it('is lost when everything in its database is gone, and nothing is written', async () => {
    const database = await openDB(name);
    for (const store of database.objectStoreNames) await database.clear(store);
    database.close();
    await expect(open(incarnation)).rejects.toMatchObject({ code: 'lost', message: expect.stringContaining('empty') });
    expect((await readRawStore(name)).rows).toEqual([]);
  });

  it('is lost when another is in its place, which stays as it is', async () => {
    await deleteDB(name);
    await (await IndexedDbStorage.open({ name })).close();
    const before = await readRawStore(name);
    await expect(open(incarnation)).rejects.toMatchObject({
      code: 'lost',
      message: expect.stringContaining('another'),
    });
    expect(await readRawStore(name)).toEqual(before);
  });

  it('is not lost because the row that names it is damaged', async () => {
    const database = await openDB(name);
    await database.delete('owner', 'owner');
    database.close();
    const storage = await open(incarnation);
    expect(await storage.read('a', 0, 99)).toEqual(pattern(10));
    await storage.close();
  });
});
