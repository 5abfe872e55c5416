import type { Millis } from '../environment/environment.js';
import type { ConsumerRecord } from './consumer/consumer-record.js';

/**
 * What the coordinator writes to `__consumer_offsets`, with the names of Kafka's `GroupMetadataValue` and `OffsetCommitValue`
 * and plain numbers. A `null` value is a tombstone.
 */
export type GroupRecord =
  | { readonly kind: 'group-metadata'; readonly groupId: string; readonly value: GroupMetadata | null }
  | {
      readonly kind: 'offset-commit';
      readonly groupId: string;
      readonly topic: string;
      readonly partition: number;
      readonly value: CommittedOffset | null;
    }
  | ConsumerRecord;

/** A generation with its members and what each was assigned. */
export interface GroupMetadata {
  readonly protocolType: string;
  readonly generationId: number;
  readonly protocolName: string | null;
  readonly leader: string | null;
  /** When the group entered the state that this record describes; -1 when unknown. */
  readonly currentStateTimestamp: Millis;
  readonly members: readonly StoredMember[];
}

export interface StoredMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: Millis;
  readonly sessionTimeoutMs: Millis;
  readonly subscription: Uint8Array;
  readonly assignment: Uint8Array;
}

/** An offset that a group has committed for a partition: the next one it wants to read. */
export interface CommittedOffset {
  readonly offset: number;
  /** Epoch of the leader from which the last record was read; -1 when the client did not tell. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestamp: Millis;
  /** Set only by old clients that ask for a retention of their own; -1 otherwise. */
  readonly expireTimestamp: Millis;
  /** Which topic of that name it was; 16 zero bytes when that is not known. */
  readonly topicId: Uint8Array;
}
