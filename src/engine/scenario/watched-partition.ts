import type { DecodedRecord } from '../protocol/record-batch.js';
import type { PartitionView } from './run-view.js';

/** A record of a broker that others use, as far as it is shown. */
export interface WatchedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  /** Null: a tombstone. */
  readonly value: string | null;
  readonly headers: readonly { readonly key: string; readonly value: string | null }[];
  /** When it was seen first. */
  readonly seenAtMs: number;
}

/** So many records of a partition are shown, and so many characters of a key or value. */
const shownRecords = 200;
const shownCharacters = 10_000;

/** A partition of a broker that others use: its newest records. */
export class WatchedPartition {
  /** The next offset to read. */
  position: number;
  private highWatermark: number;
  private records: WatchedRecord[] = [];

  constructor(
    readonly topic: string,
    readonly partition: number,
    startOffset: number,
    endOffset: number,
  ) {
    this.position = Math.max(startOffset, endOffset - shownRecords);
    this.highWatermark = endOffset;
  }

  add(records: Iterable<DecodedRecord>, highWatermark: number, seenAtMs: number): void {
    this.highWatermark = highWatermark;
    const { topic, partition } = this;
    for (const { offset, timestamp, key, value, headers } of records) {
      if (offset < this.position) continue;
      this.position = offset + 1;
      this.records.push({
        topic,
        partition,
        offset,
        timestamp,
        key: textOf(key),
        value: textOf(value),
        headers: headers.map((header) => ({ key: header.key, value: textOf(header.value) })),
        seenAtMs,
      });
    }
    if (this.records.length > shownRecords) this.records = this.records.slice(-shownRecords);
  }

  /** What it looks like; its records are put into `all`, by whose indexes the cells name them. */
  view(all: WatchedRecord[]): PartitionView {
    const cells = this.records.map((record) => ({
      offset: record.offset,
      record: all.push(record) - 1,
      appendedAtMs: record.seenAtMs,
      event: -1,
    }));
    const { partition, highWatermark } = this;
    return { partition, highWatermark, logEndOffset: highWatermark, cells };
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** UTF-8 if it is that, else hexadecimal. */
function textOf(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  const part = bytes.subarray(0, shownCharacters);
  try {
    return utf8.decode(part);
  } catch {
    return Array.from(part, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  }
}
