import fc from 'fast-check';
import { expect } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { LogConfig } from '../../../src/engine/log/log-config.js';
import { PartitionLog } from '../../../src/engine/log/partition-log.js';
import { inPlaceOf, searchProperty, type Mutant } from '../../mutants/mutant.js';
import { instead } from '../../mutants/instead.js';
import { modelBatches } from './crashes/log-model.js';
import { batchOf, openOrders, tracedEnvironment } from './log-builder.js';
import type { NewStorage } from './log-lookups.js';
import { encodeBatch } from '../../../src/engine/protocol/record-batch.js';
import { GroupCommit } from '../../../src/engine/log/group-commit.js';

const retentionMs = 1000;
const retentionBytes = 400;

type Command =
  | { readonly does: 'append'; readonly aheadMs: number; readonly length: number }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'retention' }
  | { readonly does: 'delete-records'; readonly place: number };

/** Times are multiples of a quarter of the retention: then what is exactly as old as it may be is common. */
const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<Command>[]>(
    {
      weight: 6,
      arbitrary: fc.record({
        does: fc.constant('append'),
        aheadMs: fc.integer({ min: -8, max: 8 }).map((steps) => steps * 250),
        length: fc.nat({ max: 60 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ does: fc.constant('wait'), ms: fc.nat({ max: 4 }).map((steps) => steps * 250) }),
    },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('retention') }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('delete-records'), place: fc.nat({ max: 100 }) }) },
  ),
  { maxLength: 50, size: 'max' },
);

interface Retention {
  readonly retentionMs: number;
  readonly retentionBytes: number;
}

/** By what segments are deleted. */
export const retentions: readonly [string, Retention][] = [
  ['by time', { retentionMs, retentionBytes: -1 }],
  ['by size', { retentionMs: -1, retentionBytes }],
  ['by both', { retentionMs, retentionBytes }],
];

/** What a run is held on: mutants do one of these wrong. */
interface RetentionSubject {
  readonly newStorage?: NewStorage;
  /** What the log is really opened with. */
  readonly config?: Partial<LogConfig>;
  readonly log?: (log: PartitionLog) => PartitionLog;
}

const inMemory: NewStorage = async () => new MemoryStorage();

/** RET-1 to RET-4, for all sequences of appends, pauses, passes of retention and DeleteRecords. */
export const retentionHolds = (
  config: Retention,
  { newStorage = inMemory, config: real = config, log: wrapped = (log) => log }: RetentionSubject = {},
): fc.IAsyncPropertyWithHooks<[readonly Command[]]> =>
  fc.asyncProperty(commands, async (sequence) => {
    let now = 1_000_000;
    const log = wrapped(
      await openOrders({
        storage: await newStorage(),
        environment: tracedEnvironment({ now: () => now }),
        config: { ...real, segmentBytes: 250, fileDeleteDelayMs: 0 },
      }),
    );
    for (const command of sequence) {
      const start = log.logStartOffset;
      if (command.does === 'wait') now += command.ms;
      else if (command.does === 'append')
        await log.append(batchOf(['x'.repeat(command.length)], now + command.aheadMs), { durability: 'relaxed' })
          .durable;
      else if (command.does === 'delete-records') {
        const wanted = start + Math.round(((log.highWatermark - start) * command.place) / 100);
        await log.deleteRecords(wanted);
        expect(log.logStartOffset, 'RET-4').toBe(Math.max(wanted, start));
      } else await judgedPass(log, config, start, now);
      expect(log.logStartOffset, 'RET-3').toBeGreaterThanOrEqual(start);
      if (log.logStartOffset > 0)
        await expect(log.read(log.logStartOffset - 1, 1000), 'RET-3').rejects.toMatchObject({
          code: 'OFFSET_OUT_OF_RANGE',
        });
      if (log.logStartOffset < log.highWatermark)
        expect((await log.read(log.logStartOffset, 1000, { minOneMessage: true })).length, 'RET-3').toBeGreaterThan(0);
    }
  });

