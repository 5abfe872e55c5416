import { describe, expect, it } from 'vitest';
import type {
  KeyValueStore,
  RestorableStore,
  TimestampedKeyValueStore,
} from '../../../../src/engine/streams/state/state-store.js';
import { keyValueStoreBuilder, timestampedKeyValueStoreBuilder } from '../../../../src/engine/streams/state/stores.js';
import { json, OperatorBench, text } from '../operator-bench.js';

const plain = { name: 's', keySerde: text, valueSerde: text };

function opened(options: Partial<Parameters<typeof keyValueStoreBuilder<string, string>>[0]> = {}, cacheBytes = 0) {
  const bench = new OperatorBench({ stores: [keyValueStoreBuilder({ ...plain, ...options })], cacheBytes });
  return { bench, store: bench.store('s') as KeyValueStore<string, string> & RestorableStore };
}

describe('a key-value store', () => {
  it('iterates in the order of the keys’ bytes, both ends included', () => {
    const { bench, store } = opened();
    bench.at(1, () => {
      for (const key of ['b', 'a', 'aa', 'é', '～', '😀', 'B']) store.put(key, key);
    });
    expect([...store.all()].map(([key]) => key)).toEqual(['B', 'a', 'aa', 'b', 'é', '～', '😀']);
    expect([...store.range('a', 'b')].map(([key]) => key)).toEqual(['a', 'aa', 'b']);
    expect([...store.range('b', 'a')]).toEqual([]);
    expect([...store.reverseRange(null, 'aa')].map(([key]) => key)).toEqual(['aa', 'a', 'B']);
    expect([...store.prefixScan(new TextEncoder().encode('a'))].map(([key]) => key)).toEqual(['a', 'aa']);
  });

  it('shows an iterator what was there when it was asked for', () => {
    const { bench, store } = opened();
    bench.at(1, () => {
      store.put('a', '1');
      store.put('b', '2');
      const all = store.all();
      store.delete('b');
      store.put('c', '3');
      expect([...all]).toEqual([
        ['a', '1'],
        ['b', '2'],
      ]);
    });
  });

  it('keeps values apart from what others do to them', () => {
    const bench = new OperatorBench({
      stores: [keyValueStoreBuilder({ name: 's', keySerde: text, valueSerde: json<number[]>() })],
    });
    const store = bench.store('s') as KeyValueStore<string, number[]>;
    const value = [1];
    bench.at(1, () => store.put('a', value));
    value.push(2);
    store.get('a')?.push(3);
    expect(store.get('a')).toEqual([1]);
  });

  it('logs every change with the time of the record, a deletion as a tombstone even of what was not there', () => {
    const { bench, store } = opened();
    bench.at(5, () => store.put('a', '1'));
    bench.at(7, () => store.delete('b'));
    expect(bench.changelog.map(({ key, value, timestamp }) => [key, value, timestamp])).toEqual([
      [text.serialize('', 'a'), text.serialize('', '1'), 5],
      [text.serialize('', 'b'), null, 7],
    ]);
  });

  it('logs nothing when it is told not to', () => {
    const { bench, store } = opened({ loggingEnabled: false });
    bench.at(5, () => store.put('a', '1'));
    expect(bench.changelog).toEqual([]);
  });

  it('refuses a null key', () => {
    const { store } = opened();
    expect(() => store.get(null as unknown as string)).toThrow(
      expect.objectContaining({ name: 'NullPointerException' }),
    );
  });

  it('STR-9 is after a restore what it was', () => {
    const { bench, store } = opened();
    bench.at(1, () => {
      store.put('a', '1');
      store.put('b', '2');
      store.put('a', '3');
      store.delete('b');
      store.put('c', '4');
    });
    const restored = new OperatorBench({ stores: [keyValueStoreBuilder(plain)], changelog: bench.changelog });
    expect([...(restored.store('s') as typeof store).all()]).toEqual([...store.all()]);
    expect(restored.changelog).toEqual([]);
  });

  it('gives timestamped values the time that they were put with, and the changelog too', () => {
    const builder = timestampedKeyValueStoreBuilder({ name: 's', keySerde: text, valueSerde: text });
    const bench = new OperatorBench({ stores: [builder] });
    const store = bench.store('s') as TimestampedKeyValueStore<string, string>;
    bench.at(9, () => store.put('a', { value: '1', timestamp: 4 }));
    expect(bench.changelog[0]).toMatchObject({ value: text.serialize('', '1'), timestamp: 4 });
    const restored = new OperatorBench({ stores: [builder], changelog: bench.changelog });
    expect((restored.store('s') as typeof store).get('a')).toEqual({ value: '1', timestamp: 4 });
  });
});

describe('a key-value store with a cache', () => {
  it('is read as if it held nothing back, and logs the last value of each key with the flush', () => {
    const { bench, store } = opened({ cachingEnabled: true }, 10_000);
    bench.at(1, () => store.put('a', '1'));
    bench.at(2, () => store.put('b', '2'));
    bench.at(3, () => store.put('a', '3'));
    expect(store.get('a')).toBe('3');
    expect([...store.all()]).toEqual([
      ['a', '3'],
      ['b', '2'],
    ]);
    expect(bench.changelog).toEqual([]);
    bench.flush();
    expect(bench.changelog.map(({ value, timestamp }) => [text.deserialize('', value!), timestamp])).toEqual([
      ['2', 2],
      ['3', 3],
    ]);
  });

  it('lets go of everything once it is full', () => {
    const { bench, store } = opened({ cachingEnabled: true }, 140);
    bench.at(1, () => store.put('a', '1'));
    bench.at(1, () => store.put('b', '2'));
    expect(bench.changelog).toHaveLength(0);
    bench.at(1, () => store.put('c', '3'));
    expect(bench.changelog.map(({ key }) => text.deserialize('', key))).toEqual(['a', 'b', 'c']);
  });
});
