import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../../src/engine/streams/processors/change.js';
import { sessionWindowAggregate } from '../../../../src/engine/streams/processors/session-window-aggregate.js';
import type { EmitStrategy } from '../../../../src/engine/streams/processors/window-aggregate.js';
import type { Windowed } from '../../../../src/engine/streams/state/state-store.js';
import { sessionStoreBuilder } from '../../../../src/engine/streams/state/stores.js';
import { json, OperatorBench, text } from '../operator-bench.js';

function counting(gapMs: number, graceMs: number, emit: EmitStrategy = 'on-window-update', inMemory = false) {
  const store = sessionStoreBuilder({
    name: 's',
    keySerde: text,
    valueSerde: json<number>(),
    retentionMs: gapMs + graceMs + 1000,
    inMemory,
    timeOrdered: emit === 'on-window-close',
  });
  const bench = new OperatorBench({ stores: [store] });
  const node = bench.node(
    'sessions',
    sessionWindowAggregate<string, string, number>({
      storeName: 's',
      windows: { gapMs, graceMs },
      emit,
      initializer: () => 0,
      aggregator: (_key, _value, count) => (count ?? 0) + 1,
      merger: (_key, one, other) => (one ?? 0) + (other ?? 0),
    }),
  );
  const take = (key: string, timestamp: number) =>
    (node(key, 'v', timestamp) as [Windowed<string>, Change<number>, number][]).map(
      ([{ key: of, window }, { newValue }, at]) => `${of}[${window.start},${window.end}]=${newValue} ts ${at}`,
    );
  return { bench, take };
}

describe('sessions', () => {
  it('join what is no more than the gap apart, with a tombstone for each that they replace', () => {
    const { take } = counting(5, 100);
    expect(take('a', 10)).toEqual(['a[10,10]=1 ts 10']);
    expect(take('a', 15)).toEqual(['a[10,10]=null ts 10', 'a[10,15]=2 ts 15']);
    expect(take('a', 21)).toEqual(['a[21,21]=1 ts 21']);
    expect(take('a', 18)).toEqual(['a[10,15]=null ts 15', 'a[21,21]=null ts 21', 'a[10,21]=4 ts 21']);
    expect(take('a', 12)).toEqual(['a[10,21]=null ts 21', 'a[10,21]=5 ts 21']);
  });

  it('of one record’s time alone are replaced without a tombstone', () => {
    const { take } = counting(5, 100);
    take('a', 10);
    expect(take('a', 10)).toEqual(['a[10,10]=2 ts 10']);
  });

  it('are judged late by the end of what they become', () => {
    const { bench, take } = counting(5, 0);
    take('d', 27);
    take('z', 30);
    expect(take('c', 24)).toEqual([]);
    expect(bench.dropped).toMatchObject([{ reason: 'late-record', window: { start: 24, end: 24 }, streamTime: 30 }]);
    expect(take('c', 25)).toEqual(['c[25,25]=1 ts 25']);
    expect(take('d', 22)).toEqual(['d[27,27]=null ts 27', 'd[22,27]=2 ts 27']);
  });

  it('STR-3 are in the end the records in groups without a longer pause', () => {
    const record = fc.record({ key: fc.constantFrom('a', 'b'), timestamp: fc.nat(100) });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 25 }), fc.nat(10), fc.boolean(), (records, gap, inMemory) => {
        const { take } = counting(gap, 200, 'on-window-update', inMemory);
        const last = new Map<string, string>();
        for (const { key, timestamp } of records) {
          for (const result of take(key, timestamp)) last.set(result.split('=')[0]!, result);
        }
        const expected = ['a', 'b'].flatMap((key) => {
          const times = records.flatMap((each) => (each.key === key ? [each.timestamp] : [])).sort((x, y) => x - y);
          const groups: number[][] = [];
          for (const time of times) {
            const group = groups.at(-1);
            if (group !== undefined && time - group.at(-1)! <= gap) group.push(time);
            else groups.push([time]);
          }
          return groups.map((group) => `${key}[${group[0]},${group.at(-1)}]=${group.length} ts ${group.at(-1)}`);
        });
        expect([...last.values()].filter((result) => !result.includes('=null')).sort()).toEqual(expected.sort());
      }),
      { numRuns: 60 },
    );
  });

  it('go out once when stream time is the gap and the grace past their end', () => {
    const { take } = counting(5, 2, 'on-window-close');
    expect([take('b', 10), take('a', 10), take('b', 12)].flat()).toEqual([]);
    expect(take('z', 17)).toEqual([]);
    expect(take('z', 18)).toEqual(['a[10,10]=1 ts 10']);
    expect(take('z', 20)).toEqual(['b[10,12]=2 ts 12']);
  });
});