async function judgedPass(log: PartitionLog, config: Retention, start: number, now: number): Promise<void> {
  const before = log.segments.map(({ baseOffset, size, nextOffset, retentionTimestamp }) => ({
    baseOffset,
    size,
    nextOffset,
    retentionTimestamp,
  }));
  let { size } = log;
  await log.deleteOldSegments().durable;
  const left = new Set(log.segments.map(({ baseOffset }) => baseOffset));
  const isSurplus = (bytes: number) => config.retentionBytes >= 0 && size - bytes >= config.retentionBytes;
  for (const segment of before.filter(({ baseOffset }) => !left.has(baseOffset))) {
    const isBelow = segment.nextOffset <= start;
    const isOld = config.retentionMs >= 0 && now - segment.retentionTimestamp > config.retentionMs;
    expect(isBelow || isOld || isSurplus(segment.size), 'RET-1, RET-2: a segment went for no reason').toBe(true);
    size -= segment.size;
    expect(segment.nextOffset, 'RET-5').toBeLessThanOrEqual(log.highWatermark);
  }
  const first = log.segments[0];
  if (first === undefined || (log.segments.length === 1 && first.size === 0)) return;
  if (config.retentionMs >= 0)
    expect(now - first.retentionTimestamp, 'RET-1: the oldest segment is not too old').toBeLessThanOrEqual(
      config.retentionMs,
    );
  expect(isSurplus(first.size), 'RET-2: no segment is too many').toBe(false);
}

type OpenTransactionCommand =
  | { readonly does: 'append'; readonly producer: number; readonly aheadMs: number }
  | { readonly does: 'end'; readonly producer: number; readonly isAborted: boolean }
  | { readonly does: 'high-watermark' | 'retention' }
  | { readonly does: 'wait'; readonly ms: number };

const producer = fc.nat({ max: 2 });
const openTransactions: fc.Arbitrary<readonly OpenTransactionCommand[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<OpenTransactionCommand>[]>(
    {
      weight: 6,
      arbitrary: fc.record({ does: fc.constant('append'), producer, aheadMs: fc.integer({ min: -2000, max: 0 }) }),
    },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('end'), producer, isAborted: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('high-watermark', 'retention') }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('wait'), ms: fc.nat({ max: 600 }) }) },
  ),
  { maxLength: 40, size: 'max' },
);

/** RET-5: nothing goes at or beyond the high watermark, and readers of what is left are told of every aborted transaction in it. */
export const retentionKeepsWhatIsNeeded = (
  newStorage = inMemory,
): fc.IAsyncPropertyWithHooks<[readonly OpenTransactionCommand[]]> =>
  fc.asyncProperty(openTransactions, async (sequence) => {
    let now = 1_000_000;
    const storage = await newStorage();
    const log = await PartitionLog.open({
      environment: tracedEnvironment({ now: () => now }),
      storage,
      groupCommit: new GroupCommit(storage),
      topic: 'orders',
      partition: 0,
      config: { retentionMs, segmentBytes: 250, fileDeleteDelayMs: 0 },
      highWatermark: 'caller',
    });
    const sequences = [0, 0, 0];
    const aborted: { producerId: number; firstOffset: number; marker: number }[] = [];
    const open = new Map<number, number>();
    for (const command of sequence) {
      if (command.does === 'append') {
        const { producer: producerId, aheadMs } = command;
        const baseSequence = sequences[producerId] as number;
        sequences[producerId] = baseSequence + 1;
        const records = [{ key: null, value: new Uint8Array(10), timestamp: now + aheadMs }];
        const bytes = encodeBatch({ records, producerId, producerEpoch: 0, baseSequence, isTransactional: true });
        const { baseOffset, durable } = log.append(bytes, { durability: 'relaxed' });
        await durable;
        if (!open.has(producerId)) open.set(producerId, baseOffset);
      } else if (command.does === 'end') {
        const { producer: producerId, isAborted } = command;
        const firstOffset = open.get(producerId);
        if (firstOffset === undefined) continue;
        const key = Uint8Array.of(0, 0, 0, isAborted ? 0 : 1);
        const bytes = encodeBatch({
          records: [{ key, value: new Uint8Array(6), timestamp: now }],
          producerId,
          producerEpoch: 0,
          isTransactional: true,
          isControlBatch: true,
        });
        const { baseOffset, durable } = log.append(bytes, { durability: 'strict', origin: 'coordinator' });
        await durable;
        open.delete(producerId);
        if (isAborted) aborted.push({ producerId, firstOffset, marker: baseOffset });
      } else if (command.does === 'wait') now += command.ms;
      else if (command.does === 'high-watermark') log.updateHighWatermark(log.logEndOffset);
      else {
        const { highWatermark, logEndOffset } = log;
        await log.deleteOldSegments().durable;
        if (highWatermark < logEndOffset)
          expect(log.logStartOffset, 'RET-5 nothing goes beyond the high watermark').toBeLessThanOrEqual(highWatermark);
      }
      await expectAbortedTold(log, aborted);
    }
  });

