import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../../src/engine/streams/processors/change.js';
import {
  windowAggregate,
  windowStarts,
  type EmitStrategy,
  type TimeWindowSpec,
} from '../../../../src/engine/streams/processors/window-aggregate.js';
import type { Windowed } from '../../../../src/engine/streams/state/state-store.js';
import { timestampedWindowStoreBuilder } from '../../../../src/engine/streams/state/stores.js';
import { change, json, OperatorBench, text } from '../operator-bench.js';

interface Given {
  readonly emit?: EmitStrategy;
  readonly lateChild?: string;
  readonly retentionMs?: number;
  readonly cacheBytes?: number;
  readonly emitIntervalMs?: number;
}

function counting(windows: TimeWindowSpec, { emit = 'on-window-update', lateChild, ...given }: Given = {}) {
  const counts = timestampedWindowStoreBuilder({
    name: 'counts',
    keySerde: text,
    valueSerde: json<number>(),
    windowSizeMs: windows.sizeMs,
    retentionMs: given.retentionMs ?? windows.sizeMs + windows.graceMs,
    timeOrdered: emit === 'on-window-close',
    cachingEnabled: given.cacheBytes !== undefined,
  });
  const bench = new OperatorBench({ stores: [counts], ...given });
  const node = bench.node(
    'count',
    windowAggregate<string, string | null, number>({
      storeName: 'counts',
      windows,
      emit,
      lateChild,
      initializer: () => 0,
      aggregator: (_key, _value, count) => (count ?? 0) + 1,
    }),
    ...(lateChild === undefined ? [] : ['results', lateChild]),
  );
  const shown = (results: unknown[]) =>
    (results as [Windowed<string>, Change<number>, number][]).map(
      ([{ key, window }, value, timestamp]) => `${key}@${window.start}/${window.end}=${value.newValue} ts ${timestamp}`,
    );
  return { bench, shown, count: (key: string, timestamp: number) => shown(node(key, 'v', timestamp)), node };
}

const tumbling = { sizeMs: 60_000, advanceMs: 60_000, graceMs: 30_000 };

