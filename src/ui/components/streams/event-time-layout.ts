import type { CountingWindows } from '../../../engine/scenario/streams-programs/counting-windows.js';
import type {
  ApplicationView,
  EventTimeWindow,
  ProcessedView,
  StoreRow,
  TaskView,
} from '../../../engine/scenario/streams-run-view.js';

/** Whether a window takes no more records at a stream time: Kafka's rule for each kind. */
export function isWindowClosed(
  { window, sizeMs, graceMs }: CountingWindows,
  { endMs }: EventTimeWindow,
  streamTimeMs: number,
): boolean {
  switch (window) {
    case 'tumbling':
    case 'hopping':
      return endMs <= streamTimeMs - graceMs;
    case 'sliding':
      return endMs < streamTimeMs - graceMs;
    case 'session':
      return endMs < streamTimeMs - graceMs - sizeMs;
  }
}

/** When the last of a window's late records may come: its end in the time of the stream. */
export function closesAtMs({ window, sizeMs, graceMs }: CountingWindows, { endMs }: EventTimeWindow): number {
  return endMs + graceMs + (window === 'session' ? sizeMs : 0);
}

export interface DrawnWindow extends StoreRow {
  readonly window: EventTimeWindow;
  readonly isClosed: boolean;
  /** Windows that overlap lie one below the other. */
  readonly line: number;
}

/** The windows that a task's store has, in lines in which none overlaps another. */
export function drawnWindows(
  windows: CountingWindows,
  { stores, streamTimeMs = -1 }: TaskView,
): readonly DrawnWindow[] {
  const rows = stores.find(({ store }) => store === windows.store)?.rows ?? [];
  const ends: number[] = [];
  return rows
    .flatMap((row) => (row.window === undefined ? [] : [{ ...row, window: row.window }]))
    .sort((a, b) => a.window.startMs - b.window.startMs || a.window.endMs - b.window.endMs)
    .map((row) => {
      const free = ends.findIndex((end) => end <= row.window.startMs);
      const line = free < 0 ? ends.length : free;
      // An instant has a width, too.
      ends[line] = Math.max(row.window.endMs, row.window.startMs + 500);
      return { ...row, isClosed: isWindowClosed(windows, row.window, streamTimeMs), line };
    });
}

/** What is told of an arrival: `dropped` says so, `late` came behind stream time and was taken, `closes` has ended windows. */
export interface Arrival {
  readonly record: ProcessedView;
  readonly isLate: boolean;
  readonly isDropped: boolean;
  readonly closes: readonly EventTimeWindow[];
}

/** The topics whose records reach the node that counts. */
export function countedTopics({ node }: CountingWindows, nodes: ApplicationView['nodes']): ReadonlySet<string> {
  const reached = new Set([node]);
  for (let size = 0; size < reached.size;) {
    size = reached.size;
    for (const { name, children } of nodes) if (children.some((child) => reached.has(child))) reached.add(name);
  }
  return new Set(nodes.flatMap(({ name, kind, topics }) => (kind === 'source' && reached.has(name) ? topics : [])));
}

/** The records of these topics that a task has taken, in the sequence in which it did. */
export function arrivalsOf(windows: CountingWindows, task: TaskView, topics: ReadonlySet<string>): readonly Arrival[] {
  let before = -1;
  const drawn = drawnWindows(windows, task).map(({ window }) => window);
  /** Several keys may have the same one. */
  const seen = drawn.filter(
    ({ startMs, endMs }, at) => drawn.findIndex((each) => each.startMs === startMs && each.endMs === endMs) === at,
  );
  const counted = task.processed.filter(({ topic }) => topics.has(topic));
  return counted.map((record) => {
    const isDropped = record.drops.some(({ node }) => node === windows.node);
    const arrival: Arrival = {
      record,
      isLate: record.timestampMs < before,
      isDropped,
      closes: seen.filter(
        (window) =>
          isWindowClosed(windows, window, record.streamTimeMs) &&
          !isWindowClosed(windows, window, before) &&
          window.startMs <= before,
      ),
    };
    before = record.streamTimeMs;
    return arrival;
  });
}
