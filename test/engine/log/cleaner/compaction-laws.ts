import fc from 'fast-check';
import { expect } from 'vitest';
import { MemoryStorage } from '../../../../src/engine/environment/memory-storage.js';
import type { Storage } from '../../../../src/engine/environment/storage.js';
import type { CleanableLog } from '../../../../src/engine/log/cleaner/cleanable-log.js';
import { cleanDirtiest } from '../../../../src/engine/log/cleaner/log-cleaner.js';
import { OffsetMap } from '../../../../src/engine/log/cleaner/offset-map.js';
import type { PartitionLog } from '../../../../src/engine/log/partition-log.js';
import {
  batchesIn,
  encodeBatch,
  stampBatch,
  type RecordToEncode,
} from '../../../../src/engine/protocol/record-batch.js';
import { inPlaceOf, searchProperty, type Mutant } from '../../../mutants/mutant.js';
import { instead } from '../../../mutants/instead.js';
import { lastValues, readLog, type FoundLog } from '../crashes/crash-judge.js';
import { firstOpenOffset, invisibleBatches, modelBatches, type ModelBatch } from '../crashes/log-model.js';
import { openOrders, tracedEnvironment } from '../log-builder.js';
import type { NewStorage } from '../log-lookups.js';

const deleteRetentionMs = 100;
const minCompactionLagMs = 60;

type Command =
  | {
      readonly does: 'append';
      readonly records: readonly { readonly key: number; readonly value: string | null }[];
      /** 1 and 2 write in transactions, 3 is idempotent, 0 is neither. */
      readonly producer: number;
    }
  | { readonly does: 'end'; readonly producer: number; readonly isAborted: boolean }
  | { readonly does: 'roll' | 'clean' }
  | { readonly does: 'wait'; readonly ms: number };

const record = fc.record({
  key: fc.nat({ max: 4 }),
  value: fc.option(fc.string({ maxLength: 6 }), { freq: 3 }),
});
const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<Command>[]>(
    {
      weight: 9,
      arbitrary: fc.record({
        does: fc.constant('append'),
        records: fc.array(record, { minLength: 1, maxLength: 3 }),
        producer: fc.oneof(
          { weight: 3, arbitrary: fc.constant(0) },
          { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) },
        ),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constant('end'),
        producer: fc.integer({ min: 1, max: 2 }),
        isAborted: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('roll') }) },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('clean') }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('wait'), ms: fc.nat({ max: 150 }) }) },
  ),
  { maxLength: 45, size: 'max' },
);

/** Keys of users: some have the bytes of the keys that markers have, and one has none. */
const userKeys = [[0, 0, 0, 0], [0, 0, 0, 1], [], [97], [98]].map((key) => Uint8Array.from(key));
/** As long as those, and like nothing else. */
const plainKeys = [[99, 0, 0, 0], [99, 0, 0, 1], ...userKeys.slice(2)].map((key) => Uint8Array.from(key));

/** What a run is held on: mutants do one of these wrong. */
interface CleaningSubject {
  readonly newStorage?: NewStorage;
  /** What the cleaner is given for the log. */
  readonly cleanable?: (log: PartitionLog) => CleanableLog;
  /** The time, as the cleaner sees it. */
  readonly now?: (now: number) => number;
  readonly keys?: readonly Uint8Array[];
}

/** A compacted log whose cleaner and clock are ours. */
class CompactedLog {
  private now = 1_000_000;
  private readonly all: ModelBatch[] = [];
  private readonly timestamps = new Map<number, number>();
  private readonly sequences = [0, 0, 0, 0];
  private readonly open = new Set<number>();
  /** When a cleaning first went over an offset. */
  private readonly firstCleanedAt = new Map<number, number>();
  private log!: PartitionLog;

  private constructor(
    private readonly storage: Storage,
    private readonly subject: CleaningSubject,
  ) {}

  static async open(subject: CleaningSubject): Promise<CompactedLog> {
    const opened = new CompactedLog(await (subject.newStorage ?? inMemory)(), subject);
    opened.log = await opened.openOn(opened.storage);
    return opened;
  }

  async carryOut(command: Command): Promise<void> {
    switch (command.does) {
      case 'append':
        return this.append(command.records, command.producer);
      case 'end':
        return this.end(command.producer, command.isAborted);
      case 'wait':
        this.now += command.ms;
        return;
      case 'roll':
        this.log.roll();
        return;
      case 'clean':
        return this.clean();
    }
  }

