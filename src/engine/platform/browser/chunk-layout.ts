import { checksumBytes, sealChunk } from './stored-rows.js';

/**
 * How files are cut into IndexedDB values. Chromium keeps values of 64 KiB or more in files of their own and smaller ones in its key-value store; just above
 * that limit is the slowest place of all, and no other browser minds. So a chunk is either small, or large.
 */
export const largestSmallChunk = 60_000;
export const smallestLargeChunk = 256 * 1024;
/** With its checksum. Chromium keeps memory of up to this size for the next one, and gives larger pieces back to the system each time. */
export const largestChunk = 960 * 1024 - checksumBytes;

/** A value of the chunk store: bytes that begin at `start` of a file, with room for their checksum behind them, in a buffer of exactly that length. */
export interface Chunk {
  readonly start: number;
  readonly value: Uint8Array;
  /** The file whose checksum is in `value`. */
  sealedFor?: number;
}

/** Sees to it that the checksum of a chunk of that file is there. */
export function seal(chunk: Chunk, id: number): void {
  if (chunk.sealedFor === id) return;
  sealChunk(chunk.value, id, chunk.start);
  chunk.sealedFor = id;
}

/** How many bytes of the file a chunk holds. */
export function chunkLength({ value }: Chunk): number {
  return value.length - checksumBytes;
}

/** Copies `parts`, which follow each other from `position` on, into as few chunks as there may be. */
export function cutIntoChunks(parts: readonly Uint8Array[], position: number): Chunk[] {
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  const count = Math.ceil(total / (total < smallestLargeChunk ? largestSmallChunk : largestChunk));
  const chunks: Chunk[] = [];
  let [part, from] = [0, 0];
  for (let index = 0; index < count; index++) {
    const start = Math.floor((total * index) / count);
    const length = Math.floor((total * (index + 1)) / count) - start;
    const value = new Uint8Array(length + checksumBytes);
    for (let filled = 0; filled < length;) {
      const source = parts[part] as Uint8Array;
      const taken = Math.min(source.length - from, length - filled);
      value.set(source.subarray(from, from + taken), filled);
      filled += taken;
      from += taken;
      if (from === source.length) [part, from] = [part + 1, 0];
    }
    chunks.push({ start: position + start, value });
  }
  return chunks;
}
