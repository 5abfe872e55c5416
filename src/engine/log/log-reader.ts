import type { Storage } from '../environment/storage.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { batchesIn, batchHeaderSize, decodeRecords } from '../protocol/record-batch.js';
import { selectBatches, type BatchRange } from './batch-selection.js';
import type { AbortedTransaction } from './producers/transaction-index.js';
import { ReadPlaces } from './read-places.js';
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
  /** Behind whole batches give what fits of the next one too, as Kafka does. False if absent. */
  readonly withCut?: boolean;
}

/** A record's place and time. */
export interface TimestampedOffset {
  readonly offset: number;
  readonly timestamp: number;
  /** The epoch in which it was written, -1 if that is not known. */
  readonly leaderEpoch: number;
}

/** What a read found. */
export interface FoundBatches {
  /** Whole batches that the caller may keep; at the end a part of one if that was asked for. */
  readonly bytes: Uint8Array;
  /** The segment that they lie in, or in which the first one would not fit; undefined if no segment has any. */
  readonly segment: Segment | undefined;
  /** Where in the segment Kafka's read would have ended, which cuts its last batch off at the limit. */
  readonly endPosition: number;
}

/** How much is read at a time in search of a timestamp. */
const searchBytes = 256 * 1024;

/** Reads a log that others change: from the tail cache what is there, from the storage what came before. */
export class LogReader {
  private readonly places = new ReadPlaces();

  constructor(
    private readonly storage: Storage,
    private readonly segments: readonly Segment[],
    private readonly cache: TailCache,
    private readonly indexIntervalBytes: () => number,
  ) {}

  /** The batches of `range` that lie in one segment: that of its first offset, or the next one that has any. What lies before `durableEnd` is stored. */
  async read(range: BatchRange, durableEnd: number): Promise<FoundBatches> {
    const first = Math.max(
      this.segments.findLastIndex(({ baseOffset }) => baseOffset <= range.fromOffset),
      0,
    );
    for (const segment of this.segments.slice(first)) {
      const found = await this.readSegment(segment, range, durableEnd);
      if (found !== undefined) return found;
    }
    return { bytes: noBytes, segment: undefined, endPosition: 0 };
  }

