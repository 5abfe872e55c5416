import fc from 'fast-check';
import { expect } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { PartitionLog } from '../../../src/engine/log/partition-log.js';
import { searchProperty, type Mutant } from '../../mutants/mutant.js';
import { batchesIn } from '../../../src/engine/protocol/record-batch.js';
import { allRecords, batchOf, openOrders } from './log-builder.js';

/** What a producer knows of one of its appends: when it asked and was answered, in steps of one clock for all, and what it was told. */
interface Append {
  readonly values: readonly string[];
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
}

/** How a producer appends: mutants do it wrong. */
type AppendValues = (
  log: PartitionLog,
  values: readonly string[],
) => Promise<{ readonly baseOffset: number; readonly lastOffset: number }>;

export const appendAtOnce: AppendValues = async (log, values) => {
  const { baseOffset, lastOffset, durable } = log.append(batchOf(values), { durability: 'relaxed' });
  await durable;
  return { baseOffset, lastOffset };
};

/** Each number is an append of so many records; each list is a producer, which waits for one append before it asks for the next. */
const producers = fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }), {
  minLength: 2,
  maxLength: 4,
});

export const linearizable = (append: AppendValues) =>
  fc.asyncProperty(fc.scheduler(), producers, async (scheduler, plans) => {
    const beforeCommit = () => scheduler.schedule(Promise.resolve(), 'commit');
    const opening = openOrders({ storage: new MemoryStorage({ beforeCommit }), config: { segmentBytes: 300 } });
    const log = await scheduler.waitFor(opening);
    let clock = 0;
    const appends: Append[] = [];
    const produce = async (plan: readonly number[], producer: number) => {
      for (const [index, count] of plan.entries()) {
        await scheduler.schedule(Promise.resolve(), `producer ${producer}`);
        const values = Array.from({ length: count }, (_, record) => `${producer}.${index}.${record}`);
        const askedAt = clock++;
        const result = await append(log, values);
        appends.push({ values, askedAt, answeredAt: clock++, ...result });
      }
    };
    await scheduler.waitFor(Promise.all(plans.map(produce)));
    const inOrder = [...appends].sort((a, b) => a.baseOffset - b.baseOffset);
    for (const [at, later] of inOrder.entries())
      for (const earlier of inOrder.slice(0, at)) expect(later.answeredAt).toBeGreaterThan(earlier.askedAt);
    const oneAfterTheOther = inOrder.flatMap(({ values }) => values);
    expect(await scheduler.waitFor(allRecords(log))).toEqual(
      oneAfterTheOther.map((value, offset) => `${offset}:${value}`),
    );
    for (const { values, baseOffset, lastOffset } of appends) expect(lastOffset - baseOffset + 1).toBe(values.length);
  });

/** How a reader reads: mutants do it wrong. */
type ReadUpTo = (log: PartitionLog, offset: number, upTo: number) => Promise<Uint8Array>;

/** Reads as a fetch does. */
export const readUpTo: ReadUpTo = (log, offset, upTo) => log.read(offset, 400, { minOneMessage: true, upTo });

/** LOG-13: readers beside writers get no record at or beyond the limit that they were given, nor what was not durable when they were answered. */
export const keepsLimits = (read: ReadUpTo) =>
  fc.asyncProperty(fc.scheduler(), producers, fc.integer({ min: 1, max: 3 }), async (scheduler, plans, readers) => {
    const beforeCommit = () => scheduler.schedule(Promise.resolve(), 'commit');
    const storage = new MemoryStorage({ beforeCommit });
    const readFile = storage.read.bind(storage);
    storage.read = async (...range) => {
      await scheduler.schedule(Promise.resolve(), 'read');
      return readFile(...range);
    };
    const config = { segmentBytes: 500, indexIntervalBytes: 1, tailCacheBytes: 0 };
    const log = await scheduler.waitFor(openOrders({ storage, config }));
    let isWriting = true;
    const produce = async (plan: readonly number[], producer: number) => {
      for (const count of plan) {
        await scheduler.schedule(Promise.resolve(), `producer ${producer}`);
        const values = Array.from({ length: count }, () => 'x'.repeat(producer * 20));
        await log.append(batchOf(values), { durability: 'relaxed' }).durable;
      }
    };
    const consume = async (reader: number) => {
      let offset = 0;
      while (isWriting || offset < log.highWatermark) {
        await scheduler.schedule(Promise.resolve(), `reader ${reader}`);
        const upTo = Math.max(log.highWatermark, offset);
        const bytes = await read(log, offset, upTo);
        for (const { header } of batchesIn(bytes)) {
          if (header.lastOffset >= upTo)
            throw new Error(`LOG-13 offset ${header.lastOffset} was read, but the limit was ${upTo}`);
          offset = header.lastOffset + 1;
        }
      }
    };
    const writing = Promise.all(plans.map(produce)).then(() => (isWriting = false));
    await scheduler.waitFor(Promise.all([writing, ...Array.from({ length: readers }, (_, reader) => consume(reader))]));
  });

/** Looks where the log ends when it has waited for the disk. */
const looksTooLate: ReadUpTo = async (log, offset) => {
  const [segment] = log.segments;
  if (segment !== undefined && segment.size > 0) await log.readSegment(segment, 0, 1);
  return log.read(offset, 400, { minOneMessage: true, isolation: 'log-end' });
};

const appendsInHalves: AppendValues = async (log, values) => {
  const half = Math.ceil(values.length / 2);
  const first = await appendAtOnce(log, values.slice(0, half));
  return half === values.length
    ? first
    : { ...(await appendAtOnce(log, values.slice(half))), baseOffset: first.baseOffset };
};

const answersBeforeItAppends = (): AppendValues => {
  let waiting: readonly string[] | undefined;
  return async (log, values) => {
    const postponed = waiting;
    waiting = values;
    const guess = { baseOffset: log.logEndOffset, lastOffset: log.logEndOffset + values.length - 1 };
    if (postponed !== undefined) await appendAtOnce(log, postponed);
    return guess;
  };
};

/** What LOG-9 and LOG-13 must find. */
export const concurrencyMutants: readonly Mutant[] = [
  {
    breaks: 'a log that appends in halves',
    property: 'LOG-9',
    search: () => searchProperty(linearizable(appendsInHalves), 1000),
  },
  {
    breaks: 'a log that answers before it appends',
    property: 'LOG-9',
    search: () => searchProperty(linearizable(answersBeforeItAppends()), 1000),
  },
  {
    breaks: 'a read that looks for the end of the log when it has waited for the disk',
    property: 'LOG-13',
    says: /LOG-13/,
    bugs: [11],
    search: () => searchProperty(keepsLimits(looksTooLate), 1000),
  },
];
