import type { Millis } from '../environment/environment.js';
import type { RecordedEvent } from '../environment/trace-events.js';
import type { EventTimeWindow, StreamsCell, StreamsPartitionView } from './streams-run-view.js';

interface Track {
  logStartOffset: number;
  logEndOffset: number;
  cells: StoredCell[];
}

/** A cell with what its record was given beside what is seen of it. */
export type StoredCell = StreamsCell & { readonly sequence: number | undefined };

/** The partitions of one topic, from the events of their logs. */
export class StreamsTopicPicture {
  private readonly partitions: Track[];

  constructor(
    readonly topic: string,
    partitions: number,
    private readonly originMs: Millis,
  ) {
    this.partitions = Array.from({ length: partitions }, newTrack);
  }

  /** Takes what was stored, and gives it back as cells. */
  stored(event: Extract<RecordedEvent, { kind: 'records-stored' }>, atMs: Millis): readonly StoredCell[] {
    const track = this.partitions[event.partition];
    if (track === undefined) return [];
    const cells = event.records.map(({ key, value, timestamp, window, sequence }, at): StoredCell => ({
      offset: event.baseOffset + at,
      key,
      value,
      timestampMs: timestamp - this.originMs,
      window: windowOf(window, this.originMs),
      storedAtMs: atMs,
      event: event.index,
      isGone: false,
      sequence,
    }));
    track.cells = [...track.cells, ...cells].sort((a, b) => a.offset - b.offset);
    track.logEndOffset = Math.max(track.logEndOffset, event.baseOffset + cells.length);
    return cells;
  }

  apply(event: Extract<RecordedEvent, { kind: 'log-cleaned' | 'log-start-advanced' }>): void {
    const track = this.partitions[event.partition];
    if (track === undefined) return;
    if (event.kind === 'log-start-advanced') track.logStartOffset = event.logStartOffset;
    const removed = event.kind === 'log-cleaned' ? event.removed : [[0, track.logStartOffset - 1] as const];
    const goes = (offset: number) => removed.some(([from, to]) => offset >= from && offset <= to);
    track.cells = track.cells.map((cell) => (!cell.isGone && goes(cell.offset) ? { ...cell, isGone: true } : cell));
  }

  grow(count: number): void {
    while (this.partitions.length < count) this.partitions.push(newTrack());
  }

  cell(partition: number, offset: number): StreamsCell | undefined {
    return this.partitions[partition]?.cells.find((cell) => cell.offset === offset);
  }

  /** What is left in a partition. */
  kept(partition: number): readonly StoredCell[] {
    return this.partitions[partition]?.cells.filter(({ isGone }) => !isGone) ?? [];
  }

  view(): readonly StreamsPartitionView[] {
    return this.partitions.map((track, partition) => ({ partition, ...track }));
  }
}

/** A window in run time. */
export function windowOf(
  window: { readonly start: Millis; readonly end: Millis } | undefined,
  originMs: Millis,
): EventTimeWindow | undefined {
  return window && { startMs: window.start - originMs, endMs: window.end - originMs };
}

function newTrack(): Track {
  return { logStartOffset: 0, logEndOffset: 0, cells: [] };
}
