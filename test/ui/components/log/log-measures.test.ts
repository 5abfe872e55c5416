import { describe, expect, test } from 'vitest';
import {
  foldedTable,
  horizonMs,
  isOverdue,
  offsetRuns,
  partOf,
  placeFlags,
} from '../../../../src/ui/components/log/log-measures.js';
import type { LogRunView } from '../../../../src/engine/scenario/log-run-view.js';
import { compactionAt, retentionAt } from '../../fixtures/log-views.js';

const overdue = (picture: LogRunView): readonly number[] =>
  picture.segments.filter((segment) => isOverdue(segment, picture)).map(({ baseOffset }) => baseOffset);

describe('retention', () => {
  test('a segment lights up when its newest record is older than retention.ms, not when its oldest is', () => {
    expect(horizonMs(retentionAt(70_000))).toBe(10_000);
    expect(overdue(retentionAt(70_000))).toEqual([]);
    expect(overdue(retentionAt(84_000))).toEqual([0]);
  });

  test('exactly retention.ms old is not older', () => {
    expect(overdue(retentionAt(80_000))).toEqual([]);
    expect(overdue(retentionAt(80_001))).toEqual([0]);
  });

  test('what is deleted is not waited for any more', () => {
    expect(overdue(retentionAt(85_000))).toEqual([]);
  });

  test('a log without retention.ms has no line', () => {
    const picture = compactionAt(9_000);
    expect(horizonMs(picture)).toBeUndefined();
    expect(overdue(picture)).toEqual([]);
  });
});

describe('compaction', () => {
  test('the table is the same before and after a pass', () => {
    const table = [
      { key: 'sku-1', value: '7', offset: 8 },
      { key: 'sku-3', value: '3', offset: 7 },
    ];
    expect(foldedTable(compactionAt(8_500).records)).toEqual(table);
    expect(foldedTable(compactionAt(9_500).records)).toEqual(table);
  });

  test('a tombstone takes its key out of the table', () => {
    expect(foldedTable(compactionAt(3_500).records).map(({ key }) => key)).toEqual(['sku-1', 'sku-2', 'sku-3']);
    expect(foldedTable(compactionAt(4_500).records).map(({ key }) => key)).toEqual(['sku-1', 'sku-3']);
  });

  test('the cleaner sees clean, dirty and uncleanable offsets', () => {
    const pass = {
      atMs: 0,
      firstDirtyOffset: 3,
      firstUncleanableOffset: 6,
      cleanableRatio: 0.5,
      isChosen: true,
      event: 0,
      cleaned: undefined,
    };
    expect([2, 3, 5, 6].map((offset) => partOf(offset, pass))).toEqual(['clean', 'dirty', 'dirty', 'uncleanable']);
  });
});

describe('flags', () => {
  const flag = (x: number, text = 'log end 9'): { x: number; text: string } => ({ x, text });

  test('two that would meet stand on two lines', () => {
    expect(placeFlags([flag(0), flag(20), flag(300)], 14, 600).map(({ line }) => line)).toEqual([0, 1, 0]);
  });

  test('one at the right edge has its words to the left', () => {
    expect(placeFlags([flag(590)], 14, 600)[0]?.isLeft).toBe(true);
    expect(placeFlags([flag(100)], 14, 600)[0]?.isLeft).toBe(false);
  });
});

test('neighbouring offsets are one run', () => {
  expect(offsetRuns([6, 0, 1, 2, 3])).toEqual([
    [0, 3],
    [6, 6],
  ]);
  expect(offsetRuns([])).toEqual([]);
});
