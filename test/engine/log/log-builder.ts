import type { Clock } from '../../../src/engine/environment/environment.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import type { Storage } from '../../../src/engine/environment/storage.js';
import type { Environment, TraceEvent } from '../../../src/engine/environment/trace-events.js';
import { GroupCommit } from '../../../src/engine/log/group-commit.js';
import type { LogConfig } from '../../../src/engine/log/log-config.js';
import { PartitionLog } from '../../../src/engine/log/partition-log.js';
import { batchesIn, decodeRecords, encodeBatch } from '../../../src/engine/protocol/record-batch.js';

/** An environment that stands still at `clock` and keeps what was traced. */
export function tracedEnvironment(
  clock: Clock = { now: () => 1_000 },
): Environment & { readonly events: TraceEvent[] } {
  const events: TraceEvent[] = [];
  return {
    clock,
    timers: { set: () => ({ cancel() {} }) },
    random: new SeededRandom('log'),
    tracer: { emit: (event) => void events.push(event) },
    events,
  };
}

export interface OpenOptions {
  readonly storage?: Storage;
  readonly groupCommit?: GroupCommit;
  readonly config?: Partial<LogConfig>;
  readonly environment?: Environment;
  readonly leaderEpoch?: number;
}

/** The log of `orders-0`. */
export function openOrders(options: OpenOptions = {}): Promise<PartitionLog> {
  const storage = options.storage ?? new MemoryStorage();
  return PartitionLog.open({
    environment: options.environment ?? tracedEnvironment(),
    storage,
    groupCommit: options.groupCommit ?? new GroupCommit(storage),
    topic: 'orders',
    partition: 0,
    config: options.config,
    leaderEpoch: options.leaderEpoch,
  });
}

const utf8 = new TextEncoder();

/** A batch of records with these values, all at `timestamp`, or one after the other from it. */
export function batchOf(values: readonly string[], timestamps: number | readonly number[] = 500): Uint8Array {
  return encodeBatch({
    records: values.map((value, index) => ({
      key: null,
      value: utf8.encode(value),
      timestamp: typeof timestamps === 'number' ? timestamps : (timestamps[index] as number),
    })),
  });
}

/** The records in `bytes` as `offset:value`. */
export function recordsIn(bytes: Uint8Array): string[] {
  const text = new TextDecoder();
  return [...batchesIn(bytes)].flatMap(({ header }) =>
    [...decodeRecords(bytes, header)].map(
      ({ offset, value }) => `${offset}:${value === null ? 'null' : text.decode(value)}`,
    ),
  );
}

/** Every record from `fromOffset` to the high watermark. */
export async function allRecords(log: PartitionLog, fromOffset = log.logStartOffset): Promise<string[]> {
  const records: string[] = [];
  let offset = fromOffset;
  while (offset < log.highWatermark) {
    const bytes = await log.read(offset, 1_000_000, { minOneMessage: true });
    records.push(...recordsIn(bytes));
    for (const { header } of batchesIn(bytes)) offset = header.lastOffset + 1;
  }
  return records;
}
