import type { RecordedEvent } from '../../src/engine/environment/trace-events.js';

/** A group whose membership has not changed for so long will not change by itself: sessions last 6 s, and whoever was cut off is back within 9 s. */
const quietMs = 10_000;

/** Tells from a growing trace when a group has come to rest: it has read everything, is stable, and each living member knows its share. */
export class RestWatch {
  private readonly committed = new Map<number, number>();
  private readonly ends = new Map<number, number>();
  private readonly generations = new Map<string, number>();
  private state = '';
  private generation = -1;
  private changedAtMs = 0;
  private seen = 0;

  constructor(
    private readonly group: string,
    private readonly topic: string,
    private readonly trace: readonly RecordedEvent[],
    /** Of the consumer protocol a member hears only of what changes for it. */
    private readonly isClassic: boolean,
  ) {}

  /** `disturbedAtMs`: when something was last done to a member. */
  isAtRest(nowMs: number, disturbedAtMs: number, members: Iterable<string>): boolean {
    for (; this.seen < this.trace.length; this.seen++) this.apply(this.trace[this.seen] as RecordedEvent);
    return (
      this.state === 'Stable' &&
      nowMs >= Math.max(this.changedAtMs, disturbedAtMs) + quietMs &&
      (!this.isClassic || [...members].every((member) => this.generations.get(member) === this.generation)) &&
      [...this.ends].every(([partition, end]) => (this.committed.get(partition) ?? 0) >= end)
    );
  }

  private apply(event: RecordedEvent): void {
    switch (event.kind) {
      case 'offset-committed':
        if (event.group === this.group) this.committed.set(event.partition, event.offset);
        break;
      case 'high-watermark-advanced':
        if (event.topic === this.topic) this.ends.set(event.partition, event.highWatermark);
        break;
      case 'partitions-assigned':
        if (event.group === this.group) this.generations.set(event.client, event.generation);
        break;
      case 'group-state-changed':
        if (event.group !== this.group) break;
        this.state = event.to;
        this.generation = event.generation;
        this.changedAtMs = event.at;
        break;
    }
  }
}
