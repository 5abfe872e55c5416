import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BufferConfig, Suppressed } from '../../../../src/engine/streams/dsl/suppressed.js';
import { SessionWindows } from '../../../../src/engine/streams/dsl/window/session-windows.js';
import { TimeWindows } from '../../../../src/engine/streams/dsl/window/time-windows.js';
import type { KTable } from '../../../../src/engine/streams/dsl/ktable.js';
import { Serdes } from '../../../../src/engine/streams/serdes.js';
import type { Windowed } from '../../../../src/engine/streams/state/state-store.js';
import { atRest, oracleRecords, runProgram, tableOf, texts, type OracleRecord } from './oracle-run.js';

const numRuns = 50;
const cacheBytes = fc.constantFrom(0, 0, 100_000);
const sumOf = (values: readonly (string | null)[]) => String(values.reduce((sum, value) => sum + Number(value), 0));
const add = (one: string, other: string) => String(Number(one) + Number(other));
const subtract = (one: string, other: string) => String(Number(one) - Number(other));
const sorted = (rows: Record<string, string>) => Object.fromEntries(Object.entries(rows).sort());

/** A table of windows as text to `out`. */
function windowsOut(table: KTable<Windowed<string>, number>): void {
  table
    .toStream(({ key, window }: Windowed<string>) => `${key}@${window.start}/${window.end}`)
    .mapValues((count) => (count === null ? null : String(count)))
    .to('out', { key: Serdes.string, value: Serdes.string });
}

