import type { BytePipe } from '../../../src/engine/wire/byte-pipe.js';

/** A pipe whose other end is the test: it keeps what is written. */
export class MemoryPipe implements BytePipe {
  readonly written: Uint8Array[] = [];
  isReading = true;
  isClosed = false;

  get unsentBytes(): number {
    return 0;
  }

  write(bytes: Uint8Array): void {
    this.written.push(bytes);
  }

  whenDrained(listener: () => void): void {
    listener();
  }

  setReading(isReading: boolean): void {
    this.isReading = isReading;
  }

  close(): void {
    this.isClosed = true;
  }
}
