import type { Millis } from '../../environment/environment.js';
import { inHashMapOrder, javaHash } from '../../protocol/java-hash.js';
import type { AssignableMember, ServerAssignor, TargetPartitions } from '../assignors/server-assignor.js';
import type { ConsumerDraft } from './consumer-draft.js';
import { targetRecord, type ConsumerGroup } from './consumer-group.js';
import type { ConsumerMember } from './consumer-member.js';
import type { TargetAssignment } from './reconciliation.js';
import { subscribedTopicIds } from './subscribed-topics.js';

/** A group that is about to have another epoch and another member. */
export interface ChangedGroup {
  readonly group: ConsumerGroup;
  readonly epoch: number;
  /** The member as it was; of a new one, what a member is before it says anything. */
  readonly before: ConsumerMember;
  readonly after: ConsumerMember;
  /** Whether all are taken to subscribe to the same topics. */
  readonly isHomogeneous: boolean;
}

/**
 * What the member is meant to have. Computed anew for the whole group if that has a new epoch, but at most once in the assignment interval, and written down
 * then (Kafka's `maybeUpdateTargetAssignment`).
 */
export function updateTarget(draft: ConsumerDraft, changed: ChangedGroup): TargetAssignment {
  const { group, epoch, after } = changed;
  const { config, topics, now } = draft.context;
  const isDue = isAssignmentDue(group.assignmentTimestamp, config.assignmentIntervalMs, now);
  if (group.assignmentEpoch >= epoch || !isDue) return currentTarget(group, after);
  const members = membersOf(changed);
  const assignment = assignorOf(changed, config.assignors).assign({
    members: members.map((member): AssignableMember => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      topicIds: subscribedTopicIds(group, member, topics),
      target: targetOf(group, member),
    })),
    isHomogeneous: changed.isHomogeneous,
    partitionsOf: (topicId) => topics.topicById(topicId)?.partitions ?? 0,
  });
  for (const { memberId } of members) {
    const partitions = assignment.get(memberId) ?? new Map();
    if (!group.hasTarget(memberId) || !sameTarget(group.target(memberId), partitions))
      draft.record(targetRecord(group.groupId, memberId, partitions));
  }
  draft.record({
    kind: 'consumer-target-epoch',
    groupId: group.groupId,
    value: { assignmentEpoch: epoch, assignmentTimestamp: now },
  });
  draft.trace({ kind: 'target-assigned', group: group.groupId, epoch });
  return { epoch, partitions: assignment.get(after.memberId) ?? new Map() };
}

/** The target assignment that is in force. As in Kafka a member that has only now given itself an instance has none until the next is computed. */
export function currentTarget(group: ConsumerGroup, member: ConsumerMember): TargetAssignment {
  const isNewInstance = member.instanceId !== null && group.staticMember(member.instanceId) === undefined;
  return { epoch: group.assignmentEpoch, partitions: isNewInstance ? new Map() : targetOf(group, member) };
}

/** The target that is in force; a static member that comes back takes over what its instance was meant to have. */
export function targetOf(
  group: ConsumerGroup,
  { memberId, instanceId }: Pick<ConsumerMember, 'memberId' | 'instanceId'>,
): TargetPartitions {
  const known = instanceId === null ? undefined : group.staticMember(instanceId);
  return group.target(known?.memberId ?? memberId);
}

/** A clock that was set back since then must not hold the group up until it has caught up. */
function isAssignmentDue(lastTimestamp: Millis, intervalMs: Millis, now: Millis): boolean {
  return lastTimestamp === 0 || intervalMs === 0 || now >= lastTimestamp + intervalMs || now < lastTimestamp;
}

function membersOf({ group, after }: ChangedGroup): ConsumerMember[] {
  const replaced = after.instanceId === null ? undefined : group.staticMember(after.instanceId)?.memberId;
  const members = new Map(group.members);
  members.set(after.memberId, after);
  if (replaced !== undefined && replaced !== after.memberId) members.delete(replaced);
  return [...members.values()];
}

/** The assignor that most members ask for; the broker's default if none does. */
function assignorOf({ group, before, after }: ChangedGroup, assignors: readonly ServerAssignor[]): ServerAssignor {
  const preferred = preferredAssignor(votesWith(group.serverAssignors, before.serverAssignor, after.serverAssignor));
  return assignors.find(({ name }) => name === preferred) ?? (assignors[0] as ServerAssignor);
}

/** The votes if one changes, in the order of Kafka's hash map: what the member alone votes for comes first there. */
function votesWith(
  votes: ReadonlyMap<string, number>,
  before: string | null,
  after: string | null,
): ReadonlyMap<string, number> {
  const changed = new Map(inHashMapOrder(votes.keys(), javaHash).map((name) => [name, votes.get(name) as number]));
  if (before !== null) {
    const left = (changed.get(before) ?? 0) - 1;
    if (left > 0) changed.set(before, left);
    else changed.delete(before);
  }
  if (after === null) return changed;
  if (!changed.has(after)) return new Map([[after, 1], ...changed]);
  return changed.set(after, (changed.get(after) as number) + 1);
}

/** What most members of a group ask for. */
export function groupsAssignor({ serverAssignors }: Pick<ConsumerGroup, 'serverAssignors'>): string | undefined {
  return preferredAssignor(votesWith(serverAssignors, null, null));
}

/** The assignor with the most votes; of several the first. */
function preferredAssignor(votes: ReadonlyMap<string, number>): string | undefined {
  let preferred: string | undefined;
  for (const [name, count] of votes)
    if (preferred === undefined || count > (votes.get(preferred) as number)) preferred = name;
  return preferred;
}

function sameTarget(a: TargetPartitions, b: TargetPartitions): boolean {
  if (a.size !== b.size) return false;
  for (const [topicId, partitions] of a) {
    const others = b.get(topicId);
    if (others?.length !== partitions.length) return false;
    const set = new Set(others);
    if (!partitions.every((partition) => set.has(partition))) return false;
  }
  return true;
}
