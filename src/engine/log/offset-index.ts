import { countEarly } from './sorted-search.js';

const entryBytes = 8;

/** Where batches lie in a segment: a sparse list of last offsets and positions (Kafka's `OffsetIndex`, bytes of its `.index` files). */
export class OffsetIndex {
  private readonly offsets: number[] = [];
  private readonly positions: number[] = [];

  constructor(private readonly baseOffset: number) {}

  get length(): number {
    return this.offsets.length;
  }

  /** The last offset of the last batch with an entry, the segment's base offset if there is none. */
  get lastOffset(): number {
    return this.offsets.at(-1) ?? this.baseOffset;
  }

  isFull(limitBytes: number): boolean {
    return this.offsets.length >= Math.floor(limitBytes / entryBytes);
  }

  add(lastOffset: number, position: number): void {
    this.offsets.push(lastOffset);
    this.positions.push(position);
  }

  /** Where a batch begins at or before which `offset` would lie. */
  positionBefore(offset: number): number {
    return this.positions[countEarly(this.offsets, (entry) => entry <= offset) - 1] ?? 0;
  }

  /** The last offset of the first batch with an entry that begins at `position` or later; undefined if there is none. */
  offsetFrom(position: number): number | undefined {
    return this.offsets[countEarly(this.positions, (entry) => entry < position)];
  }

  /** Forgets what was added after there were so many. */
  shorten(length: number): void {
    this.offsets.length = length;
    this.positions.length = length;
  }

  /** Forgets the batches that end at `offset` or beyond. */
  truncateTo(offset: number): void {
    this.shorten(countEarly(this.offsets, (entry) => entry < offset));
  }

  encode(): Uint8Array {
    const bytes = new Uint8Array(this.length * entryBytes);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < this.length; at++) {
      view.setInt32(at * entryBytes, (this.offsets[at] as number) - this.baseOffset);
      view.setInt32(at * entryBytes + 4, this.positions[at] as number);
    }
    return bytes;
  }

  /** The index that such bytes hold, for a segment of `size` bytes; undefined if they are no index of it. */
  static decode(bytes: Uint8Array, baseOffset: number, size: number): OffsetIndex | undefined {
    if (bytes.length % entryBytes !== 0) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const index = new OffsetIndex(baseOffset);
    let [offset, position] = [baseOffset - 1, -1];
    for (let at = 0; at < bytes.length; at += entryBytes) {
      const next = [view.getInt32(at) + baseOffset, view.getInt32(at + 4)] as const;
      if (next[0] <= offset || next[1] <= position || next[1] >= size) return undefined;
      [offset, position] = next;
      index.add(offset, position);
    }
    return index;
  }
}
