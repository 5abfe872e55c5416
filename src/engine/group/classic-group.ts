import type { Millis } from '../environment/environment.js';
import { subscribedTopicsOf } from './consumer-subscription.js';
import { inHashMapOrder, javaHash } from '../protocol/java-hash.js';
import type { GroupMetadata } from './group-record.js';

/** The states of a classic group (Kafka's `ClassicGroupState`); a Dead one was given up by this coordinator and answers nobody any more. */
export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

/** Names a request that is parked until the group moves on: the coordinator knows whom it stands for. */
export type RequestToken = string;

/** An embedded protocol that a member can follow (for consumers: an assignor), in the order of the member's preference. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

/** A member as the coordinator keeps it in memory (Kafka's `ClassicGroupMember`). */
export interface ClassicMember {
  readonly memberId: string;
  /** The name of a static member (KIP-345); null: a dynamic one. */
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: Millis;
  readonly sessionTimeoutMs: Millis;
  readonly protocols: readonly MemberProtocol[];
  readonly assignment: Uint8Array;
  /** True until its first generation: such a member has no id to send heartbeats with, so its session can expire while it waits. */
  readonly isNew: boolean;
  readonly parkedJoin: RequestToken | undefined;
  readonly parkedSync: RequestToken | undefined;
  /** It has not asked for its assignment of this generation yet. */
  readonly isSyncPending: boolean;
}

/**
 * A classic group while it lives in memory (Kafka's `ClassicGroup`): soft state that a restart forgets down to what the last
 * `GroupMetadata` record says. Decisions read it; `applyGroupChange` alone changes it.
 */
export interface ClassicGroup extends GroupFields {
  readonly groupId: string;
  /** In the order in which they came. */
  readonly members: ReadonlyMap<string, ClassicMember>;
  /** The member that each instance id stands for. */
  readonly staticMembers: ReadonlyMap<string, string>;
  /** Ids that were handed out with MEMBER_ID_REQUIRED and have not come back yet. */
  readonly pendingJoins: ReadonlyMap<string, true>;
  /** How many members know each protocol. */
  readonly supporters: ReadonlyMap<string, number>;
}

/** What a group has one of. */
export interface GroupFields {
  readonly state: ClassicGroupState;
  readonly previousState: ClassicGroupState;
  /** When it came into this state; undefined if it was read back from a record that does not tell (before version 2). */
  readonly stateTimestamp: Millis | undefined;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leader: string | null;
  /** What the members of this generation subscribe to; undefined if they are no consumers, or their subscriptions can't be read. */
  readonly subscribedTopics: ReadonlySet<string> | undefined;
  /** How many members wait for the answer to their join. */
  readonly joinsWaiting: number;
  /** How many members have not asked for their assignment yet, with those whose instance has another member by now. */
  readonly syncsPending: number;
  /** Somebody came while the initial rebalance was being delayed: delay it once more. */
  readonly newMemberAdded: boolean;
  /** The delay that runs now and what is left of the rebalance timeout beyond it; only during the initial rebalance. */
  readonly initialDelay: { readonly delayMs: Millis; readonly remainingMs: Millis } | undefined;
}

/** What a group's rules are tuned by: Kafka's broker configs of the same names. */
export interface ClassicGroupConfig {
  readonly initialRebalanceDelayMs: Millis;
  readonly minSessionTimeoutMs: Millis;
  readonly maxSessionTimeoutMs: Millis;
  readonly maxSize: number;
  /** How long a new member may wait for its first generation. Not configurable in Kafka: five minutes. */
  readonly newMemberJoinTimeoutMs: Millis;
}

/** A group that nobody has joined yet. */
export function emptyGroup(groupId: string, now: Millis): ClassicGroup {
  return {
    groupId,
    state: 'Empty',
    previousState: 'Empty',
    stateTimestamp: now,
    generationId: 0,
    protocolType: null,
    protocolName: null,
    leader: null,
    members: new Map(),
    staticMembers: new Map(),
    pendingJoins: new Map(),
    supporters: new Map(),
    subscribedTopics: undefined,
    joinsWaiting: 0,
    syncsPending: 0,
    newMemberAdded: false,
    initialDelay: undefined,
  };
}

