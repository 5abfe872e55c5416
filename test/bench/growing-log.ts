import { deleteDB } from 'idb';
import { LogManager } from '../../src/engine/log/log-manager.js';
import type { PartitionLog } from '../../src/engine/log/partition-log.js';
import { browserEnvironment } from '../../src/engine/platform/browser/browser-environment.js';
import { IndexedDbStorage } from '../../src/engine/platform/browser/indexeddb-storage.js';
import { encodeBatch } from '../../src/engine/protocol/record-batch.js';
import type { Pair, Side } from './pair.js';
import { hundredByteRecords, recordsInBatch } from './partita-log.js';

const smallBytes = 10e6;
const largeBytes = 1e9;
const segmentBytes = 64e6;
const batchesUnderWay = 72;

let databases = 0;

interface Grown {
  readonly log: PartitionLog;
  /** Appends about so many bytes, not waiting for each. */
  grow(bytes: number): Promise<void>;
  close(): Promise<void>;
}

const records = hundredByteRecords();
/** The same ones over and over: to encode them is not what is measured here. */
const encoded = Array.from({ length: 10 }, (_, batch) => encodeBatch({ records: records(batch) }));
const nextBatch = (at: number): Uint8Array => (encoded[at % encoded.length] as Uint8Array).slice();

async function openGrowing(name: string, retentionBytes = -1): Promise<Grown> {
  const storage = await IndexedDbStorage.open({ name });
  const logs = new LogManager(browserEnvironment(), storage);
  const log = await logs.open('bench', 0, { config: { segmentBytes, retentionBytes, fileDeleteDelayMs: 0 } });
  return {
    log,
    grow: async (bytes) => {
      const underWay: Promise<void>[] = [];
      for (let at = 0, grown = 0; grown < bytes; at++) {
        const batch = nextBatch(at);
        grown += batch.length;
        underWay.push(log.append(batch, { durability: 'relaxed' }).durable);
        if (underWay.length >= batchesUnderWay) await underWay.shift();
      }
      await Promise.all(underWay);
    },
    close: async () => {
      await logs.close();
      await storage.close();
    },
  };
}

/** One log that holds `bytes` before the first round, and what a round does with it: answers how long each of its steps took, in milliseconds. */
function sideAt(bytes: number, steps: (grown: Grown) => Promise<readonly number[]>, isOpenedAnew = false): Side {
  const name = `growing-${databases++}`;
  let grown: Grown | undefined;
  return {
    setUp: async () => {
      grown = await openGrowing(name);
      await grown.grow(bytes);
    },
    round: async () => {
      if (isOpenedAnew) {
        await grown?.close();
        grown = await openGrowing(name);
      }
      const took = [...(await steps(grown as Grown))].sort((a, b) => a - b);
      // Half of the steps are quicker.
      return { records: recordsInBatch, ms: took[took.length >>> 1] as number };
    },
    tearDown: async () => {
      await grown?.close();
      await deleteDB(name);
    },
  };
}

async function timed(step: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await step();
  return performance.now() - from;
}

/** How long an append takes, acknowledged when it is complete, in a log of 1 GB against one of 10 MB. */
export function growthAppend(): Pair {
  const appends = async ({ log }: Grown): Promise<number[]> => {
    const took: number[] = [];
    for (let at = 0; at < 40; at++)
      took.push(await timed(() => log.append(nextBatch(at), { durability: 'relaxed' }).durable));
    return took;
  };
  return {
    rival: 'the same log at 10 MB, p50',
    ours: sideAt(largeBytes, appends),
    theirs: sideAt(smallBytes, appends),
  };
}

/**
 * How long a read of one batch takes, anywhere in a log of 1 GB against one of 10 MB. Each round opens its log anew, and no two reads fall into one stored value: a small log
 * would be in memory after a few reads, and memory does not grow with a log.
 */
export function growthFetch(): Pair {
  const places = 9;
  const fetches = async ({ log }: Grown): Promise<number[]> => {
    const took: number[] = [];
    for (let at = 0; at < places; at++) {
      const offset = Math.floor((log.highWatermark * ((at * 4) % places)) / places);
      took.push(await timed(() => log.read(offset, 1, { minOneMessage: true })));
    }
    return took;
  };
  return {
    rival: 'the same log at 10 MB, p50',
    ours: sideAt(largeBytes, fetches, true),
    theirs: sideAt(smallBytes, fetches, true),
  };
}

const droppedBytes = 256e6;
const appendedBytes = 128e6;

/** Appends while retention drops 256 MB of the same log, against appends with nothing else going on. */
export function appendBesideRetention(): Pair {
  const side = (drops: boolean): Side => ({
    round: async () => {
      const name = `beside-retention-${databases++}`;
      const grown = await openGrowing(name, drops ? 1 : -1);
      await grown.grow(droppedBytes);
      if (drops) grown.log.deleteOldSegments();
      const ms = await timed(() => grown.grow(appendedBytes));
      await grown.close();
      await deleteDB(name);
      return { records: Math.round(appendedBytes / (encoded[0] as Uint8Array).length) * recordsInBatch, ms };
    },
  });
  return { rival: 'appends alone', ours: side(true), theirs: side(false) };
}
