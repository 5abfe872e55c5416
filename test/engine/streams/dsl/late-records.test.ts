import { describe, expect, test } from 'vitest';
import { TopologyTestDriver } from '../../../../src/engine/streams/driver/topology-test-driver.js';
import { minutes, seconds } from '../../../../src/engine/streams/dsl/durations.js';
import type { KTable } from '../../../../src/engine/streams/dsl/ktable.js';
import { StreamsBuilder } from '../../../../src/engine/streams/dsl/streams-builder.js';
import { BufferConfig, Suppressed } from '../../../../src/engine/streams/dsl/suppressed.js';
import { SessionWindows } from '../../../../src/engine/streams/dsl/window/session-windows.js';
import { SlidingWindows } from '../../../../src/engine/streams/dsl/window/sliding-windows.js';
import { TimeWindows } from '../../../../src/engine/streams/dsl/window/time-windows.js';
import type { KGroupedStream } from '../../../../src/engine/streams/dsl/kgrouped-stream.js';
import { Serdes } from '../../../../src/engine/streams/serdes.js';
import type { Windowed } from '../../../../src/engine/streams/state/state-store.js';

type Count = KTable<Windowed<string>, number>;

/** Counts what is piped in and gives, for each record, what came out: as `topic key@time=value`. */
function run(
  count: (grouped: KGroupedStream<string, string>) => Count,
  records: readonly (readonly [key: string, timestamp: number])[],
  key = Serdes.windowed(Serdes.string, minutes(1)),
): string[][] {
  const builder = new StreamsBuilder();
  const views = builder.stream('page-views', { key: Serdes.string, value: Serdes.string });
  count(views.groupByKey()).toStream().to('views', { key, value: Serdes.safeLong });
  const driver = new TopologyTestDriver(builder.build(), {
    'application.id': 'page-views',
    'statestore.cache.max.bytes': 0,
  });
  const input = driver.createInputTopic('page-views', Serdes.string, Serdes.string);
  const counts = driver.createOutputTopic('views', key, Serdes.safeLong);
  const late = driver.createOutputTopic('late', Serdes.string, Serdes.string);
  return records.map(([who, timestamp]) => {
    input.pipeInput(who, `by ${who}`, timestamp);
    return [
      ...counts.readRecordsToList().map((record) => {
        const { key: user, window } = record.key as Windowed<string>;
        return `${user}@${window.start}/${window.end}=${String(record.value)} at ${record.timestamp}`;
      }),
      ...late
        .readRecordsToList()
        .map((record) => `late ${String(record.key)} ${String(record.value)} at ${record.timestamp}`),
    ];
  });
}

describe('lateTo: records that came too late for all their windows go to a topic, as they came', () => {
  const windows = TimeWindows.ofSizeAndGrace(minutes(1), seconds(30));

  test('tumbling: the last millisecond before the window closes still counts', () => {
    const outcome = run(
      (grouped) =>
        grouped
          .windowedBy(windows)
          .lateTo('late')
          .count({ retention: minutes(10) }),
      [
        ['ann', 5_000],
        ['ann', 50_000],
        ['bob', 70_000],
        ['ann', 40_000],
        ['ann', 89_999],
        ['ann', 59_999],
        ['bob', 90_000],
        ['ann', 30_000],
      ],
    );
    expect(outcome).toEqual([
      ['ann@0/60000=1 at 5000'],
      ['ann@0/60000=2 at 50000'],
      ['bob@60000/120000=1 at 70000'],
      ['ann@0/60000=3 at 50000'],
      ['ann@60000/120000=1 at 89999'],
      ['ann@0/60000=4 at 59999'],
      ['bob@60000/120000=2 at 90000'],
      ['late ann by ann at 30000'],
    ]);
  });

  test('hopping: a record that one of its windows still takes is not late', () => {
    const hopping = TimeWindows.ofSizeWithNoGrace(minutes(1)).advanceBy(seconds(30));
    const outcome = run(
      (grouped) => grouped.windowedBy(hopping).lateTo('late').count(),
      [
        ['ann', 60_000],
        ['bob', 45_000],
        ['bob', 15_000],
      ],
    );
    expect(outcome).toEqual([
      ['ann@30000/90000=1 at 60000', 'ann@60000/120000=1 at 60000'],
      ['bob@30000/90000=1 at 45000'],
      ['late bob by bob at 15000'],
    ]);
  });

  test('sliding and session windows have it too', () => {
    const records = [
      ['ann', 100_000],
      ['bob', 1_000],
    ] as const;
    const sliding = SlidingWindows.ofTimeDifferenceWithNoGrace(seconds(10));
    expect(run((grouped) => grouped.windowedBy(sliding).lateTo('late').count(), records).at(-1)).toEqual([
      'late bob by bob at 1000',
    ]);
    const sessions = SessionWindows.ofInactivityGapWithNoGrace(seconds(10));
    const key = Serdes.sessionWindowed(Serdes.string);
    expect(run((grouped) => grouped.windowedBy(sessions).lateTo('late').count(), records, key).at(-1)).toEqual([
      'late bob by bob at 1000',
    ]);
  });

  test('final results see nothing of it', () => {
    const outcome = run(
      (grouped) =>
        grouped
          .windowedBy(windows)
          .lateTo('late')
          .count()
          .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded())),
      [
        ['ann', 5_000],
        ['bob', 90_000],
        ['ann', 6_000],
        ['bob', 151_000],
      ],
    );
    expect(outcome).toEqual([
      [],
      ['ann@0/60000=1 at 5000'],
      ['late ann by ann at 6000'],
      ['bob@60000/120000=1 at 90000'],
    ]);
  });
});
