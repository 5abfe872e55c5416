import type { Millis } from '../../environment/environment.js';
import type { TargetPartitions } from '../assignors/server-assignor.js';
import type { CurrentAssignment, MemberSubscription } from './consumer-member.js';

/** The topics that a regular expression matched when it was looked at last. */
export interface ResolvedRegex {
  readonly topics: readonly string[];
  /** The version of the cluster's metadata that it was matched against. */
  readonly version: number;
  readonly timestamp: Millis;
}

/**
 * What the coordinator writes of a group of the consumer protocol to `__consumer_offsets`: Kafka's records, with plain numbers and topic ids as text. A
 * `null` value is a tombstone.
 */
export type ConsumerRecord =
  | {
      readonly kind: 'consumer-group';
      readonly groupId: string;
      readonly value: { readonly epoch: number; readonly metadataHash: bigint } | null;
    }
  /** Only tombstones, for records of older coordinators. */
  | { readonly kind: 'consumer-partition-metadata'; readonly groupId: string; readonly value: null }
  | {
      readonly kind: 'consumer-member';
      readonly groupId: string;
      readonly memberId: string;
      readonly value: MemberSubscription | null;
    }
  | {
      readonly kind: 'consumer-target-epoch';
      readonly groupId: string;
      readonly value: { readonly assignmentEpoch: number; readonly assignmentTimestamp: Millis } | null;
    }
  | {
      readonly kind: 'consumer-target';
      readonly groupId: string;
      readonly memberId: string;
      readonly value: TargetPartitions | null;
    }
  | {
      readonly kind: 'consumer-assignment';
      readonly groupId: string;
      readonly memberId: string;
      readonly value: CurrentAssignment | null;
    }
  | {
      readonly kind: 'consumer-regex';
      readonly groupId: string;
      readonly regex: string;
      readonly value: ResolvedRegex | null;
    };

/** The three records that let a member go. */
export function memberTombstones(groupId: string, memberId: string): ConsumerRecord[] {
  return [
    { kind: 'consumer-assignment', groupId, memberId, value: null },
    { kind: 'consumer-target', groupId, memberId, value: null },
    { kind: 'consumer-member', groupId, memberId, value: null },
  ];
}
