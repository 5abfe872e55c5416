import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VersionedKeyValueStore } from '../../../../src/engine/streams/state/state-store.js';
import { versionedKeyValueStoreBuilder } from '../../../../src/engine/streams/state/stores.js';
import { OperatorBench, text, type LoggedChange } from '../operator-bench.js';

const historyRetentionMs = 30;

function opened(changelog: readonly LoggedChange[] = []) {
  const builder = versionedKeyValueStoreBuilder({ name: 's', keySerde: text, valueSerde: text, historyRetentionMs });
  const bench = new OperatorBench({ stores: [builder], changelog });
  const store = bench.store('s') as VersionedKeyValueStore<string, string>;
  const put = (key: string, value: string | null, at: number) => bench.at(at, () => store.put(key, value, at));
  return { bench, store, put };
}

describe('a versioned store (KIP-889)', () => {
  it('says until when what was put is valid', () => {
    const { put } = opened();
    expect(put('a', 'A', 10)).toBe('latest');
    expect(put('a', 'B', 20)).toBe('latest');
    expect(put('a', 'C', 15)).toBe(20);
    expect(put('a', 'D', 20)).toBe('latest');
  });

  it('gives what was valid at a time', () => {
    const { store, put } = opened();
    put('a', 'A', 10);
    put('a', 'B', 20);
    put('a', null, 25);
    expect([9, 10, 19, 20, 24, 25].map((at) => store.get('a', at)?.value ?? null)).toEqual([
      null,
      'A',
      'A',
      'B',
      'B',
      null,
    ]);
    expect(store.get('a')).toBeNull();
    expect([...store.versions('a', 12, 30, 'ascending')]).toEqual([
      { value: 'A', timestamp: 10, validTo: 20 },
      { value: 'B', timestamp: 20, validTo: 25 },
    ]);
  });

  it('refuses what is older than the history, in the time of all keys, and counts it', () => {
    const { bench, store, put } = opened();
    put('b', 'B', 50);
    expect(put('a', 'A', 20)).toBe('latest');
    expect(put('a', 'A', 19)).toBe('rejected');
    expect(bench.dropped).toMatchObject([{ reason: 'expired-window', streamTime: 50 }]);
    expect(store.get('a', 49)?.value).toBe('A');
  });

  it('keeps the latest value forever, and no older one once it was replaced longer ago than the history', () => {
    const { store, put } = opened();
    put('a', 'A', 10);
    put('a', 'B', 20);
    put('b', 'B', 1000);
    expect(store.get('a')?.value).toBe('B');
    expect(store.get('a', 25)?.value).toBe('B');
    expect(store.get('a', 15)).toBeNull();
  });

  it('agrees with a list of all versions', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b'),
      value: fc.option(fc.constantFrom('x', 'y', 'z')),
      at: fc.integer({ min: 0, max: 120 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { bench, store, put } = opened();
        const model = new Map<string, Map<number, string | null>>();
        let streamTime = -1;
        for (const { key, value, at } of steps) {
          const isKept = at >= streamTime - historyRetentionMs;
          expect(put(key, value, at) === 'rejected').toBe(!isKept);
          if (!isKept) continue;
          streamTime = Math.max(streamTime, at);
          model.set(key, (model.get(key) ?? new Map<number, string | null>()).set(at, value));
        }
        const restored = opened(bench.changelog).store;
        for (const key of ['a', 'b']) {
          for (let at = Math.max(0, streamTime - historyRetentionMs); at <= 121; at++) {
            const before = [...(model.get(key) ?? [])].filter(([time]) => time <= at).sort(([one], [two]) => two - one);
            const expected = before[0]?.[1] ?? null;
            expect(store.get(key, at)?.value ?? null).toBe(expected);
            expect(restored.get(key, at)?.value ?? null).toBe(expected);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