/** The group as the last `GroupMetadata` record describes it: Stable with its members, or Empty. */
export function recoverGroup(groupId: string, metadata: GroupMetadata, now: Millis): ClassicGroup {
  const members = new Map<string, ClassicMember>();
  const staticMembers = new Map<string, string>();
  for (const member of metadata.members) {
    if (member.groupInstanceId !== null) staticMembers.set(member.groupInstanceId, member.memberId);
    members.set(member.memberId, {
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs === -1 ? member.sessionTimeoutMs : member.rebalanceTimeoutMs,
      sessionTimeoutMs: member.sessionTimeoutMs,
      protocols: [{ name: metadata.protocolName ?? '', metadata: member.subscription }],
      assignment: member.assignment,
      isNew: false,
      parkedJoin: undefined,
      parkedSync: undefined,
      isSyncPending: false,
    });
  }
  const state = members.size === 0 ? 'Empty' : 'Stable';
  const protocolType = metadata.protocolType === '' ? null : metadata.protocolType;
  return {
    ...emptyGroup(groupId, now),
    state,
    previousState: state,
    stateTimestamp: metadata.currentStateTimestamp < 0 ? undefined : metadata.currentStateTimestamp,
    generationId: metadata.generationId,
    protocolType,
    protocolName: metadata.protocolName,
    leader: metadata.leader,
    members,
    staticMembers,
    supporters: new Map(members.size === 0 ? [] : [[metadata.protocolName ?? '', members.size]]),
    subscribedTopics: subscribedTopicsOf(protocolType, metadata.protocolName, members.values()),
  };
}

/** Whether a member with these protocols can be in the group: the type must be the group's and one protocol known to all members. */
export function supportsProtocols(
  group: ClassicGroup,
  protocolType: string,
  protocols: readonly MemberProtocol[],
): boolean {
  if (group.state === 'Empty') return protocolType !== '' && protocols.length > 0;
  if (group.protocolType !== protocolType) return false;
  return protocols.some(({ name }) => (group.supporters.get(name) ?? 0) === group.members.size);
}

/** The vote: each member's vote goes to the first of its protocols that all know; most votes win, at a tie what comes first in Kafka's hash map. */
export function selectProtocol({ members, supporters }: Pick<ClassicGroup, 'members' | 'supporters'>): string {
  const votes = new Map<string, number>();
  for (const voter of members.values()) {
    const choice = voter.protocols.find(({ name }) => supporters.get(name) === members.size);
    if (choice !== undefined) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
  }
  let elected: string | undefined;
  for (const name of inHashMapOrder(votes.keys(), javaHash))
    if (elected === undefined || (votes.get(name) as number) > (votes.get(elected) as number)) elected = name;
  if (elected === undefined)
    throw new Error('A member without a protocol that all know was let into the group; joining must refuse it.');
  return elected;
}

/** A member's metadata for a protocol; empty when it does not have it (before the first vote). */
export function metadataFor(member: ClassicMember, protocolName: string | null): Uint8Array {
  return member.protocols.find(({ name }) => name === protocolName)?.metadata ?? new Uint8Array(0);
}

/** The longest rebalance timeout among the members: how long a rebalance may take. */
export function rebalanceTimeoutOf(group: Pick<ClassicGroup, 'members'>): Millis {
  let longest = 0;
  for (const member of group.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs);
  return longest;
}

/** Whether everybody who is known has asked to join and nobody with a handed-out id is still on the way. */
export function hasAllMembersJoined(group: Pick<ClassicGroup, 'members' | 'pendingJoins' | 'joinsWaiting'>): boolean {
  return group.pendingJoins.size === 0 && group.joinsWaiting === group.members.size;
}

/** Whether the member came back with the same protocols in the same order and the same metadata. */
export function matchesProtocols(member: ClassicMember, protocols: readonly MemberProtocol[]): boolean {
  return (
    member.protocols.length === protocols.length &&
    member.protocols.every((mine, index) => {
      const other = protocols[index] as MemberProtocol;
      return mine.name === other.name && sameBytes(mine.metadata, other.metadata);
    })
  );
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
