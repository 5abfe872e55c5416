import { describe, expect, test } from 'vitest';
import type { GroupBandView } from '../../../../src/engine/scenario/group-run-view.js';
import {
  areBandsFolded,
  fitBands,
  groupMarks,
  layOutBand,
  trackColumns,
} from '../../../../src/ui/components/group/group-layout.js';

const labelPx = 14;

const band = (members: number, partitions: number): Pick<GroupBandView, 'members' | 'partitions'> => ({
  members: Array(members).fill({}),
  partitions: Array(partitions).fill({}),
});
const shown = (members: number, partitions: number, isFolded = false) => ({ ...band(members, partitions), isFolded });

describe('the height of bands', () => {
  test('a partition alone has its whole row, however little room there is', () => {
    const fit = fitBands([shown(1, 1)], 0, labelPx);
    const { slot, members } = layOutBand(shown(1, 1), fit, labelPx);
    expect(slot).toBe(members[0]?.height);
    expect(slot).toBeGreaterThan(labelPx);
  });

  test('slots are as high as lets all bands be in view', () => {
    const bands = [shown(3, 3), shown(3, 3)];
    const heights = [1200, 800, 550, 460].map((available) => fitBands(bands, available, labelPx).slot);
    expect(heights).toEqual([...heights].sort((a, b) => b - a));
    expect(new Set(heights).size).toBeGreaterThan(2);
  });

  test('a folded band keeps its states and pauses, and nothing else', () => {
    const fit = fitBands([shown(3, 6)], 2000, labelPx);
    const folded = layOutBand(shown(3, 6, true), fit, labelPx);
    expect(folded).toMatchObject({ members: [], commits: undefined });
    expect(folded.height).toBeLessThan(layOutBand(shown(3, 6), fit, labelPx).height / 3);
  });
});

describe('which bands fold by themselves', () => {
  test('those of several members that are too many to be seen together', () => {
    expect(areBandsFolded(Array(4).fill(band(3, 6)), 600, labelPx)).toBe(true);
    expect(areBandsFolded(Array(4).fill(band(3, 6)), 2000, labelPx)).toBe(false);
  });

  test('no group alone, and no groups of one member: little would be won', () => {
    expect(areBandsFolded([band(9, 9)], 100, labelPx)).toBe(false);
    expect(areBandsFolded(Array(5).fill(band(1, 1)), 300, labelPx)).toBe(false);
  });
});

test('tracks go side by side where there is room, many of them sooner', () => {
  const widths = [500, 700, 900];
  expect(widths.map((width) => trackColumns(1, width, labelPx))).toEqual([1, 1, 1]);
  expect(widths.map((width) => trackColumns(3, width, labelPx))).toEqual([1, 1, 2]);
  expect(widths.map((width) => trackColumns(6, width, labelPx))).toEqual([1, 2, 2]);
});

test.each([
  [
    ['billing', 'audit'],
    ['B', 'A'],
  ],
  [
    ['eager', 'cooperative', 'consumer', 'static'],
    ['E', 'C', 'N', 'S'],
  ],
  [
    ['new-earliest', 'new-latest', 'known', 'new-none', 'parked'],
    ['N', 'L', 'K', 'E', 'P'],
  ],
  [
    ['1', 'a', 'A'],
    ['1', 'A', '3'],
  ],
])('the marks of groups %j are %j', (groups, marks) => expect(groupMarks(groups)).toEqual(marks));
