import type { StorageWrite } from '../environment/storage.js';
import { segmentFile } from './file-names.js';
import type { LocalLog } from './local-log.js';
import { batchesOfFile } from './log-recovery.js';
import { epochWrite, segmentCreation, segmentDeletion } from './log-writes.js';
import { Segment } from './segment.js';
import type { TimestampedPosition } from './time-index.js';

/**
 * Cuts a log, so that its last offset is before `offset`; a batch that holds `offset` goes as a whole. Before the first segment, the log begins anew there. Resolves
 * with whether anything was cut.
 */
export async function truncateLog(log: LocalLog, offset: number): Promise<boolean> {
  log.checkOpen();
  await log.settled();
  const before = log.state(true);
  log.epochs.truncateFromEnd(Math.min(offset, log.logEndOffset));
  if (offset >= log.logEndOffset) {
    await log.submit([epochWrite(log, log.epochs)], { durability: 'strict', before });
    return false;
  }
  const { segments } = log;
  const beginsAnew = offset < (segments[0] as Segment).baseOffset;
  const dropped = segments.splice(beginsAnew ? 0 : segments.findLastIndex((each) => each.baseOffset <= offset) + 1);
  log.logEndOffset = offset;
  const modifiedAt = log.environment.clock.now();
  if (beginsAnew) segments.push(new Segment(segmentFile(log, offset), offset, log.config, modifiedAt));
  const segment = log.active;
  const position = await cut(log, segment, offset);
  log.logStartOffset = Math.min(log.logStartOffset, offset);
  log.recoveryPoint = Math.min(log.recoveryPoint, offset);
  log.cache.truncate(log.logEndOffset);
  const snapshots = await log.producers.truncate(segments, log.logStartOffset, log.logEndOffset, modifiedAt);
  log.durableEnd = Math.min(log.durableEnd, log.logEndOffset);
  log.highWatermark.cutTo(log.logEndOffset);
  segment.modifiedAt = modifiedAt;
  const writes: StorageWrite[] = [
    ...dropped.flatMap(({ baseOffset }) => segmentDeletion(log, baseOffset)),
    beginsAnew ? segmentCreation(segment) : { kind: 'truncate', file: segment.file, size: position, modifiedAt },
    ...snapshots,
    epochWrite(log, log.epochs),
    ...log.anchored(),
  ];
  await log.submit(writes, { durability: 'strict', before });
  return true;
}

/** Finds where the batch begins that holds `offset`, makes the segment end there, and answers the place. */
async function cut({ storage }: LocalLog, segment: Segment, offset: number): Promise<number> {
  let position = 0;
  let nextOffset = segment.baseOffset;
  let largest: TimestampedPosition = { timestamp: -1, offset: segment.baseOffset };
  const range = { from: 0, to: segment.size, checks: 'none' } as const;
  for await (const { header, filePosition } of batchesOfFile(storage, segment.file, range)) {
    if (header.lastOffset >= offset) break;
    position = filePosition + header.sizeInBytes;
    nextOffset = header.lastOffset + 1;
    if (header.maxTimestamp > largest.timestamp)
      largest = { timestamp: header.maxTimestamp, offset: header.lastOffset };
  }
  segment.truncateTo(offset, position, nextOffset, largest);
  return position;
}
