import { describe, expect, it } from 'vitest';
import { changeSerde } from '../../../../src/engine/streams/processors/change-serde.js';
import { tableAggregate } from '../../../../src/engine/streams/processors/table-aggregate.js';
import { tableFilter } from '../../../../src/engine/streams/processors/table-filter.js';
import { tableMapValues } from '../../../../src/engine/streams/processors/table-map-values.js';
import { tableReduce } from '../../../../src/engine/streams/processors/table-reduce.js';
import { tableRepartitionMap } from '../../../../src/engine/streams/processors/table-repartition-map.js';
import { tableSource } from '../../../../src/engine/streams/processors/table-source.js';
import { tableToStream } from '../../../../src/engine/streams/processors/table-to-stream.js';
import { tableTransformValues } from '../../../../src/engine/streams/processors/table-transform-values.js';
import {
  timestampedKeyValueStoreBuilder,
  versionedKeyValueStoreBuilder,
} from '../../../../src/engine/streams/state/stores.js';
import { change, json, OperatorBench, text } from '../operator-bench.js';

const rows = timestampedKeyValueStoreBuilder({ name: 'rows', keySerde: text, valueSerde: text });
const history = versionedKeyValueStoreBuilder({
  name: 'rows',
  keySerde: text,
  valueSerde: text,
  historyRetentionMs: 30,
});
const table = (isMaterialized = false) => tableSource<string, string>({ storeName: 'rows', isMaterialized });

describe('the source of a table', () => {
  it('passes on changes and keeps nothing as long as nobody needs it', () => {
    const source = table();
    expect(source.materializedAs).toBeNull();
    expect(source.enableSendingOldValues(false)).toBe(false);
    expect(new OperatorBench().node('t', source)('a', 'A', 1)).toEqual([['a', change('A'), 1]]);
    source.view();
    expect(source.materializedAs).toBe('rows');
  });

  it('sends old values once it is asked to, in the order of arrival, whatever the timestamps', () => {
    const source = table();
    expect(source.enableSendingOldValues(true)).toBe(true);
    const put = new OperatorBench({ stores: [rows] }).node('t', source);
    expect(put('a', 'A', 10)).toEqual([['a', change('A'), 10]]);
    expect(put('a', 'B', 5)).toEqual([['a', change('B', 'A'), 5]]);
    expect(put('a', null, 6)).toEqual([['a', change(null, 'B'), 6]]);
  });

  it('drops records without a key', () => {
    const bench = new OperatorBench();
    bench.node('t', table())(null as unknown as string, 'A', 1);
    expect(bench.dropped).toMatchObject([{ reason: 'null-key' }]);
    expect(bench.passed).toEqual([]);
  });

  it('says of a versioned table whether a row is the latest, and passes on nothing that is too old', () => {
    const source = tableSource<string, string>({ storeName: 'rows', isMaterialized: true, isVersioned: true });
    const put = new OperatorBench({ stores: [history] }).node('t', source);
    put('a', 'A', 50);
    expect(put('a', 'B', 40)).toEqual([['a', change('B', null, false), 40]]);
    expect(put('a', 'C', 10)).toEqual([]);
  });

  it('with a cache lets changes go with the flush: the latest value, and the one before the first', () => {
    const cached = timestampedKeyValueStoreBuilder({
      name: 'rows',
      keySerde: text,
      valueSerde: text,
      cachingEnabled: true,
    });
    const bench = new OperatorBench({ stores: [cached], cacheBytes: 10_000 });
    const source = table(true);
    source.enableSendingOldValues(true);
    const put = bench.node('t', source);
    put('a', 'A', 1);
    expect(bench.flush()).toEqual([['a', change('A'), 1]]);
    put('a', 'B', 2);
    put('b', 'X', 3);
    put('a', 'C', 4);
    put('c', 'Y', 5);
    put('c', null, 6);
    expect(bench.flush()).toEqual([
      ['b', change('X'), 3],
      ['a', change('C', 'A'), 4],
    ]);
  });
});

