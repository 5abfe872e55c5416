import fc from 'fast-check';
import { expect } from 'vitest';
import type { JoinKind } from '../../../../src/engine/streams/processors/join-kind.js';
import { JoinTime } from '../../../../src/engine/streams/processors/join-time.js';
import { StreamJoinSide } from '../../../../src/engine/streams/processors/stream-join-side.js';
import { streamStreamJoin, type JoinWindowSpec } from '../../../../src/engine/streams/processors/stream-stream-join.js';
import { outerJoinStoreBuilder, windowStoreBuilder } from '../../../../src/engine/streams/state/stores.js';
import { inPlaceOf, searchProperty, type Mutant } from '../../../mutants/mutant.js';
import { OperatorBench, text, type LoggedChange } from '../operator-bench.js';

/** A join of two streams of text on a bench; `take` gives what comes out as `left,right ts timestamp`. */
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
  const take = (side: 'L' | 'R', value: string | null, timestamp: number, key = 'k') => {
    const results = sides[side](key, value as string, timestamp) as [string, string, number][];
    return results.map(([, joined, at]) => `${joined} ts ${at}`);
  };
  return { bench, take };
}

const event = fc.record({
  side: fc.constantFrom('L' as const, 'R' as const),
  key: fc.constantFrom('a', 'b'),
  timestamp: fc.nat(60),
});

const spec = fc
  .record({
    beforeMs: fc.integer({ min: 0, max: 12 }),
    afterMs: fc.integer({ min: 0, max: 12 }),
    graceMs: fc.nat(4),
    kind: fc.constantFrom('inner' as const, 'left' as const, 'outer' as const),
    isInOrder: fc.boolean(),
    inMemory: fc.boolean(),
  })
  // Stores that keep no more than one side of the window have forgotten what is as far away as that: a test of its own says so.
  .filter(
    ({ beforeMs, afterMs, graceMs, isInOrder }) =>
      !isInOrder || beforeMs + afterMs + graceMs > Math.max(beforeMs, afterMs),
  );

/**
 * STR-5: pairs are exactly what is of one key and within the window; what a preserved side has without a partner goes out once, and
 * not before its window and the grace are over. Records are in order, or nothing is late in a grace beyond all times.
 */
export const joinProperty = fc.property(
  fc.array(event, { maxLength: 30 }),
  spec,
  (planned, { beforeMs, afterMs, kind, isInOrder, inMemory, ...given }) => {
    const graceMs = isInOrder ? given.graceMs : 100;
    const events = isInOrder ? planned.toSorted((one, other) => one.timestamp - other.timestamp) : planned;
    const named = events.map((each, index) => ({ ...each, name: `${each.side}${index}` }));
    const { take } = joining(kind, { beforeMs, afterMs, graceMs }, [], inMemory);
    const results: { readonly text: string; readonly streamTime: number }[] = [];
    let streamTime = -1;
    const record = (texts: readonly string[], at: number) => {
      streamTime = Math.max(streamTime, at);
      results.push(...texts.map((each) => ({ text: each, streamTime })));
    };
    for (const { side, name, timestamp, key } of named) record(take(side, name, timestamp, key), timestamp);
    // At the end the time is moved past everything.
    record(take('L', 'end', 1000, 'end'), 1000);
    record(take('R', 'end', 1001, 'end'), 1001);

    const lefts = named.filter(({ side }) => side === 'L');
    const rights = named.filter(({ side }) => side === 'R');
    const pairs = lefts.flatMap((left) =>
      rights.flatMap((right) => {
        const isNear = right.timestamp >= left.timestamp - beforeMs && right.timestamp <= left.timestamp + afterMs;
        return isNear && right.key === left.key ? [{ left, right }] : [];
      }),
    );
    const expected = pairs.map(
      ({ left, right }) => `${left.name},${right.name} ts ${Math.max(left.timestamp, right.timestamp)}`,
    );
    let timeThen = -1;
    for (const [index, each] of named.entries()) {
      timeThen = Math.max(timeThen, each.timestamp);
      if (!(each.side === 'L' ? kind !== 'inner' : kind === 'outer')) continue;
      const lookahead = each.side === 'L' ? afterMs : beforeMs;
      const partners = pairs.flatMap(({ left, right }) => (left === each ? [right] : right === each ? [left] : []));
      // What comes when its own window is over goes out at once, grace or not, and may be paired nevertheless.
      const isOver = each.timestamp + lookahead < timeThen;
      const isAlone = isOver ? partners.every((other) => named.indexOf(other) > index) : partners.length === 0;
      if (!isAlone) continue;
      const padded = `${each.side === 'L' ? `${each.name},null` : `null,${each.name}`} ts ${each.timestamp}`;
      expected.push(padded);
      const found = results.find((result) => result.text === padded);
      if (!isOver && found !== undefined && found.streamTime <= each.timestamp + lookahead + graceMs) {
        throw new Error(`${padded} goes out at ${found.streamTime}, before its window and grace are over`);
      }
    }
    const texts = results.map((result) => result.text).filter((each) => !each.includes('end'));
    expect(texts.sort()).toEqual(expected.sort());
  },
);

const search = () => searchProperty(joinProperty, 200);

/** Searches while joins believe that stream time is further than it is. */
export const withHastyJoinTime = (search: Mutant['search']): Mutant['search'] =>
  inPlaceOf(
    JoinTime.prototype,
    'observe',
    (observe) =>
      function (this: JoinTime, timestamp) {
        observe.call(this, timestamp + 1000);
      },
    search,
  );

export const streamJoinMutants: readonly Mutant[] = [
  {
    breaks: 'a join that takes every window for over at once, and gives rows without a partner that has yet to come',
    property: 'STR-5',
    bugs: [37],
    search: withHastyJoinTime(search),
  },
  {
    breaks: 'a join that lets the records of the right side wait as long as those of the left',
    property: 'STR-5',
    bugs: [38],
    search: inPlaceOf(
      StreamJoinSide.prototype,
      'process',
      (process) =>
        function (this: StreamJoinSide<unknown, unknown, unknown, unknown>, record) {
          const lookahead = this['options'].lookahead as { left: number; right: number };
          lookahead.right = lookahead.left;
          process.call(this, record);
        },
      search,
    ),
  },
];
