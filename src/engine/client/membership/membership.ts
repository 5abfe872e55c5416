import type { EventId } from '../../environment/trace-events.js';
import type { ErrorName } from '../../protocol/errors.js';
import type { AssignedPartition, TopicPartition } from '../assigned-partitions.js';
import type { Committer } from '../group-offsets.js';

/** Whether a member leaves its group when it closes: by default a static one stays, to come back (KIP-1092). */
export type GroupMembershipOperation = 'default' | 'leave-group' | 'remain-in-group';

/**
 * How a consumer comes by its partitions. What concerns the user (commits before partitions go, the listener) happens only in `turn`, which whoever runs or polls the
 * consumer calls when `isTurnDue`; joins and heartbeats go on by themselves.
 */
export interface Membership {
  readonly memberId: string;
  /** The generation, or the member's epoch; -1 while it has none. */
  readonly generationId: number;
  readonly isTurnDue: boolean;
  /** Whether the group holds it for a member whose assignment is settled: what it has is its own. */
  readonly isCertain: boolean;
  /** Takes the next step of a rebalance. One at a time. Rejects with what the listener threw; the step is taken all the same. */
  turn(): Promise<void>;
  /** Who commits. Throws when there is nothing that it could commit as. */
  committer(): Committer;
  /** Resolves when a join that is under way is over. */
  joined(): Promise<void>;
  /** Draws the conclusions from the coordinator's refusal of what was asked as `committer`. Gives whether it may be asked again. */
  noteRefusal(error: ErrorName, committer: Committer): Promise<boolean>;
  /** Says that the member is alive, if it has not just done so. */
  heartbeat(): Promise<void>;
  /** The topics that it wants, or how many partitions they have, are others now. */
  rejoin(reason: string): void;
  /** The user has not asked for records within `max.poll.interval.ms`: leaves, until the next `turn`. */
  leaveAsStalled(): void;
  /** Begins the end: no further step is due, a join that waits ends. Heartbeats go on: what was assigned can still be committed. */
  close(): void;
  /** After `close`: the end. Tells the group, if it has to be told, and why where the protocol has words for it. Never rejects. */
  leave(operation: GroupMembershipOperation, reason: string): Promise<void>;
}

/** What a member got. */
export interface Joined {
  readonly generationId: number;
  readonly memberId: string;
  /** The request that brought it. */
  readonly cause: EventId | undefined;
}

/** What a membership has done with its partitions for it. */
export interface MembershipHost {
  /** What the member has at present. */
  owned(): readonly AssignedPartition[];
  /** Stops handing these out, without waiting. */
  markLeaving(partitions: readonly AssignedPartition[]): void;
  /** Commits what is handled, by itself, if it is to. Never rejects. */
  commitHandled(): Promise<void>;
  /** Stops handing these out, lets handlers finish, commits, tells the listener, and gives them up. Those that are lost meanwhile are told as lost. */
  revoke(partitions: readonly AssignedPartition[], tell: 'always' | 'if-any'): Promise<void>;
  /** Gives these up at once: others may have them. The listener hears of it with `tellLost`. */
  lose(partitions: readonly AssignedPartition[]): void;
  /** Whether the listener has not heard yet of all that was lost. */
  readonly isLossUntold: boolean;
  tellLost(): Promise<void>;
  /** Takes over what is new among these, and tells the listener. */
  assign(joined: Joined, partitions: readonly TopicPartition[]): Promise<void>;
  /** There is a turn to be taken, or something to look at. */
  wake(): void;
  /** It can't be a member. */
  fail(error: Error): void;
}
