import type { Millis } from '../../environment/environment.js';
import type { TargetPartitions } from '../assignors/server-assignor.js';
import {
  currentAssignmentOf,
  isReconciledTo,
  newMember,
  subscriptionOf,
  type ConsumerMember,
  type EpochPartitions,
  type MemberSubscription,
} from './consumer-member.js';
import { memberTombstones, type ConsumerRecord, type ResolvedRegex } from './consumer-record.js';

/** The states of a group of the consumer protocol (Kafka's `ConsumerGroupState`). */
export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable';

/** How many members subscribe to a topic by its name, and how many regular expressions match it. */
export interface SubscriptionCount {
  readonly byName: number;
  readonly byRegex: number;
}

/**
 * A group of the consumer protocol (KIP-848, Kafka's `ConsumerGroup`): hard state, made of its records. `apply` alone changes it, for each record that is
 * appended, and for each record of the log when it is read back. Besides what the records tell it counts what decisions ask for often.
 */
export class ConsumerGroup {
  /** Both begin at 1, so that the first join makes 2. */
  #epoch = 1;
  #assignmentEpoch = 1;
  #assignmentTimestamp: Millis = 0;
  #metadataHash = 0n;
  readonly #members = new Map<string, ConsumerMember>();
  readonly #targets = new Map<string, TargetPartitions>();
  readonly #staticMembers = new Map<string, string>();
  readonly #topicNames = new Map<string, SubscriptionCount>();
  readonly #regexes = new Map<string, number>();
  readonly #resolvedRegexes = new Map<string, ResolvedRegex>();
  readonly #serverAssignors = new Map<string, number>();
  /** In which epoch the member that has a partition got it, or has it still. */
  readonly #partitionEpochs = new Map<string, Map<number, number>>();
  readonly #classicProtocols = new Map<string, number>();
  #classicMembers = 0;

  constructor(readonly groupId: string) {}

  get epoch(): number {
    return this.#epoch;
  }

  /** The epoch that the target assignment was computed for. */
  get assignmentEpoch(): number {
    return this.#assignmentEpoch;
  }

  get assignmentTimestamp(): Millis {
    return this.#assignmentTimestamp;
  }

  /** Says which topics the group subscribes to, and how many partitions they had when that was looked at last; 0: none. */
  get metadataHash(): bigint {
    return this.#metadataHash;
  }

  get members(): ReadonlyMap<string, ConsumerMember> {
    return this.#members;
  }

  get topicNames(): ReadonlyMap<string, SubscriptionCount> {
    return this.#topicNames;
  }

  /** How many members subscribe by each regular expression. */
  get regexes(): ReadonlyMap<string, number> {
    return this.#regexes;
  }

  get resolvedRegexes(): ReadonlyMap<string, ResolvedRegex> {
    return this.#resolvedRegexes;
  }

  /** How many members ask for each assignor. */
  get serverAssignors(): ReadonlyMap<string, number> {
    return this.#serverAssignors;
  }

  /** How many members follow the classic protocol. */
  get classicMembers(): number {
    return this.#classicMembers;
  }

  /** How many of those know each embedded protocol. */
  get classicProtocols(): ReadonlyMap<string, number> {
    return this.#classicProtocols;
  }

