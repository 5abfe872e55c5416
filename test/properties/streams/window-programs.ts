import type { KGroupedStream } from '../../../src/engine/streams/dsl/kgrouped-stream.js';
import type { KTable } from '../../../src/engine/streams/dsl/ktable.js';
import { BufferConfig, Suppressed } from '../../../src/engine/streams/dsl/suppressed.js';
import { SessionWindows } from '../../../src/engine/streams/dsl/window/session-windows.js';
import { SlidingWindows } from '../../../src/engine/streams/dsl/window/sliding-windows.js';
import { TimeWindows } from '../../../src/engine/streams/dsl/window/time-windows.js';
import type { Windowed } from '../../../src/engine/streams/state/state-store.js';
import { built, text, union, type ApplicationProgram } from './application-programs.js';

/** Longer than the event time of any run. */
const long = 100_000;

export const hoppingWindows = { size: 20, advance: 10, grace: 10 };
export const slidingDifference = 8;
export const sessionGap = 6;
export const lateSessionGrace = 8;
/** Of `kept`, whose records are seconds apart. */
export const keptWindows = { size: 20_000, advance: 20_000, grace: 10_000 };
export const keptRetention = 40_000;

const { size, advance, grace } = hoppingWindows;
const hopping = TimeWindows.ofSizeAndGrace(size, grace).advanceBy(advance);
const kept = TimeWindows.ofSizeAndGrace(keptWindows.size, keptWindows.grace);
const first = () => '';
const add = (_key: string, value: string, set: string) => union(set, value);
const merge = (_key: string, one: string, other: string) => union(one, other);

/** Each window's set of values to `out`. */
function windowsOut(table: KTable<Windowed<string>, string>): void {
  table.toStream(({ key, window }) => `${key}@${window.start}/${window.end}`).to('out', text);
}

/** A program with one store: what `table` makes of `in` goes to `out`. */
const windowed = <Stores extends ApplicationProgram['stores']>(
  stores: Stores,
  table: (records: KGroupedStream<string, string>) => KTable<Windowed<string>, string>,
) => ({
  inputs: ['in'],
  stores,
  build: built((builder) => windowsOut(table(builder.stream('in', text).groupByKey(text)))),
});

/** Sets of values in windows: what is processed twice is in them once. */
export const windowPrograms = {
  hopping: windowed({ windows: 'timestampedWindow' }, (records) =>
    records.windowedBy(hopping).aggregate(first, add, { as: 'windows', retention: long, ...text }),
  ),
  sliding: windowed({ windows: 'timestampedWindow' }, (records) =>
    records
      .windowedBy(SlidingWindows.ofTimeDifferenceAndGrace(slidingDifference, long))
      .aggregate(first, add, { as: 'windows', ...text }),
  ),
  sessions: windowed({ sessions: 'session' }, (records) =>
    records
      .windowedBy(SessionWindows.ofInactivityGapAndGrace(sessionGap, long))
      .aggregate(first, add, merge, { as: 'sessions', ...text }),
  ),
  /** As `sessions`, with a grace that is soon over. */
  shortSessions: windowed({ sessions: 'session' }, (records) =>
    records
      .windowedBy(SessionWindows.ofInactivityGapAndGrace(sessionGap, lateSessionGrace))
      .aggregate(first, add, merge, { as: 'sessions', retention: long, ...text }),
  ),
  /** What a window holds when it closes. */
  suppressed: windowed({ windows: 'timestampedWindow' }, (records) =>
    records
      .windowedBy(hopping)
      .aggregate(first, add, { as: 'windows', retention: long, caching: false, ...text })
      .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded())),
  ),
  /** The same by KIP-825. */
  onClose: windowed({ windows: 'timestampedWindow' }, (records) =>
    records
      .windowedBy(hopping)
      .emitStrategy('on-window-close')
      .aggregate(first, add, { as: 'windows', retention: long, ...text }),
  ),
  /** Two stores that forget. */
  kept: {
    inputs: ['in'],
    stores: { persistent: 'timestampedWindow', memory: 'timestampedWindow' },
    unitMs: 3000,
    build: built((builder) => {
      const windowed = builder.stream('in', text).groupByKey(text).windowedBy(kept);
      const options = { retention: keptRetention, caching: false, ...text };
      windowsOut(windowed.aggregate(first, add, { as: 'persistent', ...options }));
      windowed.aggregate(first, add, { as: 'memory', store: 'memory', ...options });
    }),
  },
} satisfies Record<string, ApplicationProgram>;
