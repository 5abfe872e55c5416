import type { Millis } from './environment.js';

/** Bytes that several versions of a file share: each sees its own first `size` of them. */
class SharedBytes {
  used = 0;
  data = new Uint8Array(256);

  add(bytes: Uint8Array): void {
    const end = this.used + bytes.length;
    if (end > this.data.length) {
      const larger = new Uint8Array(Math.max(end, this.data.length * 2));
      larger.set(this.data.subarray(0, this.used));
      this.data = larger;
    }
    this.data.set(bytes, this.used);
    this.used = end;
  }
}

/** A file as it was after some write; it never changes. Versions that grew from each other share their bytes. */
export class MemoryFile {
  /** A file without bytes. */
  static created(modifiedAt: Millis): MemoryFile {
    return new MemoryFile(new SharedBytes(), 0, modifiedAt);
  }

  private constructor(
    private readonly shared: SharedBytes,
    readonly size: number,
    readonly modifiedAt: Millis,
  ) {}

  /** This file with `bytes` behind its own. */
  withAppended(bytes: Uint8Array, modifiedAt: Millis): MemoryFile {
    let shared = this.shared;
    if (shared.used !== this.size) {
      shared = new SharedBytes();
      shared.add(this.shared.data.subarray(0, this.size));
    }
    shared.add(bytes);
    return new MemoryFile(shared, shared.used, modifiedAt);
  }

  /** The first `size` bytes of this file. */
  withSize(size: number, modifiedAt: Millis): MemoryFile {
    return new MemoryFile(this.shared, size, modifiedAt);
  }

  /** A copy of at most `length` bytes from `position`. */
  read(position: number, length: number): Uint8Array {
    return this.shared.data.slice(position, Math.min(position + length, this.size));
  }

  /** Whether `later` is this file with more behind it. */
  isGrownTo(later: MemoryFile): boolean {
    return later.shared === this.shared && later.size > this.size;
  }
}
