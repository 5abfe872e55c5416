import { deleteDB, openDB, unwrap } from 'idb';
import { browserEnvironment } from '../../src/engine/platform/browser/browser-environment.js';
import { IndexedDbStorage } from '../../src/engine/platform/browser/indexeddb-storage.js';
import { LogManager } from '../../src/engine/log/log-manager.js';
import { encodeBatch } from '../../src/engine/protocol/record-batch.js';
import type { Pair } from './pair.js';
import { hundredByteRecords } from './partita-log.js';

const producers = 64;
const recordsInRequest = 10;
const requestsOfEach = 60;
const records = producers * recordsInRequest * requestsOfEach;

let databases = 0;

/** What each producer sends at once: other records than all others, or a browser would compress what is sent together. */
function requests(): Uint8Array[] {
  const records = hundredByteRecords()(0);
  return Array.from({ length: producers }, (_, at) =>
    encodeBatch({ records: records.slice(at * recordsInRequest, (at + 1) * recordsInRequest) }),
  );
}

/** The most that the rival puts into one value: Chromium keeps larger ones in files of their own, which takes longer. */
const largestValue = 60_000;

/**
 * 64 producers that each wait for their acknowledgement (acks=all) before they send the next ten records, against raw strict transactions that group the same: while one is on its
 * way, what all others send waits for the next one, and goes in as few values as there may be.
 */
export function idbAppendStrict(): Pair {
  const batches = requests();
  return {
    rival: 'IndexedDB put of all that waits, one strict transaction at a time',
    ours: {
      round: async () => {
        const name = `partita-strict-${databases++}`;
        const storage = await IndexedDbStorage.open({ name });
        const logs = new LogManager(browserEnvironment(), storage);
        const log = await logs.open('bench', 0);
        const from = performance.now();
        await Promise.all(
          batches.map(async (batch) => {
            for (let sent = 0; sent < requestsOfEach; sent++)
              await log.append(batch.slice(), { durability: 'strict' }).durable;
          }),
        );
        const ms = performance.now() - from;
        await logs.close();
        await storage.close();
        await deleteDB(name);
        return { records, ms };
      },
    },
    theirs: {
      round: async () => {
        const name = `raw-strict-${databases++}`;
        const opened = await openDB(name, 1, { upgrade: (database) => void database.createObjectStore('chunks') });
        const writer = new GroupWriter(unwrap(opened));
        const from = performance.now();
        await Promise.all(
          batches.map(async (batch) => {
            for (let sent = 0; sent < requestsOfEach; sent++) await writer.write(batch);
          }),
        );
        const ms = performance.now() - from;
        opened.close();
        await deleteDB(name);
        return { records, ms };
      },
    },
  };
}

/** What was handed in together, in values of about one length. */
function valuesOf(taken: readonly { readonly bytes: Uint8Array }[]): Uint8Array[] {
  const total = taken.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const all = new Uint8Array(total);
  let at = 0;
  for (const { bytes } of taken) {
    all.set(bytes, at);
    at += bytes.length;
  }
  const count = Math.ceil(total / largestValue);
  if (count === 1) return [all];
  return Array.from({ length: count }, (_, index) =>
    all.slice(Math.floor((total * index) / count), Math.floor((total * (index + 1)) / count)),
  );
}

/** The least that groups writes: what comes while a transaction is on its way goes into the next one. */
class GroupWriter {
  private waiting: { readonly bytes: Uint8Array; readonly done: () => void }[] = [];
  private isWriting = false;
  private position = 0;

  constructor(private readonly database: IDBDatabase) {}

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((done) => {
      this.waiting.push({ bytes, done });
      if (!this.isWriting) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isWriting = true;
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const taken = this.waiting.splice(0);
      await this.put(valuesOf(taken));
      for (const { done } of taken) done();
      // Who was answered may send again at once.
      await Promise.resolve();
    }
    this.isWriting = false;
  }

  private put(values: readonly Uint8Array[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction('chunks', 'readwrite', { durability: 'strict' });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('The transaction broke off.'));
      for (const value of values) {
        transaction.objectStore('chunks').put(value, [0, this.position]);
        this.position += value.length;
      }
      transaction.commit();
    });
  }
}
