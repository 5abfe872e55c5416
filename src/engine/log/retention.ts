import type { SegmentDeletionReason } from '../environment/trace-events.js';
import type { LogConfig } from './log-config.js';
import type { Segment } from './segment.js';

/** What retention looks at. */
export interface RetainedLog {
  /** Oldest first, at least one. */
  readonly segments: readonly Segment[];
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly highWatermark: number;
}

/**
 * How many of the oldest segments may go, and why: those below the log's start, and if the policy says `delete` those that make the log larger than
 * `retention.bytes`, or whose largest timestamp is more than `retention.ms` ago. The walk ends at the first that stays; nothing goes that is not below the high watermark, and no
 * empty last segment. The active segment is not exempt (Kafka's `UnifiedLog.deleteOldSegments`).
 */
export function deletableSegments(
  log: RetainedLog,
  { isDeleted, retentionMs, retentionBytes }: LogConfig,
  now: number,
): { readonly count: number; readonly reason: SegmentDeletionReason } | undefined {
  const { segments, logStartOffset } = log;
  const below = leading(log, (_, next) => next !== undefined && next.baseOffset <= logStartOffset);
  if (below > 0) return { count: below, reason: 'log-start' };
  if (!isDeleted) return undefined;
  const size = segments.reduce((sum, segment) => sum + segment.size, 0);
  let surplus = size - retentionBytes;
  const tooLarge =
    retentionBytes < 0 || surplus < 0
      ? 0
      : leading(log, (segment) => {
          if (surplus - segment.size < 0) return false;
          surplus -= segment.size;
          return true;
        });
  if (tooLarge > 0) return { count: tooLarge, reason: 'retention-bytes' };
  const tooOld = retentionMs < 0 ? 0 : leading(log, ({ retentionTimestamp }) => now - retentionTimestamp > retentionMs);
  return tooOld > 0 ? { count: tooOld, reason: 'retention-ms' } : undefined;
}

function leading(
  { segments, logEndOffset, highWatermark }: RetainedLog,
  mayGo: (segment: Segment, next: Segment | undefined) => boolean,
): number {
  let count = 0;
  for (const segment of segments) {
    const next = segments[count + 1];
    if (next === undefined && segment.size === 0) break;
    if (highWatermark < (next?.baseOffset ?? logEndOffset) || !mayGo(segment, next)) break;
    count++;
  }
  return count;
}
