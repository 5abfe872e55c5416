import { expect, test } from 'vitest';
import { axisMarks, axisWindow, msAt, xAt } from '../../../src/ui/components/time-axis.js';

const scale = { fromMs: 0, toMs: 25_000, x0: 400, x1: 900 };

test('a run that fits the axis never slides', () => {
  expect(axisWindow({ axisMs: 25_000, headMs: 24_000, runEndMs: 23_600 })).toEqual({ fromMs: 0, toMs: 25_000 });
});

test('the head of a longer run stays at three quarters once it is there', () => {
  expect(axisWindow({ axisMs: 20_000, headMs: 15_000 }).fromMs).toBe(0);
  const { fromMs, toMs } = axisWindow({ axisMs: 20_000, headMs: 40_000, runEndMs: 60_000 });
  expect((40_000 - fromMs) / (toMs - fromMs)).toBeCloseTo(0.75);
});

test('places and moments are each other’s inverse', () => {
  expect(xAt(scale, 12_500)).toBe(650);
  expect(msAt(scale, 650)).toBe(12_500);
});

test('marks are at round times with room for their words', () => {
  expect(axisMarks(scale, 70)).toEqual([0, 5000, 10_000, 15_000, 20_000, 25_000]);
  expect(axisMarks({ ...scale, fromMs: 7_300, toMs: 9_300 }, 70)).toEqual([7_500, 8_000, 8_500, 9_000]);
});
