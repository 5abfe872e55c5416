import type { BatchHeader } from '../protocol/record-batch.js';

/** One entry of the sparse index: where a batch begins, and the largest timestamp before it in the segment. */
interface IndexEntry {
  readonly baseOffset: number;
  readonly position: number;
  readonly largestTimestampBefore: number;
}

/** The part of a segment that an append changes: what a failed append is taken back to. */
export interface SegmentState {
  readonly size: number;
  readonly nextOffset: number;
  readonly largestTimestamp: number;
  readonly bytesSinceIndexEntry: number;
  readonly indexEntries: number;
}

/** What is known of one file of a partition's log: its extent and its sparse index. Holds no bytes. */
export class Segment {
  private readonly index: IndexEntry[] = [];
  private bytesSinceIndexEntry = 0;
  private end: number;
  private bytes = 0;
  private largest = -1;

  constructor(
    readonly file: string,
    readonly baseOffset: number,
  ) {
    this.end = baseOffset;
  }

  /** Bytes of its batches. */
  get size(): number {
    return this.bytes;
  }

  /** The offset after its last record. */
  get nextOffset(): number {
    return this.end;
  }

  /** The largest timestamp of its batches, -1 for none. */
  get largestTimestamp(): number {
    return this.largest;
  }

  /** Takes note of a batch behind the others. */
  add(header: BatchHeader, indexIntervalBytes: number): void {
    if (this.bytesSinceIndexEntry > indexIntervalBytes) {
      this.index.push({
        baseOffset: header.baseOffset,
        position: this.bytes,
        largestTimestampBefore: this.largest,
      });
      this.bytesSinceIndexEntry = 0;
    }
    this.bytesSinceIndexEntry += header.sizeInBytes;
    this.bytes += header.sizeInBytes;
    this.end = header.lastOffset + 1;
    if (header.maxTimestamp > this.largest) this.largest = header.maxTimestamp;
  }

  /** Where a batch begins that lies at or before the one which holds `offset`. */
  positionBefore(offset: number): number {
    return this.lastEntry((entry) => entry.baseOffset <= offset)?.position ?? 0;
  }

  /** An offset before which no record of the segment has a timestamp of `timestamp` or later. */
  offsetBeforeTimestamp(timestamp: number): number {
    return this.lastEntry((entry) => entry.largestTimestampBefore < timestamp)?.baseOffset ?? this.baseOffset;
  }

  get state(): SegmentState {
    return {
      size: this.bytes,
      nextOffset: this.end,
      largestTimestamp: this.largest,
      bytesSinceIndexEntry: this.bytesSinceIndexEntry,
      indexEntries: this.index.length,
    };
  }

  /** Forgets what was added after `state` was taken. */
  restore(state: SegmentState): void {
    this.bytes = state.size;
    this.end = state.nextOffset;
    this.largest = state.largestTimestamp;
    this.bytesSinceIndexEntry = state.bytesSinceIndexEntry;
    this.index.length = state.indexEntries;
  }

  /** The last entry that is early, if any is. Entries are early up to some point and late from there. */
  private lastEntry(isEarly: (entry: IndexEntry) => boolean): IndexEntry | undefined {
    let low = 0;
    let high = this.index.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isEarly(this.index[middle] as IndexEntry)) low = middle + 1;
      else high = middle;
    }
    return this.index[low - 1];
  }
}
