import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../../src/engine/streams/processors/change.js';
import { slidingWindowAggregate } from '../../../../src/engine/streams/processors/sliding-window-aggregate.js';
import type { EmitStrategy } from '../../../../src/engine/streams/processors/window-aggregate.js';
import type { Windowed } from '../../../../src/engine/streams/state/state-store.js';
import { timestampedWindowStoreBuilder } from '../../../../src/engine/streams/state/stores.js';
import { json, OperatorBench, text } from '../operator-bench.js';

function collecting(timeDifferenceMs: number, graceMs: number, emit: EmitStrategy = 'on-window-update') {
  const store = timestampedWindowStoreBuilder({
    name: 'w',
    keySerde: text,
    valueSerde: json<string>(),
    windowSizeMs: timeDifferenceMs,
    retentionMs: timeDifferenceMs * 2 + graceMs + 200,
    timeOrdered: emit === 'on-window-close',
  });
  const bench = new OperatorBench({ stores: [store] });
  const node = bench.node(
    'slide',
    slidingWindowAggregate<string, string | null, string>({
      storeName: 'w',
      windows: { timeDifferenceMs, graceMs },
      emit,
      initializer: () => '',
      aggregator: (_key, value, aggregate) =>
        Array.from(`${aggregate ?? ''}${value ?? ''}`)
          .sort()
          .join(''),
    }),
  );
  const take = (value: string | null, timestamp: number) =>
    (node('k', value, timestamp) as [Windowed<string>, Change<string>, number][]).map(
      ([{ window }, { newValue }]) => `[${window.start},${window.end}] ${newValue}`,
    );
  return { bench, take };
}

describe('sliding windows', () => {
  it('are the record’s own, those around it, and those that begin right after a record', () => {
    const { take } = collecting(10, 50);
    expect(take('a', 20)).toEqual(['[10,20] a']);
    expect(take('b', 25)).toEqual(['[21,31] b', '[15,25] ab']);
    expect(take('c', 22)).toEqual(['[21,31] bc', '[15,25] abc', '[12,22] ac', '[23,33] b']);
  });

  it('that would begin before 0 are one', () => {
    const { take } = collecting(10, 50);
    expect(take('a', 0)).toEqual(['[0,10] a']);
    expect(take('b', 5)).toEqual(['[1,11] b', '[0,10] ab']);
  });

  it('take a record as long as its own window does not end before stream time less grace', () => {
    const { bench, take } = collecting(10, 0);
    take('a', 30);
    expect(take('b', 20)).toContain('[21,31] a');
    take('c', 31);
    expect(take('d', 20)).toEqual([]);
    expect(bench.dropped.at(-1)).toMatchObject({ reason: 'late-record', window: { start: 20, end: 30 } });
  });

  it('drop records without key or value', () => {
    const { bench, take } = collecting(10, 0);
    take(null, 30);
    expect(bench.dropped).toMatchObject([{ reason: 'null-key-or-value' }]);
  });

  it('STR-3 hold in the end each set of records that is no longer apart than the difference', () => {
    const records = fc.array(fc.nat(60), { maxLength: 12 });
    fc.assert(
      fc.property(records, fc.integer({ min: 1, max: 20 }), (timestamps, difference) => {
        const { take } = collecting(difference, 100);
        const last = new Map<string, string>();
        timestamps.forEach((timestamp, index) => {
          for (const result of take(String.fromCharCode(97 + index), timestamp)) {
            const [window, content] = result.split(' ') as [string, string];
            last.set(window, content);
          }
        });
        const contentOf = (from: number, to: number) =>
          timestamps.flatMap((at, index) => (at >= from && at <= to ? [String.fromCharCode(97 + index)] : [])).join('');
        const expected = new Map<string, string>();
        for (const at of timestamps) {
          const left = Math.max(0, at - difference);
          expected.set(`[${left},${left + difference}]`, contentOf(left, left + difference));
          const right = contentOf(at + 1, at + 1 + difference);
          if (right !== '') expected.set(`[${at + 1},${at + 1 + difference}]`, right);
        }
        expect(Object.fromEntries(last)).toEqual(Object.fromEntries(expected));
      }),
      { numRuns: 100 },
    );
  });

  it('go out once when stream time is past their end, not at it', () => {
    const { take } = collecting(5, 0, 'on-window-close');
    take('a', 10);
    expect(take('b', 10)).toEqual([]);
    expect(take('c', 11)).toEqual(['[5,10] ab']);
  });
});
