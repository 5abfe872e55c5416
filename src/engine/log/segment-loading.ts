import type { Storage } from '../environment/storage.js';
import { readBatchHeader, batchHeaderSize } from '../protocol/record-batch.js';
import { sidecarBlob, sidecarKinds, type TopicPartition } from './file-names.js';
import type { LogCheckpoint } from './log-checkpoint.js';
import { batchesOfFile } from './log-recovery.js';
import { checksumOfIndexes } from './log-writes.js';
import { OffsetIndex } from './offset-index.js';
import { TransactionIndex } from './producers/transaction-index.js';
import type { Segment } from './segment.js';
import { readSoundBlob } from './sound-blob.js';
import { TimeIndex } from './time-index.js';

/**
 * Makes known of a segment what its stored indexes tell of its first `believed` bytes, and answers how many those are; undefined if the indexes are missing
 * or damaged, so that the segment has to be read. Reads no more than what follows the last index entry.
 */
export async function loadSegment(
  storage: Storage,
  partition: TopicPartition,
  segment: Segment,
  believed: number,
  checkpoint: LogCheckpoint | undefined,
): Promise<number | undefined> {
  const { baseOffset } = segment;
  const contents = await Promise.all(
    sidecarKinds.map((kind) => readSoundBlob(storage, sidecarBlob(partition, baseOffset, kind))),
  );
  const active = checkpoint?.active;
  const sealed = checkpoint?.sealed.find((each) => each.baseOffset === baseOffset && each.size === believed);
  const isActive = active?.baseOffset === baseOffset && active.size === believed;
  const expected = isActive ? active.indexes : sealed?.indexes;
  segment.indexChecksum = checksumOfIndexes(contents);
  if (expected !== undefined && expected !== segment.indexChecksum) return undefined;
  const [offsets, times, aborted] = contents;
  const offsetIndex = offsets && OffsetIndex.decode(offsets, baseOffset, believed);
  const timeIndex = times && TimeIndex.decode(times, baseOffset);
  const transactions = aborted === undefined ? new TransactionIndex() : TransactionIndex.decode(aborted);
  if (offsetIndex === undefined || timeIndex === undefined || transactions === undefined) return undefined;
  if (isActive) {
    if (timeIndex.length > 0 && timeIndex.last.offset >= active.nextOffset) return undefined;
    segment.resume({ ...active, bytesSinceIndexEntry: 0, offsetIndex, timeIndex, transactions });
    return believed;
  }
  let nextOffset = sealed?.nextOffset ?? baseOffset;
  let position = sealed !== undefined ? believed : offsetIndex.positionBefore(offsetIndex.lastOffset);
  const batches = batchesOfFile(storage, segment.file, { from: position, to: believed, checks: 'none' });
  for (;;) {
    const next = await batches.next();
    if (next.done === true) break;
    nextOffset = next.value.header.lastOffset + 1;
    position = next.value.filePosition + next.value.header.sizeInBytes;
  }
  if (position !== believed) return undefined;
  const firstTimestamp =
    believed === 0
      ? undefined
      : readFirstTimestamp(await storage.read(segment.file, 0, Math.min(believed, firstBatchBytes)));
  segment.resume({
    size: believed,
    nextOffset,
    largest: timeIndex.last,
    firstTimestamp,
    bytesSinceIndexEntry: 0,
    offsetIndex,
    timeIndex,
    transactions,
  });
  return believed;
}

/** Enough for the header of the first batch. */
const firstBatchBytes = batchHeaderSize;

function readFirstTimestamp(bytes: Uint8Array): number | undefined {
  if (bytes.length < batchHeaderSize) return undefined;
  // Only the header is here: its length is made to fit, so that it can be read alone.
  const header = bytes.slice();
  new DataView(header.buffer).setInt32(8, batchHeaderSize - 12);
  header[16] = 2;
  return readBatchHeader(header, 0).maxTimestamp;
}
