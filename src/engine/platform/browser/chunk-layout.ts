/**
 * How files are cut into IndexedDB values. Chromium keeps values of 64 KiB or more in files of their own and smaller ones in its key-value store; just above
 * that limit is the slowest place of all, and no other browser minds. So a chunk is either small, or large.
 */
export const largestSmallChunk = 60_000;
export const smallestLargeChunk = 256 * 1024;
export const largestChunk = 1024 * 1024;

/** A value of the chunk store: `bytes` (exactly as long as they look) at `start` of a file. */
export interface Chunk {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Copies `parts`, which follow each other from `position` on, into as few chunks as there may be. */
export function cutIntoChunks(parts: readonly Uint8Array[], position: number): Chunk[] {
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  const count = Math.ceil(total / (total < smallestLargeChunk ? largestSmallChunk : largestChunk));
  const chunks: Chunk[] = [];
  let [part, from] = [0, 0];
  for (let index = 0; index < count; index++) {
    const start = Math.floor((total * index) / count);
    const bytes = new Uint8Array(Math.floor((total * (index + 1)) / count) - start);
    for (let filled = 0; filled < bytes.length;) {
      const source = parts[part] as Uint8Array;
      const taken = Math.min(source.length - from, bytes.length - filled);
      bytes.set(source.subarray(from, from + taken), filled);
      filled += taken;
      from += taken;
      if (from === source.length) [part, from] = [part + 1, 0];
    }
    chunks.push({ start: position + start, bytes });
  }
  return chunks;
}