describe('filter and mapValues of a table', () => {
  const isLong = (_key: string, value: string) => value.length > 1;

  it('delete what fails, needlessly if old values are not known', () => {
    const filtered = tableFilter({ parent: table(), predicate: isLong, storeName: null });
    const put = new OperatorBench().node('f', filtered);
    expect(put('a', change('AA'), 1)).toEqual([['a', change('AA'), 1]]);
    expect(put('a', change('A'), 1)).toEqual([['a', change(null), 1]]);
    expect(put('b', change('B'), 1)).toEqual([['b', change(null), 1]]);
  });

  it('say nothing of a row that was not there and is not there, once old values are known', () => {
    const filtered = tableFilter({ parent: table(), predicate: isLong, storeName: null });
    filtered.enableSendingOldValues(true);
    const put = new OperatorBench().node('f', filtered);
    expect(put('a', change('A', 'B'), 1)).toEqual([]);
    expect(put('a', change('A', 'BB'), 1)).toEqual([['a', change(null, 'BB'), 1]]);
  });

  it('are read through to the parent’s store if they have none of their own', () => {
    const source = table();
    const mapped = tableMapValues({ parent: source, mapper: (value: string) => value.length, storeName: null });
    const even = tableFilter({ parent: mapped, predicate: (_key, length) => length % 2 === 0, storeName: null });
    expect(even.view().storeNames).toEqual(['rows']);
    const bench = new OperatorBench({ stores: [rows] });
    const put = bench.node('t', source);
    put('a', 'AA', 3);
    put('b', 'B', 4);
    const getter = even.view().get();
    bench.node('reader', {
      get: () => ({ init: (context) => getter.init(context as never), process: () => undefined }),
    });
    expect(getter.get('a')).toEqual({ value: 2, timestamp: 3 });
    expect(getter.get('b')).toBeNull();
  });

  it('map the old value as the new one, or take it from their own store', () => {
    const mapper = (value: string, key: string) => `${key}:${value}`;
    const bare = tableMapValues({ parent: table(), mapper, storeName: null });
    bare.enableSendingOldValues(true);
    expect(new OperatorBench().node('m', bare)('a', change('B', 'A'), 1)).toEqual([['a', change('a:B', 'a:A'), 1]]);
    const kept = tableMapValues({ parent: table(), mapper, storeName: 'rows' });
    expect(kept.enableSendingOldValues(false)).toBe(true);
    const put = new OperatorBench({ stores: [rows] }).node('m', kept);
    put('a', change('A'), 1);
    expect(put('a', change('B'), 2)).toEqual([['a', change('a:B', 'a:A'), 2]]);
  });
});

it('transformValues sees deleted rows too, and may not forward', () => {
  const transformed = tableTransformValues({
    parent: table(),
    transformer: () => ({ transform: (key: string, value: string | null) => `${key}=${value ?? 'gone'}` }),
    storeName: null,
  });
  const put = new OperatorBench().node('t', transformed);
  expect(put('a', change<string>(null), 1)).toEqual([['a', change('a=gone'), 1]]);
  const forwarding = tableTransformValues<string, string, string>({
    parent: table(),
    transformer: () => {
      let forward: () => void;
      return {
        init: (context) => void (forward = () => context.forward({ key: 1, value: 1, timestamp: 1, headers: [] })),
        transform: (_key, value) => {
          forward();
          return value;
        },
      };
    },
    storeName: null,
  });
  const bad = new OperatorBench().node('t', forwarding);
  expect(() => bad('a', change('A'), 1)).toThrow('may not forward');
});

it('toStream passes on new values', () => {
  expect(new OperatorBench().node('s', tableToStream<string, string>())('a', change('B', 'A'), 4)).toEqual([
    ['a', 'B', 4],
  ]);
});

