import type { Millis } from '../environment/environment.js';
import type { Backoff } from './backoff.js';
import type { OffsetToCommit } from './group-offsets.js';

/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** What told where to read: what the group committed, the reset policy, or the user. */
export type PositionSource = 'committed' | 'reset' | 'seek';

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
  /** The end of the log as last seen; -1 while not known. */
  highWatermark = -1;
  /** The end of what this reader can read: below the high watermark while transactions are open; -1 while not known. */
  endOffset = -1;
  isRevoked = false;
  isOutOfRange = false;
  /** Whether it is about to be given up: nothing of it is fetched or handed out any more, what is handled can still be committed (KAFKA-14196). */
  isLeaving = false;
  /** Whether it may be read: its position is known, and its assignment was told. */
  isReady = false;
  /** Whether the listener is being told of it: a seek of its goes before what the group committed. */
  isAwaitingListener = true;
  /** Where the position came from; undefined while there is none. */
  source: PositionSource | undefined;
  /** Whether records wait in the consumer: then none are fetched. */
  isBuffered = false;
  /** Not fetched before this time, after a failure. */
  notBeforeMs: Millis = 0;
  /** When a handler was last given something of it, or said that it goes on. */
  handedOutAtMs: Millis = 0;
  /** The waits after failures of the handler; undefined while it succeeds. */
  handlerBackoff: Backoff | undefined;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  /** Reading goes on at `offset`: what was fetched is dropped, a handler that runs no longer counts. */
  seek(offset: number, source: PositionSource = 'seek'): void {
    this.position = offset;
    this.source = source;
    // What was committed before says nothing of a position that somebody has chosen: that may lie before it.
    this.committed = source === 'committed' ? offset : undefined;
    this.isOutOfRange = false;
    this.fetchOffset = offset;
    this.fetchEpoch++;
    this.seekEpoch++;
  }

  /** Reading goes on at the position: what was fetched is dropped. */
  rewind(): void {
    this.fetchOffset = this.position;
    this.fetchEpoch++;
  }

  /** The position lies outside the log: the reset policy tells where to read, whatever was committed. */
  loseItsPlace(): void {
    this.forgetPosition();
    this.isOutOfRange = true;
  }

  /** Where to read is not known any more. */
  forgetPosition(): void {
    this.position = undefined;
    this.source = undefined;
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

/**
 * The partitions that a consumer has at present. What belongs to a partition goes with it, save pauses, which last until they are resumed, and seeks to partitions
 * that are not assigned yet.
 */
export class AssignedPartitions {
  readonly #partitions = new Map<string, AssignedPartition>();
  readonly #paused = new Map<string, 'all' | Set<number>>();
  readonly #seeks = new Map<string, number>();

  /** All, in the order in which they came. */
  get all(): readonly AssignedPartition[] {
    return [...this.#partitions.values()];
  }

  get(topic: string, partition: number): AssignedPartition | undefined {
    return this.#partitions.get(nameOf(topic, partition));
  }

  /** Takes over partitions; gives those that are new. Their positions are to be found, except where a seek has told. */
  add(partitions: readonly TopicPartition[]): readonly AssignedPartition[] {
    const added: AssignedPartition[] = [];
    for (const { topic, partition } of partitions) {
      const name = nameOf(topic, partition);
      if (this.#partitions.has(name)) continue;
      const assigned = new AssignedPartition(topic, partition);
      this.#partitions.set(name, assigned);
      added.push(assigned);
      const offset = this.#seeks.get(name);
      if (offset === undefined) continue;
      this.#seeks.delete(name);
      assigned.seek(offset);
    }
    return added;
  }

  /** Gives partitions up: nothing of theirs is handed out or counted any more. */
  remove(partitions: readonly AssignedPartition[]): void {
    for (const assigned of partitions) {
      if (assigned.isRevoked) continue;
      assigned.isRevoked = true;
      assigned.fetchEpoch++;
      assigned.seekEpoch++;
      this.#partitions.delete(nameOf(assigned.topic, assigned.partition));
    }
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

  isPaused({ topic, partition }: TopicPartition): boolean {
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
    return this.#news(
      this.all.flatMap(({ topic, partition, position }) =>
        position === undefined ? [] : [{ topic, partition, offset: position }],
      ),
    );
  }

  /** As `uncommitted`, of the positions as they are now, once it is asked: what is committed by then is left out. */
  uncommittedNow(): () => OffsetToCommit[] {
    const positions = this.uncommitted();
    return () => this.#news(positions);
  }

  /** A commit of these offsets begins: what tells of one whether its partition has been assigned ever since, and what to call once they are committed. */
  committing(offsets: readonly OffsetToCommit[]): {
    readonly isHeld: (offset: OffsetToCommit) => boolean;
    /** Notes it of the partitions that are still there, and were not moved by a seek meanwhile. */
    readonly noteCommitted: () => void;
  } {
    const noted = new Map(
      offsets.map((offset) => {
        const assigned = this.get(offset.topic, offset.partition);
        return [offset, { assigned, seekEpoch: assigned?.seekEpoch }] as const;
      }),
    );
    return {
      isHeld: (offset) => noted.get(offset)?.assigned?.isRevoked === false,
      noteCommitted: () => {
        for (const [{ offset }, { assigned, seekEpoch }] of noted)
          if (assigned?.seekEpoch === seekEpoch && assigned !== undefined) assigned.committed = offset;
      },
    };
  }

  /** What goes on from what is committed. A handler may have committed more by itself than counts as handled. */
  #news(offsets: readonly OffsetToCommit[]): OffsetToCommit[] {
    return offsets.filter(({ topic, partition, offset }) => {
      const assigned = this.get(topic, partition);
      return assigned !== undefined && (assigned.committed === undefined || offset > assigned.committed);
    });
  }

  #assignedOf(topic: string): number[] {
    return this.all.filter((assigned) => assigned.topic === topic).map(({ partition }) => partition);
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}