  /** CMP-7: what the batches alone tell, without anything that stands beside them. */
  async judgeBatchesAlone(): Promise<void> {
    const { newStorage = inMemory } = this.subject;
    const known = await readLog(this.log);
    const bare = await newStorage();
    for (const { name, size, modifiedAt } of await this.storage.files()) {
      const bytes = await this.storage.read(name, 0, size);
      await bare.commit([{ kind: 'replace', file: name, bytes, modifiedAt }], 'strict');
    }
    const log = await this.openOn(bare);
    expect(log.logEndOffset, 'CMP-7 the end of the log is known').toBe(known.end);
    const { lastSequences } = await readLog(log);
    expect([...lastSequences].sort(), 'CMP-7 the last sequences are known').toEqual([...known.lastSequences].sort());
  }

  /** Offsets of the records that are left. */
  async left(): Promise<number[]> {
    return offsetsOf(await readLog(this.log));
  }

  private openOn(storage: Storage): Promise<PartitionLog> {
    return openOrders({
      storage,
      environment: tracedEnvironment({ now: () => this.now }),
      config: {
        segmentBytes: 400,
        isCompacted: true,
        isDeleted: false,
        minCleanableDirtyRatio: 0,
        deleteRetentionMs,
        minCompactionLagMs,
      },
    });
  }

  private async append(
    records: readonly { readonly key: number; readonly value: string | null }[],
    producer: number,
  ): Promise<void> {
    const { keys = userKeys } = this.subject;
    const encoded: RecordToEncode[] = records.map(({ key, value }) => ({
      key: keys[key] as Uint8Array,
      value: value === null ? null : new TextEncoder().encode(value),
      timestamp: this.now,
    }));
    const isTransactional = producer === 1 || producer === 2;
    const bytes = encodeBatch({
      records: encoded,
      ...(producer > 0 && {
        producerId: producer,
        producerEpoch: 0,
        baseSequence: this.sequences[producer],
        isTransactional,
      }),
    });
    this.sequences[producer] = (this.sequences[producer] as number) + records.length;
    if (isTransactional) this.open.add(producer);
    await this.take(bytes, 'client');
  }

  private async end(producer: number, isAborted: boolean): Promise<void> {
    if (!this.open.delete(producer)) return;
    const key = Uint8Array.of(0, 0, 0, isAborted ? 0 : 1);
    const bytes = encodeBatch({
      records: [{ key, value: new Uint8Array(6), timestamp: this.now }],
      producerId: producer,
      producerEpoch: 0,
      isTransactional: true,
      isControlBatch: true,
    });
    await this.take(bytes, 'coordinator');
  }

  private async take(bytes: Uint8Array, origin: 'client' | 'coordinator'): Promise<void> {
    await this.log.append(bytes, { durability: 'relaxed', origin }).durable;
    const batches = modelBatches(bytes);
    this.all.push(...batches);
    for (const { records } of batches) for (const { offset } of records) this.timestamps.set(offset, this.now);
  }

  private async clean(): Promise<void> {
    const before = await readLog(this.log);
    const active = this.log.segments.at(-1)?.baseOffset ?? 0;
    const endOffset = await this.turn();
    const after = await readLog(this.log);
    this.judge(before, after, active);
    if (endOffset === undefined) return;
    this.judgeHorizons(before, after, endOffset);
    for (const offset of offsetsOf(before))
      if (offset < endOffset && !this.firstCleanedAt.has(offset)) this.firstCleanedAt.set(offset, this.now);
    for (let turns = 0; (await this.turn()) !== undefined; turns++)
      expect(turns, 'CMP-9 the cleaner comes to an end').toBeLessThan(3);
    expect(offsetsOf(await readLog(this.log)), 'CMP-5 cleaning again changes nothing').toEqual(offsetsOf(after));
  }

  /** Up to where it cleaned. */
  private async turn(): Promise<number | undefined> {
    const { cleanable = (log: PartitionLog) => log, now = (time: number) => time } = this.subject;
    const settings = { dedupeBufferBytes: 24 * 100, now: () => now(this.now) };
    return (await cleanDirtiest([cleanable(this.log)], settings)).cleaned?.endOffset;
  }

  private judge(before: FoundLog, after: FoundLog, active: number): void {
    const left = new Set(offsetsOf(after));
    const untouchable = Math.min(active, firstOpenOffset(this.all) ?? Infinity);
    for (const offset of offsetsOf(before)) {
      const isYoung = this.now - (this.timestamps.get(offset) ?? 0) < minCompactionLagMs;
      if (offset >= untouchable || isYoung)
        expect(left.has(offset), `CMP-3 offset ${offset} may not be touched yet`).toBe(true);
    }
    expect(lastValues(after.batches), 'CMP-1 the last values are those of the whole log').toEqual(lastValues(this.all));
    const known = new Map(this.all.map((batch) => [batch.baseOffset, batch]));
    let last = -1;
    for (const { baseOffset, lastOffset, text, records } of after.batches) {
      const batch = known.get(baseOffset);
      expect([lastOffset, text], `CMP-2 the batch at ${baseOffset} is what it was`).toEqual([
        batch?.lastOffset,
        batch?.text,
      ]);
      expect(baseOffset, 'CMP-2 in its sequence').toBeGreaterThan(last);
      last = lastOffset;
      const appended = new Map(batch?.records.map((each) => [each.offset, each.text]));
      for (const each of records) expect(each.text, `CMP-2 offset ${each.offset}`).toBe(appended.get(each.offset));
    }
    expect(after.end, 'CMP-7 the end of the log').toBe(before.end);
    this.judgeTransactions(after);
  }

