/** A repetition: `length` bytes at `position` are those `distance` before. What stands between it and the one before are literals. */
export interface Match {
  readonly position: number;
  readonly distance: number;
  readonly length: number;
}

const hashBits = 14;
const shortest = 4;

/**
 * Finds repetitions of four bytes and more, each at the first place where there is one: the greedy search that snappy and lz4 are known for. `window`: how far
 * back a repetition may lie; `margin`: so many bytes at the end stay literals.
 */
export function* matchesIn(
  bytes: Uint8Array,
  { window, margin, from = 0, to = bytes.length }: { window: number; margin: number; from?: number; to?: number },
): Generator<Match, void, undefined> {
  const last = new Int32Array(1 << hashBits).fill(-1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = to - margin;
  let at = from;
  let misses = 0;
  while (at + shortest <= end) {
    const value = view.getInt32(at, true);
    const slot = Math.imul(value, 0x9e3779b1) >>> (32 - hashBits);
    const candidate = last[slot] as number;
    last[slot] = at;
    if (candidate >= from && at - candidate <= window && view.getInt32(candidate, true) === value) {
      let length = shortest;
      while (at + length < end && bytes[candidate + length] === bytes[at + length]) length++;
      yield { position: at, distance: at - candidate, length };
      at += length;
      misses = 0;
    } else {
      // Where nothing repeats, steps grow: such bytes will hardly be smaller.
      at += 1 + (misses++ >> 5);
    }
  }
}
