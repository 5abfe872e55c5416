import { describe, expect, it } from 'vitest';
import type { SessionStore, Windowed } from '../../../../src/engine/streams/state/state-store.js';
import { sessionStoreBuilder } from '../../../../src/engine/streams/state/stores.js';
import { OperatorBench, text, type LoggedChange } from '../operator-bench.js';

function opened(inMemory: boolean, changelog: readonly LoggedChange[] = []) {
  const builder = sessionStoreBuilder({ name: 's', keySerde: text, valueSerde: text, retentionMs: 30, inMemory });
  const bench = new OperatorBench({ stores: [builder], changelog });
  const store = bench.store('s') as SessionStore<string, string>;
  const put = (key: string, value: string | null, start: number, end: number) =>
    bench.at(end, () => store.put({ key, window: { start, end } }, value));
  return { bench, store, put };
}

const shown = (rows: Iterable<readonly [Windowed<string>, string]>) =>
  [...rows].map(([{ key, window }, value]) => `${key}@${window.start}/${window.end}=${value}`).join(' ');

describe.each([false, true])('a session store (in memory: %s)', (inMemory) => {
  it('finds the sessions that end late and start early enough, both ends included', () => {
    const { store, put } = opened(inMemory);
    put('a', 'A', 5, 10);
    put('a', 'B', 15, 20);
    put('aa', 'C', 11, 13);
    expect(shown(store.findSessions('a', 10, 15))).toBe('a@5/10=A a@15/20=B');
    expect(shown(store.findSessions('a', 11, 15))).toBe('a@15/20=B');
    expect(shown(store.findSessions('a', 10, 14))).toBe('a@5/10=A');
    expect(shown(store.backwardFetch('a'))).toBe('a@15/20=B a@5/10=A');
    expect(store.fetchSession('a', 5, 10)).toBe('A');
    expect(store.fetchSession('a', 5, 11)).toBeNull();
    expect(shown(store.findSessionsOfKeys('a', 'b', 0, 100))).toBe(
      inMemory ? 'a@5/10=A aa@11/13=C a@15/20=B' : 'a@5/10=A a@15/20=B aa@11/13=C',
    );
  });

  it('finds what ended in a range by end and then key, for emission on close', () => {
    const { store, put } = opened(inMemory);
    put('b', 'B', 5, 10);
    put('a', 'A', 8, 12);
    put('a', 'C', 1, 10);
    put('a', 'D', 15, 20);
    expect(shown(store.findSessionsEnding(10, 12))).toBe('a@1/10=C b@5/10=B a@8/12=A');
  });

  it('STR-13 forgets by the end of sessions', () => {
    const { store, put } = opened(inMemory);
    put('a', 'A', 5, 10);
    put('b', 'B', 39, 39);
    expect(shown(store.fetch('a'))).toBe('a@5/10=A');
    put('b', 'C', 40, 40);
    expect(shown(store.fetch('a'))).toBe('');
  });

  it('STR-9 logs key, end and start, and is after a restore what it was', () => {
    const { bench, store, put } = opened(inMemory);
    put('a', 'A', 5, 10);
    put('a', 'B', 15, 20);
    bench.at(21, () => store.remove({ key: 'a', window: { start: 5, end: 10 } }));
    expect(bench.changelog.map(({ key, timestamp }) => [Buffer.from(key).toString('hex'), timestamp])).toEqual([
      ['61000000000000000a0000000000000005', 10],
      ['610000000000000014000000000000000f', 20],
      ['61000000000000000a0000000000000005', 21],
    ]);
    expect(shown(opened(inMemory, bench.changelog).store.all())).toBe(shown(store.all()));
  });
});
