import { describe, expect, it } from 'vitest';
import { RecordCache } from '../../../../src/engine/streams/state/record-cache.js';

const context = { timestamp: 1, headers: [], origin: null };
const bytesOfEntry = 1 + 4 * 8 + 1 + 1 + 8 + 8 + 4;

function holding(entries: number) {
  const letGo: string[] = [];
  const evicted: string[] = [];
  const nameOf = (keyBytes: Uint8Array) => String.fromCharCode(...keyBytes);
  const cache = new RecordCache(entries * bytesOfEntry);
  const held = cache.open<number>({
    letGo: ({ keyBytes }) => void letGo.push(nameOf(keyBytes)),
    evicted: (keyBytes) => void evicted.push(nameOf(keyBytes)),
  });
  const put = (...names: string[]) => {
    for (const name of names) held.hold(name, Uint8Array.of(name.charCodeAt(0)), null, 1, 1, context);
  };
  return { cache, held, letGo, evicted, put };
}

describe('the cache of a store', () => {
  it('lets go of all that is held back once it is too full, and gives up what was put longest ago', () => {
    const { letGo, evicted, put } = holding(3);
    put('a', 'b', 'a', 'c');
    expect([letGo, evicted]).toEqual([[], []]);
    put('d');
    expect([letGo, evicted]).toEqual([['b', 'a', 'c', 'd'], ['b']]);
    put('e');
    expect(evicted).toEqual(['b', 'a']);
  });

  it('gives up later what was put again in between', () => {
    const { evicted, held, put } = holding(3);
    put('a', 'b', 'c', 'd', 'b', 'e', 'f');
    expect(evicted).toEqual(['a', 'c', 'd']);
    expect(['b', 'e', 'f', 'a'].map((key) => held.has(key))).toEqual([true, true, true, false]);
  });

  it('keeps nothing that is larger than the cache', () => {
    const { letGo, evicted, put } = holding(0);
    put('a', 'b', 'a');
    expect([letGo, evicted]).toEqual([
      ['a', 'b', 'a'],
      ['a', 'b', 'a'],
    ]);
  });

  it('shares its room with the other stores of the thread, and gives up only what is its own', () => {
    const one = holding(2);
    one.put('a', 'b');
    const evicted: number[] = [];
    const other = one.cache.open<number>({ letGo: () => undefined, evicted: ([key]) => void evicted.push(key ?? -1) });
    other.hold('x', Uint8Array.of(1), null, 1, 1, context);
    expect([one.evicted, evicted]).toEqual([[], [1]]);
    one.held.clear();
    other.hold('x', Uint8Array.of(1), null, 1, 1, context);
    expect(evicted).toEqual([1]);
  });

  it('begins anew when it was emptied', () => {
    const { evicted, held, put } = holding(2);
    put('a', 'b', 'c');
    held.clear();
    put('d', 'e', 'f');
    expect(evicted).toEqual(['a', 'd']);
  });
});
