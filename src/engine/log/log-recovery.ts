import type { Storage, StorageWrite } from '../environment/storage.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { batchHeaderSize, readBatchHeader, verifyCrc, type BatchHeader } from '../protocol/record-batch.js';
import { segmentFile, type TopicPartition } from './file-names.js';
import { LeaderEpochs } from './leader-epochs.js';
import { Segment } from './segment.js';

/** What was found of a partition's log, and what has to be written to make the files agree with it. */
export interface RecoveredLog {
  /** Sound from the first byte to the last, without a gap between them; at least one. */
  readonly segments: readonly Segment[];
  /** The leader epochs that the batches tell of. */
  readonly epochs: LeaderEpochs;
  /** Cuts what is unsound, in order; empty if nothing is. */
  readonly repairs: readonly StorageWrite[];
  readonly truncatedBytes: number;
  /** Why the log was cut, null if it was not. */
  readonly reason: string | null;
}

export interface StoredSegment {
  readonly baseOffset: number;
  readonly size: number;
  readonly modifiedAt: number;
}

/**
 * Reads every batch of a partition's segments, which are given in the order of their base offsets. The log ends before the first byte that belongs to no sound
 * batch: what follows it is cut, later segments are deleted. Recovering again what was recovered finds nothing to repair.
 */
export async function recoverLog(
  storage: Storage,
  partition: TopicPartition,
  stored: readonly StoredSegment[],
  indexIntervalBytes: number,
): Promise<RecoveredLog> {
  const segments: Segment[] = [];
  const epochs = new LeaderEpochs();
  const repairs: StorageWrite[] = [];
  let truncatedBytes = 0;
  let reason: string | null = null;
  for (const { baseOffset, size, modifiedAt } of stored) {
    const file = segmentFile(partition, baseOffset);
    const expected = segments.at(-1)?.nextOffset ?? baseOffset;
    if (reason === null && baseOffset !== expected)
      reason = `${file} should begin at offset ${expected}, where the segment before it ends`;
    if (reason !== null) {
      repairs.push({ kind: 'delete', file });
      truncatedBytes += size;
      continue;
    }
    const segment = new Segment(file, baseOffset);
    segments.push(segment);
    reason = await readSegment(storage, segment, size, (header) => {
      epochs.assign(header.partitionLeaderEpoch, header.baseOffset);
      segment.add(header, indexIntervalBytes);
    });
    if (reason === null) continue;
    repairs.push({ kind: 'truncate', file, size: segment.size, modifiedAt });
    truncatedBytes += size - segment.size;
  }
  return { segments, epochs, repairs, truncatedBytes, reason };
}

/** How much of a file is read at a time. */
const windowBytes = 1024 * 1024;

/** Hands over the header of every sound batch; answers why it stopped before the end, null if it did not. */
async function readSegment(
  storage: Storage,
  segment: Segment,
  size: number,
  add: (header: BatchHeader) => void,
): Promise<string | null> {
  let window: Uint8Array = new Uint8Array(0);
  let at = 0;
  let position = 0;
  while (position < size) {
    let wanted = batchHeaderSize;
    if (at + wanted <= window.length) wanted = batchLength(window, at);
    if (at + wanted > window.length) {
      if (position + wanted > size)
        return `${segment.file} holds only ${size - position} bytes of the batch that begins at byte ${position}`;
      window = await storage.read(segment.file, position, Math.max(windowBytes, wanted));
      at = 0;
      if (window.length < wanted) return `${segment.file} ends at byte ${position + window.length} of ${size}`;
      continue;
    }
    const header = soundHeader(window, at, segment.nextOffset);
    if (typeof header === 'string') return `${segment.file}, byte ${position}: ${header}`;
    add(header);
    at += header.sizeInBytes;
    position += header.sizeInBytes;
  }
  return null;
}

/** How long the batch at `at` says it is. Less than a header if that makes no sense. */
function batchLength(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at).getInt32(8) + 12;
}

/** The header of the batch at `at`, or what is wrong with the batch. Offsets may be missing (compaction), but never come again. */
function soundHeader(bytes: Uint8Array, at: number, nextOffset: number): BatchHeader | string {
  let header: BatchHeader;
  try {
    header = readBatchHeader(bytes, at);
  } catch (error) {
    if (error instanceof KafkaError) return error.message;
    throw error;
  }
  if (!verifyCrc(bytes, header)) return `the batch at offset ${header.baseOffset} does not have its checksum`;
  if (header.baseOffset < nextOffset) return `offset ${header.baseOffset} comes where ${nextOffset} or later should be`;
  if (header.lastOffsetDelta < 0) return `the batch at offset ${header.baseOffset} ends before it begins`;
  return header;
}
