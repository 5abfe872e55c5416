import { deleteDB } from 'idb';
import { LogManager } from '../../src/engine/log/log-manager.js';
import type { AppendResult, PartitionLog } from '../../src/engine/log/partition-log.js';
import { browserEnvironment } from '../../src/engine/platform/browser/browser-environment.js';
import { IndexedDbStorage } from '../../src/engine/platform/browser/indexeddb-storage.js';
import { batchesIn, decodeRecords, encodeBatch, type RecordToEncode } from '../../src/engine/protocol/record-batch.js';
import type { Side } from './pair.js';

export const recordsInBatch = 1000;
/** How much a producer has under way before it waits, in batches: about 8 MB. */
const mostBatchesUnderWay = 72;
const bytesInRead = 1024 * 1024;

/** Kinds of records that are sent over and over: more than any compressor looks back over, and few enough to leave the heap small. */
const distinctRecords = 10_000;

/** A batch's worth of records of 100 bytes each, 10 of them key, for any batch of a log. */
export type RecordSource = (batch: number) => readonly RecordToEncode[];

export function hundredByteRecords(): RecordSource {
  const bytes = new Uint8Array(distinctRecords * 100);
  // The most that a page may ask for at once.
  for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  const records = Array.from({ length: distinctRecords }, (_, index) => {
    const record = bytes.subarray(index * 100, index * 100 + 100);
    return { key: record.subarray(0, 10), value: record.subarray(10), timestamp: 1_700_000_000_000 + index };
  });
  return (batch) => {
    const from = (batch * recordsInBatch) % distinctRecords;
    return records.slice(from, from + recordsInBatch);
  };
}

let databases = 0;

interface OpenedLog {
  readonly log: PartitionLog;
  close(): Promise<void>;
}

async function openLog(name: string): Promise<OpenedLog> {
  const storage = await IndexedDbStorage.open({ name });
  const logs = new LogManager(browserEnvironment(), storage);
  const log = await logs.open('bench', 0);
  return {
    log,
    close: async () => {
      await logs.close();
      await storage.close();
    },
  };
}

/** Encodes and appends records, acknowledged on strict durability, as a producer with acks=all does. */
async function produce(log: PartitionLog, records: RecordSource, count: number): Promise<void> {
  const underWay: AppendResult[] = [];
  for (let batch = 0; batch < count / recordsInBatch; batch++) {
    underWay.push(log.append(encodeBatch({ records: records(batch) }), { durability: 'strict' }));
    if (underWay.length >= mostBatchesUnderWay) await underWay.shift()?.durable;
  }
  await Promise.all(underWay.map(({ durable }) => durable));
}

/** Reads and decodes the log from start to end, as a consumer does. */
async function consume(log: PartitionLog): Promise<number> {
  let records = 0;
  for (let offset = 0; offset < log.highWatermark;) {
    const bytes = await log.read(offset, bytesInRead, { minOneMessage: true });
    for (const { header } of batchesIn(bytes)) {
      for (const record of decodeRecords(bytes, header)) if (record.value?.length === 90) records++;
      offset = header.lastOffset + 1;
    }
  }
  return records;
}

/** Our log on IndexedDB, encoding included: each round writes to a new database. */
export function partitaAppend(count: number): Side {
  const records = hundredByteRecords();
  return {
    round: async () => {
      const name = `partita-append-${databases++}`;
      const { log, close } = await openLog(name);
      const from = performance.now();
      await produce(log, records, count);
      const ms = performance.now() - from;
      await close();
      await deleteDB(name);
      return { records: count, ms };
    },
  };
}

/** Our log on IndexedDB, decoding included: each round opens the log anew. */
export function partitaRead(count: number): Side {
  const name = `partita-read-${databases++}`;
  return {
    setUp: async () => {
      const { log, close } = await openLog(name);
      await produce(log, hundredByteRecords(), count);
      await close();
    },
    round: async () => {
      const { log, close } = await openLog(name);
      const from = performance.now();
      const read = await consume(log);
      const ms = performance.now() - from;
      await close();
      if (read !== count) throw new Error(`${read} records were read where ${count} were written`);
      return { records: read, ms };
    },
    tearDown: () => deleteDB(name),
  };
}
