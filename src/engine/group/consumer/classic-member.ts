import { consumerProtocolType } from '../../protocol/consumer-protocol.js';
import type { ErrorName } from '../../protocol/errors.js';
import { answeredOnly, syncRefused, type Decision, type SyncAnswer } from '../decision.js';
import type { LeaveAnswer, LeavingMember } from '../leave.js';
import type { MemberClaim } from '../member-claim.js';
import type { SyncRequest } from '../sync.js';
import type { ConsumerContext } from './consumer-context.js';
import { ConsumerDraft } from './consumer-draft.js';
import type { ConsumerGroup } from './consumer-group.js';
import { withoutEpochs, type ClassicMemberMetadata, type ConsumerMember } from './consumer-member.js';
import { assignmentBytes } from './downgrade.js';
import { fenceMembers } from './fence.js';

/** A member that follows the classic protocol. */
type ClassicMember = ConsumerMember & { readonly classicMemberMetadata: ClassicMemberMetadata };

/** A member of the classic protocol says that it lives, and learns whether it has to join again to take its next step (Kafka's `classicGroupHeartbeatToConsumerGroup`). */
export function decideClassicHeartbeat(
  group: ConsumerGroup,
  request: MemberClaim & { readonly generationId: number },
  context: ConsumerContext,
): Decision<{ readonly error: ErrorName }> {
  const member = classicMember(group, request);
  if (typeof member === 'string') return answeredOnly({ error: member });
  const draft = new ConsumerDraft(group.groupId, context);
  draft.renewSession(member.memberId, member.classicMemberMetadata.sessionTimeoutMs);
  const mustRejoin =
    member.memberEpoch < group.assignmentEpoch ||
    member.state === 'unrevoked' ||
    (member.state === 'unreleased' && !waitsForOthers(group, member));
  if (mustRejoin) draft.setTimerOnce('join', member.memberId, member.rebalanceTimeoutMs);
  return draft.decide({ error: mustRejoin ? 'REBALANCE_IN_PROGRESS' : 'NONE' });
}

/** A member of the classic protocol asks for its assignment: what it may have now (Kafka's `classicGroupSyncToConsumerGroup`). */
export function decideClassicSync(
  group: ConsumerGroup,
  request: SyncRequest,
  context: ConsumerContext,
): Decision<SyncAnswer> {
  const member = classicMember(group, request);
  if (typeof member === 'string') return answeredOnly(syncRefused(member));
  const [protocol] = member.classicMemberMetadata.supportedProtocols;
  const differs = (asked: string | null, known: string | undefined) => asked !== null && asked !== known;
  if (differs(request.protocolType, consumerProtocolType) || differs(request.protocolName, protocol?.name))
    return answeredOnly(syncRefused('INCONSISTENT_GROUP_PROTOCOL'));
  const draft = new ConsumerDraft(group.groupId, context);
  if (group.assignmentEpoch > member.memberEpoch && member.state !== 'unrevoked') {
    draft.setTimerOnce('join', member.memberId, member.rebalanceTimeoutMs);
    return draft.decide(syncRefused('REBALANCE_IN_PROGRESS'));
  }
  draft.cancelTimer('sync', member.memberId);
  draft.renewSession(member.memberId, member.classicMemberMetadata.sessionTimeoutMs);
  const subscription = protocol?.metadata ?? new Uint8Array(0);
  return draft.decide({
    error: 'NONE',
    protocolType: request.protocolType,
    protocolName: request.protocolName,
    assignment: assignmentBytes(withoutEpochs(member.assignedPartitions), subscription, context.topics),
  });
}

/** Members leave, of whichever protocol they are (Kafka's `classicGroupLeaveToConsumerGroup`). */
export function decideClassicLeave(
  group: ConsumerGroup,
  leaving: readonly LeavingMember[],
  context: ConsumerContext,
): Decision<LeaveAnswer> {
  const gone = new Map<string, ConsumerMember>();
  const members = leaving.map(({ memberId, groupInstanceId }) => {
    const member = leavingMember(group, memberId, groupInstanceId);
    if (typeof member !== 'string') gone.set(member.memberId, member);
    return { memberId, groupInstanceId, error: typeof member === 'string' ? member : ('NONE' as const) };
  });
  return { ...fenceMembers(group, [...gone.values()], 'left', context), response: { error: 'NONE', members } };
}

/** A static member may be named by its instance alone. */
function leavingMember(group: ConsumerGroup, memberId: string, instanceId: string | null): ConsumerMember | ErrorName {
  if (instanceId === null) return group.members.get(memberId) ?? 'UNKNOWN_MEMBER_ID';
  const member = group.staticMember(instanceId);
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  return memberId === '' || member.memberId === memberId ? member : 'FENCED_INSTANCE_ID';
}

function classicMember(
  group: ConsumerGroup,
  { memberId, groupInstanceId, generationId }: MemberClaim & { readonly generationId: number },
): ClassicMember | ErrorName {
  const member = groupInstanceId === null ? group.members.get(memberId) : group.staticMember(groupInstanceId);
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  if (member.memberId !== memberId) return 'FENCED_INSTANCE_ID';
  if (member.classicMemberMetadata === null) return 'UNKNOWN_MEMBER_ID';
  if (member.memberEpoch !== generationId) return 'ILLEGAL_GENERATION';
  return member as ClassicMember;
}

/** Whether everything that the member could still get is in others' hands: then there is no point in joining again. */
function waitsForOthers(group: ConsumerGroup, { memberId, assignedPartitions }: ConsumerMember): boolean {
  for (const [topicId, partitions] of group.target(memberId)) {
    const assigned = assignedPartitions.get(topicId);
    for (const partition of partitions)
      if (assigned?.has(partition) !== true && group.partitionEpoch(topicId, partition) !== undefined) return true;
  }
  return false;
}