describe('tumbling and hopping windows', () => {
  it('begin at multiples of the advance, never before 0', () => {
    const windows = { sizeMs: 12, advanceMs: 5, graceMs: 0 };
    expect(windowStarts(windows, 21)).toEqual([10, 15, 20]);
    expect(windowStarts(windows, 3)).toEqual([0]);
  });

  it('give the updates of the page views example', () => {
    const { count, bench } = counting(tumbling);
    expect(count('ann', 5_000)).toEqual(['ann@0/60000=1 ts 5000']);
    expect(count('ann', 50_000)).toEqual(['ann@0/60000=2 ts 50000']);
    expect(count('bob', 70_000)).toEqual(['bob@60000/120000=1 ts 70000']);
    expect(count('ann', 40_000)).toEqual(['ann@0/60000=3 ts 50000']);
    expect(count('ann', 89_999)).toEqual(['ann@60000/120000=1 ts 89999']);
    expect(count('ann', 59_999)).toEqual(['ann@0/60000=4 ts 59999']);
    expect(count('bob', 90_000)).toEqual(['bob@60000/120000=2 ts 90000']);
    expect(count('ann', 30_000)).toEqual([]);
    expect(bench.dropped).toMatchObject([
      { reason: 'late-record', window: { start: 0, end: 60_000 }, streamTime: 90_000 },
    ]);
  });

  it('take a record into one window and refuse it in another; each refusal counts', () => {
    const { count, bench } = counting({ sizeMs: 10, advanceMs: 5, graceMs: 0 });
    count('b', 12);
    expect(count('a', 7)).toEqual(['a@5/15=1 ts 7']);
    expect(bench.dropped).toMatchObject([{ window: { start: 0, end: 10 } }]);
  });

  it('let a null value reach the aggregator, and drop null keys', () => {
    const { bench, node, shown } = counting(tumbling);
    expect(shown(node('a', null, 1))).toEqual(['a@0/60000=1 ts 1']);
    node(null as unknown as string, 'v', 1);
    expect(bench.dropped).toMatchObject([{ reason: 'null-key' }]);
  });

  it('send records that all of their windows refuse to the late child, and nothing else there', () => {
    const { bench, node } = counting({ sizeMs: 10, advanceMs: 5, graceMs: 0 }, { lateChild: 'late' });
    node('b', 'v', 12);
    node('a', 'half late', 7);
    node('a', 'late', 4);
    expect(bench.passed.map(({ child, record: { key } }) => [child, key])).toEqual([
      ['results', { key: 'b', window: { start: 5, end: 15 } }],
      ['results', { key: 'b', window: { start: 10, end: 20 } }],
      ['results', { key: 'a', window: { start: 5, end: 15 } }],
      ['late', 'a'],
    ]);
  });

  it('STR-3 hold in the end what their records add up to, in whatever order they came, while nothing is late', () => {
    const record = fc.record({ key: fc.constantFrom('a', 'b'), timestamp: fc.nat(200) });
    const sizes = fc.record({
      sizeMs: fc.integer({ min: 1, max: 30 }),
      part: fc.double({ min: 0.1, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), sizes, (records, { sizeMs, part }) => {
        const advanceMs = Math.max(1, Math.floor(sizeMs * part));
        const { count } = counting({ sizeMs, advanceMs, graceMs: 300 });
        const last = new Map<string, string>();
        for (const { key, timestamp } of records) {
          for (const result of count(key, timestamp)) last.set(result.split('=')[0]!, result);
        }
        const expected = new Map<string, number[]>();
        for (const { key, timestamp } of records) {
          for (let start = 0; start <= timestamp; start += advanceMs) {
            if (timestamp >= start + sizeMs) continue;
            const name = `${key}@${start}/${start + sizeMs}`;
            expected.set(name, [...(expected.get(name) ?? []), timestamp]);
          }
        }
        const all = [...expected].map(([name, times]) => `${name}=${times.length} ts ${Math.max(...times)}`);
        expect([...last.values()].sort()).toEqual(all.sort());
      }),
      { numRuns: 50 },
    );
  });

  it('with a cache pass on the last count of each window', () => {
    const { bench, node, shown } = counting(tumbling, { cacheBytes: 10_000 });
    for (const timestamp of [1, 2, 70_000, 3]) node('a', 'v', timestamp);
    expect(bench.passed).toEqual([]);
    expect(shown(bench.flush())).toEqual(['a@60000/120000=1 ts 70000', 'a@0/60000=3 ts 3']);
  });
});

describe('emission on close', () => {
  const hopping = { sizeMs: 10, advanceMs: 5, graceMs: 5 };

  it('passes on each window once, by start and then key, when stream time is a grace past its end', () => {
    const { count } = counting(hopping, { emit: 'on-window-close', retentionMs: 100 });
    expect([count('b', 1), count('a', 7), count('c', 14)].flat()).toEqual([]);
    expect(count('a', 15)).toEqual(['a@0/10=1 ts 7', 'b@0/10=1 ts 1']);
    expect(count('d', 30)).toEqual([
      'a@5/15=1 ts 7',
      'c@5/15=1 ts 14',
      'a@10/20=1 ts 15',
      'c@10/20=1 ts 14',
      'a@15/25=1 ts 15',
    ]);
  });

  it('remembers across tasks up to where windows have gone out', () => {
    const { bench, count } = counting(hopping, { emit: 'on-window-close', retentionMs: 100 });
    count('a', 1);
    count('a', 15);
    expect(bench.metadata.get('counts')).toBe(10);
  });

  it('looks for closed windows once in an interval of the wall clock', () => {
    const given = { emit: 'on-window-close', retentionMs: 1000, emitIntervalMs: 1000 } as const;
    const { bench, count } = counting({ sizeMs: 10, advanceMs: 10, graceMs: 0 }, given);
    count('a', 1);
    expect(count('a', 11)).toEqual([]);
    bench.now = 1000;
    expect(count('a', 12)).toEqual(['a@0/10=1 ts 1']);
  });
});

it('a first result has the initial value as its old one', () => {
  const store = timestampedWindowStoreBuilder({
    name: 'c',
    keySerde: text,
    valueSerde: json<number>(),
    windowSizeMs: 5,
    retentionMs: 5,
  });
  const supplier = windowAggregate<string, string, number>({
    storeName: 'c',
    windows: { sizeMs: 5, advanceMs: 5, graceMs: 0 },
    emit: 'on-window-update',
    initializer: () => 0,
    aggregator: (_key, _value, count) => (count ?? 0) + 1,
  });
  supplier.enableSendingOldValues(true);
  const put = new OperatorBench({ stores: [store] }).node('w', supplier);
  expect(put('a', 'v', 1)).toEqual([[{ key: 'a', window: { start: 0, end: 5 } }, change(1, 0), 1]]);
});
