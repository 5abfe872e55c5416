import { StorageError } from '../../environment/storage.js';
import { largestChunk, largestSmallChunk, smallestLargeChunk } from './chunk-layout.js';

/** A chunk of the store: where it begins in its file, and how long it is. */
export interface ChunkExtent {
  readonly start: number;
  readonly length: number;
}

/** What is known of a file: its size and where its chunks begin. Each ends where the next one begins, the last one with the file. */
export class ChunkedFile {
  /** Grows whenever bytes were taken away or chunks were joined: what was planned before may not be there any more. */
  revision = 0;

  constructor(
    /** The first part of the keys of its chunks; no two files have the same, ever. */
    readonly id: number,
    public size: number,
    public modifiedAt: number,
    readonly starts: number[] = [],
    /** What is wrong with the file as a whole: then it is not written to. */
    readonly damage?: string,
  ) {}

  /** Throws `corrupt` if it is known not to be what was written. */
  checkWhole(name: string): void {
    if (this.damage === undefined) return;
    const range = { file: name, from: 0, to: this.size };
    throw new StorageError('corrupt', `${name} is damaged: ${this.damage}.`, { range });
  }

  /** The chunks that hold the bytes `from`…`to`, which lie within the file. */
  extents(from: number, to: number): ChunkExtent[] {
    const extents: ChunkExtent[] = [];
    for (let at = this.chunkAt(from); at < this.starts.length; at++) {
      const start = this.starts[at] as number;
      if (start >= to) break;
      extents.push({ start, length: (this.starts[at + 1] ?? this.size) - start });
    }
    return extents;
  }

  /** Where the chunk that holds the byte at `from` ends, if it is large and ends at `least` or later and not beyond `most`; else `most`. */
  pieceEnd(from: number, least: number, most: number): number {
    const index = this.chunkAt(from);
    const start = this.starts[index] ?? this.size;
    const end = this.starts[index + 1] ?? this.size;
    return start <= from && end - start > largestSmallChunk && end >= least && end <= most ? end : most;
  }

  /** How many of the first `count` chunks begin before `position`. */
  chunksBefore(position: number, count = this.starts.length): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.starts[middle] as number) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Small chunks at the end of the file that are worth a large one: its extent, or undefined if there are too few. */
  smallTail(): ChunkExtent | undefined {
    let first = this.starts.length;
    let end = this.size;
    while (first > 0 && end - (this.starts[first - 1] as number) <= largestSmallChunk) {
      first--;
      end = this.starts[first] as number;
    }
    const start = this.starts[first];
    if (start === undefined || this.size - start < smallestLargeChunk) return undefined;
    const beyond = this.starts[this.chunksBefore(start + largestChunk + 1) - 1] as number;
    const limit = this.size - start <= largestChunk ? this.size : beyond;
    return { start, length: limit - start };
  }

  /** The chunks within `extent` have become one. */
  join({ start, length }: ChunkExtent): void {
    const first = this.chunksBefore(start + 1);
    this.starts.splice(first, this.chunksBefore(start + length) - first);
    this.revision++;
  }

  private chunkAt(position: number): number {
    return Math.max(this.chunksBefore(position + 1) - 1, 0);
  }
}
