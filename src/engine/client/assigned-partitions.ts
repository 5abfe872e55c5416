import type { Millis } from '../environment/environment.js';
import type { Backoff } from './backoff.js';
import type { OffsetToCommit } from './group-offsets.js';

/** A partition that the consumer reads at present, and how far it is. */
export class AssignedPartition {
  /** The next offset to hand out: everything before it was handled. Undefined until the committed offset or the reset policy has told. */
  position: number | undefined;
  committed: number | undefined;
  /** Where the next fetch begins: ahead of the position while what was fetched waits. */
  fetchOffset: number | undefined;
  /** Rises when what was fetched before must not be handed out any more: by a seek, a pause, a failed handler, a reset. */
  fetchEpoch = 0;
  /** Rises when a handler that still runs must not move the position any more: by a seek. */
  seekEpoch = 0;
  /** The end of the log as last seen. */
  highWatermark = -1;
  isRevoked = false;
  /** Whether records wait in the consumer: then none are fetched. */
  isBuffered = false;
  /** Not fetched before this time, after a failure. */
  notBeforeMs: Millis = 0;
  /** The waits after failures of the handler; undefined while it succeeds. */
  handlerBackoff: Backoff | undefined;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  /** Reading goes on at `offset`: what was fetched is dropped, a handler that runs no longer counts. */
  seek(offset: number): void {
    this.position = offset;
    this.fetchOffset = offset;
    this.fetchEpoch++;
    this.seekEpoch++;
  }

  /** Reading goes on at the position: what was fetched is dropped. */
  rewind(): void {
    this.fetchOffset = this.position;
    this.fetchEpoch++;
  }

  /** Where to read is not known any more. */
  forgetPosition(): void {
    this.position = undefined;
    this.fetchOffset = undefined;
    this.fetchEpoch++;
    this.seekEpoch++;
  }

  /** Everything before `offset` was handled. */
  advance(offset: number): void {
    if (this.position === undefined || offset > this.position) this.position = offset;
    if (this.fetchOffset === undefined || offset > this.fetchOffset) this.fetchOffset = offset;
  }
}

/** The partitions of one generation, with what outlives generations: pauses, and seeks to partitions that are not assigned yet. */
export class AssignedPartitions {
  #partitions = new Map<string, AssignedPartition>();
  readonly #paused = new Map<string, 'all' | Set<number>>();
  readonly #seeks = new Map<string, number>();

  /** All, in the order of the assignment. */
  get all(): readonly AssignedPartition[] {
    return [...this.#partitions.values()];
  }

  get(topic: string, partition: number): AssignedPartition | undefined {
    return this.#partitions.get(nameOf(topic, partition));
  }

  /** Takes over a new assignment. Positions are to be found, except where a seek has told. */
  assign(partitions: readonly { readonly topic: string; readonly partition: number }[]): void {
    this.revokeAll();
    this.#partitions = new Map(
      partitions.map(({ topic, partition }) => [nameOf(topic, partition), new AssignedPartition(topic, partition)]),
    );
    for (const [name, assigned] of this.#partitions) {
      const offset = this.#seeks.get(name);
      if (offset === undefined) continue;
      this.#seeks.delete(name);
      assigned.seek(offset);
    }
  }

  /** Gives up all of them: nothing of theirs is handed out or counted any more. */
  revokeAll(): readonly AssignedPartition[] {
    const revoked = this.all;
    for (const partition of revoked) {
      partition.isRevoked = true;
      partition.fetchEpoch++;
      partition.seekEpoch++;
    }
    this.#partitions = new Map();
    return revoked;
  }

  /** Moves the position; of a partition that is not assigned, once it is. */
  seek(topic: string, partition: number, offset: number): void {
    const assigned = this.get(topic, partition);
    if (assigned === undefined) this.#seeks.set(nameOf(topic, partition), offset);
    else assigned.seek(offset);
  }

  /** Stops handing out these partitions; all of the topic if none are named. */
  pause(topic: string, partitions: readonly number[] | undefined): void {
    const paused = this.#paused.get(topic);
    if (partitions === undefined) this.#paused.set(topic, 'all');
    else if (paused !== 'all') this.#paused.set(topic, new Set([...(paused ?? []), ...partitions]));
    for (const assigned of this.#partitions.values()) if (this.isPaused(assigned)) assigned.rewind();
  }

  resume(topic: string, partitions: readonly number[] | undefined): void {
    const paused = this.#paused.get(topic);
    if (paused === undefined) return;
    if (partitions === undefined) {
      this.#paused.delete(topic);
      return;
    }
    const left = new Set(paused === 'all' ? this.#assignedOf(topic) : paused);
    for (const partition of partitions) left.delete(partition);
    if (left.size === 0) this.#paused.delete(topic);
    else this.#paused.set(topic, left);
  }

  isPaused({ topic, partition }: { readonly topic: string; readonly partition: number }): boolean {
    const paused = this.#paused.get(topic);
    return paused === 'all' || paused?.has(partition) === true;
  }

  /** What is paused; of a topic that is paused as a whole the partitions that are assigned. */
  paused(): { topic: string; partitions: number[] }[] {
    return [...this.#paused].map(([topic, partitions]) => ({
      topic,
      partitions: (partitions === 'all' ? this.#assignedOf(topic) : [...partitions]).sort((a, b) => a - b),
    }));
  }

  /** The positions that are not committed yet. */
  uncommitted(): OffsetToCommit[] {
    return this.all.flatMap(({ topic, partition, position, committed }) =>
      position === undefined || position === committed ? [] : [{ topic, partition, offset: position }],
    );
  }

  /** Notes what was committed. */
  noteCommitted(offsets: readonly OffsetToCommit[]): void {
    for (const { topic, partition, offset } of offsets) {
      const assigned = this.get(topic, partition);
      if (assigned !== undefined) assigned.committed = offset;
    }
  }

  #assignedOf(topic: string): number[] {
    return this.all.filter((assigned) => assigned.topic === topic).map(({ partition }) => partition);
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}
