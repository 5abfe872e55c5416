import type { BatchHeader } from '../protocol/record-batch.js';
import type { LogConfig } from './log-config.js';
import { OffsetIndex } from './offset-index.js';
import { TransactionIndex } from './producers/transaction-index.js';
import { TimeIndex, type TimestampedPosition } from './time-index.js';

/** The part of a segment that an append changes: what a failed append is taken back to. */
export interface SegmentState {
  readonly size: number;
  readonly nextOffset: number;
  readonly largest: TimestampedPosition;
  readonly firstTimestamp: number | undefined;
  readonly bytesSinceIndexEntry: number;
  readonly offsetEntries: number;
  readonly timeEntries: number;
  readonly modifiedAt: number;
  readonly transactions: TransactionIndex;
}

/** What comes in when it is asked whether there is room. */
export interface IncomingBatches {
  readonly sizeInBytes: number;
  readonly maxTimestamp: number;
  readonly lastOffset: number;
}

/** Offsets in an index are 32 bits, counted from the segment's first. */
const largestRelativeOffset = 0x7fff_ffff;

/** What is known of one file of a partition's log: its extent and its indexes (Kafka's `LogSegment`). Holds no bytes. */
export class Segment {
  offsetIndex: OffsetIndex;
  timeIndex: TimeIndex;
  transactions = new TransactionIndex();
  /** How often something has been taken away from its end: what was known of positions before does not hold any more. */
  cuts = 0;
  /** Of its indexes as they were last stored beside it. */
  indexChecksum: number | undefined;
  private bytesSinceIndexEntry = 0;
  private end: number;
  private bytes = 0;
  private largest: TimestampedPosition;
  /** The largest timestamp of what was appended first: rolling by time counts from it. */
  private firstTimestamp: number | undefined;
  private firstOffset: number | undefined;

  constructor(
    readonly file: string,
    readonly baseOffset: number,
    /** The topic's as it is opened: later changes concern the segments after it, as in Kafka. */
    private readonly indexing: Pick<LogConfig, 'indexIntervalBytes' | 'segmentIndexBytes'>,
    /** When its file was written last, by the environment's clock. */
    public modifiedAt: number,
    private readonly createdAt = modifiedAt,
  ) {
    this.end = baseOffset;
    this.largest = { timestamp: -1, offset: baseOffset };
    this.offsetIndex = new OffsetIndex(baseOffset);
    this.timeIndex = new TimeIndex(baseOffset);
  }

  /** Bytes of its batches. */
  get size(): number {
    return this.bytes;
  }

  /** The offset after its last record. */
  get nextOffset(): number {
    return this.end;
  }

  /** Where its first batch begins, which may be later than the segment does; its base offset if that is not known. */
  get firstBatchOffset(): number {
    return this.firstOffset ?? this.baseOffset;
  }

  /** The largest timestamp of its batches, -1 for none. */
  get largestTimestamp(): number {
    return this.largest.timestamp;
  }

  /** What retention counts from: the largest timestamp, or the time of the file where there is none. */
  get retentionTimestamp(): number {
    return this.largest.timestamp >= 0 ? this.largest.timestamp : this.modifiedAt;
  }

  /** The largest timestamp of its first batches, which the lags of compaction count from; undefined without any. */
  get firstBatchTimestamp(): number | undefined {
    return this.firstTimestamp;
  }

  /** Whether a new segment must begin before these batches (`LogSegment.shouldRoll`). The clock rolls nothing that has timestamps. */
  hasNoRoomFor(incoming: IncomingBatches, config: LogConfig, jitterMs: number, now: number): boolean {
    if (this.bytes > config.segmentBytes - incoming.sizeInBytes) return true;
    if (this.bytes > 0 && this.age(incoming.maxTimestamp, now) > rollMs(config) - jitterMs) return true;
    return (
      this.offsetIndex.isFull(this.indexing.segmentIndexBytes) ||
      this.timeIndex.isFull(this.indexing.segmentIndexBytes) ||
      incoming.lastOffset - this.baseOffset > largestRelativeOffset
    );
  }

  /** Takes note of batches behind the others, which were appended together. */
  append(headers: readonly BatchHeader[], modifiedAt: number): void {
    if (this.bytes === 0) this.firstTimestamp = Math.max(...headers.map(({ maxTimestamp }) => maxTimestamp));
    for (const header of headers) this.add(header);
    this.modifiedAt = modifiedAt;
  }

