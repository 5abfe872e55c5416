import type { Storage } from '../environment/storage.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { batchesIn, decodeRecords } from '../protocol/record-batch.js';
import { selectBatches, type BatchRange } from './batch-selection.js';
import type { Segment } from './segment.js';
import type { TailCache } from './tail-cache.js';

export type ReadIsolation = 'log-end' | 'high-watermark' | 'committed';

export interface ReadLimits {
  /** Return the first batch even if it alone is larger than `maxBytes` (KIP-74). False if absent. */
  readonly minOneMessage?: boolean;
  /** How far readers of this kind see: all there is, what is below the high watermark (default), or below the last stable offset. */
  readonly isolation?: ReadIsolation;
  /** Where the read ends at the latest. */
  readonly upTo?: number;
}

/** A record's place and time. */
export interface TimestampedOffset {
  readonly offset: number;
  readonly timestamp: number;
  /** The epoch in which it was written, -1 if that is not known. */
  readonly leaderEpoch: number;
}

/** How much is read at a time in search of a timestamp. */
const searchBytes = 256 * 1024;

/** Reads a log that others change: from the tail cache what is there, from the storage what came before. */
export class LogReader {
  constructor(
    private readonly storage: Storage,
    private readonly segments: readonly Segment[],
    private readonly cache: TailCache,
    private readonly indexIntervalBytes: () => number,
  ) {}

  /**
   * The batches of `range` that lie in one segment: that of its first offset, or the next one that has any. Bytes that the caller may keep. What lies
   * before `durableEnd` is stored.
   */
  async read(range: BatchRange, durableEnd: number): Promise<Uint8Array> {
    const first = Math.max(
      this.segments.findLastIndex(({ baseOffset }) => baseOffset <= range.fromOffset),
      0,
    );
    for (const segment of this.segments.slice(first)) {
      if (segment.baseOffset >= range.upTo) break;
      const bytes = await this.readSegment(segment, range, durableEnd);
      if (bytes !== undefined) return bytes;
    }
    return new Uint8Array(0);
  }

  /** The first offset of the first batch that ends after `offset`, in a segment that begins before `upTo`; undefined if there is none. */
  async batchAt(offset: number, upTo: number, durableEnd: number): Promise<number | undefined> {
    const bytes = await this.read({ fromOffset: offset, maxBytes: 1, minOneMessage: true, upTo }, durableEnd);
    for (const { header } of batchesIn(bytes)) return header.baseOffset;
    return undefined;
  }

  /** The first record below `upTo` and not before `fromOffset` with a timestamp of at least `timestamp`, in the first segment that has such a timestamp. */
  async offsetForTimestamp(
    timestamp: number,
    fromOffset: number,
    upTo: number,
  ): Promise<TimestampedOffset | undefined> {
    const segment = this.segments.find(({ retentionTimestamp }) => retentionTimestamp >= timestamp);
    return (
      segment &&
      this.search(
        segment,
        timestamp,
        Math.max(fromOffset, segment.timeIndex.before(timestamp).offset),
        fromOffset,
        upTo,
      )
    );
  }

  /** The first record below `upTo` whose timestamp is the largest of all. It may lie before the log's start, in a segment that goes with the next retention, as in Kafka. */
  async offsetOfLargestTimestamp(upTo: number): Promise<TimestampedOffset | undefined> {
    const largest = Math.max(...this.segments.map(({ largestTimestamp }) => largestTimestamp));
    const segment = this.segments.find(({ largestTimestamp }) => largestTimestamp === largest) as Segment;
    return this.search(segment, largest, segment.baseOffset, segment.baseOffset, upTo);
  }

  private async search(
    segment: Segment,
    timestamp: number,
    searchFrom: number,
    notBefore: number,
    durableEnd: number,
  ): Promise<TimestampedOffset | undefined> {
    let fromOffset = Math.max(searchFrom, segment.baseOffset);
    const upTo = Math.min(durableEnd, segment.nextOffset);
    while (fromOffset < upTo) {
      const range = { fromOffset, maxBytes: searchBytes, minOneMessage: true, upTo };
      const bytes = (await this.readSegment(segment, range, durableEnd)) ?? new Uint8Array(0);
      for (const { header } of batchesIn(bytes)) {
        fromOffset = header.lastOffset + 1;
        if (header.maxTimestamp < timestamp) continue;
        for (const record of decodeRecords(bytes, header))
          if (record.timestamp >= timestamp && record.offset >= notBefore)
            return { offset: record.offset, timestamp: record.timestamp, leaderEpoch: header.partitionLeaderEpoch };
      }
      if (bytes.length === 0) return undefined;
    }
    return undefined;
  }

  /** Undefined: nothing of the range lies in this segment. */
  private async readSegment(segment: Segment, range: BatchRange, durableEnd: number): Promise<Uint8Array | undefined> {
    const within = { ...range, upTo: Math.min(range.upTo, segment.nextOffset) };
    if (segment.size === 0 || within.fromOffset >= segment.nextOffset) return undefined;
    if (within.fromOffset >= within.upTo) return new Uint8Array(0);
    const cachedFrom = this.cache.startOffset;
    const from = Math.max(within.fromOffset, segment.baseOffset);
    return cachedFrom !== undefined && cachedFrom <= from
      ? this.readCached(within)
      : this.readStored(segment, { ...within, upTo: Math.min(within.upTo, durableEnd) });
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
    let length = range.maxBytes + this.indexIntervalBytes();
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
