import { expect, test } from 'vitest';
import { markOfRecords } from '../../../src/ui/components/key-marks.js';

test('eight keys have a mark of their own; further keys and records without a key are grey', () => {
  const keys = ['a', null, 'b', 'a', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  const mark = markOfRecords(keys.map((key) => ({ key, value: '' })));
  expect(keys.map((_, record) => mark(record))).toEqual([1, 0, 2, 1, 3, 4, 5, 6, 7, 8, 0]);
});
