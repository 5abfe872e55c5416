import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../../src/engine/environment/memory-disk.js';
import { errorByCode, errorCode } from '../../../src/engine/protocol/errors.js';
import { encodeBatch, sequenceAfter } from '../../../src/engine/protocol/record-batch.js';
import { BrokerBench, utf8 } from './broker-bench.js';

interface Produced {
  readonly error: string;
  readonly baseOffset: number;
}

async function produce(
  bench: BrokerBench,
  {
    producerId,
    epoch = 0,
    sequence,
    count = 1,
  }: { producerId: number; epoch?: number; sequence: number; count?: number },
): Promise<Produced> {
  const timestamp = bench.environment.clock.now();
  const records = encodeBatch({
    records: Array.from({ length: count }, () => ({ key: null, value: utf8('v'), timestamp })),
    producerId,
    producerEpoch: epoch,
    baseSequence: sequence,
  });
  const { responses } = await bench.call('Produce', {
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: 'orders', partitionData: [{ index: 0, records }] }],
  });
  const answer = responses[0]?.partitionResponses[0];
  return { error: errorByCode(answer?.errorCode ?? 0).name, baseOffset: Number(answer?.baseOffset) };
}

async function producers(bench: BrokerBench) {
  const { topics } = await bench.call('DescribeProducers', { topics: [{ name: 'orders', partitionIndexes: [0] }] });
  return topics[0]?.partitions[0]?.activeProducers ?? [];
}

async function endOf(bench: BrokerBench): Promise<number> {
  return (await bench.fetch('orders', 0)).highWatermark;
}

/** The n-th batch of a producer: which sequence numbers it has, where it is stored. */
interface Batch {
  readonly sequence: number;
  readonly count: number;
  readonly offset: number;
}

