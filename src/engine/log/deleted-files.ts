import type { Millis, TimerHandle, Timers } from '../environment/environment.js';
import type { FileHolds } from './file-holds.js';

/** Segments of a log that are out of sight, and whose files are still there: until their time has come and nobody reads them. */
export class DeletedFiles {
  private readonly waiting = new Map<number, TimerHandle>();

  constructor(
    private readonly timers: Timers,
    private readonly holds: FileHolds,
    private readonly remove: (baseOffset: number) => void,
  ) {}

  /** The files of the segments with these base offsets go after `delayMs`. */
  removeAfter(delayMs: Millis, baseOffsets: Iterable<number>): void {
    for (const baseOffset of baseOffsets)
      this.waiting.set(
        baseOffset,
        this.timers.set(delayMs, () => this.holds.whenFree(() => this.removeNow(baseOffset))),
      );
  }

  /** They have not been deleted after all. */
  bringBack(baseOffsets: Iterable<number>): void {
    for (const baseOffset of baseOffsets) {
      this.waiting.get(baseOffset)?.cancel();
      this.waiting.delete(baseOffset);
    }
  }

  /** All of them go now, unless somebody reads them. */
  release(): void {
    for (const [baseOffset, timer] of this.waiting) {
      timer.cancel();
      this.holds.whenFree(() => this.removeNow(baseOffset));
    }
  }

  /** Forgets all of them; the caller removes them. Answers their base offsets. */
  take(): readonly number[] {
    const baseOffsets = [...this.waiting.keys()];
    for (const timer of this.waiting.values()) timer.cancel();
    this.waiting.clear();
    return baseOffsets;
  }

  private removeNow(baseOffset: number): void {
    if (this.waiting.delete(baseOffset)) this.remove(baseOffset);
  }
}
