import { KafkaError } from '../protocol/kafka-error.js';
import type { AssignedPartitions } from './assigned-partitions.js';
import type { GroupCoordinator } from './group-coordinator.js';
import { commitOffsets, nobody, type OffsetToCommit } from './group-offsets.js';
import type { Membership } from './membership/membership.js';

export interface OffsetCommitsOptions {
  readonly coordinator: GroupCoordinator;
  readonly partitions: AssignedPartitions;
  /** As whom; without a membership (assigned by hand) as nobody. */
  readonly membership: Membership | undefined;
  readonly onCommit: (offsets: readonly OffsetToCommit[]) => void;
}

export interface CommitOptions {
  /** Whether it is tried again after errors that may go away. */
  readonly retries: boolean;
  /** Whether it waits while the member joins; otherwise it is refused then. */
  readonly waitsForJoin: boolean;
}

/** Does things one after the other, in the sequence in which they were asked for, whatever becomes of each. */
export class Queue {
  #last: Promise<void> = Promise.resolve();

  run(work: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

/** Commits one after the other: what is tried again can't come after what was committed later, so that offsets never go back by accident. */
export class OffsetCommits {
  readonly #options: OffsetCommitsOptions;
  readonly #queue = new Queue();

  constructor(options: OffsetCommitsOptions) {
    this.#options = options;
  }

  /** Commits, after what was asked for before. A function is called when it is its turn. Rejects if the group has moved on: the offsets are then not stored. */
  commit(
    offsets: readonly OffsetToCommit[] | (() => readonly OffsetToCommit[]),
    options: CommitOptions,
  ): Promise<void> {
    return this.#queue.run(() => this.#commit(typeof offsets === 'function' ? offsets() : offsets, options));
  }

  async #commit(offsets: readonly OffsetToCommit[], { retries, waitsForJoin }: CommitOptions): Promise<void> {
    if (offsets.length === 0) return;
    const { coordinator, membership, partitions, onCommit } = this.#options;
    const { isHeld, noteCommitted } = partitions.committing(offsets);
    if (waitsForJoin) await membership?.joined();
    const attempt = async (): Promise<void> => {
      for (;;) {
        const committer = membership?.committer() ?? nobody;
        if (membership !== undefined) this.#requireHeld(offsets, isHeld);
        try {
          return await commitOffsets(coordinator, committer, offsets);
        } catch (error) {
          if (!(error instanceof KafkaError) || membership === undefined) throw error;
          if (!(await membership.noteRefusal(error.code, committer))) throw error;
        }
      }
    };
    await coordinator.cluster.retry('commit offsets', attempt, retries ? undefined : { retries: 0 });
    noteCommitted();
    onCommit(offsets);
  }

  /** A member of the group commits for what it has, and has had since the commit began: whoever has or had the rest may be further. */
  #requireHeld(offsets: readonly OffsetToCommit[], isHeld: (offset: OffsetToCommit) => boolean): void {
    const { coordinator } = this.#options;
    const foreign = offsets.find((offset) => !isHeld(offset));
    if (foreign === undefined) return;
    throw new KafkaError(
      'ILLEGAL_GENERATION',
      `${foreign.topic}-${foreign.partition} is not assigned to this member of group ${coordinator.groupId}, so it can't commit for it. Another member may have it by now, and hand its records out again.`,
    );
  }
}