async function expectAbortedTold(
  log: PartitionLog,
  aborted: readonly { readonly producerId: number; readonly firstOffset: number; readonly marker: number }[],
): Promise<void> {
  for (let offset = log.logStartOffset; offset < log.lastStableOffset;) {
    const limits = { isolation: 'committed', minOneMessage: true } as const;
    const { records, abortedTransactions = [] } = await log.fetch(offset, 1, limits);
    const [batch] = modelBatches(records);
    if (batch === undefined) return;
    const told = new Set(abortedTransactions.map(({ producerId, firstOffset }) => `${producerId}@${firstOffset}`));
    if (!batch.isControl)
      for (const { producerId, firstOffset, marker } of aborted)
        if (producerId === batch.producerId && firstOffset <= batch.lastOffset && marker > batch.lastOffset)
          expect(told, 'RET-5 aborted transactions are told').toContain(`${producerId}@${firstOffset}`);
    offset = batch.lastOffset + 1;
  }
}

/** Steps of a clock, in quarters of the retention, and leaps. */
const clockSteps = fc.array(
  fc.oneof(
    fc.record({ does: fc.constant('append' as const) }),
    fc.record({
      does: fc.constant('step' as const),
      ms: fc.oneof(fc.integer({ min: -14_400, max: 14_400 }), fc.constant(10 * 365 * 86_400_000)),
    }),
  ),
  { minLength: 1, maxLength: 30, size: 'max' },
);

type SteppedClock = (now: () => number) => () => number;

/** RET-6: whatever the clock does, only what is older than the retention by its time goes, and all of that; a record from the future blocks no older segment. */
export const clocksMayStep = (
  clock: SteppedClock = (now) => now,
  newStorage = inMemory,
): fc.IAsyncPropertyWithHooks<[readonly ({ does: 'append' } | { does: 'step'; ms: number })[]]> =>
  fc.asyncProperty(clockSteps, async (steps) => {
    let now = 1_000_000;
    const log = await openOrders({
      storage: await newStorage(),
      environment: tracedEnvironment({ now: clock(() => now) }),
      config: {
        retentionMs: 3_600,
        segmentBytes: 150,
        fileDeleteDelayMs: 0,
        timestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
      },
    });
    for (const step of steps) {
      if (step.does === 'append')
        await log.append(batchOf(['x'.repeat(60)], Math.max(now, 0)), { durability: 'relaxed' }).durable;
      else now += step.ms;
      const before = log.segments
        .filter(({ size }) => size > 0)
        .map(({ baseOffset, largestTimestamp }) => ({ baseOffset, largestTimestamp }));
      await log.deleteOldSegments().durable;
      const left = new Set(log.segments.map(({ baseOffset }) => baseOffset));
      let isOldSoFar = true;
      for (const { baseOffset, largestTimestamp } of before) {
        isOldSoFar &&= now - largestTimestamp > 3_600;
        expect(left.has(baseOffset), `RET-6 segment ${baseOffset} of ${largestTimestamp} at ${now}`).toBe(!isOldSoFar);
      }
    }
  });

