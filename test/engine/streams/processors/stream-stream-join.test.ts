import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JoinKind } from '../../../../src/engine/streams/processors/join-kind.js';
import { joinWindow } from '../../../../src/engine/streams/processors/join-window.js';
import { selfJoin } from '../../../../src/engine/streams/processors/self-join.js';
import { streamStreamJoin, type JoinWindowSpec } from '../../../../src/engine/streams/processors/stream-stream-join.js';
import { outerJoinStoreBuilder, windowStoreBuilder } from '../../../../src/engine/streams/state/stores.js';
import { OperatorBench, text, type LoggedChange } from '../operator-bench.js';

const noValue = null as unknown as string;

export function joining(
  kind: JoinKind,
  windows: JoinWindowSpec,
  changelog: readonly LoggedChange[] = [],
  inMemory = false,
) {
  const retentionMs = windows.beforeMs + windows.afterMs + windows.graceMs;
  const shared = { keySerde: text, valueSerde: text, retentionMs, windowSizeMs: windows.beforeMs + windows.afterMs };
  const bench = new OperatorBench({
    stores: [
      windowStoreBuilder({ ...shared, name: 'left', retainDuplicates: true, inMemory }),
      windowStoreBuilder({ ...shared, name: 'right', retainDuplicates: true, inMemory }),
      outerJoinStoreBuilder({ ...shared, name: 'outer', leftSerde: text, rightSerde: text }),
    ],
    changelog,
  });
  const join = streamStreamJoin<string, string, string, string>({
    kind,
    windows,
    leftStoreName: 'left',
    rightStoreName: 'right',
    outerStoreName: kind === 'inner' ? null : 'outer',
    joiner: (_key, left, right) => `${left ?? 'null'},${right ?? 'null'}`,
  });
  bench.node('left join', join.leftJoin);
  bench.node('right join', join.rightJoin);
  const sides = {
    L: bench.node('left window', join.leftWindow, 'left join'),
    R: bench.node('right window', join.rightWindow, 'right join'),
  };
  const take = (side: 'L' | 'R', value: string | null, timestamp: number, key = 'k') =>
    (sides[side](key, value ?? noValue, timestamp) as [string, string, number][]).map(
      ([, joined, at]) => `${joined} ts ${at}`,
    );
  return { bench, take };
}

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

const event = fc.record({
  side: fc.constantFrom('L' as const, 'R' as const),
  key: fc.constantFrom('a', 'b'),
  timestamp: fc.nat(60),
});
const spec = fc.record({
  beforeMs: fc.integer({ min: 0, max: 12 }),
  afterMs: fc.integer({ min: 0, max: 12 }),
  kind: fc.constantFrom('inner' as const, 'left' as const, 'outer' as const),
  inMemory: fc.boolean(),
});

describe('STR-5 a join of streams', () => {
  it('pairs exactly what is of one key and within the window, and gives everything else once where it is preserved', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), spec, (events, { beforeMs, afterMs, kind, inMemory }) => {
        // Nothing is late with a grace beyond all times, and at the end the time is moved past all of it.
        const { take } = joining(kind, { beforeMs, afterMs, graceMs: 100 }, [], inMemory);
        const named = events.map((each, index) => ({ ...each, name: `${each.side}${index}` }));
        const results = named.flatMap(({ side, name, timestamp, key }) => take(side, name, timestamp, key));
        results.push(...take('L', 'end', 1000, 'end'), ...take('R', 'end', 1001, 'end'));
        const lefts = named.filter(({ side }) => side === 'L');
        const rights = named.filter(({ side }) => side === 'R');
        const pairs = lefts.flatMap((left) =>
          rights
            .filter(
              ({ key, timestamp }) =>
                key === left.key && timestamp >= left.timestamp - beforeMs && timestamp <= left.timestamp + afterMs,
            )
            .map((right) => ({ left, right })),
        );
        const expected = pairs.map(
          ({ left, right }) => `${left.name},${right.name} ts ${Math.max(left.timestamp, right.timestamp)}`,
        );
        let streamTime = -1;
        for (const [index, each] of named.entries()) {
          streamTime = Math.max(streamTime, each.timestamp);
          if (!(each.side === 'L' ? kind !== 'inner' : kind === 'outer')) continue;
          const partners = pairs.flatMap(({ left, right }) => (left === each ? [right] : right === each ? [left] : []));
          // What comes when its own window is over goes out at once, grace or not, and may be paired nevertheless.
          const isOver = each.timestamp + (each.side === 'L' ? afterMs : beforeMs) < streamTime;
          const isAlone = isOver ? partners.every((other) => named.indexOf(other) > index) : partners.length === 0;
          if (isAlone)
            expected.push(`${each.side === 'L' ? `${each.name},null` : `null,${each.name}`} ts ${each.timestamp}`);
        }
        expect(results.filter((result) => !result.includes('end')).sort()).toEqual(expected.sort());
      }),
      { numRuns: 150 },
    );
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