  /** Takes note of one batch. */
  add(header: BatchHeader): void {
    this.firstTimestamp ??= header.maxTimestamp;
    if (this.bytes === 0) this.firstOffset = header.baseOffset;
    if (header.maxTimestamp > this.largest.timestamp)
      this.largest = { timestamp: header.maxTimestamp, offset: header.lastOffset };
    if (this.bytesSinceIndexEntry > this.indexing.indexIntervalBytes) {
      this.offsetIndex.add(header.lastOffset, this.bytes);
      this.timeIndex.add(this.largest);
      this.bytesSinceIndexEntry = 0;
    }
    this.bytesSinceIndexEntry += header.sizeInBytes;
    this.bytes += header.sizeInBytes;
    this.end = header.lastOffset + 1;
  }

  /** Nothing is appended any more: its largest timestamp goes into the index. Answers whether it was not there yet. */
  seal(): boolean {
    const before = this.timeIndex.length;
    this.timeIndex.add(this.largest);
    return this.timeIndex.length > before;
  }

  /** It has been read again: its indexes are what they would be if it had been closed. */
  finishRecovery(): void {
    this.bytesSinceIndexEntry = 0;
    this.seal();
  }

  /** Where a batch begins that lies at or before the one which holds `offset`. */
  positionBefore(offset: number): number {
    return this.offsetIndex.positionBefore(offset);
  }

  get state(): SegmentState {
    return {
      size: this.bytes,
      nextOffset: this.end,
      largest: this.largest,
      firstTimestamp: this.firstTimestamp,
      bytesSinceIndexEntry: this.bytesSinceIndexEntry,
      offsetEntries: this.offsetIndex.length,
      timeEntries: this.timeIndex.length,
      modifiedAt: this.modifiedAt,
      transactions: this.transactions,
    };
  }

  /** Forgets what was added after `state` was taken. */
  restore(state: SegmentState): void {
    this.cuts++;
    this.bytes = state.size;
    this.end = state.nextOffset;
    this.largest = state.largest;
    this.firstTimestamp = state.firstTimestamp;
    this.bytesSinceIndexEntry = state.bytesSinceIndexEntry;
    this.offsetIndex.shorten(state.offsetEntries);
    this.timeIndex.shorten(state.timeEntries);
    this.modifiedAt = state.modifiedAt;
    this.transactions = state.transactions;
  }

  /** Forgets the batches from `position` on, whose offsets are `offset` or more; what is left ends before `nextOffset`. */
  truncateTo(offset: number, position: number, nextOffset: number, largest: TimestampedPosition): void {
    this.cuts++;
    this.offsetIndex.truncateTo(offset);
    this.timeIndex.truncateTo(offset);
    this.transactions = this.transactions.before(offset);
    this.bytes = position;
    this.end = nextOffset;
    this.largest = largest;
    this.bytesSinceIndexEntry = 0;
    if (position === 0) this.firstTimestamp = undefined;
  }

  /** Takes over what is known of it from its stored indexes, instead of adding every batch. */
  resume(known: {
    readonly size: number;
    readonly nextOffset: number;
    readonly largest: TimestampedPosition;
    readonly firstTimestamp: number | undefined;
    readonly bytesSinceIndexEntry: number;
    readonly offsetIndex: OffsetIndex;
    readonly timeIndex: TimeIndex;
    readonly transactions: TransactionIndex;
  }): void {
    this.bytes = known.size;
    this.end = known.nextOffset;
    this.largest = known.largest;
    this.firstTimestamp = known.firstTimestamp;
    this.bytesSinceIndexEntry = known.bytesSinceIndexEntry;
    this.offsetIndex = known.offsetIndex;
    this.timeIndex = known.timeIndex;
    this.transactions = known.transactions;
  }

  /** How far the incoming timestamps are from the first ones; without any, the age of the file. */
  private age(maxTimestamp: number, now: number): number {
    return this.firstTimestamp !== undefined && this.firstTimestamp >= 0
      ? maxTimestamp - this.firstTimestamp
      : now - this.createdAt;
  }
}

/** A compacted log rolls early enough for `max.compaction.lag.ms` (KIP-354). */
function rollMs({ segmentMs, isCompacted, maxCompactionLagMs }: LogConfig): number {
  return isCompacted && maxCompactionLagMs > 0 ? Math.min(segmentMs, maxCompactionLagMs) : segmentMs;
}
