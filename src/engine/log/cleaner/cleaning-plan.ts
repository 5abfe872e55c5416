import type { Segment } from '../segment.js';
import type { CleanableLog } from './cleanable-log.js';

/** What the cleaner sees when it looks at a log (Kafka's `LogCleanerManager.cleanableOffsets` and `LogToClean`). */
export interface CleanerLook {
  readonly log: CleanableLog;
  /** Where the last cleaning ended; undefined if there was none. */
  readonly checkpoint: number | undefined;
  readonly firstDirtyOffset: number;
  /** Where cleaning ends at the latest: the first segment that may not be touched begins there. */
  readonly firstUncleanableOffset: number;
  /** Bytes of the segments that begin before the first dirty offset. */
  readonly cleanBytes: number;
  /** Bytes of the segments from the one with the first dirty offset on: one that is dirty in part counts here too. */
  readonly cleanableBytes: number;
  /** The dirty part of what could be clean; undefined while there is nothing at all. */
  readonly cleanableRatio: number | undefined;
  /** `max.compaction.lag.ms` has passed for some record. */
  readonly mustCompactNow: boolean;
}

/** Looks at a log: the active segment, open transactions and what is younger than `min.compaction.lag.ms` stay as they are. */
export function lookAt(log: CleanableLog, now: number): CleanerLook {
  const { config, segments, logStartOffset, lastStableOffset } = log;
  const active = segments.at(-1) as Segment;
  const checkpoint = log.cleanerCheckpoint;
  const isUsable = checkpoint !== undefined && checkpoint >= logStartOffset && checkpoint <= active.nextOffset;
  const firstDirtyOffset = isUsable ? checkpoint : logStartOffset;
  const closed = closedSegmentsFrom(segments, firstDirtyOffset);
  const young =
    config.minCompactionLagMs > 0
      ? closed.find(({ retentionTimestamp }) => retentionTimestamp > now - config.minCompactionLagMs)
      : undefined;
  const uncleanable = Math.max(
    firstDirtyOffset,
    Math.min(lastStableOffset, active.baseOffset, young?.baseOffset ?? Infinity),
  );
  const firstUncleanableOffset = (closedSegmentsFrom(segments, uncleanable)[0] ?? active).baseOffset;
  const cleanBytes = sizeOf(segments.filter(({ baseOffset }) => baseOffset < firstDirtyOffset));
  const from = Math.min(firstDirtyOffset, firstUncleanableOffset);
  const cleanableBytes = sizeOf(segmentsBetween(segments, from, firstUncleanableOffset));
  const total = cleanBytes + cleanableBytes;
  const earliest = Math.min(...closed.map(({ firstBatchTimestamp = Infinity }) => positive(firstBatchTimestamp)));
  return {
    log,
    checkpoint,
    firstDirtyOffset,
    firstUncleanableOffset,
    cleanBytes,
    cleanableBytes,
    cleanableRatio: total === 0 ? undefined : cleanableBytes / total,
    mustCompactNow: earliest < now - Math.max(config.maxCompactionLagMs, 0),
  };
}

/** Whether a log is worth cleaning: more of it is dirty than `min.cleanable.dirty.ratio`, or it has waited for too long. */
export function isWorthCleaning({ log, cleanableRatio, cleanableBytes, mustCompactNow }: CleanerLook): boolean {
  if (cleanableRatio === undefined) return false;
  return (mustCompactNow && cleanableBytes > 0) || cleanableRatio > log.config.minCleanableDirtyRatio;
}

/** The segments from the one that holds `from` on, as far as they begin before `to`. */
export function segmentsBetween(segments: readonly Segment[], from: number, to: number): readonly Segment[] {
  if (from >= to) return [];
  const first = Math.max(
    segments.findLastIndex(({ baseOffset }) => baseOffset <= from),
    0,
  );
  return segments.slice(first).filter(({ baseOffset }) => baseOffset < to);
}

/** Segments that are written together into one: as many as fit by their sizes and those of their indexes (`Cleaner.groupSegmentsBySize`). */
export function groupedSegments(
  segments: readonly Segment[],
  { segmentBytes, segmentIndexBytes }: { readonly segmentBytes: number; readonly segmentIndexBytes: number },
  firstUncleanableOffset: number,
): readonly (readonly Segment[])[] {
  const groups: Segment[][] = [];
  segments.forEach((segment, index) => {
    const group = groups.at(-1);
    const first = group?.[0];
    const end = segments[index + 1]?.baseOffset ?? firstUncleanableOffset;
    const fits =
      group !== undefined &&
      first !== undefined &&
      sizeOf(group) + segment.size <= segmentBytes &&
      sum(group, offsetIndexBytes) + offsetIndexBytes(segment) <= segmentIndexBytes &&
      sum(group, timeIndexBytes) + timeIndexBytes(segment) <= segmentIndexBytes &&
      (segment.size === 0 || end - 1 - first.baseOffset <= 0x7fff_ffff);
    if (fits) group.push(segment);
    else groups.push([segment]);
  });
  return groups;
}

const offsetIndexBytes = ({ offsetIndex }: Segment): number => offsetIndex.length * 8;
const timeIndexBytes = ({ timeIndex }: Segment): number => timeIndex.length * 12;

function closedSegmentsFrom(segments: readonly Segment[], from: number): readonly Segment[] {
  const active = segments.at(-1) as Segment;
  return active.baseOffset < from ? [] : segmentsBetween(segments, from, active.baseOffset);
}

/** Zero and less stand for "no timestamp". */
function positive(timestamp: number): number {
  return timestamp > 0 ? timestamp : Infinity;
}

function sizeOf(segments: readonly Segment[]): number {
  return sum(segments, ({ size }) => size);
}

function sum(segments: readonly Segment[], measure: (segment: Segment) => number): number {
  return segments.reduce((total, segment) => total + measure(segment), 0);
}
