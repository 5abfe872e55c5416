import { deleteDB, openDB, unwrap } from 'idb';
import type { Durability } from '../../src/engine/environment/storage.js';
import { encodeBatch } from '../../src/engine/protocol/record-batch.js';
import type { Pair, Side } from './pair.js';
import { hundredByteRecords, partitaAppendEncoded, partitaReadEncoded, recordsInBatch } from './partita-log.js';

const chunkBytes = 1024 * 1024;
const chunksInTransaction = 4;
const recordCount = 1_000_000;

/** What the records are in a log, cut into chunks of 1 MiB: made before anything is measured. */
function encodedChunks(): Uint8Array[] {
  const records = hundredByteRecords();
  const batches = Array.from({ length: recordCount / recordsInBatch }, (_, batch) =>
    encodeBatch({ records: records(batch) }),
  );
  const all = new Uint8Array(batches.reduce((sum, batch) => sum + batch.length, 0));
  let end = 0;
  for (const batch of batches) {
    all.set(batch, end);
    end += batch.length;
  }
  return Array.from({ length: Math.ceil(end / chunkBytes) }, (_, index) =>
    all.slice(index * chunkBytes, (index + 1) * chunkBytes),
  );
}

let databases = 0;

async function openChunks(name: string): Promise<IDBDatabase> {
  return unwrap(await openDB(name, 1, { upgrade: (database) => void database.createObjectStore('chunks') }));
}

/** As fast as IndexedDB takes these bytes: large values of exact length, several a transaction, nothing awaited but its end. */
async function putAll(database: IDBDatabase, chunks: readonly Uint8Array[], durability: Durability): Promise<void> {
  for (let at = 0; at < chunks.length; at += chunksInTransaction) {
    const transaction = database.transaction('chunks', 'readwrite', { durability });
    const complete = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error ?? new Error('The transaction broke off.'));
    });
    const store = transaction.objectStore('chunks');
    chunks.slice(at, at + chunksInTransaction).forEach((chunk, index) => store.put(chunk, [0, at + index]));
    transaction.commit();
    await complete;
  }
}

/** As fast as IndexedDB gives them: several `get`s at once in each transaction. */
async function getAll(database: IDBDatabase, count: number): Promise<void> {
  for (let at = 0; at < count; at += chunksInTransaction) {
    const store = database.transaction('chunks', 'readonly').objectStore('chunks');
    const keys = Array.from({ length: Math.min(chunksInTransaction, count - at) }, (_, index) => at + index);
    await Promise.all(
      keys.map(
        (key) =>
          new Promise((resolve, reject) => {
            const request = store.get([0, key]);
            // The browser makes the value only when it is asked for.
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error ?? new Error('The request failed.'));
          }),
      ),
    );
  }
}

/** Our log against raw `put`. What is measured begins with encoded batches and ends with their acknowledgement: `batch-encode` measures what comes before. */
export function idbAppend(): Pair {
  const chunks = encodedChunks();
  const theirs: Side = {
    round: async () => {
      const name = `raw-append-${databases++}`;
      const database = await openChunks(name);
      const from = performance.now();
      await putAll(database, chunks, 'relaxed');
      const ms = performance.now() - from;
      database.close();
      await deleteDB(name);
      return { records: recordCount, ms };
    },
  };
  return {
    rival: 'IndexedDB put, 4 values of 1 MiB a transaction, relaxed',
    ours: partitaAppendEncoded(recordCount, 'relaxed'),
    theirs,
  };
}

/** Our log against raw `get`. Both end with the bytes: `batch-decode` measures what comes after. */
export function idbRead(): Pair {
  const chunks = encodedChunks();
  const name = `raw-read-${databases++}`;
  const theirs: Side = {
    setUp: async () => {
      const database = await openChunks(name);
      await putAll(database, chunks, 'strict');
      database.close();
    },
    round: async () => {
      const database = await openChunks(name);
      const from = performance.now();
      await getAll(database, chunks.length);
      const ms = performance.now() - from;
      database.close();
      return { records: recordCount, ms };
    },
    tearDown: () => deleteDB(name),
  };
  return { rival: 'IndexedDB get, 4 values of 1 MiB a transaction', ours: partitaReadEncoded(recordCount), theirs };
}
