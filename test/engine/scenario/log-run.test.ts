import { describe, expect, test } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { LogRun } from '../../../src/engine/scenario/log-run.js';
import { LogRunProjector } from '../../../src/engine/scenario/log-run-projector.js';
import type { LogRunSpec } from '../../../src/engine/scenario/log-run-spec.js';
import type { LogRunView } from '../../../src/engine/scenario/log-run-view.js';
import { batchesIn } from '../../../src/engine/protocol/record-batch.js';

const seconds = (count: number): number => count * 1000;

const retention: LogRunSpec = {
  kind: 'log',
  seed: '1',
  topic: 'prices',
  config: { retentionMs: seconds(60), segmentBytes: 216 },
  retentionCheckMs: seconds(5),
  script: [0, 10, 20, 30, 40, 50, 55].map((at, index) => ({
    atMs: seconds(at),
    does: 'append' as const,
    key: `k${index % 3}`,
    value: `v${index}`,
  })),
  endsAtMs: seconds(125),
};

const compaction: LogRunSpec = {
  kind: 'log',
  seed: '1',
  topic: 'stock',
  config: {
    isDeleted: false,
    isCompacted: true,
    minCleanableDirtyRatio: 0.1,
    deleteRetentionMs: seconds(60),
  },
  cleaner: { firstMs: seconds(9), everyMs: seconds(60) },
  script: (
    [
      ['sku-1', '10'],
      ['sku-2', '20'],
      ['sku-1', '9'],
      ['sku-3', '5'],
      ['sku-2', null],
      ['sku-1', '8'],
      ['sku-3', '4'],
      ['sku-3', '3'],
      ['sku-1', '7'],
    ] as const
  ).flatMap(([key, value], at): LogRunSpec['script'][number][] => [
    ...(at === 4 || at === 8 ? [{ atMs: seconds(at), does: 'roll' as const }] : []),
    { atMs: seconds(at), does: 'append', key, value },
  ]),
  endsAtMs: seconds(75),
};

async function played(
  spec: LogRunSpec,
  storage = new MemoryStorage(),
): Promise<{ readonly at: (ms: number) => LogRunView; readonly run: LogRun; readonly storage: MemoryStorage }> {
  const run = await LogRun.open(spec, { settle, storage });
  await run.advanceTo(spec.endsAtMs + 1000);
  const projector = new LogRunProjector(spec, run.originMs);
  projector.add(run.trace);
  return { at: (ms) => projector.viewAt(ms), run, storage };
}

const stored = ({ records }: LogRunView): readonly number[] =>
  records.filter(({ state }) => state === 'stored').map(({ offset }) => offset);