describe('Streams against a batch oracle', () => {
  it('STR-1 STR-2 an aggregate is the fold of its key’s records, and every update that of those so far', () => {
    fc.assert(
      fc.property(oracleRecords(['in']), cacheBytes, (records, cache) => {
        const { results, dropped } = runProgram(
          (builder) => builder.stream('in', texts).groupByKey(texts).reduce(add).toStream().to('out', texts),
          records,
          cache,
        );
        const ofKey = (key: string, until: number) =>
          records.slice(0, until + 1).filter((record) => record.key === key && record.value !== null);
        for (const { key, value, timestamp, cause } of results) {
          const folded = ofKey(key, cause);
          expect([value, timestamp]).toEqual([
            sumOf(folded.map((record) => record.value)),
            Math.max(...folded.map((record) => record.timestamp)),
          ]);
        }
        const withValue = records.filter((record) => record.value !== null);
        expect(results.map(({ cause }) => records[cause])).toEqual(withValue);
        expect(dropped).toBe(records.length - withValue.length);
      }),
      { numRuns },
    );
  });

  it('STR-1 a table that is grouped holds for each group what its rows add up to', () => {
    fc.assert(
      fc.property(oracleRecords(['in']), cacheBytes, (records, cache) => {
        const { results } = runProgram(
          (builder) =>
            builder
              .table('in', texts)
              .groupBy((_key, value) => [`group${Number(value) % 3}`, value] as const, texts)
              .reduce(add, subtract)
              .toStream()
              .to('out', texts),
          records,
          cache,
        );
        const groups: Record<string, string> = {};
        for (const value of Object.values(tableOf(records, 'in'))) {
          const group = `group${Number(value) % 3}`;
          groups[group] = add(groups[group] ?? '0', value);
        }
        // A group that has lost all its rows is 0.
        const rest = Object.entries(atRest(results)).filter(([group, sum]) => group in groups || sum !== '0');
        expect(Object.fromEntries(rest)).toEqual(sorted(groups));
      }),
      { numRuns },
    );
  });

  const timeSpec = fc.record({
    sizeMs: fc.integer({ min: 2, max: 20 }),
    parts: fc.integer({ min: 1, max: 3 }),
    graceMs: fc.nat(15),
  });

  /** What the windows of time hold, and how often a record came too late for one. */
  function timeWindowsOf(records: readonly OracleRecord[], sizeMs: number, advanceMs: number, graceMs: number) {
    const counts: Record<string, number> = {};
    let late = 0;
    let streamTime = -1;
    for (const { key, timestamp } of records) {
      streamTime = Math.max(streamTime, timestamp);
      for (let start = 0; start <= timestamp; start += advanceMs) {
        if (start + sizeMs <= timestamp) continue;
        const name = `${key}@${start}/${start + sizeMs}`;
        if (start + sizeMs <= streamTime - graceMs) late++;
        else counts[name] = (counts[name] ?? 0) + 1;
      }
    }
    return {
      late,
      streamTime,
      counts: Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)])),
    };
  }

  it('STR-3 windows of time hold what came in time, and count what did not', () => {
    fc.assert(
      fc.property(oracleRecords(['in'], false), timeSpec, cacheBytes, (records, { sizeMs, parts, graceMs }, cache) => {
        const advanceMs = Math.max(1, Math.floor(sizeMs / parts));
        const windows = TimeWindows.ofSizeAndGrace(sizeMs, graceMs).advanceBy(advanceMs);
        const { results, dropped } = runProgram(
          (builder) => windowsOut(builder.stream('in', texts).groupByKey(texts).windowedBy(windows).count()),
          records,
          cache,
        );
        const { counts, late } = timeWindowsOf(records, sizeMs, advanceMs, graceMs);
        expect(atRest(results)).toEqual(sorted(counts));
        expect(dropped).toBe(late);
      }),
      { numRuns },
    );
  });

  it('STR-3 sessions are what came in time in groups without a longer pause', () => {
    fc.assert(
      fc.property(oracleRecords(['in'], false), fc.nat(8), fc.nat(10), (records, gap, grace) => {
        const windows = SessionWindows.ofInactivityGapAndGrace(gap, grace);
        const { results, dropped } = runProgram(
          (builder) =>
            windowsOut(builder.stream('in', texts).groupByKey(texts).windowedBy(windows).count({ retention: 1000 })),
          records,
        );
        let sessions: { key: string; start: number; end: number; count: number }[] = [];
        let late = 0;
        let streamTime = -1;
        for (const { key, timestamp } of records) {
          streamTime = Math.max(streamTime, timestamp);
          const near = sessions.filter(
            (each) => each.key === key && each.end >= timestamp - gap && each.start <= timestamp + gap,
          );
          const merged = {
            key,
            start: Math.min(timestamp, ...near.map(({ start }) => start)),
            end: Math.max(timestamp, ...near.map(({ end }) => end)),
            count: near.reduce((sum, { count }) => sum + count, 1),
          };
          if (merged.end < streamTime - grace - gap) late++;
          else sessions = [...sessions.filter((each) => !near.includes(each)), merged];
        }
        const expected = sessions.map(({ key, start, end, count }) => [`${key}@${start}/${end}`, String(count)]);
        expect(atRest(results)).toEqual(Object.fromEntries(expected.sort()));
        expect(dropped).toBe(late);
      }),
      { numRuns },
    );
  });

  it.each(['suppress', 'emit on close'] as const)(
    'STR-4 each window that has closed gives one result, and none before (%s)',
    (how) => {
      fc.assert(
        fc.property(oracleRecords(['in'], false), timeSpec, (records, { sizeMs, parts, graceMs }) => {
          const advanceMs = Math.max(1, Math.floor(sizeMs / parts));
          const windows = TimeWindows.ofSizeAndGrace(sizeMs, graceMs).advanceBy(advanceMs);
          const { results } = runProgram((builder) => {
            const windowed = builder.stream('in', texts).groupByKey(texts).windowedBy(windows);
            windowsOut(
              how === 'suppress'
                ? windowed.count().suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()))
                : windowed.emitStrategy('on-window-close').count({ retention: 1000 }),
            );
          }, records);
          const { counts, streamTime } = timeWindowsOf(records, sizeMs, advanceMs, graceMs);
          const endOf = (name: string) => Number(name.split('/')[1]);
          const closed = Object.entries(counts).filter(([name]) => endOf(name) + graceMs <= streamTime);
          expect(results.map(({ key, value }) => [key, value]).sort()).toEqual(closed.sort());
          for (const { key, cause } of results) {
            const timeThen = Math.max(...records.slice(0, cause + 1).map(({ timestamp }) => timestamp));
            expect(endOf(key) + graceMs).toBeLessThanOrEqual(timeThen);
          }
        }),
        { numRuns },
      );
    },
  );

  it('STR-6 a stream is joined with the row of its turn, or of its time if the table is versioned', () => {
    fc.assert(
      fc.property(oracleRecords(['left', 'right']), fc.boolean(), (records, isVersioned) => {
        const { results } = runProgram((builder) => {
          const versioned = isVersioned ? { versioned: { historyRetention: 1000 } } : {};
          const table = builder.table('right', { ...texts, materialized: { as: 'rows', ...versioned } });
          builder
            .stream('left', texts)
            .leftJoin(table, (left, right) => `${left},${right ?? 'none'}`, texts)
            .to('out', texts);
        }, records);
        const expected = records.flatMap(({ topic, key, value, timestamp }, at) => {
          if (topic !== 'left' || value === null) return [];
          const rows = records.slice(0, at).filter((row) => row.topic === 'right' && row.key === key);
          const inTime = isVersioned
            ? rows.filter((row) => row.timestamp <= timestamp).sort((one, other) => one.timestamp - other.timestamp)
            : rows;
          return [{ key, value: `${value},${inTime.at(-1)?.value ?? 'none'}`, timestamp, cause: at }];
        });
        expect(results).toEqual(expected);
      }),
      { numRuns },
    );
  });

  it('STR-7 tables that are joined are at rest the relational join of both', () => {
    const kinds = fc.constantFrom('join' as const, 'leftJoin' as const, 'outerJoin' as const);
    fc.assert(
      fc.property(oracleRecords(['left', 'right']), kinds, cacheBytes, (records, kind, cache) => {
        const { results } = runProgram(
          (builder) => {
            const [left, right] = [builder.table('left', texts), builder.table('right', texts)];
            const joiner = (one: string | null, other: string | null) => `${one ?? 'none'},${other ?? 'none'}`;
            const joins = {
              join: () => left.join(right, joiner),
              leftJoin: () => left.leftJoin(right, joiner),
              outerJoin: () => left.outerJoin(right, joiner),
            };
            joins[kind]().toStream().to('out', texts);
          },
          records,
          cache,
        );
        const [left, right] = [tableOf(records, 'left'), tableOf(records, 'right')];
        const expected: Record<string, string> = {};
        for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
          const [one, other] = [left[key], right[key]];
          if (one === undefined && kind !== 'outerJoin') continue;
          if (other === undefined && kind === 'join') continue;
          expected[key] = `${one ?? 'none'},${other ?? 'none'}`;
        }
        expect(atRest(results)).toEqual(sorted(expected));
      }),
      { numRuns },
    );
  });
});