/** Sends the next batch, an earlier one again, or one that leaves numbers out. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('next' as const), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('again' as const), back: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('gap' as const), by: fc.integer({ min: 1, max: 4 }) }) },
);
const starts = fc.oneof(fc.constant(0), fc.integer({ min: 2 ** 31 - 12, max: 2 ** 31 - 1 }));

describe('idempotent producers at the broker', () => {
  it('IDP-3, IDP-5 a batch that is one of the last five is answered with its place, an older one refused, nothing is appended twice; also across the last number', async () => {
    await fc.assert(
      fc.asyncProperty(starts, fc.array(step, { maxLength: 20 }), async (start, steps) => {
        const bench = await BrokerBench.start();
        await bench.createTopic('orders');
        const batches: Batch[] = [];
        let next = start;
        let end = 0;
        for (const each of steps) {
          if (each.kind === 'next') {
            const { count } = each;
            expect(await produce(bench, { producerId: 9, sequence: next, count })).toEqual({
              error: 'NONE',
              baseOffset: end,
            });
            batches.push({ sequence: next, count, offset: end });
            next = sequenceAfter(next, count);
            end += count;
          } else if (each.kind === 'again') {
            const repeated = batches.at(-each.back);
            if (repeated === undefined) continue;
            const { sequence, count, offset } = repeated;
            expect(await produce(bench, { producerId: 9, sequence, count })).toEqual(
              each.back <= 5
                ? { error: 'NONE', baseOffset: offset }
                : { error: 'OUT_OF_ORDER_SEQUENCE_NUMBER', baseOffset: -1 },
            );
          } else if (batches.length > 0) {
            const sequence = sequenceAfter(next, each.by);
            expect((await produce(bench, { producerId: 9, sequence })).error).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
          }
          expect(await endOf(bench)).toBe(end);
        }
        await bench.broker.stop();
      }),
      { numRuns: 50 },
    );
  });

  it('a new epoch begins at 0 and fences the one before', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders');
    await produce(bench, { producerId: 9, sequence: 0, count: 3 });
    expect((await produce(bench, { producerId: 9, epoch: 1, sequence: 3 })).error).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect((await produce(bench, { producerId: 9, epoch: 1, sequence: 0 })).error).toBe('NONE');
    expect((await produce(bench, { producerId: 9, sequence: 3 })).error).toBe('INVALID_PRODUCER_EPOCH');
  });

  it('IDP-6 what is known of producers is what the log tells: after a crash, and after a restart', async () => {
    const disk = new MemoryDisk();
    const first = await BrokerBench.start({ disk });
    await first.createTopic('orders');
    for (const producerId of [4, 9]) {
      await produce(first, { producerId, sequence: 0, count: 2 });
      await produce(first, { producerId, sequence: 2 });
    }
    await produce(first, { producerId: 9, epoch: 1, sequence: 0 });
    const before = await producers(first);
    // The first broker is not stopped: it is as if it had crashed.
    const second = await BrokerBench.start({ disk });
    expect(await producers(second)).toEqual(before);
    expect(await produce(second, { producerId: 4, sequence: 2 })).toEqual({ error: 'NONE', baseOffset: 2 });
    await second.broker.stop();
    const third = await BrokerBench.start({ disk });
    expect(await producers(third)).toEqual(before);
    expect(await produce(third, { producerId: 4, sequence: 2 })).toEqual({ error: 'NONE', baseOffset: 2 });
    expect(await produce(third, { producerId: 4, sequence: 3 })).toEqual({ error: 'NONE', baseOffset: 7 });
  });

  it('IDP-7 a producer is forgotten only after it was quiet for the expiration', async () => {
    const minute = 60_000;
    const bench = await BrokerBench.start({
      config: {
        'producer.id.expiration.ms': 10 * minute,
        'producer.id.expiration.check.interval.ms': minute,
        'log.retention.check.interval.ms': 60 * minute,
        'log.cleaner.backoff.ms': 60 * minute,
      },
    });
    await bench.createTopic('orders');
    await produce(bench, { producerId: 4, sequence: 0 });
    await bench.environment.pass(9 * minute);
    await produce(bench, { producerId: 9, sequence: 0 });
    expect((await producers(bench)).map(({ producerId }) => Number(producerId))).toEqual([4, 9]);
    await bench.environment.pass(2 * minute);
    expect((await producers(bench)).map(({ producerId }) => Number(producerId))).toEqual([9]);
    expect((await produce(bench, { producerId: 9, sequence: 5 })).error).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    // Of the one that is forgotten any number is taken.
    expect((await produce(bench, { producerId: 4, sequence: 7 })).error).toBe('NONE');
  });

  it('hands out each producer id once, also over restarts', async () => {
    const disk = new MemoryDisk();
    const ids: number[] = [];
    for (let start = 0; start < 3; start++) {
      const bench = await BrokerBench.start({ disk });
      for (let request = 0; request < 4; request++) {
        const { producerId, producerEpoch } = await bench.call('InitProducerId', {
          transactionalId: null,
          transactionTimeoutMs: 1000,
          // That it had one before makes no difference.
          ...(request === 3 ? { producerId: BigInt(ids[0] ?? 0), producerEpoch: 3 } : {}),
        });
        expect(producerEpoch).toBe(0);
        ids.push(Number(producerId));
      }
      await bench.broker.stop();
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refuses transactions once and for all, and says why', async () => {
    const bench = await BrokerBench.start();
    const unsupported = errorCode('UNSUPPORTED_VERSION');
    const { coordinators } = await bench.call('FindCoordinator', { keyType: 1, coordinatorKeys: ['t'] });
    const errorMessage = expect.stringContaining('no transactions yet');
    expect(coordinators).toMatchObject([{ key: 't', errorCode: unsupported, errorMessage }]);
    const { errorCode: code } = await bench.call('InitProducerId', {
      transactionalId: 't',
      transactionTimeoutMs: 1000,
    });
    expect(code).toBe(unsupported);
  });
});
