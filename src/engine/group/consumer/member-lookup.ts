import { memberTombstones } from './consumer-record.js';
import type { ConsumerDraft } from './consumer-draft.js';
import { assignmentRecord, memberRecord, targetRecord, type ConsumerGroup } from './consumer-group.js';
import { leftForAWhile, newMember, type ConsumerMember } from './consumer-member.js';
import type { OwnedPartitions } from './reconciliation.js';
import { refusal, type Refusal } from './refusal.js';

/** Who a member says that it is. */
export interface MemberClaim {
  readonly memberId: string;
  readonly instanceId: string | null;
  /** 0: it joins. */
  readonly memberEpoch: number;
  readonly owned: OwnedPartitions | null;
}

/**
 * The member as it was: found by its id, or, if it is static, by its instance, in the epoch that it names. Whoever joins is new, or takes the place of the
 * instance's former member, with all that it had.
 */
export function findOrMakeMember(
  draft: ConsumerDraft,
  group: ConsumerGroup,
  claim: MemberClaim,
  protocol: 'consumer' | 'classic',
): ConsumerMember | Refusal {
  const { memberId, instanceId, memberEpoch } = claim;
  const isJoining = memberEpoch === 0;
  const member = instanceId === null ? group.members.get(memberId) : group.staticMember(instanceId);
  if (member === undefined) {
    // A dynamic member that gives itself an instance stays who it is.
    if (isJoining) return group.members.get(memberId) ?? newMember(memberId);
    return instanceId === null ? unknownMember(group.groupId, memberId) : unknownInstance(instanceId);
  }
  const checksEpoch = protocol === 'consumer';
  if (instanceId === null) return (checksEpoch && epochError(member, claim)) || member;
  if (!isJoining)
    return fencedError(member, memberId, instanceId) ?? ((checksEpoch && epochError(member, claim)) || member);
  const isReleased = member.memberEpoch === leftForAWhile || member.classicMemberMetadata !== null;
  if (checksEpoch && !isReleased)
    return refusal(
      'UNRELEASED_INSTANCE_ID',
      `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id is owned by ${member.memberId} member.`,
    );
  return replaced(draft, group, member, memberId);
}

/** The records of this decision make the new id have what the former had. */
function replaced(
  draft: ConsumerDraft,
  group: ConsumerGroup,
  former: ConsumerMember,
  memberId: string,
): ConsumerMember {
  const { groupId } = group;
  const member = { ...former, memberId, memberEpoch: 0, previousMemberEpoch: 0 };
  draft.record(
    ...memberTombstones(groupId, former.memberId),
    memberRecord(groupId, member),
    targetRecord(groupId, memberId, group.target(former.memberId)),
    assignmentRecord(groupId, member),
  );
  return member;
}

/** The epoch before is good as long as the member owns nothing else than it was told: then it has not heard of the new one. */
function epochError(
  { memberEpoch, previousMemberEpoch, assignedPartitions }: ConsumerMember,
  claim: MemberClaim,
): Refusal | undefined {
  const claimed = claim.memberEpoch;
  if (claimed === 0 || claimed === memberEpoch) return undefined;
  if (claimed > memberEpoch) return fencedEpoch('greater', claimed, memberEpoch);
  const ownsNothingElse = claim.owned?.every(({ topicId, partitions }) => {
    const assigned = assignedPartitions.get(topicId);
    return assigned !== undefined && partitions.every((partition) => assigned.has(partition));
  });
  if (claimed === previousMemberEpoch && ownsNothingElse === true) return undefined;
  return fencedEpoch('smaller', claimed, memberEpoch);
}

function fencedEpoch(relation: 'greater' | 'smaller', claimed: number, known: number): Refusal {
  return refusal(
    'FENCED_MEMBER_EPOCH',
    `The consumer group member has a ${relation} member epoch (${claimed}) than the one known by the group coordinator (${known}). The member must abandon all its partitions and rejoin.`,
  );
}

export function unknownMember(groupId: string, memberId: string): Refusal {
  return refusal('UNKNOWN_MEMBER_ID', `Member ${memberId} is not a member of group ${groupId}.`);
}

export function unknownInstance(instanceId: string): Refusal {
  return refusal('UNKNOWN_MEMBER_ID', `Instance id ${instanceId} is unknown.`);
}

/** Somebody else has taken the place of the instance. */
export function fencedError(member: ConsumerMember, memberId: string, instanceId: string): Refusal | undefined {
  if (member.memberId === memberId) return undefined;
  return refusal(
    'FENCED_INSTANCE_ID',
    `Static member ${memberId} with instance id ${instanceId} was fenced by member ${member.memberId}.`,
  );
}
