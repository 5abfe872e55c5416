/** Ms of time in one segment of a store that expires (Kafka's Stores.defaultSegmentInterval). */
export function segmentIntervalOf(retentionMs: number): number {
  return Math.max(Math.floor(retentionMs / 2), 60_000);
}

/** The same in memory, where segments only say what can be thrown away together. */
export function memorySegmentIntervalOf(retentionMs: number): number {
  return Math.max(Math.floor(retentionMs / 2), 1000);
}

/** What is still there of a store that forgets: a time is live for so long after it, in the time of what was put in. */
export class Retention {
  /** The largest time that was put in; -1 before the first. */
  streamTime = -1;

  /** @param showsLast whether what is exactly the retention old is shown: a window that closes right now has to go out yet */
  constructor(
    private readonly retentionMs: number,
    private readonly isInMemory: boolean,
    private readonly showsLast = false,
  ) {}

  observe(time: number): void {
    if (time > this.streamTime) this.streamTime = time;
  }

  /** Nothing before this is shown. */
  get firstShown(): number {
    return this.streamTime - this.retentionMs + (this.showsLast ? 0 : 1);
  }

  /** Segments before the one of this time are gone. */
  get firstKept(): number {
    return this.streamTime - this.retentionMs;
  }

  /** In memory whatever would not be shown is refused; a persistent store takes what still has a segment. */
  accepts(time: number, segmentOf: (time: number) => number): boolean {
    return this.isInMemory ? time >= this.firstShown : segmentOf(time) >= segmentOf(this.firstKept);
  }
}
