import fc from 'fast-check';
import { expect } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { Storage } from '../../../src/engine/environment/storage.js';
import { cleanDirtiest } from '../../../src/engine/log/cleaner/log-cleaner.js';
import type { LogConfig } from '../../../src/engine/log/log-config.js';
import { OffsetIndex } from '../../../src/engine/log/offset-index.js';
import type { PartitionLog } from '../../../src/engine/log/partition-log.js';
import { TimeIndex } from '../../../src/engine/log/time-index.js';
import {
  batchesIn,
  decodeRecords,
  encodeBatch,
  type RecordToEncode,
} from '../../../src/engine/protocol/record-batch.js';
import { inPlaceOf, searchProperty, type Mutant } from '../../mutants/mutant.js';
import { openOrders } from './log-builder.js';

/** Gives an empty storage. */
export type NewStorage = () => Promise<Storage>;

const inMemory: NewStorage = async () => new MemoryStorage();

const latest = 30;
const record: fc.Arbitrary<RecordToEncode> = fc.record({
  key: fc.constantFrom('a', 'b', 'c').map((key) => new TextEncoder().encode(key)),
  value: fc.option(fc.uint8Array({ maxLength: 20 }), { freq: 4 }),
  timestamp: fc.nat({ max: latest }),
  headers: fc.array(
    fc.record({ key: fc.string({ maxLength: 2 }), value: fc.option(fc.uint8Array({ maxLength: 3 })) }),
    {
      maxLength: 1,
    },
  ),
});
const batch = fc.array(record, { minLength: 1, maxLength: 4 });

type Command =
  { readonly does: 'append'; readonly records: readonly RecordToEncode[] } | { readonly does: 'roll' | 'clean' };

const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<Command>[]>(
    { weight: 6, arbitrary: fc.record({ does: fc.constant('append'), records: batch }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('roll', 'clean') }) },
  ),
  { maxLength: 25, size: 'max' },
);

/** LOG-6: the record that is found for a timestamp is the first one that a scan finds, in the first segment that tells of such a timestamp: in any sequence of timestamps, and after compaction. */
export const findsTimestamps = (newStorage = inMemory): fc.IAsyncPropertyWithHooks<[readonly Command[]]> =>
  fc.asyncProperty(commands, async (sequence) => {
    const log = await openOrders({
      storage: await newStorage(),
      config: {
        segmentBytes: 500,
        indexIntervalBytes: 60,
        isCompacted: true,
        isDeleted: false,
        minCleanableDirtyRatio: 0,
        tailCacheBytes: 0,
      },
    });
    for (const command of sequence) {
      if (command.does === 'append')
        await log.append(encodeBatch({ records: command.records }), { durability: 'relaxed' }).durable;
      else if (command.does === 'roll') log.roll();
      else await cleanDirtiest([log], { dedupeBufferBytes: 2400, now: () => 1000 });
    }
    const segments = await scanned(log);
    for (let timestamp = 0; timestamp <= latest + 1; timestamp++) {
      const segment = segments.find(({ largest }) => largest >= timestamp);
      const found = await log.offsetForTimestamp(timestamp);
      const expected = segment?.records.find((each) => each.timestamp >= timestamp);
      expect(found && [found.offset, found.timestamp], `LOG-6 for timestamp ${timestamp}`).toEqual(
        expected && [expected.offset, expected.timestamp],
      );
    }
  });

interface ScannedSegment {
  readonly largest: number;
  readonly records: readonly { readonly offset: number; readonly timestamp: number }[];
}

async function scanned(log: PartitionLog): Promise<ScannedSegment[]> {
  const segments: ScannedSegment[] = [];
  for (const segment of log.segments) {
    const bytes = segment.size === 0 ? new Uint8Array(0) : await log.readSegment(segment, 0, segment.size);
    const headers = [...batchesIn(bytes)].map(({ header }) => header);
    segments.push({
      // Of one that compaction has emptied, its file tells, as in Kafka.
      largest: headers.length === 0 ? segment.modifiedAt : Math.max(...headers.map(({ maxTimestamp }) => maxTimestamp)),
      records: headers.flatMap((header) => [...decodeRecords(bytes, header)]),
    });
  }
  return segments;
}

/** How a log is kept: clients must not see it. */
interface Layout {
  readonly config: Partial<LogConfig>;
  readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  readonly isOneByOne: boolean;
}

const layout: fc.Arbitrary<Layout> = fc.record({
  config: fc.record({
    segmentBytes: fc.constantFrom(400, 1500, 1_000_000),
    indexIntervalBytes: fc.constantFrom(1, 200, 4096),
    tailCacheBytes: fc.constantFrom(0, 300, 1_000_000),
  }),
  compression: fc.constantFrom('none', 'gzip', 'snappy', 'lz4', 'zstd'),
  isOneByOne: fc.boolean(),
});

/** LOG-8: sizes of segments, indexes and caches, batching, compression and where the log is kept change nothing that a client sees. */
export const layoutsAreAlike = (
  newStorage = inMemory,
): fc.IAsyncPropertyWithHooks<[readonly (readonly RecordToEncode[])[], Layout, Layout]> =>
  fc.asyncProperty(fc.array(batch, { maxLength: 15, size: 'max' }), layout, layout, async (batches, one, other) => {
    const [first, second] = [await seenBy(batches, one, inMemory), await seenBy(batches, other, newStorage)];
    expect(second, 'LOG-8').toEqual(first);
  });

async function seenBy(
  batches: readonly (readonly RecordToEncode[])[],
  { config, compression, isOneByOne }: Layout,
  newStorage: NewStorage,
): Promise<unknown> {
  const log = await openOrders({ storage: await newStorage(), config });
  for (const records of isOneByOne ? batches.flat().map((each) => [each]) : batches)
    await log.append(encodeBatch({ records, compression }), { durability: 'relaxed' }).durable;
  const records: unknown[] = [];
  for (let offset = 0; offset < log.highWatermark; offset++) {
    const bytes = await log.read(offset, 300, { minOneMessage: true });
    const found = [...batchesIn(bytes)].flatMap(({ header }) => [...decodeRecords(bytes, header)]);
    records.push(found.find((each) => each.offset === offset));
  }
  const times: unknown[] = [];
  for (let timestamp = 0; timestamp <= latest + 1; timestamp += 3) times.push(await log.offsetForTimestamp(timestamp));
  return { records, times, end: log.logEndOffset, highWatermark: log.highWatermark };
}

/** What LOG-6 and LOG-8 must find. */
export const lookupMutants: readonly Mutant[] = [
  {
    breaks: 'a time index that begins one entry too late',
    property: 'LOG-6',
    says: /LOG-6/,
    search: inPlaceOf(
      TimeIndex.prototype,
      'before',
      (original) =>
        function (this: TimeIndex, timestamp) {
          const found = original.call(this, timestamp);
          return { ...found, offset: found.timestamp < 0 ? found.offset : found.offset + 2 };
        },
      () => searchProperty(findsTimestamps(), 300),
    ),
  },
  {
    breaks: 'an offset index that begins one entry too late',
    property: 'LOG-8',
    search: inPlaceOf(
      OffsetIndex.prototype,
      'positionBefore',
      (original) =>
        function (this: OffsetIndex, offset) {
          return original.call(this, offset + 3);
        },
      () => searchProperty(layoutsAreAlike(), 300),
    ),
  },
];
