import { describe, expect, it } from 'vitest';
import type { Windowed, WindowStore } from '../../../../src/engine/streams/state/state-store.js';
import type { WindowStoreOptions } from '../../../../src/engine/streams/state/store-options.js';
import { windowStoreBuilder } from '../../../../src/engine/streams/state/stores.js';
import { OperatorBench, text, type LoggedChange } from '../operator-bench.js';

const options: WindowStoreOptions<string, string> = {
  name: 's',
  keySerde: text,
  valueSerde: text,
  retentionMs: 30,
  windowSizeMs: 10,
};

function opened(given: Partial<typeof options> = {}, changelog: readonly LoggedChange[] = [], cacheBytes = 0) {
  const bench = new OperatorBench({ stores: [windowStoreBuilder({ ...options, ...given })], changelog, cacheBytes });
  const store = bench.store('s') as WindowStore<string, string>;
  const put = (key: string, value: string | null, time: number) => bench.at(time, () => store.put(key, value, time));
  return { bench, store, put };
}

const shown = (rows: Iterable<readonly [Windowed<string>, string]>) =>
  [...rows].map(([{ key, window }, value]) => `${key}@${window.start}=${value}`).join(' ');

describe.each([false, true])('a window store (in memory: %s)', (inMemory) => {
  it('fetches the windows of a key that start in a range, both ends included, in either direction', () => {
    const { store, put } = opened({ inMemory });
    for (const time of [10, 20, 15]) put('a', `${time}`, time);
    put('b', 'b', 12);
    expect([...store.fetchRange('a', 10, 15)]).toEqual([
      [10, '10'],
      [15, '15'],
    ]);
    expect([...store.backwardFetchRange('a', 0, 100)].map(([time]) => time)).toEqual([20, 15, 10]);
    expect(store.fetch('a', 15)).toBe('15');
    expect(store.fetch('a', 16)).toBeNull();
  });

  it('STR-13 shows what started less than the retention ago, and nothing else', () => {
    const { store, put } = opened({ inMemory });
    put('a', 'old', 10);
    put('a', 'new', 39);
    expect(store.fetch('a', 10)).toBe('old');
    put('a', 'newer', 40);
    expect(store.fetch('a', 10)).toBeNull();
    expect(shown(store.all())).toBe('a@39=new a@40=newer');
  });

  it('shows what has expired for as long as it is in the cache', () => {
    const { bench, store, put } = opened({ inMemory, cachingEnabled: true }, [], 200);
    put('a', 'old', 10);
    put('a', 'new', 45);
    bench.flush();
    expect(store.fetch('a', 10)).toBe('old');
    expect(shown(store.all())).toBe('a@10=old a@45=new');
    put('b', 'fills it', 46);
    put('b', 'fills it', 47);
    expect(store.fetch('a', 10)).toBeNull();
    expect(shown(store.fetchAll(0, 45))).toBe('a@45=new');
  });

  it('keeps duplicates in the order in which they came, if it is told to', () => {
    const { store, put } = opened({ inMemory, retainDuplicates: true });
    for (const value of ['A', 'A', 'B']) put('a', value, 10);
    put('a', null, 10);
    expect([...store.fetchRange('a', 0, 100)].map(([, value]) => value)).toEqual(['A', 'A', 'B']);
  });

  it('STR-9 is after a restore what it was, and keeps duplicates that come later beside those it brought back', () => {
    const given = { inMemory, retainDuplicates: true };
    const { bench, store, put } = opened(given);
    put('a', 'A', 10);
    put('b', 'B', 12);
    put('a', 'C', 10);
    const restored = opened(given, bench.changelog);
    expect(shown(restored.store.all())).toBe(shown(store.all()));
    restored.put('a', 'D', 10);
    expect([...restored.store.fetchRange('a', 0, 100)].map(([, value]) => value)).toEqual(['A', 'C', 'D']);
  });

  it('logs key, start and number under the time of the record, also what has expired', () => {
    const { bench, put } = opened({ inMemory });
    put('a', 'A', 100_000);
    put('a', 'B', 15);
    expect(bench.changelog.map(({ key, value }) => [Buffer.from(key).toString('hex'), value?.length])).toEqual([
      ['6100000000000186a000000000', 1],
      ['61000000000000000f00000000', 1],
    ]);
    expect(bench.dropped).toMatchObject([{ reason: 'expired-window', window: { start: 15, end: 25 } }]);
  });
});

it('orders a persistent store by key and time, and one in memory by time and key', () => {
  for (const inMemory of [false, true]) {
    const { store, put } = opened({ inMemory });
    put('b', '1', 10);
    put('a', '2', 20);
    put('a', '3', 15);
    const byKey = 'a@15=3 a@20=2 b@10=1';
    const byTime = 'b@10=1 a@15=3 a@20=2';
    expect(shown(store.all())).toBe(inMemory ? byTime : byKey);
    expect(shown(store.fetchKeys('a', 'b', 0, 100))).toBe(inMemory ? byTime : byKey);
    expect(shown(store.backwardFetchAll(0, 100))).toBe((inMemory ? byTime : byKey).split(' ').reverse().join(' '));
  }
});

it('orders a persistent store by segments of time first', () => {
  const { store, put } = opened({ retentionMs: 200_000 });
  put('a', '2', 120_000);
  put('b', '1', 10);
  put('a', '3', 20);
  expect(shown(store.all())).toBe('a@20=3 b@10=1 a@120000=2');
});

it('orders what is emitted on close by time, even in a persistent store', () => {
  const { store, put } = opened({ timeOrdered: true });
  put('b', '1', 10);
  put('a', '2', 20);
  put('c', '3', 5);
  put('a', '4', 10);
  expect(shown(store.fetchAll(0, 100))).toBe('c@5=3 a@10=4 b@10=1 a@20=2');
  expect(shown(store.fetchAll(6, 10))).toBe('a@10=4 b@10=1');
  put('b', null, 10);
  expect(shown(store.fetchAll(6, 10))).toBe('a@10=4');
});

it('keeps in a persistent store, unseen, what still has a segment', () => {
  const { bench, store, put } = opened();
  put('a', 'A', 100);
  put('b', 'B', 20);
  expect(bench.dropped).toEqual([]);
  expect(shown(store.all())).toBe('a@100=A');
});
