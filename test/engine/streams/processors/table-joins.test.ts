import { describe, expect, it } from 'vitest';
import type { Change } from '../../../../src/engine/streams/processors/change.js';
import { streamGlobalJoin } from '../../../../src/engine/streams/processors/stream-global-join.js';
import { streamTableJoin } from '../../../../src/engine/streams/processors/stream-table-join.js';
import { tableSource } from '../../../../src/engine/streams/processors/table-source.js';
import { tableTableJoin } from '../../../../src/engine/streams/processors/table-table-join.js';
import type { BufferStore } from '../../../../src/engine/streams/state/buffer-store.js';
import {
  joinGraceBufferBuilder,
  timestampedKeyValueStoreBuilder,
  versionedKeyValueStoreBuilder,
} from '../../../../src/engine/streams/state/stores.js';
import { OperatorBench, text, type LoggedChange } from '../operator-bench.js';

const strings = { keySerde: text, valueSerde: text };
const noString = null as unknown as string;
const input = [
  ['L', null],
  ['R', null],
  ['L', 'A'],
  ['R', 'a'],
  ['L', 'B'],
  ['R', 'b'],
  ['L', null],
  ['R', null],
  ['L', 'C'],
  ['R', 'c'],
  ['R', null],
  ['L', null],
  ['R', null],
  ['R', 'd'],
  ['L', 'D'],
] as const;

describe.each([
  ['inner', ['', '', '', 'A,a', 'B,a', 'B,b', 'null', '', '', 'C,c', 'null', '', '', '', 'D,d']],
  ['left', ['', '', 'A,null', 'A,a', 'B,a', 'B,b', 'null', '', 'C,null', 'C,c', 'C,null', 'null', '', '', 'D,d']],
  [
    'outer',
    ['', '', 'A,null', 'A,a', 'B,a', 'B,b', 'null,b', 'null', 'C,null', 'C,c', 'C,null', 'null', '', 'null,d', 'D,d'],
  ],
] as const)('an %s join of tables', (kind, expected) => {
  function joined(storeName: string | null, sendsOldValues = false) {
    const left = tableSource<string, string>({ storeName: 'left', isMaterialized: true });
    const right = tableSource<string, string>({ storeName: 'right', isMaterialized: true });
    const join = tableTableJoin<string, string, string, string>({
      kind,
      left,
      right,
      storeName,
      joiner: (_key, one, other) => `${one ?? 'null'},${other ?? 'null'}`,
    });
    if (sendsOldValues) join.merger.enableSendingOldValues(true);
    const bench = new OperatorBench({
      stores: ['left', 'right', 'result'].map((name) => timestampedKeyValueStoreBuilder({ name, ...strings })),
    });
    bench.node('merge', join.merger);
    bench.node('left join', join.leftJoin, 'merge');
    bench.node('right join', join.rightJoin, 'merge');
    const sides = { L: bench.node('left', left, 'left join'), R: bench.node('right', right, 'right join') };
    return { bench, join, sides };
  }

  it.each([null, 'result'])('gives the table of the guide (kept in: %s)', (storeName) => {
    const { sides } = joined(storeName);
    const results = input.map(([side, value], index) =>
      (sides[side]('k', value, index + 1) as [string, Change<string>, number][])
        .map(([, { newValue }, at]) => {
          expect(at).toBe(index + 1);
          return String(newValue);
        })
        .join(' '),
    );
    expect(results).toEqual(expected);
  });

  it('gives the old results too, if it is asked to', () => {
    const { sides } = joined(null, true);
    let before: string | null = null;
    for (const [index, [side, value]] of input.entries()) {
      for (const [, result] of sides[side]('k', value, index + 1) as [string, Change<string>, number][]) {
        expect(result.oldValue).toBe(before);
        before = result.newValue;
      }
    }
  });

  it('gives a result the larger timestamp of both sides', () => {
    const { bench, sides, join } = joined(null);
    sides.L('k', 'A', 9);
    expect(sides.R('k', 'a', 4)).toMatchObject([['k', { newValue: 'A,a' }, 9]]);
    const getter = join.merger.view().get();
    bench.node('reader', {
      get: () => ({ init: (context) => getter.init(context as never), process: () => undefined }),
    });
    expect(getter.get('k')).toEqual({ value: 'A,a', timestamp: 9 });
    expect(getter.get('other')).toBeNull();
  });

  it('drops records without a key', () => {
    const { bench, join } = joined(null);
    const bare = bench.node('bare', join.leftJoin);
    bare(noString, { newValue: 'A', oldValue: null, isLatest: true }, 1);
    expect(bench.dropped).toMatchObject([{ reason: 'null-key' }]);
  });
});

