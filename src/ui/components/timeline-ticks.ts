import type { RecordedEvent } from '../../engine/environment/trace-events.js';
import type { RunView } from '../../engine/scenario/run-view.js';
import type { KeyMark } from './key-marks.js';
import { xAt, type TimeScale } from './time-axis.js';

/** A moment on the strip below the stage, and the record that it is about, if it is. */
export interface Tick {
  readonly atMs: number;
  readonly record: number | undefined;
}

/** One line of the strip: moments in the colours of their keys; grey without. */
export interface TickRow {
  readonly name: string;
  readonly ticks: readonly MarkedTick[];
}

/** A moment in its colour. */
export interface MarkedTick {
  readonly atMs: number;
  readonly mark: KeyMark;
}

/** Ticks in the colours of their records. */
export function markedTicks(ticks: readonly Tick[], mark: (record: number) => KeyMark): readonly MarkedTick[] {
  return ticks.map(({ atMs, record }) => ({ atMs, mark: record === undefined ? 0 : mark(record) }));
}

/** A committed offset, at its moment; `record` is the newest that it covers. */
export type CommitTick = Tick;

/** When each record was produced: once for all lanes. */
export function producedTicks(view: RunView): readonly Tick[] {
  return view.sent.map(({ record, atMs }) => ({ atMs, record }));
}

/** When each record was put into the hands of each actor of every lane. */
export function deliveredTicks(view: RunView): readonly Tick[] {
  return view.lanes.flatMap((lane) =>
    lane.actors.flatMap((actor) => actor.handlings.map(({ record, fromMs }) => ({ atMs: fromMs, record }))),
  );
}

/**
 * When offsets were committed, from the trace. An offset names the next record to read, so the record before it gives the tick its colour.
 * `originMs` is run time 0 on the clock of the events.
 */
export function commitTicks(events: readonly RecordedEvent[], originMs: number, view: RunView): readonly CommitTick[] {
  const topic = view.lanes.find((lane) => lane.lane === 'topic');
  if (topic?.lane !== 'topic') return [];
  const recordAt = new Map(
    topic.partitions.flatMap(({ partition, cells }) =>
      cells.map((cell) => [`${partition}@${cell.offset}`, cell.record] as const),
    ),
  );
  return events
    .filter((event) => event.kind === 'offset-committed')
    .map((event) => ({
      atMs: event.at - originMs,
      record: recordAt.get(`${event.partition}@${event.offset - 1}`),
    }));
}

/** Where ticks lie on a strip: one a pixel, for more can't be seen and a long run has many. */
export function distinctTicks<At extends { readonly atMs: number }>(
  ticks: readonly At[],
  scale: TimeScale,
): readonly (At & { readonly x: number })[] {
  const seen = new Set<number>();
  return ticks.flatMap((tick) => {
    const x = xAt(scale, tick.atMs);
    const pixel = Math.round(x);
    if (x > scale.x1 || seen.has(pixel)) return [];
    seen.add(pixel);
    return [{ ...tick, x }];
  });
}
