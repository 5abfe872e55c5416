import type { Storage } from '../environment/storage.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { batchesIn, decodeRecords, type BatchHeader, type DecodedRecord } from '../protocol/record-batch.js';
import { selectBatches, type BatchRange } from './batch-selection.js';
import type { Segment } from './segment.js';
import type { TailCache } from './tail-cache.js';

export interface ReadLimits {
  /** Return the first batch even if it alone is larger than `maxBytes` (KIP-74). False if absent. */
  readonly minOneMessage?: boolean;
  /** Where the read ends; the high watermark if absent. */
  readonly upTo?: number;
}

/** A record's place and time. */
export interface TimestampedOffset {
  readonly offset: number;
  readonly timestamp: number;
  /** The epoch in which it was written, -1 if that is not known. */
  readonly leaderEpoch: number;
}

type Found = Omit<TimestampedOffset, 'leaderEpoch'>;

/** How much is read at a time in search of a timestamp. */
const searchBytes = 256 * 1024;

/** Reads a log that others change: from the tail cache what is there, from the storage what came before. */
export class LogReader {
  constructor(
    private readonly storage: Storage,
    private readonly segments: readonly Segment[],
    private readonly cache: TailCache,
    private readonly indexIntervalBytes: number,
  ) {}

  /** The batches of `range` that lie in the segment of its first offset; bytes that the caller may keep. What lies before `durableEnd` is stored. */
  async read(range: BatchRange, durableEnd: number): Promise<Uint8Array> {
    const segment = this.segmentOf(range.fromOffset);
    const within = { ...range, upTo: Math.min(range.upTo, segment.nextOffset) };
    if (within.fromOffset >= within.upTo) return new Uint8Array(0);
    const cachedFrom = this.cache.startOffset;
    return cachedFrom !== undefined && cachedFrom <= within.fromOffset
      ? this.readCached(within)
      : this.readStored(segment, { ...within, upTo: Math.min(within.upTo, durableEnd) });
  }

  /** The first record below `durableEnd` with a timestamp of at least `timestamp`. */
  async offsetForTimestamp(timestamp: number, durableEnd: number): Promise<Found | undefined> {
    const segment = this.segments.find(({ largestTimestamp }) => largestTimestamp >= timestamp);
    if (segment === undefined) return undefined;
    let fromOffset = segment.offsetBeforeTimestamp(timestamp);
    const upTo = Math.min(durableEnd, segment.nextOffset);
    while (fromOffset < upTo) {
      const bytes = await this.read({ fromOffset, maxBytes: searchBytes, minOneMessage: true, upTo }, durableEnd);
      for (const { header } of batchesIn(bytes)) {
        fromOffset = header.lastOffset + 1;
        const record = header.maxTimestamp < timestamp ? undefined : firstRecordFrom(bytes, header, timestamp);
        if (record !== undefined) return { offset: record.offset, timestamp: record.timestamp };
      }
      if (bytes.length === 0) return undefined;
    }
    return undefined;
  }

  /** The first record below `durableEnd` whose timestamp is the largest of all. */
  async offsetOfLargestTimestamp(durableEnd: number): Promise<Found | undefined> {
    const largest = Math.max(...this.segments.map(({ largestTimestamp }) => largestTimestamp));
    return largest < 0 ? undefined : this.offsetForTimestamp(largest, durableEnd);
  }

  private segmentOf(offset: number): Segment {
    const found = this.segments.findLast(({ baseOffset }) => baseOffset <= offset);
    return found ?? (this.segments[0] as Segment);
  }

  private readCached(range: BatchRange): Uint8Array {
    const parts: Uint8Array[] = [];
    let size = 0;
    for (const run of this.cache.runsFrom(range.fromOffset)) {
      const { start, end } = selectBatches(run.bytes, {
        ...range,
        maxBytes: range.maxBytes - size,
        minOneMessage: range.minOneMessage && size === 0,
      });
      if (end > start) parts.push(run.bytes.subarray(start, end));
      size += end - start;
      if (end < run.bytes.length || size >= range.maxBytes || run.nextOffset >= range.upTo) break;
    }
    return joined(parts, size);
  }

  private async readStored(segment: Segment, range: BatchRange): Promise<Uint8Array> {
    let position = segment.positionBefore(range.fromOffset);
    let length = range.maxBytes + this.indexIntervalBytes;
    for (;;) {
      const window = await this.storage.read(segment.file, position, length);
      const { start, end, neededBytes } = selectBatches(window, range);
      if (neededBytes === undefined) return window.subarray(start, end);
      // The bytes ended although the log goes on: the storage has less than it should, or we asked for too little.
      if (window.length < length) {
        throw new KafkaError(
          'KAFKA_STORAGE_ERROR',
          `${segment.file} ends at byte ${position + window.length}, but ${segment.size} bytes were written.`,
        );
      }
      position += start;
      length = Math.max(range.maxBytes, neededBytes);
    }
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function firstRecordFrom(bytes: Uint8Array, header: BatchHeader, timestamp: number): DecodedRecord | undefined {
  for (const record of decodeRecords(bytes, header)) if (record.timestamp >= timestamp) return record;
  return undefined;
}