it('a versioned side counts with its latest values only (KIP-914)', () => {
  const left = tableSource<string, string>({ storeName: 'left', isMaterialized: true, isVersioned: true });
  const right = tableSource<string, string>({ storeName: 'right', isMaterialized: true });
  const join = tableTableJoin<string, string, string, string>({
    kind: 'inner',
    left,
    right,
    storeName: null,
    joiner: (_key, one, other) => `${one ?? ''},${other ?? ''}`,
  });
  const bench = new OperatorBench({
    stores: [
      versionedKeyValueStoreBuilder({ name: 'left', ...strings, historyRetentionMs: 30 }),
      timestampedKeyValueStoreBuilder({ name: 'right', ...strings }),
    ],
  });
  bench.node('left join', join.leftJoin);
  bench.node('right join', join.rightJoin);
  const putLeft = bench.node('left', left, 'left join');
  const putRight = bench.node('right', right, 'right join');
  putRight('k', 'a', 1);
  putLeft('k', 'B', 20);
  expect(putLeft('k', 'A', 10)).toEqual([]);
  expect(bench.dropped).toMatchObject([{ reason: 'late-record' }]);
});

describe('a join of a stream with a table', () => {
  function joining(
    kind: 'inner' | 'left',
    {
      history,
      graceMs = null,
      changelog = [],
    }: { history?: number; graceMs?: number | null; changelog?: readonly LoggedChange[] } = {},
  ) {
    const table = tableSource<string, string>({
      storeName: 'table',
      isMaterialized: true,
      isVersioned: history !== undefined,
    });
    const bench = new OperatorBench({
      stores: [
        history === undefined
          ? timestampedKeyValueStoreBuilder({ name: 'table', ...strings })
          : versionedKeyValueStoreBuilder({ name: 'table', ...strings, historyRetentionMs: history }),
        joinGraceBufferBuilder({ name: 'buffer', ...strings, graceMs: graceMs ?? 0 }),
      ],
      changelog,
    });
    const put = bench.node('table', table, 'nobody');
    const join = bench.node(
      'join',
      streamTableJoin<string, string, string, string>({
        kind,
        table: table.view(),
        joiner: (_key, value, row) => `${value},${row ?? 'null'}`,
        graceMs,
        bufferStoreName: graceMs === null ? null : 'buffer',
      }),
    );
    const take = (value: string | null, at: number, key = 'k') =>
      (join(key, value ?? noString, at) as [string, string, number][]).map(
        ([, result, time]) => `${result} ts ${time}`,
      );
    return { bench, put, take, buffer: bench.store('buffer') as BufferStore };
  }

  it.each([
    ['inner', ['', '', '', '', 'B,a', '', '', '', '', '', '', '', '', '', 'D,d']],
    ['left', ['', '', 'A,null', '', 'B,a', '', '', '', 'C,null', '', '', '', '', '', 'D,d']],
  ] as const)('gives the table of the guide (%s)', (kind, expected) => {
    const { put, take } = joining(kind);
    const results = input.map(([side, value], index) => {
      if (side === 'L')
        return take(value, index + 1)
          .map((result) => result.split(' ')[0])
          .join(' ');
      put('k', value, index + 1);
      return '';
    });
    expect(results).toEqual(expected);
  });

  it('STR-6 takes the row as it is now whatever its time, or of a versioned table the row of the record’s time', () => {
    for (const [history, expected] of [
      [undefined, 'x,C ts 15'],
      [100, 'x,A ts 15'],
    ] as const) {
      const { put, take } = joining('inner', { history });
      put('k', 'A', 10);
      put('k', 'B', 20);
      put('k', 'C', 30);
      expect(take('x', 15)).toEqual([expected]);
      expect(take('y', 5)).toEqual(history === undefined ? ['y,C ts 5'] : []);
    }
  });

  it('passes a null key of a left join on, and drops it otherwise', () => {
    expect(joining('left').take('x', 1, noString)).toEqual(['x,null ts 1']);
    const { bench, take } = joining('inner');
    expect(take('x', 1, noString)).toEqual([]);
    expect(bench.dropped).toMatchObject([{ reason: 'null-key-or-value' }]);
  });

  it('with a grace waits for the table, and lets go by time and then arrival', () => {
    const { put, take, buffer } = joining('left', { history: 100, graceMs: 5 });
    expect(take('x', 11)).toEqual([]);
    expect(take('v', 10)).toEqual([]);
    expect(take('w', 10)).toEqual([]);
    put('k', 'A', 10);
    expect(buffer.numRecords).toBe(3);
    expect(take('y', 15)).toEqual(['v,A ts 10', 'w,A ts 10']);
    expect(take('z', 16)).toEqual(['x,A ts 11']);
    expect(take('late', 9)).toEqual(['late,null ts 9']);
  });

  it('with a grace drops a null key, where Kafka’s task dies (differences-from-kafka)', () => {
    const { bench, take } = joining('left', { history: 100, graceMs: 5 });
    expect(take('x', 1, noString)).toEqual([]);
    expect(bench.dropped).toMatchObject([{ reason: 'null-key-or-value' }]);
  });

  it('with a grace needs a versioned table', () => {
    expect(() => joining('inner', { graceMs: 5 })).toThrow('KTable must be versioned to use a grace period');
  });

  it('STR-9 waits after a restore for what it waited for (KAFKA-14936)', () => {
    const given = { history: 100, graceMs: 5 };
    const before = joining('inner', given);
    before.put('k', 'A', 1);
    before.take('v', 10);
    before.take('w', 12);
    before.take('x', 16);
    before.bench.flush();
    const after = joining('inner', { ...given, changelog: before.bench.changelog });
    expect([after.buffer.numRecords, after.buffer.bufferBytes]).toEqual([
      before.buffer.numRecords,
      before.buffer.bufferBytes,
    ]);
    expect(after.take('y', 17)).toEqual(['w,A ts 12']);
    expect(after.take('z', 30)).toEqual(['x,A ts 16', 'y,A ts 17']);
  });
});

