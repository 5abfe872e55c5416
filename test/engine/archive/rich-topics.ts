import type { BrokerServices } from '../../../src/engine/broker/handler.js';
import type { PartitionLog } from '../../../src/engine/log/partition-log.js';
import { encodeBatch, type RecordToEncode } from '../../../src/engine/protocol/record-batch.js';
import { BrokerBench, utf8 } from '../broker/broker-bench.js';

/** What handlers see, for tests that need the logs themselves. */
export function servicesOf(bench: BrokerBench): BrokerServices {
  return (bench.broker as unknown as { readonly services: BrokerServices }).services;
}

export function logOf(bench: BrokerBench, topic: string, partition = 0): PartitionLog {
  const log = servicesOf(bench).replicas.replica(topic, partition)?.log;
  if (log === undefined) throw new Error(`There is no ${topic}-${partition}.`);
  return log;
}

/** An empty broker whose clock shows the same time. */
export async function startAtTimeOf(other: BrokerBench): Promise<BrokerBench> {
  const bench = await BrokerBench.start();
  await bench.environment.pass(other.environment.clock.now() - bench.environment.clock.now());
  return bench;
}

/** A batch of a transaction, or its end. */
export interface WrittenBatch {
  readonly records: readonly RecordToEncode[];
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly isTransactional?: boolean;
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
}

export async function append(log: PartitionLog, batch: WrittenBatch): Promise<void> {
  await log.append(encodeBatch(batch), { durability: 'strict' }).durable;
}

/** Ends a producer's transaction. */
export async function endTransaction(
  log: PartitionLog,
  end: { readonly producerId: number; readonly type: 'COMMIT' | 'ABORT'; readonly timestamp: number },
): Promise<void> {
  const { producerId, type, timestamp } = end;
  const key = Uint8Array.of(0, 0, 0, type === 'ABORT' ? 0 : 1);
  const marker = encodeBatch({
    records: [{ key, value: new Uint8Array(6), timestamp }],
    isControlBatch: true,
    isTransactional: true,
    producerId,
    producerEpoch: 0,
  });
  await log.append(marker, { durability: 'strict', origin: 'coordinator' }).durable;
}

export function record(key: string | null, value: string | null, timestamp: number, headers = {}): RecordToEncode {
  return {
    key: key === null ? null : utf8(key),
    value: value === null ? null : utf8(value),
    timestamp,
    headers: Object.entries(headers as Record<string, string>).map(([name, text]) => ({
      key: name,
      value: utf8(text),
    })),
  };
}

/**
 * Three topics that have everything a log can have: several segments, every codec, headers, transactions that were committed, aborted and left open, a start that was
 * moved by DeleteRecords, gaps of compaction with tombstones, an empty partition that once held something, and groups.
 */
export async function writeRichTopics(
  bench: BrokerBench,
  options: { readonly leavesOpen?: boolean } = {},
): Promise<void> {
  const now = bench.environment.clock.now();
  await bench.createTopic('plain', 3, { 'index.interval.bytes': '200', 'retention.ms': '-1' });
  const plain = logOf(bench, 'plain');
  for (const [index, compression] of (['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const).entries()) {
    const records = Array.from({ length: 5 }, (_, at) =>
      record(`key-${at}`, `${compression} ${'x'.repeat(at * 40)}`, now - 1000 + index * 10 + at, {
        trace: `${index}-${at}`,
      }),
    );
    await append(plain, { records, compression });
    if (index % 2 === 1) plain.roll();
  }
  await plain.deleteRecords(3);
  const gone = logOf(bench, 'plain', 2);
  for (const value of ['a', 'b', 'c']) await append(gone, { records: [record(null, value, -1)] });
  await gone.deleteRecords(3);

  await bench.createTopic('payments', 1, { 'index.interval.bytes': '200' });
  const payments = logOf(bench, 'payments');
  const write = (producerId: number, baseSequence: number, value: string) =>
    append(payments, {
      records: [record(`p${producerId}`, value, now)],
      producerId,
      producerEpoch: 0,
      baseSequence,
      isTransactional: true,
    });
  await write(7, 0, 'one');
  await write(8, 0, 'two');
  await endTransaction(payments, { producerId: 7, type: 'COMMIT', timestamp: now });
  payments.roll();
  await write(7, 1, 'three');
  await endTransaction(payments, { producerId: 8, type: 'ABORT', timestamp: now });
  await endTransaction(payments, { producerId: 7, type: 'ABORT', timestamp: now });
  await append(payments, { records: [record('p9', 'four', now)], producerId: 9, producerEpoch: 3, baseSequence: 5 });
  if (options.leavesOpen === true) {
    await write(8, 1, 'five');
    await write(11, 0, 'six');
  }

  await bench.createTopic('prices', 1, {
    'cleanup.policy': 'compact',
    'min.cleanable.dirty.ratio': '0',
    'index.interval.bytes': '100',
  });
  const prices = logOf(bench, 'prices');
  for (let at = 0; at < 30; at++) {
    await append(prices, { records: [record(`sku-${at % 4}`, at % 11 === 10 ? null : `${at}`, now)] });
    if (at % 10 === 9) prices.roll();
  }
  await bench.environment.pass(2000);
  await append(prices, { records: [record('sku-0', 'last', now)] });
  for (const [group, topic, offset] of [
    ['invoices', 'plain', 12],
    ['invoices', 'prices', 30],
    ['audit', 'payments', 0],
  ] as const)
    await bench.commit(group, topic, offset);
}