  get state(): ConsumerGroupState {
    if (this.#members.size === 0) return 'Empty';
    if (this.#epoch > this.#assignmentEpoch) return 'Assigning';
    for (const member of this.#members.values())
      if (!isReconciledTo(member, this.#assignmentEpoch)) return 'Reconciling';
    return 'Stable';
  }

  target(memberId: string): TargetPartitions {
    return this.#targets.get(memberId) ?? new Map();
  }

  /** Whether a target assignment is known of the member. */
  hasTarget(memberId: string): boolean {
    return this.#targets.has(memberId);
  }

  staticMember(instanceId: string): ConsumerMember | undefined {
    const memberId = this.#staticMembers.get(instanceId);
    return memberId === undefined ? undefined : this.#members.get(memberId);
  }

  /** The epoch of whoever has the partition; undefined if nobody has. */
  partitionEpoch(topicId: string, partition: number): number | undefined {
    return this.#partitionEpochs.get(topicId)?.get(partition);
  }

  /** The records that make the group as it is. */
  records(): ConsumerRecord[] {
    const { groupId } = this;
    const members = [...this.#members.values()];
    return [
      ...members.map((member) => memberRecord(groupId, member)),
      { kind: 'consumer-group', groupId, value: { epoch: this.#epoch, metadataHash: this.#metadataHash } },
      ...members.map(({ memberId }) => targetRecord(groupId, memberId, this.target(memberId))),
      {
        kind: 'consumer-target-epoch',
        groupId,
        value: { assignmentEpoch: this.#assignmentEpoch, assignmentTimestamp: this.#assignmentTimestamp },
      },
      ...members.map((member) => assignmentRecord(groupId, member)),
    ];
  }

  /** The records that let the group go. `renamed`: a member that is known by another id already. */
  tombstones(renamed?: { readonly from: string; readonly to: string }): ConsumerRecord[] {
    const { groupId } = this;
    const memberIds = [...this.#members.keys()].map((id) => (id === renamed?.from ? renamed.to : id));
    const ofMembers = memberIds.map((memberId) => memberTombstones(groupId, memberId));
    const ofKind = (kind: ConsumerRecord['kind']) =>
      ofMembers.flatMap((records) => records.filter((r) => r.kind === kind));
    return [
      ...ofKind('consumer-assignment'),
      ...ofKind('consumer-target'),
      { kind: 'consumer-target-epoch', groupId, value: null },
      ...ofKind('consumer-member'),
      ...[...this.#resolvedRegexes.keys()].map((regex): ConsumerRecord => ({
        kind: 'consumer-regex',
        groupId,
        regex,
        value: null,
      })),
      { kind: 'consumer-partition-metadata', groupId, value: null },
      { kind: 'consumer-group', groupId, value: null },
    ];
  }

  apply(record: ConsumerRecord): void {
    switch (record.kind) {
      case 'consumer-group':
        if (record.value === null) return;
        this.#epoch = record.value.epoch;
        this.#metadataHash = record.value.metadataHash;
        return;
      case 'consumer-partition-metadata':
        return;
      case 'consumer-member':
        this.#applyMember(record.memberId, record.value);
        return;
      case 'consumer-target-epoch':
        this.#assignmentEpoch = record.value?.assignmentEpoch ?? -1;
        this.#assignmentTimestamp = record.value?.assignmentTimestamp ?? 0;
        return;
      case 'consumer-target':
        if (record.value === null) this.#targets.delete(record.memberId);
        else this.#targets.set(record.memberId, record.value);
        return;
      case 'consumer-assignment': {
        const known = this.#members.get(record.memberId);
        if (record.value !== null) this.#replace(known, { ...(known ?? newMember(record.memberId)), ...record.value });
        else if (known !== undefined) this.#replace(known, { ...known, ...nothingAssigned });
        return;
      }
      case 'consumer-regex':
        this.#applyRegex(record.regex, record.value);
        return;
    }
  }

  #applyMember(memberId: string, subscription: MemberSubscription | null): void {
    const known = this.#members.get(memberId);
    if (subscription !== null) this.#replace(known, { ...(known ?? newMember(memberId)), ...subscription });
    else if (known !== undefined) this.#replace(known, undefined);
  }

  #replace(before: ConsumerMember | undefined, after: ConsumerMember | undefined): void {
    this.#countSubscriptions(before, -1);
    this.#countSubscriptions(after, 1);
    if (before !== undefined) this.#forgetPartitions(before);
    if (after !== undefined) this.#notePartitions(after);
    if (after === undefined) {
      if (before === undefined) return;
      this.#members.delete(before.memberId);
      // Its instance may be known by another id already.
      if (before.instanceId !== null && this.#staticMembers.get(before.instanceId) === before.memberId)
        this.#staticMembers.delete(before.instanceId);
      return;
    }
    this.#members.set(after.memberId, after);
    if (after.instanceId !== null) this.#staticMembers.set(after.instanceId, after.memberId);
  }

  #countSubscriptions(member: ConsumerMember | undefined, by: 1 | -1): void {
    if (member === undefined) return;
    for (const topic of member.subscribedTopicNames) this.#countTopic(topic, { byName: by, byRegex: 0 });
    if (member.subscribedTopicRegex !== '') count(this.#regexes, member.subscribedTopicRegex, by);
    if (member.serverAssignor !== null) count(this.#serverAssignors, member.serverAssignor, by);
    if (member.classicMemberMetadata === null) return;
    this.#classicMembers += by;
    for (const { name } of member.classicMemberMetadata.supportedProtocols) count(this.#classicProtocols, name, by);
  }

  #countTopic(topic: string, by: SubscriptionCount): void {
    const known = this.#topicNames.get(topic) ?? { byName: 0, byRegex: 0 };
    const next = { byName: known.byName + by.byName, byRegex: known.byRegex + by.byRegex };
    if (next.byName === 0 && next.byRegex === 0) this.#topicNames.delete(topic);
    else this.#topicNames.set(topic, next);
  }

  #applyRegex(regex: string, resolved: ResolvedRegex | null): void {
    for (const topic of this.#resolvedRegexes.get(regex)?.topics ?? [])
      this.#countTopic(topic, { byName: 0, byRegex: -1 });
    this.#resolvedRegexes.delete(regex);
    if (resolved === null) return;
    this.#resolvedRegexes.set(regex, resolved);
    for (const topic of resolved.topics) this.#countTopic(topic, { byName: 0, byRegex: 1 });
  }

  /** Somebody else may have got a partition meanwhile: then it is theirs, and stays. */
  #forgetPartitions({ memberEpoch, assignedPartitions, partitionsPendingRevocation }: ConsumerMember): void {
    for (const [topicId, partition] of partitionsIn(assignedPartitions, partitionsPendingRevocation)) {
      const epochs = this.#partitionEpochs.get(topicId);
      if (epochs?.get(partition) !== memberEpoch) continue;
      epochs.delete(partition);
      if (epochs.size === 0) this.#partitionEpochs.delete(topicId);
    }
  }

  #notePartitions({ memberId, memberEpoch, assignedPartitions, partitionsPendingRevocation }: ConsumerMember): void {
    for (const [topicId, partition] of partitionsIn(assignedPartitions, partitionsPendingRevocation)) {
      let epochs = this.#partitionEpochs.get(topicId);
      if (epochs === undefined) this.#partitionEpochs.set(topicId, (epochs = new Map<number, number>()));
      const owned = epochs.get(partition);
      if (owned !== undefined && owned >= memberEpoch)
        throw new Error(
          `Member ${memberId} of group ${this.groupId} got partition ${partition} of topic ${topicId} in epoch ${memberEpoch}, but somebody has it since epoch ${owned}: no partition may have two owners.`,
        );
      epochs.set(partition, memberEpoch);
    }
  }
}

const nothingAssigned = {
  memberEpoch: -1,
  previousMemberEpoch: -1,
  assignedPartitions: new Map(),
  partitionsPendingRevocation: new Map(),
} as const;

function count(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const next = (counts.get(key) ?? 0) + by;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}

function* partitionsIn(...all: readonly EpochPartitions[]): Iterable<readonly [topicId: string, partition: number]> {
  for (const partitions of all)
    for (const [topicId, epochs] of partitions) for (const partition of epochs.keys()) yield [topicId, partition];
}

/** What a member says of itself, as a record. */
export function memberRecord(groupId: string, member: ConsumerMember): ConsumerRecord {
  return { kind: 'consumer-member', groupId, memberId: member.memberId, value: subscriptionOf(member) };
}

/** What a member is meant to have, as a record. */
export function targetRecord(groupId: string, memberId: string, value: TargetPartitions): ConsumerRecord {
  return { kind: 'consumer-target', groupId, memberId, value };
}

/** What a member has, as a record. */
export function assignmentRecord(groupId: string, member: ConsumerMember): ConsumerRecord {
  return { kind: 'consumer-assignment', groupId, memberId: member.memberId, value: currentAssignmentOf(member) };
}

/** Whether the group has the member, or its instance by another id. */
export function isKnown(group: ConsumerGroup, { memberId, instanceId }: ConsumerMember): boolean {
  return group.members.has(memberId) || (instanceId !== null && group.staticMember(instanceId) !== undefined);
}
