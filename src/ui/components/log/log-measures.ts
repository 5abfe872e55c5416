import { textWidth, wrapText } from '../text-measure.js';
import type { LogTexts } from './log-texts.js';
import type {
  LogRunView,
  CleanerPassView,
  LogRecordView,
  LogSegmentView,
} from '../../../engine/scenario/log-run-view.js';

/** A value as it is drawn in a cell. */
export const valueText = (value: string | null): string => value ?? 'null';

/** The moment that retention looks back to: what is older may go, once all of its segment is. Undefined without `retention.ms`. */
export function horizonMs({ atMs, settings }: LogRunView): number | undefined {
  return settings.retentionMs === undefined ? undefined : atMs - settings.retentionMs;
}

/** Whether the next check deletes a segment by time: its newest record, not its oldest, is older than `retention.ms`. */
export function isOverdue(segment: LogSegmentView, picture: LogRunView): boolean {
  const horizon = horizonMs(picture);
  return (
    segment.deleted === undefined &&
    horizon !== undefined &&
    segment.largestTimestampMs !== undefined &&
    segment.largestTimestampMs < horizon
  );
}

/** What is said under a segment's name, in lines that have room: its size and its newest record, or when it was deleted. Joined on one line if height is short. */
export function segmentWords(options: {
  readonly segment: LogSegmentView;
  readonly picture: LogRunView;
  readonly texts: Pick<LogTexts, 'deletedAt' | 'size' | 'newest' | 'empty' | 'together'>;
  readonly roomPx: number;
  readonly labelPx: number;
  readonly isCompact: boolean;
}): readonly string[] {
  const { segment, picture, texts, roomPx, labelPx, isCompact } = options;
  const facts =
    segment.deleted !== undefined
      ? [texts.deletedAt(segment.deleted.atMs)]
      : [
          texts.size(segment.sizeInBytes, picture.settings.segmentBytes),
          segment.largestTimestampMs === undefined ? texts.empty : texts.newest(segment.largestTimestampMs),
        ];
  const joined = texts.together(facts);
  if (isCompact && textWidth(joined, labelPx) <= roomPx) return [joined];
  return facts.flatMap((text) => wrapText(text, roomPx, labelPx));
}

/** The table that the stored records add up to: the newest value of each key, by key; a tombstone takes its key out. */
export function foldedTable(
  records: readonly LogRecordView[],
): readonly { readonly key: string; readonly value: string; readonly offset: number }[] {
  const rows = new Map<string, { readonly key: string; readonly value: string; readonly offset: number }>();
  for (const { key, value, offset, state } of records) {
    if (state !== 'stored' || key === null) continue;
    if (value === null) rows.delete(key);
    else rows.set(key, { key, value, offset });
  }
  return [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Which part of the log an offset belongs to when the cleaner looks at it. */
export function partOf(offset: number, pass: CleanerPassView): 'clean' | 'dirty' | 'uncleanable' {
  if (offset >= pass.firstUncleanableOffset) return 'uncleanable';
  return offset < pass.firstDirtyOffset ? 'clean' : 'dirty';
}

/** A name at the head of the track, on the lowest line where it meets no other. */
export interface PlacedFlag<Flag> {
  readonly flag: Flag;
  readonly x: number;
  readonly width: number;
  readonly line: number;
  /** The text stands left of its pole, for there is no room to the right. */
  readonly isLeft: boolean;
}

/** Places flags by their poles from left to right, each on the first line that is free there; a pole on the right edge has its text to the left. */
export function placeFlags<Flag extends { readonly x: number; readonly text: string }>(
  flags: readonly Flag[],
  labelPx: number,
  rightEdge: number,
): readonly PlacedFlag<Flag>[] {
  const taken: { from: number; to: number; line: number }[] = [];
  return [...flags]
    .sort((a, b) => a.x - b.x)
    .map((flag) => {
      const width = textWidth(flag.text, labelPx) + 12;
      const isLeft = flag.x + width > rightEdge && flag.x - width >= 0;
      const from = isLeft ? flag.x - width : flag.x;
      const to = from + width;
      let line = 0;
      while (taken.some((other) => other.line === line && from < other.to + 6 && to > other.from - 6)) line++;
      taken.push({ from, to, line });
      return { flag, x: flag.x, width, line, isLeft };
    });
}

/** Offsets as runs of neighbours, each from and to. */
export function offsetRuns(offsets: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const offset of [...offsets].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === offset - 1) last[1] = offset;
    else runs.push([offset, offset]);
  }
  return runs;
}
