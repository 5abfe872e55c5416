import type { RecordedEvent } from '../../../src/engine/environment/trace-events.js';
import type { GroupScript } from './fault-plan.js';

/** What one group of a run has processed, who has which partition, and how far it has come. */
export class GroupLedger {
  private readonly begun = new Map<string, string>();
  private readonly finishedValues = new Set<number>();
  private readonly acknowledgedValues: number[] = [];
  private readonly repeated: string[] = [];
  private readonly owners = new Map<number, Set<string>>();
  private readonly committed = new Map<number, number>();
  private readonly ends = new Map<number, number>();
  private seen = 0;

  /** `trace` is read on as it grows. */
  constructor(
    private readonly group: string,
    private readonly topic: string,
    private readonly commits: GroupScript['commits'],
    private readonly trace: readonly RecordedEvent[],
  ) {}

  /** A producer was told that a value is stored. */
  acknowledged(value: number): void {
    this.acknowledgedValues.push(value);
  }

  /** A member begins to process the record at an offset. */
  begins(member: string, partition: number, offset: number): void {
    const place = `${partition}@${offset}`;
    const before = this.begun.get(place);
    if (before !== undefined) this.repeated.push(`${member} processed ${place} after ${before} had begun to`);
    this.begun.set(place, member);
  }

  finished(value: number): void {
    this.finishedValues.add(value);
  }

  /** A member is no more: it has nothing. */
  gone(member: string): void {
    this.catchUp();
    for (const owners of this.owners.values()) owners.delete(member);
  }

  /** What keeps the group from rest: a partition that has not exactly one living owner, or that is not read to its end. Nothing if it rests. */
  unrest(partitions: readonly number[], living: readonly string[]): string | undefined {
    this.catchUp();
    const { topic } = this;
    for (const partition of partitions) {
      const owners = [...(this.owners.get(partition) ?? [])];
      const [owner] = owners;
      if (owners.length !== 1 || owner === undefined || !living.includes(owner))
        return `${topic}-${partition} is owned by [${owners.join()}] in ${this.group}, where [${living.join()}] are`;
      const [committed, end] = [this.committed.get(partition) ?? 0, this.ends.get(partition) ?? 0];
      if (committed < end) return `${this.group} has committed ${committed} of ${end} in ${topic}-${partition}`;
    }
    return undefined;
  }

  /** GRC-5: committed before it is processed, a record is processed at most once; else what was acknowledged is processed at least once, when the group has come to rest. */
  broken(isRested: boolean): readonly string[] {
    if (this.commits === 'before-processing') return this.repeated.map((text) => `${text}, in ${this.group}.`);
    if (!isRested) return [];
    return this.acknowledgedValues
      .filter((value) => !this.finishedValues.has(value))
      .map((value) => `Value ${value} was acknowledged, and ${this.group} never processed it.`);
  }

  private catchUp(): void {
    for (; this.seen < this.trace.length; this.seen++) this.apply(this.trace[this.seen] as RecordedEvent);
  }

  private apply(event: RecordedEvent): void {
    switch (event.kind) {
      case 'partitions-assigned':
        if (event.group === this.group)
          for (const { partition } of event.partitions) this.ownersOf(partition).add(event.client);
        break;
      case 'partitions-revoked':
        if (event.group === this.group)
          for (const { partition } of event.partitions) this.ownersOf(partition).delete(event.client);
        break;
      case 'offset-committed':
        if (event.group === this.group) this.committed.set(event.partition, event.offset);
        break;
      case 'high-watermark-advanced':
        if (event.topic === this.topic) this.ends.set(event.partition, event.highWatermark);
        break;
      default:
    }
  }

  private ownersOf(partition: number): Set<string> {
    const owners = this.owners.get(partition) ?? new Set<string>();
    this.owners.set(partition, owners);
    return owners;
  }
}
