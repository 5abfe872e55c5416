import { describe, expect, test } from 'vitest';
import { moveFocus, tabStop, type FocusRow } from '../../../src/ui/components/focus-grid.js';

const row = (id: string, count: number, pitch: number): FocusRow => ({
  id,
  first: 0,
  last: count - 1,
  xOf: (index) => index * pitch,
});
const rows = [
  row('records', 12, 30),
  row('ready', 0, 30),
  row('bars queue worker-1', 10, 20),
  row('bars queue worker-2', 2, 200),
];

describe('moveFocus', () => {
  test('left and right move between records and stop at the ends', () => {
    expect(moveFocus(rows, 'records#3', 'ArrowRight')).toBe('records#4');
    expect(moveFocus(rows, 'records#0', 'ArrowLeft')).toBeUndefined();
    expect(moveFocus(rows, 'records#11', 'ArrowRight')).toBeUndefined();
  });

  test('up and down go to the nearest record of the next row that has any', () => {
    expect(moveFocus(rows, 'records#4', 'ArrowDown')).toBe('bars queue worker-1#6');
    expect(moveFocus(rows, 'bars queue worker-1#9', 'ArrowDown')).toBe('bars queue worker-2#1');
    expect(moveFocus(rows, 'bars queue worker-1#2', 'ArrowUp')).toBe('records#1');
    expect(moveFocus(rows, 'records#3', 'ArrowUp')).toBeUndefined();
  });

  test('Home and End go to the ends of a row', () => {
    expect(moveFocus(rows, 'records#3', 'Home')).toBe('records#0');
    expect(moveFocus(rows, 'records#3', 'End')).toBe('records#11');
  });

  test('another key leads nowhere', () => {
    expect(moveFocus(rows, 'records#3', 'x')).toBeUndefined();
  });
});

describe('tabStop', () => {
  test('is what had the focus last, while it is there', () => {
    expect(tabStop(rows, 'records#5')).toBe('records#5');
    expect(tabStop(rows, 'ready#0')).toBe('records#0');
    expect(tabStop([row('ready', 0, 1)], undefined)).toBeUndefined();
  });
});
