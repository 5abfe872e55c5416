import { describe, expect, test } from 'vitest';
import { consumeCounts, realtimeLags } from '../../../src/engine/history/history-metrics.js';
import { assigned, letGo, otherTp, read, sent, tp, written, type Line } from './written-history.js';

const asks = (op: number): Line => ({ f: 'poll', e: 'inv', op, g: 'g', p: 'c1' });
const gets = (op: number, recs: readonly (readonly [number, number])[]): Line => read(recs, { op, g: 'g', p: 'c1' });
const highWatermark = (off: number): Line => ({ f: 'hw', tp, off, r: 'b', p: 'broker' });
const nothing: Line = { f: 'member', g: 'g', m: 'm', state: 'joined' };

// Each line is a millisecond, 1 000 µs, after the one before.
describe('realtime-lag', () => {
  test('is how long the next record had been there when a poll began', () => {
    const history = written(assigned('c1', 0, 'reset'), sent(1, 0), nothing, nothing, asks(1), gets(1, [[0, 1]]));
    expect(realtimeLags(history)).toEqual([{ process: 'c1', partition: tp, lagUs: 3_000, line: 5 }]);
  });

  test('counts from the first record that was not seen, and tells the worst of each reader and partition', () => {
    const history = written(
      assigned('c1', 0, 'reset'),
      highWatermark(2),
      asks(1),
      gets(1, [[0, 1]]),
      nothing,
      asks(2),
      gets(2, [[1, 2]]),
      sent(3, 2, { tp: otherTp }),
      asks(3),
    );
    expect(realtimeLags(history)).toEqual([{ process: 'c1', partition: tp, lagUs: 4_000, line: 6 }]);
  });

  test('is 0 of who has seen all there is, of who has no partition, and of who is not asking', () => {
    const history = written(
      assigned('c1', 0, 'reset'),
      sent(1, 0),
      gets(1, [[0, 1]]),
      nothing,
      asks(2),
      gets(2, []),
      letGo('revoked', 'c1'),
      sent(2, 1),
      nothing,
      asks(3),
      gets(3, []),
      assigned('c2', 1, 'committed'),
      nothing,
    );
    expect(realtimeLags(history)).toEqual([
      // Told as a point: it was asked for when it was given.
      { process: 'c1', partition: tp, lagUs: 1_000, line: 3 },
    ]);
  });

  test('leaves out what was known before a time', () => {
    const history = written(assigned('c1', 0, 'reset'), sent(1, 0), nothing, asks(1), gets(1, [[0, 1]]));
    expect(realtimeLags(history, 1_000)).toHaveLength(1);
    expect(realtimeLags(history, 1_001)).toEqual([]);
  });
});

describe('consume-counts', () => {
  test('tell how often a reader was given a record; another reader is another', () => {
    const history = written(
      gets(1, [[0, 1]]),
      gets(2, [
        [0, 1],
        [1, 2],
      ]),
      read([[0, 1]], { g: 'g', p: 'c2' }),
    );
    const { distribution, repeated } = consumeCounts(history);
    expect([...distribution]).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(repeated).toEqual([{ process: 'c1', partition: tp, value: 1, count: 2 }]);
  });

  test('leave out polls that failed and readers of no group', () => {
    const failed = read([[0, 1]], { g: 'g', e: 'info' });
    const { distribution } = consumeCounts(written(failed, read([[0, 1]])));
    expect([...distribution]).toEqual([]);
  });
});
