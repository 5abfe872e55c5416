/** Large enough for Chromium to keep each value in a file of its own, whose space is free as soon as it is deleted. */
const valueBytes = 512 * 1024;
const valueCount = 4;

/** How much is kept back for what must be written when there is no more space: deletions, the heads of logs, the offsets of groups. */
export const reserveBytes = valueBytes * valueCount;

/** Values that mean nothing, stored so that they can be deleted: what takes their place is what must be written. */
export class SpaceReserve {
  constructor(private readonly keys: Set<number>) {}

  /** How many bytes it takes now. */
  get bytes(): number {
    return this.keys.size * valueBytes;
  }

  get isWhole(): boolean {
    return this.keys.size >= valueCount;
  }

  /** Requests that make it whole. It is when they are complete, and `filled` has been called. */
  fill(store: IDBObjectStore): void {
    for (let key = 0; key < valueCount; key++) if (!this.keys.has(key)) store.put(incompressible(), key);
  }

  filled(): void {
    for (let key = 0; key < valueCount; key++) this.keys.add(key);
  }

  /** A request that deletes it. It is gone when that is complete, and `released` has been called. */
  release(store: IDBObjectStore): void {
    store.clear();
  }

  released(): void {
    this.keys.clear();
  }
}

/** Browsers compress what they store: what could be compressed would set little space free. */
function incompressible(): Uint8Array {
  const bytes = new Uint8Array(valueBytes);
  // The most that may be asked for at once.
  for (let at = 0; at < valueBytes; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}
