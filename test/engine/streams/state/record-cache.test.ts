import { describe, expect, it } from 'vitest';
import { merged, RecordCache } from '../../../../src/engine/streams/state/record-cache.js';

const context = { timestamp: 1, headers: [], origin: null };
const bytesOfEntry = 1 + 3 * 8 + 1 + 1 + 8 + 8 + 4;
const value = { bytes: Uint8Array.of(1), timestamp: 1 };

function holding(entries: number, cache = new RecordCache(entries * bytesOfEntry)) {
  const letGo: string[] = [];
  const store = cache.open<string>({
    letGo: ({ place, value: after }) => void letGo.push(after === null ? `-${place}` : place),
    keyHeadBytes: 0,
    valueHeadBytes: 0,
  });
  const put = (...names: string[]) => {
    for (const name of names) store.put(name, name, value, context, 1);
  };
  const keep = (name: string) => store.keep(name, name, value, 1);
  const remove = (name: string) => store.put(name, name, null, context, 1);
  const all = () => [...store.between(null, null)].map(({ place }) => place);
  return { cache, store, letGo, put, keep, remove, all };
}

describe('the cache of a store', () => {
  it('lets go of all that is held back once it is too full, and gives up what was used longest ago', () => {
    const { letGo, put, all } = holding(3);
    put('a', 'b', 'a', 'c');
    expect(letGo).toEqual([]);
    put('d');
    expect([letGo, all()]).toEqual([
      ['b', 'a', 'c', 'd'],
      ['a', 'c', 'd'],
    ]);
    put('e');
    expect(all()).toEqual(['c', 'd', 'e']);
  });

  it('gives up later what was read in between, and lets go of what it gives up before the rest', () => {
    const { letGo, put, store, all } = holding(3);
    put('a', 'b', 'c');
    expect(store.get('a')).toBe(value);
    put('d');
    expect([letGo, all()]).toEqual([
      ['b', 'a', 'c', 'd'],
      ['a', 'c', 'd'],
    ]);
  });

  it('counts each row that an iteration comes to as used, and leaves out those that have gone by then', () => {
    const { put, store, all } = holding(3);
    put('a', 'b', 'c');
    const backward = store.between(null, null, true);
    backward.next();
    // c was used last: a goes, then b.
    put('d', 'e');
    expect([...backward].map(({ place }) => place)).toEqual([]);
    expect(all()).toEqual(['c', 'd', 'e']);
  });

  it('has room for what was only read, which never goes out', () => {
    const { letGo, put, keep, all, store } = holding(2);
    put('a');
    keep('r');
    put('b');
    expect([letGo, all()]).toEqual([
      ['a', 'b'],
      ['b', 'r'],
    ]);
    store.flush();
    expect(letGo).toEqual(['a', 'b']);
  });

  it('keeps of a deletion nothing once it has gone out', () => {
    const { letGo, put, remove, store, all } = holding(3);
    put('a', 'b');
    remove('a');
    expect(store.get('a')).toBeNull();
    store.flush();
    expect(letGo).toEqual(['b', '-a']);
    expect(store.get('a')).toBeUndefined();
    put('c', 'd');
    expect(all()).toEqual(['b', 'c', 'd']);
  });

  it('keeps nothing that is larger than the cache', () => {
    const { letGo, put, all } = holding(0);
    put('a', 'b', 'a');
    expect([letGo, all()]).toEqual([['a', 'b', 'a'], []]);
  });

  it('shares its room with the other stores of the thread, and gives up only what is its own', () => {
    const one = holding(2);
    one.put('a', 'b');
    const other = holding(2, one.cache);
    other.put('x');
    expect([one.all(), other.all()]).toEqual([['a', 'b'], []]);
    one.store.clear();
    other.put('x');
    expect(other.all()).toEqual(['x']);
  });

  it('begins anew when it was emptied', () => {
    const { letGo, store, put, all } = holding(2);
    put('a', 'b');
    store.clear();
    put('d', 'e');
    expect([letGo, all()]).toEqual([[], ['d', 'e']]);
  });

  it('goes before what is stored, its deletions too', () => {
    const { put, remove, store } = holding(9);
    put('b', 'c');
    remove('d');
    const order = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
    const upper = (place: string) => place.toUpperCase();
    expect([...merged(['a', 'c', 'd', 'e'], store.between(null, null), order, upper)]).toEqual(['a', 'B', 'C', 'e']);
  });
});
