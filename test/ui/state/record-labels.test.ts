import { expect, test } from 'vitest';
import { labelRecords } from '../../../src/ui/state/record-labels.js';

const labels = (keys: readonly (string | null)[]): string[] => {
  const label = labelRecords(keys.map((key) => ({ key, value: '' })));
  return keys.map((_, at) => label(at));
};

test('a record is named by the end of its key and its place among the records of that key', () => {
  expect(labels(['order-1', 'order-2', 'order-1', 'order-1'])).toEqual(['1a', '2a', '1b', '1c']);
});

test('keys with long or like endings are numbered', () => {
  expect(labels(['anna@example', 'bert@example', 'anna@example'])).toEqual(['1a', '2a', '1b']);
  expect(labels(['a-1', 'b-1'])).toEqual(['1a', '2a']);
});

test('a record without a key has its number', () => {
  expect(labels([null, 'x', null])).toEqual(['#1', 'xa', '#3']);
});

test('after z comes aa', () => {
  expect(labels(Array.from({ length: 28 }, () => 'k')).slice(25)).toEqual(['kz', 'kaa', 'kab']);
});