it('a join with a global table looks the row up that key and value name', () => {
  const rows = new Map([['a1', 'row']]);
  const table = {
    storeNames: [],
    get: () => ({
      init: () => undefined,
      get: (key: string) => (rows.has(key) ? { value: rows.get(key)!, timestamp: 0 } : null),
      getAsOf: () => null,
      isVersioned: false,
    }),
  };
  const options = {
    table,
    keyMapper: (key: string, value: string | null) => (value === null || value === 'none' ? null : key + value),
    joiner: (_key: string, value: string | null, row: string | null) => `${value ?? ''},${row ?? 'null'}`,
  };
  const bench = new OperatorBench();
  const inner = bench.node('inner', streamGlobalJoin({ ...options, kind: 'inner' }));
  const left = bench.node('left', streamGlobalJoin({ ...options, kind: 'left' }));
  expect([inner('a', '1', 5), inner('a', '2', 5), inner('a', 'none', 5)].flat()).toEqual([['a', '1,row', 5]]);
  expect([left('a', '1', 5), left('a', '2', 5), left('a', 'none', 5)].flat()).toEqual([
    ['a', '1,row', 5],
    ['a', '2,null', 5],
    ['a', 'none,null', 5],
  ]);
  left('a', null, 5);
  expect(bench.dropped).toHaveLength(2);
});