describe('grouping a table', () => {
  const byFirst = { mapper: (_key: string, value: string) => [value === '' ? null : value[0]!, value] as const };

  it('sends what stays in its group as one change, and what moves as two, the old one first (KIP-904)', () => {
    const source = table();
    const put = new OperatorBench().node('g', tableRepartitionMap({ parent: source, ...byFirst }));
    expect(source.materializedAs).toBe('rows');
    expect(put('k', change('a2', 'a1'), 1)).toEqual([['a', change('a2', 'a1'), 1]]);
    expect(put('k', change('b1', 'a2'), 2)).toEqual([
      ['a', change(null, 'a2'), 2],
      ['b', change('b1'), 2],
    ]);
    expect(put('k', change('', 'b1'), 3)).toEqual([['b', change(null, 'b1'), 3]]);
    expect(put('k', change<string>(null), 4)).toEqual([]);
  });

  it('writes changes as Kafka does', () => {
    const serde = changeSerde(text);
    const hex = (some: ReturnType<typeof change<string>>) => Buffer.from(serde.serialize('t', some)).toString('hex');
    expect(hex(change('E'))).toBe('4501');
    expect(hex(change<string>(null, 'E'))).toBe('4500');
    expect(hex(change('E1', 'E1'))).toBe('044531453102');
    for (const some of [change('E'), change<string>(null, 'E'), change('long'.repeat(50), 'old')]) {
      expect(serde.deserialize('t', serde.serialize('t', some))).toEqual(some);
    }
  });

  const sums = timestampedKeyValueStoreBuilder({ name: 'sums', keySerde: text, valueSerde: json<number>() });

  it('aggregate takes the old value out and puts the new one in; region example of the guide', () => {
    const lengths = timestampedKeyValueStoreBuilder({ name: 'sums', keySerde: text, valueSerde: json<number>() });
    const bench = new OperatorBench({ stores: [lengths] });
    const put = bench.node(
      'a',
      tableAggregate<string, number, number>({
        storeName: 'sums',
        initializer: () => 0,
        adder: (_key, value, sum) => (sum ?? 0) + value,
        subtractor: (_key, value, sum) => sum - value,
      }),
    );
    const results = [
      put('E', change(5), 1),
      put('A', change(3), 2),
      put('A', change(7), 3),
      put('E', change<number>(null, 5), 4),
      put('A', change(5), 4),
      put('A', change<number>(null, 7), 5),
    ];
    expect(results.flat()).toEqual([
      ['E', change(5), 1],
      ['A', change(3), 2],
      ['A', change(10), 3],
      ['E', change(0), 4],
      ['A', change(15), 4],
      ['A', change(8), 5],
    ]);
  });

  it('aggregate deletes a group when its subtractor gives null, and takes nothing out of what is not there', () => {
    const bench = new OperatorBench({ stores: [sums] });
    const aggregate = tableAggregate<string, number, number>({
      storeName: 'sums',
      initializer: () => 0,
      adder: (_key, value, sum) => (sum ?? 0) + value,
      subtractor: (_key, value, sum) => (sum === value ? null : sum - value),
    });
    aggregate.enableSendingOldValues(true);
    const put = bench.node('a', aggregate);
    expect(put('A', change<number>(null, 3), 5)).toEqual([['A', change<number>(null), 5]]);
    put('A', change(3), 9);
    expect(put('A', change<number>(null, 3), 5)).toEqual([['A', change<number>(null, 3), 9]]);
  });

  it('reduce takes the first value as it is, and the larger timestamp', () => {
    const reduce = tableReduce<string, number>({
      storeName: 'sums',
      adder: (sum, value) => sum + value,
      subtractor: (sum, value) => sum - value,
    });
    const put = new OperatorBench({ stores: [sums] }).node('r', reduce);
    expect(put('A', change(3), 9)).toEqual([['A', change(3), 9]]);
    expect(put('A', change(5, 3), 4)).toEqual([['A', change(5), 9]]);
  });
});