  private judgeTransactions({ batches, committed, lastStableOffset }: FoundLog): void {
    const invisible = new Set([...invisibleBatches(this.all)].map(({ baseOffset }) => baseOffset));
    const visible = batches
      .filter(({ isControl, baseOffset }) => !isControl && !invisible.has(baseOffset))
      .flatMap(({ records }) => records.map(({ offset }) => offset))
      .filter((offset) => offset < lastStableOffset);
    expect(committed, 'CMP-8 readers of committed records see them and no others').toEqual(visible);
    for (const { isControl, isTransactional, producerId, baseOffset, records } of batches) {
      if (isControl || !isTransactional || records.length === 0 || baseOffset >= lastStableOffset) continue;
      const hasMarker = batches.some(
        (each) =>
          each.isControl && each.producerId === producerId && each.baseOffset > baseOffset && each.marker !== undefined,
      );
      expect(hasMarker, `CMP-8 offset ${baseOffset} of producer ${producerId} has lost its marker`).toBe(true);
    }
  }

  /** CMP-4: a tombstone stays for `delete.retention.ms` from the first cleaning that saw it, and goes then. */
  private judgeHorizons(before: FoundLog, after: FoundLog, endOffset: number): void {
    const left = new Set(offsetsOf(after));
    const invisible = new Set([...invisibleBatches(this.all)].map(({ baseOffset }) => baseOffset));
    const last = new Map<string | null, number>();
    for (const batch of this.all)
      if (!batch.isControl && !invisible.has(batch.baseOffset))
        for (const { key, offset } of batch.records) last.set(key, offset);
    for (const batch of before.batches) {
      if (batch.isControl || invisible.has(batch.baseOffset)) continue;
      for (const { offset, key, isTombstone } of batch.records) {
        if (!isTombstone || last.get(key) !== offset || offset >= endOffset) continue;
        const since = this.firstCleanedAt.get(offset);
        const isDue = since !== undefined && this.now - since >= deleteRetentionMs;
        expect(left.has(offset), `CMP-4 tombstone ${offset}, first seen at ${since}, at ${this.now}`).toBe(!isDue);
      }
    }
  }
}

const inMemory: NewStorage = async () => new MemoryStorage();

function offsetsOf({ batches }: FoundLog): number[] {
  return batches.filter(({ isControl }) => !isControl).flatMap(({ records }) => records.map(({ offset }) => offset));
}

/** CMP-1 to CMP-5 and CMP-7 to CMP-9, for all sequences of appends, ends of transactions, rolls, cleanings and pauses. */
export const compactionHolds = (subject: CleaningSubject = {}): fc.IAsyncPropertyWithHooks<[readonly Command[]]> =>
  fc.asyncProperty(commands, async (sequence) => {
    const log = await CompactedLog.open(subject);
    for (const command of sequence) await log.carryOut(command);
    await log.judgeBatchesAlone();
  });

/** CMP-11: keys that have the bytes of internal keys are keys like others. */
export const keysAreAlike = (subject: CleaningSubject = {}): fc.IAsyncPropertyWithHooks<[readonly Command[]]> =>
  fc.asyncProperty(commands, async (sequence) => {
    const [odd, plain] = [await CompactedLog.open(subject), await CompactedLog.open({ ...subject, keys: plainKeys })];
    for (const command of [...sequence, { does: 'roll' }, { does: 'wait', ms: 1000 }, { does: 'clean' }] as const) {
      await odd.carryOut(command);
      await plain.carryOut(command);
    }
    expect(await odd.left(), 'CMP-11').toEqual(await plain.left());
  });

