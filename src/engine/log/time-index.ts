import { countEarly } from './sorted-search.js';

const entryBytes = 12;

/** A timestamp and an offset that belongs to it. */
export interface TimestampedPosition {
  readonly timestamp: number;
  readonly offset: number;
}

/** The largest timestamps so far in a segment, each with the last offset of its batch (Kafka's `TimeIndex`, bytes of its `.timeindex` files). */
export class TimeIndex {
  private readonly entries: TimestampedPosition[] = [];

  constructor(private readonly baseOffset: number) {}

  get length(): number {
    return this.entries.length;
  }

  get last(): TimestampedPosition {
    return this.entries.at(-1) ?? { timestamp: -1, offset: this.baseOffset };
  }

  /** One entry is kept free for the end of the segment. */
  isFull(limitBytes: number): boolean {
    return this.entries.length >= Math.floor(limitBytes / entryBytes) - 1;
  }

  /** Adds an entry if its timestamp is larger than the last one's. */
  add(entry: TimestampedPosition): void {
    if (entry.timestamp > this.last.timestamp) this.entries.push(entry);
  }

  /** The last entry that is not later than `timestamp`. */
  before(timestamp: number): TimestampedPosition {
    const count = countEarly(this.entries, (entry) => entry.timestamp <= timestamp);
    return this.entries[count - 1] ?? { timestamp: -1, offset: this.baseOffset };
  }

  /** Forgets what was added after there were so many. */
  shorten(length: number): void {
    this.entries.length = length;
  }

  /** Forgets the entries of `offset` and beyond. */
  truncateTo(offset: number): void {
    this.shorten(countEarly(this.entries, (entry) => entry.offset < offset));
  }

  encode(): Uint8Array {
    const bytes = new Uint8Array(this.length * entryBytes);
    const view = new DataView(bytes.buffer);
    this.entries.forEach(({ timestamp, offset }, at) => {
      view.setBigInt64(at * entryBytes, BigInt(timestamp));
      view.setInt32(at * entryBytes + 8, offset - this.baseOffset);
    });
    return bytes;
  }

  /** The index that such bytes hold; undefined if they are none. */
  static decode(bytes: Uint8Array, baseOffset: number): TimeIndex | undefined {
    if (bytes.length % entryBytes !== 0) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const index = new TimeIndex(baseOffset);
    for (let at = 0; at < bytes.length; at += entryBytes) {
      const entry = { timestamp: Number(view.getBigInt64(at)), offset: view.getInt32(at + 8) + baseOffset };
      if (entry.timestamp <= index.last.timestamp || entry.offset < index.last.offset) return undefined;
      index.add(entry);
    }
    return index;
  }
}