  /** The first offset of the first batch that ends after `offset`, in a segment that begins before `upTo`; undefined if there is none. */
  async batchAt(offset: number, upTo: number, durableEnd: number): Promise<number | undefined> {
    const { bytes } = await this.read({ fromOffset: offset, maxBytes: 1, minOneMessage: true, upTo }, durableEnd);
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
      this.search(segment, {
        timestamp,
        from: Math.max(fromOffset, segment.timeIndex.before(timestamp).offset),
        notBefore: fromOffset,
        upTo,
      })
    );
  }

  /**
   * The first record below `upTo` with the largest timestamp of all: that of a batch, so there is none if compaction took the record and left the batch. It may lie
   * before the log's start, in a segment that goes with the next retention, as in Kafka.
   */
  async offsetOfLargestTimestamp(upTo: number): Promise<TimestampedOffset | undefined> {
    const largest = Math.max(...this.segments.map(({ largestTimestamp }) => largestTimestamp));
    const segment = this.segments.find(({ largestTimestamp }) => largestTimestamp === largest) as Segment;
    const from = segment.baseOffset;
    return this.search(segment, { timestamp: largest, from, notBefore: from, upTo, isInFirstBatch: true });
  }

  /** Aborted transactions from the segment of `fromOffset` on that begin before `upTo` and have their marker at `markerFrom` or later. */
  abortedTransactions(fromOffset: number, upTo: number, markerFrom: number): readonly AbortedTransaction[] {
    const aborted: AbortedTransaction[] = [];
    const first = Math.max(
      this.segments.findLastIndex(({ baseOffset }) => baseOffset <= fromOffset),
      0,
    );
    for (const segment of this.segments.slice(first)) {
      const found = segment.transactions.collect(markerFrom, upTo);
      aborted.push(...found.aborted);
      if (found.isComplete) break;
    }
    return aborted;
  }

  /** An offset that surely lies beyond what was read up to `position`, as Kafka finds it: by the index, or the next segment; undefined: the log's end. */
  boundOf(segment: Segment, position: number): number | undefined {
    const next = this.segments.find(({ baseOffset }) => baseOffset > segment.baseOffset);
    return segment.offsetIndex.offsetFrom(position) ?? next?.baseOffset;
  }

  private async search(segment: Segment, sought: SoughtTimestamp): Promise<TimestampedOffset | undefined> {
    const { timestamp, notBefore } = sought;
    let fromOffset = Math.max(sought.from, segment.baseOffset);
    const upTo = Math.min(sought.upTo, segment.nextOffset);
    while (fromOffset < upTo) {
      const range = { fromOffset, maxBytes: searchBytes, minOneMessage: true, upTo };
      const bytes = (await this.readSegment(segment, range, sought.upTo))?.bytes ?? noBytes;
      for (const { header } of batchesIn(bytes)) {
        fromOffset = header.lastOffset + 1;
        if (header.maxTimestamp < timestamp) continue;
        for (const record of decodeRecords(bytes, header))
          if (record.timestamp >= timestamp && record.offset >= notBefore)
            return { offset: record.offset, timestamp: record.timestamp, leaderEpoch: header.partitionLeaderEpoch };
        if (sought.isInFirstBatch === true) return undefined;
      }
      if (bytes.length === 0) return undefined;
    }
    return undefined;
  }

  /** Undefined: nothing from the range's first offset on lies in this segment. */
  private async readSegment(
    segment: Segment,
    range: BatchRange,
    durableEnd: number,
  ): Promise<FoundBatches | undefined> {
    if (segment.size === 0 || range.fromOffset >= segment.nextOffset) return undefined;
    if (segment.baseOffset >= range.upTo) return { bytes: noBytes, segment, endPosition: 0 };
    const within = { ...range, upTo: Math.min(range.upTo, segment.nextOffset) };
    const cachedFrom = this.cache.startOffset;
    const from = Math.max(within.fromOffset, segment.baseOffset);
    return cachedFrom !== undefined && cachedFrom <= from
      ? this.readCached(segment, within)
      : this.readStored(segment, { ...within, upTo: Math.min(within.upTo, durableEnd) });
  }

  private readCached(segment: Segment, range: BatchRange): FoundBatches {
    const parts: Uint8Array[] = [];
    let size = 0;
    let position: number | undefined;
    let isCut = false;
    for (const run of this.cache.runsFrom(range.fromOffset)) {
      const selection = selectBatches(run.bytes, {
        ...range,
        maxBytes: range.maxBytes - size,
        minOneMessage: range.minOneMessage && size === 0,
      });
      const { start, end } = selection;
      position ??= run.position + start;
      isCut = selection.isCut === true;
      if (end > start) parts.push(run.bytes.subarray(start, end));
      size += end - start;
      if (isCut && size > 0 && range.withCut === true) parts.push(run.bytes.subarray(end, end + range.maxBytes - size));
      if (end < run.bytes.length || size >= range.maxBytes || run.nextOffset >= range.upTo) break;
    }
    return { bytes: joined(parts), segment, endPosition: endPosition(position ?? 0, size, range, isCut) };
  }

  private async readStored(segment: Segment, range: BatchRange): Promise<FoundBatches> {
    const known = range.fromOffset <= segment.baseOffset ? 0 : this.places.positionOf(segment, range.fromOffset);
    let position = known ?? segment.positionBefore(range.fromOffset);
    let length = known === undefined ? range.maxBytes + this.indexIntervalBytes() : range.maxBytes;
    // Who reads on from where a read ended takes what comes without being copied.
    let least = known === undefined ? length : Math.min(length, batchHeaderSize);
    for (;;) {
      const window = await this.readWindow(segment.file, position, least, length);
      const { start, end, nextOffset, neededBytes, isCut = false } = selectBatches(window, range);
      const isPiece = least <= window.length && window.length < length;
      if (nextOffset !== undefined) this.places.remember(segment, nextOffset, position + end);
      if (neededBytes === undefined || (isPiece && end > start)) {
        const isPartial = isCut && end > start && range.withCut === true;
        const bytes = window.subarray(start, isPartial ? start + range.maxBytes : end);
        return { bytes, segment, endPosition: endPosition(position + start, end - start, range, isCut) };
      }
      // The bytes ended although the log goes on: the storage has less than it should, or we asked for too little.
      if (window.length < least) {
        throw new KafkaError(
          'KAFKA_STORAGE_ERROR',
          `${segment.file} ends at byte ${position + window.length}, but ${segment.size} bytes were written.`,
        );
      }
      position += start;
      length = Math.max(range.maxBytes, neededBytes);
      least = isPiece ? neededBytes : length;
    }
  }

  private readWindow(file: string, position: number, least: number, most: number): Promise<Uint8Array> {
    return this.storage.readPiece?.(file, position, least, most) ?? this.storage.read(file, position, most);
  }
}

interface SoughtTimestamp {
  readonly timestamp: number;
  /** Where the search begins. */
  readonly from: number;
  /** The record does not lie before it. */
  readonly notBefore: number;
  readonly upTo: number;
  /** The search ends with the first batch that claims to have such a timestamp. */
  readonly isInFirstBatch?: boolean;
}

const noBytes = new Uint8Array(0);

function endPosition(position: number, size: number, { maxBytes }: BatchRange, isCut: boolean): number {
  return position + (isCut ? Math.max(size, maxBytes) : size);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