describe('retention, as Kafka did it (learning-13)', () => {
  test('a segment goes at the first check at which its newest record is older than retention.ms', async () => {
    const { at, run } = await played(retention);
    expect(run.finished).toBe(true);
    expect(stored(at(seconds(80) + 500))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(stored(at(seconds(85)))).toEqual([3, 4, 5, 6]);
    expect(stored(at(seconds(114)))).toEqual([3, 4, 5, 6]);
    expect(stored(at(seconds(115)))).toEqual([6]);
    expect(stored(at(seconds(120)))).toEqual([]);
  });

  test('the active segment goes too: the log is empty, and its next offset is 7', async () => {
    const { at } = await played(retention);
    const view = at(seconds(121));
    expect([view.logStartOffset, view.highWatermark, view.logEndOffset]).toEqual([7, 7, 7]);
    expect(view.segments.filter(({ deleted }) => deleted === undefined)).toMatchObject([
      { baseOffset: 7, endOffset: 7, sizeInBytes: 0, isActive: true },
    ]);
    expect(view.segments.flatMap(({ deleted }) => deleted ?? []).map(({ atMs, reason }) => [atMs, reason])).toEqual([
      [seconds(85), 'retention-ms'],
      [seconds(115), 'retention-ms'],
      [seconds(120), 'retention-ms'],
    ]);
  });

  test('three records of 72 bytes fill a segment', async () => {
    const { at } = await played(retention);
    expect(
      at(seconds(56)).segments.map(({ baseOffset, sizeInBytes, isActive }) => [baseOffset, sizeInBytes, isActive]),
    ).toEqual([
      [0, 216, false],
      [3, 216, false],
      [6, 72, true],
    ]);
    expect(at(seconds(57)).checks).toHaveLength(12);
    expect(at(seconds(57)).nextCheckMs).toBe(seconds(60));
  });

  test('going back shows nothing of what comes later', async () => {
    const { at } = await played(retention);
    at(seconds(121));
    expect(stored(at(seconds(25)))).toEqual([0, 1, 2]);
    expect(at(seconds(25)).logEndOffset).toBe(3);
  });

  test('a reader of what is deleted is out of range, and no other is', async () => {
    const spec: LogRunSpec = {
      ...retention,
      script: [
        ...retention.script,
        { atMs: seconds(15), does: 'read', reader: 'slow', offset: 1 },
        { atMs: seconds(90), does: 'read', reader: 'slow', offset: 2 },
        { atMs: seconds(91), does: 'read', reader: 'quick', offset: 3 },
      ],
    };
    const { at } = await played(spec);
    expect(at(seconds(16)).readers).toMatchObject([{ reader: 'slow', position: 2, outOfRange: undefined }]);
    expect(at(seconds(92)).readers).toMatchObject([
      { reader: 'slow', position: 2, outOfRange: { offset: 2 } },
      { reader: 'quick', position: 6, outOfRange: undefined },
    ]);
  });
});

describe('compaction, as Kafka did it (learning-14)', () => {
  test('4, 5, 7 and 8 survive the first pass, sku-1 twice, and keep their offsets', async () => {
    const { at } = await played(compaction);
    expect(stored(at(seconds(8.5)))).toHaveLength(9);
    const view = at(seconds(10));
    expect(stored(view)).toEqual([4, 5, 7, 8]);
    expect(view.passes).toMatchObject([
      {
        firstDirtyOffset: 0,
        firstUncleanableOffset: 8,
        cleanableRatio: 1,
        isChosen: true,
        cleaned: { removed: [0, 1, 2, 3, 6], bytesBefore: 593, bytesAfter: 223 },
      },
    ]);
    expect(view.segments.map(({ baseOffset, endOffset, sizeInBytes }) => [baseOffset, endOffset, sizeInBytes])).toEqual(
      [
        [0, 8, 223],
        [8, 9, 74],
      ],
    );
  });

  test('the delete horizon that is shown is the one in the stored batch', async () => {
    const { at, run, storage } = await played(compaction);
    const shown = at(seconds(10)).records[4]?.deleteHorizonMs ?? 0;
    const [file] = (await storage.files()).filter(({ name }) => name.endsWith('00000000000000000000.log'));
    const bytes = await storage.read(file?.name ?? '', 0, file?.size ?? 0);
    const horizons = [...batchesIn(bytes)].map(({ header }) => header.deleteHorizonMs ?? undefined);
    expect(horizons[0]).toBe(run.originMs + shown);
    expect(shown).toBe(seconds(69));
  });

  test('a minute later nothing is dirty, so the tombstone stays', async () => {
    const { at } = await played(compaction);
    const view = at(seconds(74));
    expect(view.passes.at(-1)).toMatchObject({ atMs: seconds(69), cleanableRatio: 0, isChosen: false });
    expect(stored(view)).toEqual([4, 5, 7, 8]);
  });

  test('a new record, a roll and a pass leave 8 and 9; at a dirty ratio of 0.5 there is no pass', async () => {
    const longer: LogRunSpec = {
      ...compaction,
      cleaner: { firstMs: seconds(9), everyMs: seconds(72) },
      script: [
        ...compaction.script,
        { atMs: seconds(75), does: 'append', key: 'sku-3', value: '2' },
        { atMs: seconds(76), does: 'roll' },
      ],
      endsAtMs: seconds(85),
    };
    expect(stored((await played(longer)).at(seconds(84)))).toEqual([8, 9]);
    const lazy = { ...longer, config: { ...longer.config, minCleanableDirtyRatio: 0.5 } };
    const view = (await played(lazy)).at(seconds(84));
    expect(view.passes.map(({ isChosen }) => isChosen)).toEqual([true, false]);
    expect(stored(view)).toEqual([4, 5, 7, 8, 9]);
  });
});

test('the same spec gives the same trace', async () => {
  const [one, other] = [await played(compaction), await played(compaction)];
  expect(JSON.stringify(one.run.trace)).toBe(JSON.stringify(other.run.trace));
});
