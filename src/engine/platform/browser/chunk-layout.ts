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

/**
 * Copies `parts`, which follow each other from `position` on, into few chunks. They end where parts do if that makes none too small, too large, or more of them than one: who reads
 * parts as a whole has them from one chunk then.
 */
export function cutIntoChunks(parts: readonly Uint8Array[], position: number): Chunk[] {
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  const chunks: Chunk[] = [];
  let [part, from, start] = [0, 0, 0];
  for (const end of chunkEnds(parts, total)) {
    const length = end - start;
    const value = new Uint8Array(length + checksumBytes);
    for (let filled = 0; filled < length;) {
      const source = parts[part] as Uint8Array;
      const taken = Math.min(source.length - from, length - filled);
      value.set(taken === source.length ? source : source.subarray(from, from + taken), filled);
      filled += taken;
      from += taken;
      if (from === source.length) [part, from] = [part + 1, 0];
    }
    chunks.push({ start: position + start, value });
    start = end;
  }
  return chunks;
}

/** Where chunks end that hold `parts`, of `total` bytes. */
function chunkEnds(parts: readonly Uint8Array[], total: number): number[] {
  if (total === 0) return [];
  const [least, most] = total < smallestLargeChunk ? [1, largestSmallChunk] : [smallestLargeChunk, largestChunk];
  const count = Math.ceil(total / most);
  return (
    endsOfParts(parts, total, count, least, most) ??
    endsOfParts(parts, total, count + 1, least, most) ??
    Array.from({ length: count }, (_, index) => Math.floor((total * (index + 1)) / count))
  );
}

/** The ends of parts that come nearest to cutting them into `count` pieces of one length; undefined if a piece would not be of `least` to `most` bytes. */
function endsOfParts(
  parts: readonly Uint8Array[],
  total: number,
  count: number,
  least: number,
  most: number,
): number[] | undefined {
  const ends: number[] = [];
  let [end, start] = [0, 0];
  for (const { length } of parts) {
    const wanted = (total * (ends.length + 1)) / count;
    const isNearer = end > start && end + length - wanted > wanted - end;
    if (ends.length < count - 1 && isNearer) {
      if (end - start < least || end - start > most) return undefined;
      ends.push(end);
      start = end;
    }
    end += length;
  }
  if (ends.length < count - 1 || end - start < least || end - start > most) return undefined;
  ends.push(end);
  return ends;
}
