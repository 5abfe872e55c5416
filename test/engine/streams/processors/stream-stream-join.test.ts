import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinWindow } from '../../../../src/engine/streams/processors/join-window.js';
import { selfJoin } from '../../../../src/engine/streams/processors/self-join.js';
import { windowStoreBuilder } from '../../../../src/engine/streams/state/stores.js';
import { OperatorBench, text } from '../operator-bench.js';
import { joining } from './stream-join-laws.js';

const wide = { beforeMs: 15, afterMs: 15, graceMs: 5 };

describe('joins of streams', () => {
  const input = [
    ['L', null, 1],
    ['R', null, 2],
    ['L', 'A', 3],
    ['R', 'a', 4],
    ['L', 'B', 5],
    ['R', 'b', 6],
    ['L', null, 7],
    ['R', null, 8],
    ['L', 'C', 9],
    ['R', 'c', 10],
    ['R', null, 11],
    ['L', null, 12],
    ['R', null, 13],
    ['R', 'd', 14],
    ['L', 'D', 15],
  ] as const;

  it.each(['inner', 'left', 'outer'] as const)('give the table of the guide (%s)', (kind) => {
    const { bench, take } = joining(kind, wide);
    expect(
      input.map(([side, value, at]) =>
        take(side, value, at)
          .map((result) => result.split(' ')[0])
          .join(' '),
      ),
    ).toEqual([
      '',
      '',
      '',
      'A,a',
      'B,a',
      'A,b B,b',
      '',
      '',
      'C,a C,b',
      'A,c B,c C,c',
      '',
      '',
      '',
      'A,d B,d C,d',
      'D,a D,b D,c D,d',
    ]);
    expect(bench.dropped.map(({ reason }) => reason)).toEqual(Array<string>(7).fill('null-key-or-value'));
  });

  it('give a match the larger timestamp', () => {
    const { take } = joining('inner', wide);
    take('L', 'A', 10);
    expect(take('R', 'a', 5)).toEqual(['A,a ts 10']);
  });

  it('give what found no partner once stream time is past its window and grace, strictly', () => {
    const { take } = joining('outer', wide);
    take('L', 'E', 40);
    expect(take('L', 'F', 60)).toEqual([]);
    expect(take('R', 'f', 61)).toEqual(['E,null ts 40', 'F,f ts 61']);
  });

  it('give them by time, right before left, key; before the matches of the record that moves the time', () => {
    const { take } = joining('outer', { beforeMs: 5, afterMs: 5, graceMs: 0 });
    take('L', 'l', 10, 'x');
    take('R', 'r', 10, 'y');
    take('L', 'k', 10, 'a');
    take('L', 'late', 9, 'z');
    expect(take('L', 'next', 16)).toEqual(['late,null ts 9', 'null,r ts 10', 'k,null ts 10', 'l,null ts 10']);
  });

  it('give at once what is past its own window already', () => {
    const { take } = joining('left', { beforeMs: 5, afterMs: 5, graceMs: 100 });
    take('R', 'r', 100);
    expect(take('L', 'old', 50)).toEqual(['old,null ts 50']);
  });

  it('give a null key of a preserved side at once (KIP-962), and drop it on the other', () => {
    const { bench, take } = joining('left', wide);
    expect(take('L', 'A', 1, null as unknown as string)).toEqual(['A,null ts 1']);
    expect(take('R', 'a', 1, null as unknown as string)).toEqual([]);
    expect(bench.dropped).toHaveLength(1);
  });

  it('the results without a partner have the headers of the record that moved the time', () => {
    const { bench, take } = joining('left', { beforeMs: 1, afterMs: 1, graceMs: 0 });
    take('L', 'A', 1);
    bench.pipe('right window', { key: 'k', value: 'b', timestamp: 9, headers: [['h', Uint8Array.of(1)]] });
    expect(bench.passed.at(-1)?.record).toMatchObject({ value: 'A,null', headers: [['h', Uint8Array.of(1)]] });
  });

  it('STR-9 wait after a restore for what they waited for, and give it without a new one having to wait', () => {
    const before = joining('left', { beforeMs: 5, afterMs: 5, graceMs: 0 });
    before.take('L', 'A', 10);
    before.take('R', 'x', 11, 'other');
    const after = joining('left', { beforeMs: 5, afterMs: 5, graceMs: 0 }, before.bench.changelog);
    expect(after.take('R', 'a', 12)).toEqual(['A,a ts 12']);
    const again = joining('left', { beforeMs: 5, afterMs: 5, graceMs: 0 }, before.bench.changelog);
    expect(again.take('R', 'y', 100, 'other')).toEqual(['A,null ts 10']);
  });
});

describe('a self-join', () => {
  it('gives what an inner join with itself gives, in the same order', () => {
    const times = fc.array(fc.nat(30), { maxLength: 12 });
    fc.assert(
      fc.property(times, fc.nat(8), fc.nat(8), (timestamps, beforeMs, afterMs) => {
        const windows = { beforeMs, afterMs, graceMs: 100 };
        const inner = joining('inner', windows);
        const store = windowStoreBuilder({
          name: 'store',
          keySerde: text,
          valueSerde: text,
          retentionMs: 100 + beforeMs + afterMs,
          windowSizeMs: beforeMs + afterMs,
          retainDuplicates: true,
        });
        const bench = new OperatorBench({ stores: [store] });
        bench.node(
          'join',
          selfJoin<string, string, string>({
            windows,
            storeName: 'store',
            joiner: (_key, left, right) => `${left},${right}`,
          }),
        );
        const self = bench.node('window', joinWindow<string, string>({ storeName: 'store' }), 'join');
        timestamps.forEach((timestamp, index) => {
          const both = [...inner.take('L', `${index}`, timestamp), ...inner.take('R', `${index}`, timestamp)];
          const alone = (self('k', `${index}`, timestamp) as [string, string, number][]).map(
            ([, joined, at]) => `${joined} ts ${at}`,
          );
          expect(alone.sort()).toEqual(both.sort());
        });
      }),
      { numRuns: 60 },
    );
  });
});
