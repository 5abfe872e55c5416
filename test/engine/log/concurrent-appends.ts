import fc from 'fast-check';
import { expect } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { LogConfig } from '../../../src/engine/log/log-config.js';
import type { PartitionLog } from '../../../src/engine/log/partition-log.js';
import { searchProperty, type Mutant } from '../../mutants/mutant.js';
import { batchesIn } from '../../../src/engine/protocol/record-batch.js';
import { allRecords, batchOf, openOrders } from './log-builder.js';
import type { NewStorage } from './log-lookups.js';
import { ScheduledStorage } from './scheduled-storage.js';

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

const inMemory: NewStorage = async () => new MemoryStorage();

/** Each number is an append of so many records; each list is a producer, which waits for one append before it asks for the next. */
const producers = fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }), {
  minLength: 2,
  maxLength: 4,
});

/** How many tasks begin before what they have begun is waited for. */
const together = fc.infiniteStream(fc.integer({ min: 1, max: 3 }));

/** A run of producers and readers of one log, whose steps a scheduler puts in an order. */
interface Race {
  readonly log: PartitionLog;
  /** Resolves when it is the turn of whoever asks. */
  turn(label: string): Promise<void>;
  /** Lets everybody go on until `goal` is settled. */
  reach<Value>(goal: Promise<Value>): Promise<Value>;
}

async function startRace(
  scheduler: fc.Scheduler,
  atOnce: Iterator<number>,
  config: Partial<LogConfig>,
  newStorage: NewStorage,
): Promise<Race> {
  const storage = new ScheduledStorage(await newStorage(), scheduler);
  const reach = <Value>(goal: Promise<Value>) => storage.reach(goal, atOnce);
  return { log: await reach(openOrders({ storage, config })), turn: (label) => storage.turn(label), reach };
}

/** LOG-9: there is one order of all appends that agrees with real time, and the records of each stand together in it. */
export const linearizable = (append: AppendValues, newStorage: NewStorage = inMemory) =>
  fc.asyncProperty(fc.scheduler(), together, producers, async (scheduler, atOnce, plans) => {
    const { log, turn, reach } = await startRace(scheduler, atOnce, { segmentBytes: 300 }, newStorage);
    let clock = 0;
    const appends: Append[] = [];
    const produce = async (plan: readonly number[], producer: number) => {
      for (const [index, count] of plan.entries()) {
        await turn(`producer ${producer}`);
        const values = Array.from({ length: count }, (_, record) => `${producer}.${index}.${record}`);
        const askedAt = clock++;
        const result = await append(log, values);
        appends.push({ values, askedAt, answeredAt: clock++, ...result });
      }
    };
    await reach(Promise.all(plans.map(produce)));
    const inOrder = [...appends].sort((a, b) => a.baseOffset - b.baseOffset);
    for (const [at, later] of inOrder.entries())
      for (const earlier of inOrder.slice(0, at)) expect(later.answeredAt, 'LOG-9').toBeGreaterThan(earlier.askedAt);
    const oneAfterTheOther = inOrder.flatMap(({ values }) => values);
    expect(await reach(allRecords(log)), 'LOG-9').toEqual(
      oneAfterTheOther.map((value, offset) => `${offset}:${value}`),
    );
    for (const { values, baseOffset, lastOffset } of appends)
      expect(lastOffset - baseOffset + 1, 'LOG-9').toBe(values.length);
  });

/** How a reader reads: mutants do it wrong. */
type ReadUpTo = (log: PartitionLog, offset: number, upTo: number) => Promise<Uint8Array>;

/** Reads as a fetch does. */
export const readUpTo: ReadUpTo = (log, offset, upTo) => log.read(offset, 400, { minOneMessage: true, upTo });

/** LOG-13: readers beside writers get no record at or beyond the limit that they were given, nor what was not durable when they were answered. */
export const keepsLimits = (read: ReadUpTo, newStorage: NewStorage = inMemory) =>
  fc.asyncProperty(
    fc.scheduler(),
    together,
    producers,
    fc.integer({ min: 1, max: 3 }),
    async (scheduler, atOnce, plans, readers) => {
      const config = { segmentBytes: 500, indexIntervalBytes: 1, tailCacheBytes: 0 };
      const { log, turn, reach } = await startRace(scheduler, atOnce, config, newStorage);
      let isWriting = true;
      const produce = async (plan: readonly number[], producer: number) => {
        for (const count of plan) {
          await turn(`producer ${producer}`);
          const values = Array.from({ length: count }, () => 'x'.repeat(producer * 20));
          await log.append(batchOf(values), { durability: 'relaxed' }).durable;
        }
      };
      const consume = async (reader: number) => {
        let offset = 0;
        while (isWriting || offset < log.highWatermark) {
          await turn(`reader ${reader}`);
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
      await reach(Promise.all([writing, ...Array.from({ length: readers }, (_, reader) => consume(reader))]));
    },
  );

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

/** What LOG-9 and LOG-13 must find, wherever the log is kept. */
export const concurrencyMutantsOver = (newStorage: NewStorage, runs: number): readonly Mutant[] => [
  {
    breaks: 'a log that appends in halves',
    property: 'LOG-9',
    says: /LOG-9/,
    search: () => searchProperty(linearizable(appendsInHalves, newStorage), runs),
  },
  {
    breaks: 'a log that answers before it appends',
    property: 'LOG-9',
    says: /LOG-9/,
    search: () => searchProperty(linearizable(answersBeforeItAppends(), newStorage), runs),
  },
  {
    breaks: 'a read that looks for the end of the log when it has waited for the disk',
    property: 'LOG-13',
    says: /LOG-13/,
    bugs: [11],
    search: () => searchProperty(keepsLimits(looksTooLate, newStorage), runs),
  },
];

export const concurrencyMutants = concurrencyMutantsOver(inMemory, 1000);
