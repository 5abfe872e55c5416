import { LeaderEpochs } from '../log/leader-epochs.js';
import { batchesOfFile } from '../log/log-recovery.js';
import type { PartitionLog } from '../log/partition-log.js';
import type { Segment } from '../log/segment.js';
import type { ArchivedPartition } from './manifest.js';

/** The part of a segment that is exported: whole batches between two of its bytes. */
export interface SegmentRange {
  readonly segment: Segment;
  readonly from: number;
  readonly to: number;
  /** That of the segment, or of its first batch that is not before the log's start. */
  readonly baseOffset: number;
  readonly modifiedAt: number;
}

/** What a partition held at one moment. Its files stay until `release`. */
export interface PartitionSnapshot {
  readonly log: Pick<PartitionLog, 'config' | 'readSegment'>;
  readonly archived: ArchivedPartition;
  readonly ranges: readonly SegmentRange[];
  /** The text of its `leader-epoch-checkpoint`, without epochs that wrote nothing that is here. */
  readonly leaderEpochs: string;
  readonly release: () => void;
}

/** Fixes what is between a log's start and its high watermark now. Appends go on; what retention takes out of sight, or the cleaner would replace, stays until it is released. */
export async function snapshotOf(log: PartitionLog): Promise<PartitionSnapshot> {
  const release = await log.hold();
  try {
    return { ...(await takeSnapshot(log)), release };
  } catch (error) {
    release();
    throw error;
  }
}

async function takeSnapshot(log: PartitionLog): Promise<Omit<PartitionSnapshot, 'release'>> {
  const { logStartOffset: start, highWatermark: end, cleanerCheckpoint } = log;
  const epochs = new LeaderEpochs(log.leaderEpochs);
  epochs.truncateFromStart(start);
  epochs.truncateFromEnd(end);
  const present = log.segments.map((segment) => {
    const { size, nextOffset, modifiedAt, baseOffset } = segment;
    return { segment, size, nextOffset, modifiedAt, baseOffset };
  });
  const ranges: SegmentRange[] = [];
  for (const [index, { segment, size, nextOffset, modifiedAt, baseOffset }] of present.entries()) {
    if (baseOffset > end) break;
    const isLast = index === present.length - 1;
    if (nextOffset <= start && baseOffset < start && !isLast) continue;
    const first = baseOffset < start ? await batchOf(log, segment, size, start) : { position: 0, baseOffset };
    const to = nextOffset > end ? (await batchOf(log, segment, size, end)).position : size;
    const from = Math.min(first.position, to);
    ranges.push({ segment, from, to, modifiedAt, baseOffset: from > 0 && from === to ? end : first.baseOffset });
  }
  const archived = {
    logStartOffset: start,
    endOffset: end,
    cleanedTo: cleanerCheckpoint === undefined ? null : Math.min(cleanerCheckpoint, end),
    segments: ranges.map(({ baseOffset, from, to, modifiedAt }) => ({ baseOffset, bytes: to - from, modifiedAt })),
  };
  return { log, archived, ranges, leaderEpochs: epochs.toText() };
}

/** The first batch of the segment that ends at `offset` or beyond; if there is none that is stored, the place behind the last. */
async function batchOf(
  log: PartitionLog,
  segment: Segment,
  size: number,
  offset: number,
): Promise<{ readonly position: number; readonly baseOffset: number }> {
  const from = segment.positionBefore(offset);
  const storage = { read: (_: string, at: number, length: number) => log.readSegment(segment, at, length) };
  let position = from;
  for await (const { header, filePosition } of batchesOfFile(storage, segment.file, {
    from,
    to: size,
    checks: 'none',
  })) {
    if (header.lastOffset >= offset) return { position: filePosition, baseOffset: header.baseOffset };
    position = filePosition + header.sizeInBytes;
  }
  return { position, baseOffset: offset };
}