const [[, byTime], [, bySize]] = retentions as unknown as [[string, Retention], [string, Retention]];

/** What the laws of retention must find. */
export const retentionMutants: readonly Mutant[] = [
  {
    breaks: 'retention that deletes a segment a little early',
    property: 'RET-1',
    says: /RET-1/,
    search: () => searchProperty(retentionHolds(byTime, { config: { ...byTime, retentionMs: retentionMs - 1 } }), 300),
  },
  {
    breaks: 'retention that keeps a segment a little too long',
    property: 'RET-1',
    says: /RET-1/,
    search: () =>
      searchProperty(retentionHolds(byTime, { config: { ...byTime, retentionMs: retentionMs + 250 } }), 300),
  },
  {
    breaks: 'retention by size that deletes as soon as the size is passed',
    property: 'RET-2',
    says: /RET-2/,
    search: () =>
      searchProperty(retentionHolds(bySize, { config: { ...bySize, retentionBytes: retentionBytes - 60 } }), 300),
  },
  {
    breaks: 'a log that gives nothing, and no error, for what has been deleted',
    property: 'RET-3',
    search: () =>
      searchProperty(
        retentionHolds(bySize, {
          log: (log) =>
            instead(log, {
              read: (offset, ...rest) =>
                offset < log.logStartOffset ? Promise.resolve(new Uint8Array(0)) : log.read(offset, ...rest),
            }),
        }),
        300,
      ),
  },
  {
    breaks: 'DeleteRecords that deletes the whole batch',
    property: 'RET-4',
    says: /RET-4/,
    search: () =>
      searchProperty(
        retentionHolds(byTime, {
          log: (log) =>
            instead(log, { deleteRecords: (offset) => log.deleteRecords(Math.min(offset + 1, log.highWatermark)) }),
        }),
        300,
      ),
  },
  {
    breaks: 'retention that does not look at the high watermark',
    property: 'RET-5',
    says: /RET-5/,
    search: inPlaceOf(
      PartitionLog.prototype,
      'deleteOldSegments',
      (original) =>
        function (this: PartitionLog) {
          const { highWatermark } = this;
          this.updateHighWatermark(this.logEndOffset);
          const deleted = original.call(this);
          this.updateHighWatermark(Math.min(highWatermark, this.logEndOffset));
          return deleted;
        },
      () => searchProperty(retentionKeepsWhatIsNeeded(), 300),
    ),
  },
  {
    breaks: 'a log that forgets aborted transactions that began in a segment before',
    property: 'RET-5',
    says: /RET-5 aborted/,
    search: inPlaceOf(
      PartitionLog.prototype,
      'fetch',
      (original) =>
        async function (this: PartitionLog, offset, ...rest) {
          const found = await original.call(this, offset, ...rest);
          const segment = this.segments.findLast(({ baseOffset }) => baseOffset <= offset);
          const abortedTransactions = (found.abortedTransactions ?? []).filter(
            ({ firstOffset }) => firstOffset >= (segment?.baseOffset ?? 0),
          );
          return { ...found, abortedTransactions };
        },
      () => searchProperty(retentionKeepsWhatIsNeeded(), 300),
    ),
  },
  {
    breaks: 'retention that takes a clock set back for a long time that has passed',
    property: 'RET-6',
    says: /RET-6/,
    search: () => {
      const wraps: SteppedClock = (now) => {
        let last = 0;
        return () => (now() < last ? last + (last - now()) : (last = now()));
      };
      return searchProperty(clocksMayStep(wraps), 300);
    },
  },
];
