import { expose } from 'comlink';
import { batchDecode, batchEncode, crc } from './codec-ceilings.js';
import { dexieAppend, dexieRead } from './dexie-rows.js';
import { appendBesideRetention, growthAppend, growthFetch } from './growing-log.js';
import { idbAppend, idbRead } from './raw-chunks.js';
import { idbAppendStrict } from './strict-producers.js';
import { runPair, type Pair, type Result } from './pair.js';

/** All benchmarks by name. */
const pairs: Readonly<Record<string, () => Pair>> = {
  'idb-append': idbAppend,
  'idb-append-strict': idbAppendStrict,
  'idb-read': idbRead,
  'dexie-append': dexieAppend,
  'dexie-read': dexieRead,
  'growth-append': growthAppend,
  'growth-fetch': growthFetch,
  'append-beside-retention': appendBesideRetention,
  crc,
  'batch-encode': batchEncode,
  'batch-decode': batchDecode,
};

const worker = {
  names: (): string[] => Object.keys(pairs),
  run: (name: string, rounds: number): Promise<Result> => {
    const pair = pairs[name];
    if (pair === undefined)
      throw new Error(`There is no benchmark ${name}. There are ${Object.keys(pairs).join(', ')}.`);
    return runPair(pair(), rounds);
  },
};

export type BenchWorker = typeof worker;

expose(worker);
