import type { ConsumerContext } from './consumer-context.js';
import { answeredOnly, type Decision } from '../decision.js';
import type { ConsumerMember } from './consumer-member.js';
import { leftForAWhile } from './consumer-member.js';
import { ConsumerDraft } from './consumer-draft.js';
import { assignmentRecord, type ConsumerGroup } from './consumer-group.js';
import { fenceMembers } from './fence.js';
import type { ConsumerHeartbeat, ConsumerHeartbeatAnswer, KnownGroup } from './heartbeat.js';
import { fencedError, unknownInstance, unknownMember } from './member-lookup.js';
import { isRefusal, refusal, type Refusal } from './refusal.js';

/** A member leaves for good (-1), or, a static one, for a while (-2): then what it had is kept for its instance, until its session ends (Kafka's `consumerGroupLeave`). */
export function decideConsumerLeave(
  { classic, consumer: group }: KnownGroup,
  { groupId, memberId, instanceId, memberEpoch }: ConsumerHeartbeat,
  context: ConsumerContext,
): Decision<ConsumerHeartbeatAnswer | Refusal> {
  if (group === undefined) {
    const found = classic === undefined ? 'not found' : 'is not a consumer group';
    return answeredOnly(refusal('GROUP_ID_NOT_FOUND', `Group ${groupId} ${found}.`));
  }
  const member = leaving(group, memberId, instanceId);
  if (isRefusal(member)) return answeredOnly(member);
  const answer = { memberId, memberEpoch, heartbeatIntervalMs: 0, assignment: null };
  if (instanceId === null || memberEpoch !== leftForAWhile)
    return { ...fenceMembers(group, [member], 'left', context), response: answer };
  const draft = new ConsumerDraft(groupId, context);
  draft.record(assignmentRecord(groupId, awayForAWhile(member)));
  return draft.decide(answer);
}

function leaving(group: ConsumerGroup, memberId: string, instanceId: string | null): ConsumerMember | Refusal {
  if (instanceId === null) return group.members.get(memberId) ?? unknownMember(group.groupId, memberId);
  const member = group.staticMember(instanceId);
  return member === undefined ? unknownInstance(instanceId) : (fencedError(member, memberId, instanceId) ?? member);
}

/** It has given up what it was asked to; whoever comes back may commit to all of the rest. */
function awayForAWhile(member: ConsumerMember): ConsumerMember {
  const assignedPartitions = new Map(
    [...member.assignedPartitions].map(([topicId, partitions]) => [
      topicId,
      new Map([...partitions.keys()].map((partition) => [partition, 0] as const)),
    ]),
  );
  return { ...member, memberEpoch: leftForAWhile, assignedPartitions, partitionsPendingRevocation: new Map() };
}
