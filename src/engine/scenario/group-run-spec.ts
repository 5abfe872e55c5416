import type { Millis } from '../environment/environment.js';
import type { RunTopic } from './run-topic.js';

/**
 * A run of consumer groups on a broker, as data: topics, groups with the loops that their members run, and a script. The same spec gives the same
 * trace. Times are run times, counted from the moment when the script begins; topics and producers are ready before that.
 */
export interface GroupRunSpec {
  readonly kind: 'group';
  /** Any text; draws delays of network and disk, member ids and the partitions of records without a key. */
  readonly seed: string;
  readonly topics: readonly GroupRunTopic[];
  readonly groups: readonly RunGroup[];
  /** What is done, by time. */
  readonly script: readonly GroupRunStep[];
  /** When the run is over. */
  readonly endsAtMs: Millis;
}

export interface GroupRunTopic extends RunTopic {
  /** false: records are sent without their keys, with `batch.size` 0, so that each chooses a partition anew. */
  readonly keyed: boolean;
}

/** How a group shares out its partitions: the classic protocol with range or cooperative-sticky, or that of KIP-848. */
export type RunGroupProtocol = 'eager' | 'cooperative' | 'consumer';

export type RunOffsetReset = 'earliest' | 'latest' | 'none' | { readonly byDurationMs: Millis };

/**
 * When a member commits. `before-handling`: what a poll returned is committed, and handled then. `after-handling`: the other way round. `auto`: the consumer
 * commits by itself, every `autoCommitIntervalMs`, what earlier polls returned. `each`: after every record.
 */
export type RunCommits = 'before-handling' | 'after-handling' | 'each' | 'auto';

/** A group whose members all run the same loop: poll, handle one record after the other, commit. */
export interface RunGroup {
  readonly group: string;
  readonly topic: string;
  readonly protocol: RunGroupProtocol;
  readonly autoOffsetReset: RunOffsetReset;
  readonly commits: RunCommits;
  /** Kafka's names and defaults (of the consumer; a group of the `consumer` protocol has its session and heartbeat from the broker). */
  readonly sessionTimeoutMs?: Millis;
  readonly heartbeatIntervalMs?: Millis;
  readonly maxPollIntervalMs?: Millis;
  readonly maxPollRecords?: number;
  readonly autoCommitIntervalMs?: Millis;
  readonly members: readonly RunMember[];
}

export interface RunMember {
  /** Unique in the run: `A-1`. */
  readonly member: string;
  /** How long it takes for a record. */
  readonly handlingMs: Millis;
  /** `group.instance.id`: the member is static. */
  readonly instanceId?: string;
  /** Records that take longer (or shorter) in its hands, by their index among the script's `send` steps. */
  readonly slow?: readonly { readonly record: number; readonly handlingMs: Millis }[];
  /** Its first process dies when it has handled so many records, before it does anything else. */
  readonly crashesAfter?: number;
}

export type GroupRunStep = { readonly atMs: Millis } & (
  | {
      readonly does: 'send';
      readonly key: string | null;
      readonly value: string;
      /** All topics of the run if absent. */
      readonly topic?: string;
    }
  /** A member's process starts (again). */
  | { readonly does: 'start'; readonly member: string }
  /** It is told to stop: it closes its consumer, which leaves the group unless it is static. */
  | { readonly does: 'stop'; readonly member: string }
  /** It is killed: nothing more comes from it. */
  | { readonly does: 'crash'; readonly member: string }
  /** `kafka-topics --alter --partitions`. */
  | { readonly does: 'set-partitions'; readonly topic: string; readonly partitions: number }
  /** `kafka-delete-records`: the log of a partition begins at this offset from now on. */
  | {
      readonly does: 'delete-records';
      readonly topic: string;
      readonly partition: number;
      readonly beforeOffset: number;
    }
  /** `kafka-consumer-groups --reset-offsets`. */
  | {
      readonly does: 'reset-offsets';
      readonly group: string;
      readonly to: RunResetTarget;
      readonly partitions?: readonly number[];
    }
  /** The member's loop reads on from here after the poll that it is in. */
  | { readonly does: 'seek'; readonly member: string; readonly partition: number; readonly offset: number }
);

/** Where offsets of a group are to be. */
export type RunResetTarget =
  | { readonly kind: 'earliest' | 'latest' }
  | { readonly kind: 'offset'; readonly offset: number }
  /** The first record at or after a moment (run time). */
  | { readonly kind: 'datetime'; readonly atMs: Millis }
  | { readonly kind: 'by-duration'; readonly durationMs: Millis }
  | { readonly kind: 'shift-by'; readonly by: number };
