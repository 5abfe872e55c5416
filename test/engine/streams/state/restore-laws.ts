import fc from 'fast-check';
import { expect } from 'vitest';
import type { Change } from '../../../../src/engine/streams/processors/change.js';
import { ChangeForwarder } from '../../../../src/engine/streams/processors/change-forwarder.js';
import { streamTableJoin } from '../../../../src/engine/streams/processors/stream-table-join.js';
import { tableSource } from '../../../../src/engine/streams/processors/table-source.js';
import { JoinGraceBuffer } from '../../../../src/engine/streams/state/join-grace-buffer.js';
import {
  joinGraceBufferBuilder,
  timestampedKeyValueStoreBuilder,
  versionedKeyValueStoreBuilder,
} from '../../../../src/engine/streams/state/stores.js';
import { inPlaceOf, searchProperty, type Mutant } from '../../../mutants/mutant.js';
import { OperatorBench, text, type LoggedChange } from '../operator-bench.js';

const update = fc.record({ key: fc.constantFrom('a', 'b', 'c'), value: fc.option(fc.constantFrom('1', '2', '3')) });

/**
 * STR-11: a crash comes after a record has changed the store and before its result has gone anywhere. The record is read again, and
 * whoever is below hears of it, though the store knows it already.
 */
export const replayProperty = fc.property(
  fc.array(update, { minLength: 1, maxLength: 20 }),
  fc.nat(),
  fc.nat(3),
  (updates, crash, repeated) => {
    const began = (changelog: readonly LoggedChange[]) => {
      const rows = timestampedKeyValueStoreBuilder({ name: 'rows', keySerde: text, valueSerde: text });
      const source = tableSource<string, string>({ storeName: 'rows', isMaterialized: true });
      source.enableSendingOldValues(true);
      const bench = new OperatorBench({ stores: [rows], changelog });
      return { bench, put: bench.node('table', source) };
    };
    const crashAt = crash % updates.length;
    const before = began([]);
    updates.slice(0, crashAt + 1).forEach(({ key, value }, at) => before.put(key, value, at));
    const after = began(before.bench.changelog);
    // Nothing since the last commit is known to have arrived.
    const again = updates.slice(Math.max(0, crashAt - repeated), crashAt + 1);
    for (const [at, { key, value }] of again.entries()) {
      const results = after.put(key, value, at) as [string, Change<string>][];
      expect(results.map(([of, { newValue }]) => [of, newValue])).toEqual([[key, value]]);
    }
  },
);

const waiting = fc.record({
  kind: fc.constantFrom('row' as const, 'record' as const, 'record' as const),
  key: fc.constantFrom('a', 'b'),
  timestamp: fc.nat(40),
});

/** STR-9: a join with a grace that is restored in the middle, batch by batch, goes on as the one that was not. */
export const graceRestoreProperty = fc.property(
  fc.array(waiting, { maxLength: 30 }),
  fc.nat(),
  fc.integer({ min: 1, max: 5 }),
  (events, crash, batch) => {
    const began = (changelog: readonly LoggedChange[]) => {
      const table = tableSource<string, string>({ storeName: 'table', isMaterialized: true, isVersioned: true });
      const strings = { keySerde: text, valueSerde: text };
      const history = versionedKeyValueStoreBuilder({ name: 'table', ...strings, historyRetentionMs: 100 });
      const buffer = joinGraceBufferBuilder({ name: 'buffer', ...strings, graceMs: 5 });
      const bench = new OperatorBench({ stores: [history, buffer] });
      for (let at = 0; at < changelog.length; at += batch) bench.restore(changelog.slice(at, at + batch));
      const put = bench.node('table', table, 'nobody');
      const join = bench.node(
        'join',
        streamTableJoin<string, string, string, string>({
          kind: 'left',
          table: table.view(),
          joiner: (_key, value, row) => `${value},${row ?? 'null'}`,
          graceMs: 5,
          bufferStoreName: 'buffer',
        }),
      );
      const take = ({ kind, key, timestamp }: (typeof events)[number], index: number) => {
        if (kind === 'record') return join(key, `v${index}`, timestamp);
        put(key, `row${index}`, timestamp);
        return [];
      };
      return { bench, take };
    };
    const crashAt = events.length === 0 ? 0 : crash % events.length;
    const whole = began([]);
    const before = began([]);
    events.forEach((each, index) => {
      if (index < crashAt) before.take(each, index);
    });
    before.bench.flush();
    const after = began(before.bench.changelog);
    const all = [...events, { kind: 'record' as const, key: 'a' as const, timestamp: 1000 }];
    all.forEach((each, index) => {
      const expected = whole.take(each, index);
      if (index >= crashAt) expect(after.take(each, index)).toEqual(expected);
    });
  },
);

/** Searches while tables pass on only what changes their rows. */
export const withRepeatsSwallowed = (search: Mutant['search']): Mutant['search'] =>
  inPlaceOf(
    ChangeForwarder.prototype,
    'maybeForward',
    (maybeForward) =>
      function (this: ChangeForwarder<unknown, unknown>, key, newValue, oldValue, ...rest) {
        if (newValue !== oldValue) maybeForward.call(this, key, newValue, oldValue, ...rest);
      },
    search,
  );

export const restoreMutants: readonly Mutant[] = [
  {
    breaks: 'a table that passes on only what changes its rows, so that a record that is read again is swallowed',
    property: 'STR-11',
    bugs: [39],
    search: withRepeatsSwallowed(() => searchProperty(replayProperty, 200)),
  },
  {
    breaks: 'a join with a grace whose buffer keeps of its changelog only what was restored first',
    property: 'STR-9',
    bugs: [40],
    search: inPlaceOf(
      JoinGraceBuffer.prototype,
      'restore',
      (restore) =>
        function (this: JoinGraceBuffer<unknown, unknown>, records) {
          if (this.numRecords === 0) restore.call(this, records);
        },
      () => searchProperty(graceRestoreProperty, 200),
    ),
  },
];
