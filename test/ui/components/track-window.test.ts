import { expect, test } from 'vitest';
import { indexOfOffset, scrollToReveal, trackWindow } from '../../../src/ui/components/track-window.js';

const track = { count: 100_000, pitch: 30, width: 300, tailPx: 0 };

test('of 100,000 cells only those in view are rendered', () => {
  const part = trackWindow({ ...track, scrollPx: 1_500_015 });
  expect(part).toMatchObject({ first: 50_000, end: 50_011 });
});

test('a track that was not scrolled shows its newest end', () => {
  expect(trackWindow({ ...track, scrollPx: undefined })).toMatchObject({ first: 99_990, end: 100_000 });
});

test('the first cell of a track that shows its newest end is whole, with at least the tail kept free', () => {
  const part = trackWindow({ count: 14, pitch: 30, width: 430, tailPx: 23, scrollPx: undefined });
  expect(part).toEqual({ first: 1, end: 14, scrollPx: 30, maxScrollPx: 30 });
});

test('a short track does not scroll', () => {
  expect(trackWindow({ ...track, count: 4, scrollPx: 50 })).toEqual({ first: 0, end: 4, scrollPx: 0, maxScrollPx: 0 });
});

test('scrolling never goes beyond an end', () => {
  expect(trackWindow({ ...track, scrollPx: -10 }).scrollPx).toBe(0);
  expect(trackWindow({ ...track, scrollPx: 9_999_999 })).toMatchObject({ scrollPx: 2_999_700, end: 100_000 });
});

test('revealing a cell scrolls as little as it can', () => {
  const at = { pitch: 30, width: 300, scrollPx: 600 };
  expect(scrollToReveal({ ...at, index: 25 })).toBe(600);
  expect(scrollToReveal({ ...at, index: 10 })).toBe(300);
  expect(scrollToReveal({ ...at, index: 40 })).toBe(930);
});

test('an offset is found in a track with gaps', () => {
  const cells = [0, 3, 4, 9].map((offset) => ({ offset }));
  expect([0, 1, 4, 9, 10].map((offset) => indexOfOffset(cells, offset))).toEqual([0, 1, 2, 3, 4]);
});
