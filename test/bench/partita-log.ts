import { deleteDB } from 'idb';
import type { Durability } from '../../src/engine/environment/storage.js';
import { LogManager } from '../../src/engine/log/log-manager.js';
import type { AppendResult } from '../../src/engine/log/log-appender.js';
import type { PartitionLog } from '../../src/engine/log/partition-log.js';
import { browserEnvironment } from '../../src/engine/platform/browser/browser-environment.js';
import { IndexedDbStorage } from '../../src/engine/platform/browser/indexeddb-storage.js';
import {
  batchesIn,
  decodeRecords,
  encodeBatch,
  type BatchHeader,
  type RecordToEncode,
} from '../../src/engine/protocol/record-batch.js';
import type { Side } from './pair.js';

export const recordsInBatch = 1000;
/** How much producers have under way before they wait, in batches: about 14 MB, less than half of one producer's `buffer.memory`. */
const mostBatchesUnderWay = 128;
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

/** Gives the batches of a log one after the other. */
type BatchSource = (batch: number) => Uint8Array;

/** As a producer does in its own thread, or here in that of the log. */
function encodedBy(records: RecordSource): BatchSource {
  return (batch) => encodeBatch({ records: records(batch) });
}

/** Appends batches, a good many at once, and waits until all are acknowledged. */
async function produce(
  log: PartitionLog,
  batches: BatchSource,
  count: number,
  durability: Durability = 'strict',
): Promise<void> {
  const underWay: AppendResult[] = [];
  for (let batch = 0; batch < count / recordsInBatch; batch++) {
    underWay.push(log.append(batches(batch), { durability }));
    if (underWay.length >= mostBatchesUnderWay) await underWay.shift()?.durable;
  }
  await Promise.all(underWay.map(({ durable }) => durable));
}

/** Reads the log from start to end. Each batch is passed on to `taken`, which answers how many records it has seen. */
async function readAll(log: PartitionLog, taken: (bytes: Uint8Array, header: BatchHeader) => number): Promise<number> {
  let records = 0;
  for (let offset = 0; offset < log.highWatermark;) {
    const bytes = await log.read(offset, bytesInRead, { minOneMessage: true });
    for (const { header } of batchesIn(bytes)) {
      records += taken(bytes, header);
      offset = header.lastOffset + 1;
    }
  }
  return records;
}

/** As a consumer does: checks the batch and makes its records. */
function decoded(bytes: Uint8Array, header: BatchHeader): number {
  let records = 0;
  for (const record of decodeRecords(bytes, header)) if (record.value?.length === 90) records++;
  return records;
}

/** Our log on IndexedDB, encoding included, on strict durability: each round writes to a new database. */
export function partitaAppend(count: number): Side {
  const batches = encodedBy(hundredByteRecords());
  return appendSide(count, () => batches, 'strict');
}

/** What a broker does with what its producers have encoded: it checks and stamps the batches, keeps and stores them, and answers once they are durable. */
export function partitaAppendEncoded(count: number, durability: Durability): Side {
  const records = hundredByteRecords();
  const encoded = Array.from({ length: count / recordsInBatch }, (_, batch) =>
    encodeBatch({ records: records(batch) }),
  );
  return appendSide(
    count,
    () => {
      // The log keeps what it is given, and writes its offsets into it.
      const copies = encoded.map((batch) => batch.slice());
      return (batch) => copies[batch] as Uint8Array;
    },
    durability,
  );
}

function appendSide(count: number, batches: () => BatchSource, durability: Durability): Side {
  return {
    round: async () => {
      const name = `partita-append-${databases++}`;
      const source = batches();
      const { log, close } = await openLog(name);
      const from = performance.now();
      await produce(log, source, count, durability);
      const ms = performance.now() - from;
      await close();
      await deleteDB(name);
      return { records: count, ms };
    },
  };
}

/** Our log on IndexedDB, decoding included: each round opens the log anew. */
export function partitaRead(count: number): Side {
  return readSide(count, decoded);
}

/** What a broker does for a consumer that reads on: finds the batches, checks what the browser gives back, and hands out whole batches of its own copy. */
export function partitaReadEncoded(count: number): Side {
  return readSide(count, (_, header) => header.recordCount);
}

function readSide(count: number, taken: (bytes: Uint8Array, header: BatchHeader) => number): Side {
  const name = `partita-read-${databases++}`;
  return {
    setUp: async () => {
      const { log, close } = await openLog(name);
      await produce(log, encodedBy(hundredByteRecords()), count);
      await close();
    },
    round: async () => {
      const { log, close } = await openLog(name);
      const from = performance.now();
      const read = await readAll(log, taken);
      const ms = performance.now() - from;
      await close();
      if (read !== count) throw new Error(`${read} records were read where ${count} were written`);
      return { records: read, ms };
    },
    tearDown: () => deleteDB(name),
  };
}
