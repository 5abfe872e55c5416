import type { Millis } from '../../environment/environment.js';
import type { TargetPartitions } from '../assignors/server-assignor.js';
import type { MemberProtocol } from '../classic-group.js';

/**
 * How far a member is on its way to what it is meant to have (Kafka's `MemberState`): `unrevoked`, it has to give partitions up first; `unreleased`, it waits for
 * partitions that others still have; `unknown`, written by a newer coordinator.
 */
export type MemberState = 'stable' | 'unrevoked' | 'unreleased' | 'unknown';

/** Partitions by topic id, each with the epoch in which its member got it (KIP-1251). */
export type EpochPartitions = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** What a member of the classic protocol brings along into a group of the consumer protocol. */
export interface ClassicMemberMetadata {
  readonly sessionTimeoutMs: Millis;
  /** Best first: it is answered in the first one. */
  readonly supportedProtocols: readonly MemberProtocol[];
}

/** What a member says of itself. */
export interface MemberSubscription {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** In order. */
  readonly subscribedTopicNames: readonly string[];
  /** Empty: none. */
  readonly subscribedTopicRegex: string;
  /** -1: not told. */
  readonly rebalanceTimeoutMs: Millis;
  readonly serverAssignor: string | null;
  /** null: it follows the consumer protocol. */
  readonly classicMemberMetadata: ClassicMemberMetadata | null;
}

/** What a member has, as far as the coordinator knows. */
export interface CurrentAssignment {
  readonly memberEpoch: number;
  readonly previousMemberEpoch: number;
  readonly state: MemberState;
  readonly assignedPartitions: EpochPartitions;
  readonly partitionsPendingRevocation: EpochPartitions;
}

/** A member of a group of the consumer protocol (Kafka's `ConsumerGroupMember`). A value: a change makes a new one. */
export interface ConsumerMember extends MemberSubscription, CurrentAssignment {
  readonly memberId: string;
}

/** The epoch of a static member that has left for a while (KIP-848). */
export const leftForAWhile = -2;

const noPartitions: EpochPartitions = new Map();

/** A member that is only about to be one. */
export function newMember(memberId: string): ConsumerMember {
  return {
    memberId,
    instanceId: null,
    rackId: null,
    clientId: '',
    clientHost: '',
    subscribedTopicNames: [],
    subscribedTopicRegex: '',
    rebalanceTimeoutMs: -1,
    serverAssignor: null,
    classicMemberMetadata: null,
    memberEpoch: 0,
    previousMemberEpoch: -1,
    state: 'stable',
    assignedPartitions: noPartitions,
    partitionsPendingRevocation: noPartitions,
  };
}

/** The part that a `ConsumerGroupMemberMetadata` record tells. */
export function subscriptionOf(member: ConsumerMember): MemberSubscription {
  const { instanceId, rackId, clientId, clientHost, subscribedTopicNames, subscribedTopicRegex } = member;
  const { rebalanceTimeoutMs, serverAssignor, classicMemberMetadata } = member;
  return {
    instanceId,
    rackId,
    clientId,
    clientHost,
    subscribedTopicNames,
    subscribedTopicRegex,
    rebalanceTimeoutMs,
    serverAssignor,
    classicMemberMetadata,
  };
}

/** The part that a `ConsumerGroupCurrentMemberAssignment` record tells. */
export function currentAssignmentOf(member: ConsumerMember): CurrentAssignment {
  const { memberEpoch, previousMemberEpoch, state, assignedPartitions, partitionsPendingRevocation } = member;
  return { memberEpoch, previousMemberEpoch, state, assignedPartitions, partitionsPendingRevocation };
}

/** Whether the member has all that it is meant to have in an epoch. */
export function isReconciledTo({ state, memberEpoch }: ConsumerMember, epoch: number): boolean {
  return state === 'stable' && memberEpoch === epoch;
}

/** Whether both say the same of themselves. */
export function sameSubscription(a: MemberSubscription, b: MemberSubscription): boolean {
  return (
    a.instanceId === b.instanceId &&
    a.rackId === b.rackId &&
    a.clientId === b.clientId &&
    a.clientHost === b.clientHost &&
    a.subscribedTopicRegex === b.subscribedTopicRegex &&
    a.rebalanceTimeoutMs === b.rebalanceTimeoutMs &&
    a.serverAssignor === b.serverAssignor &&
    sameNames(a.subscribedTopicNames, b.subscribedTopicNames) &&
    sameClassicMetadata(a.classicMemberMetadata, b.classicMemberMetadata)
  );
}

/** Whether two lists in order name the same topics. */
export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, at) => name === b[at]);
}

function sameClassicMetadata(a: ClassicMemberMetadata | null, b: ClassicMemberMetadata | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.sessionTimeoutMs === b.sessionTimeoutMs &&
    a.supportedProtocols.length === b.supportedProtocols.length &&
    a.supportedProtocols.every(({ name, metadata }, at) => {
      const other = b.supportedProtocols[at] as MemberProtocol;
      return name === other.name && sameBytes(metadata, other.metadata);
    })
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Whether both have the same partitions, since the same epochs. */
export function sameEpochPartitions(a: EpochPartitions, b: EpochPartitions): boolean {
  if (a.size !== b.size) return false;
  for (const [topicId, partitions] of a) {
    const others = b.get(topicId);
    if (others?.size !== partitions.size) return false;
    for (const [partition, epoch] of partitions) if (others.get(partition) !== epoch) return false;
  }
  return true;
}

/** The partitions without their epochs, in order. */
export function withoutEpochs(partitions: EpochPartitions): TargetPartitions {
  return new Map([...partitions].map(([topicId, of]) => [topicId, [...of.keys()].sort((a, b) => a - b)]));
}

/** The partitions, each as given in `epoch`. */
export function withEpoch(partitions: TargetPartitions, epoch: number): EpochPartitions {
  return new Map(
    [...partitions].map(([topicId, of]) => [topicId, new Map(of.map((partition) => [partition, epoch] as const))]),
  );
}