/** CMP-10: a batch with a record that has no key is refused, and nothing of it is there. */
export const keysAreNeeded = (
  isCompacted = true,
  newStorage = inMemory,
): fc.IAsyncPropertyWithHooks<[(boolean | null)[][]]> =>
  fc.asyncProperty(
    fc.array(fc.array(fc.option(fc.boolean(), { freq: 3 }), { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
    async (batches) => {
      const log = await openOrders({ storage: await newStorage(), config: { isCompacted } });
      for (const keys of batches) {
        const end = log.logEndOffset;
        const records = keys.map((key) => ({ key: key === null ? null : Uint8Array.of(1), value: null, timestamp: 1 }));
        const append = async () => log.append(encodeBatch({ records }), { durability: 'relaxed' }).durable;
        if (keys.includes(null)) {
          await expect(append(), 'CMP-10').rejects.toMatchObject({ code: 'INVALID_RECORD' });
          expect(log.logEndOffset, 'CMP-10').toBe(end);
        } else {
          await append();
          expect(log.logEndOffset, 'CMP-10').toBe(end + keys.length);
        }
      }
    },
  );

function cleaningMutant(
  breaks: string,
  subject: CleaningSubject,
  expected: Pick<Mutant, 'property' | 'says' | 'bugs'>,
): Mutant {
  return { breaks, ...expected, search: () => searchProperty(compactionHolds(subject), 600) };
}

/** Takes markers for records of a user. */
const takesMarkersForRecords: CleaningSubject = {
  cleanable: (log) =>
    instead(log, {
      readSegment: async (segment, position, length) => {
        const bytes = await log.readSegment(segment, position, length);
        for (const { start } of batchesIn(bytes)) bytes[start + 22] = (bytes[start + 22] as number) & ~0x20;
        return bytes;
      },
    }),
};

/** What the laws of compaction must find. */
export const cleaningMutants: readonly Mutant[] = [
  {
    breaks: 'a cleaner that keeps the first record of a key',
    property: 'CMP-1',
    says: /CMP-1/,
    search: inPlaceOf(
      OffsetMap.prototype,
      'put',
      (original) =>
        function (this: OffsetMap, key, offset) {
          if (this.get(key) < 0) original.call(this, key, offset);
          else this.advanceTo(offset);
        },
      () => searchProperty(compactionHolds(), 600),
    ),
  },
  cleaningMutant(
    'a cleaner that gives what it keeps an epoch of its own',
    {
      cleanable: (log) =>
        instead(log, {
          replaceSegments: (old, cleaned) => {
            for (const { header, start } of batchesIn(cleaned.bytes))
              stampBatch(cleaned.bytes, start, { baseOffset: header.baseOffset, leaderEpoch: 99 });
            return log.replaceSegments(old, cleaned);
          },
        }),
    },
    { property: 'CMP-2', says: /CMP-2/ },
  ),
  cleaningMutant(
    'a cleaner that begins a new segment, so that it can clean the active one',
    {
      cleanable: (log) => {
        if ((log.segments.at(-1)?.size ?? 0) > 0) log.roll();
        return log;
      },
    },
    { property: 'CMP-3', says: /CMP-3/ },
  ),
  cleaningMutant(
    'a cleaner that does not wait for min.compaction.lag.ms',
    { cleanable: (log) => instead(log, { config: { ...log.config, minCompactionLagMs: 0 } }) },
    { property: 'CMP-3', says: /CMP-3/ },
  ),
  cleaningMutant(
    'a cleaner that goes beyond the last stable offset',
    { cleanable: (log) => instead(log, { lastStableOffset: log.highWatermark }) },
    { property: 'CMP-3', says: /CMP-3/ },
  ),
  cleaningMutant(
    'a cleaner that deletes tombstones the second time that it sees them',
    { cleanable: (log) => instead(log, { config: { ...log.config, deleteRetentionMs: 0 } }) },
    { property: 'CMP-4', bugs: [2] },
  ),
  cleaningMutant(
    'a cleaner that never lets a tombstone go',
    { cleanable: (log) => instead(log, { config: { ...log.config, deleteRetentionMs: 1e9 } }) },
    { property: 'CMP-4', says: /CMP-4/, bugs: [3] },
  ),
  {
    breaks: 'a cleaner that asks a clock of its own',
    property: 'CMP-5',
    search: () => {
      let asked = 0;
      return searchProperty(compactionHolds({ now: (now) => now + 60 * asked++ }), 600);
    },
  },
  cleaningMutant(
    'a cleaner that drops the last batch of a producer',
    { cleanable: (log) => instead(log, { activeProducers: [] }) },
    { property: 'CMP-7', says: /CMP-7 the last sequences/, bugs: [5] },
  ),
  cleaningMutant('a cleaner that takes markers for records', takesMarkersForRecords, {
    property: 'CMP-8',
    bugs: [4],
  }),
  cleaningMutant(
    'a cleaner that does not remember where it was',
    { cleanable: (log) => instead(log, { cleanedTo: () => Promise.resolve() }) },
    { property: 'CMP-9', says: /CMP-9/, bugs: [7] },
  ),
  {
    breaks: 'a log that does not ask for keys',
    property: 'CMP-10',
    search: () => searchProperty(keysAreNeeded(false), 100),
  },
  {
    breaks: 'a cleaner that takes markers for records',
    property: 'CMP-11',
    search: () => searchProperty(keysAreAlike(takesMarkersForRecords), 600),
  },
];
