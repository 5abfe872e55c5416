import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { TaskContext } from '../../../src/engine/streams/processor/task-context.js';
import { Serdes } from '../../../src/engine/streams/serdes.js';
import type { ChangelogRecord } from '../../../src/engine/streams/state/state-store.js';
import { timestampedKeyValueStoreBuilder } from '../../../src/engine/streams/state/stores.js';

const rows = 1_000_000;
const rowsOfFetch = 1000;
const context = { applicationId: 'bench' } as TaskContext;

/** Restores a store of a million counts from its changelog, as it comes from a fetch: 1000 records in one piece of memory. */
export function measureRestore(): Record<string, string | number> {
  const store = timestampedKeyValueStoreBuilder({
    name: 'rows',
    keySerde: Serdes.string,
    valueSerde: Serdes.safeLong,
  }).build();
  store.init(context);
  const before = usedBytes();
  let seconds = 0;
  for (let first = 0; first < rows; first += rowsOfFetch) {
    const fetched = fetch(first);
    const began = process.cpuUsage();
    store.restore(fetched);
    const { user, system } = process.cpuUsage(began);
    seconds += (user + system) / 1e6;
  }
  const bytes = (usedBytes() - before) / rows;
  if (store.approximateNumEntries() !== rows) throw new Error('not all rows were restored');
  store.close();
  return {
    bench: 'streams-restore',
    value: Math.round(rows / seconds),
    unit: 'records/s',
    records: rows,
    seconds: Math.round(seconds * 100) / 100,
    bytesOfRow: Math.round(bytes),
  };
}

function fetch(first: number): ChangelogRecord[] {
  const piece = new Uint8Array(rowsOfFetch * 32);
  const encoder = new TextEncoder();
  return Array.from({ length: rowsOfFetch }, (_, index) => {
    const at = index * 32;
    const { written } = encoder.encodeInto(`user-${first + index}`, piece.subarray(at, at + 16));
    piece[at + 31] = index;
    return {
      key: piece.subarray(at, at + written),
      value: piece.subarray(at + 24, at + 32),
      timestamp: first,
      headers: [],
    };
  });
}

/** What is in memory after a collection. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
