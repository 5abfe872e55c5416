/**
 * ConsumerGroupDescribe v0-1 (KIP-848). Tells the epochs, the state and the members of groups of the consumer protocol: what each has, what it is meant to have, and from
 * version 1 on which protocol it follows.
 */
import type { TargetPartitions } from '../group/assignors/server-assignor.js';
import type { TopicsView } from '../group/consumer/consumer-context.js';
import type { ConsumerGroup } from '../group/consumer/consumer-group.js';
import type { ConsumerMember, EpochPartitions } from '../group/consumer/consumer-member.js';
import { groupsAssignor } from '../group/consumer/target-assignment.js';
import type { GivenResponseOf } from '../protocol/apis.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import { topicIdBytes } from '../protocol/topic-id.js';
import { withGroupOperations } from './authorized-operations.js';
import { refusal } from './group-coordinator.js';
import type { Handler } from './handler.js';

type DescribedGroup = GivenResponseOf<'ConsumerGroupDescribe'>['groups'][number];

export const handleConsumerGroupDescribe: Handler<'ConsumerGroupDescribe'> = async (
  { groups, controller },
  { request },
) => {
  const failed = (groupId: string, error: ErrorName, errorMessage: string | null): DescribedGroup => ({
    errorCode: errorCode(error),
    errorMessage,
    groupId,
  });
  const [defaultAssignor = ''] = groups.assignorNames;
  const described = await Promise.all(
    request.groupIds.map(async (groupId): Promise<DescribedGroup> => {
      if (groupId === '') return failed(groupId, 'INVALID_GROUP_ID', null);
      const outcome = await groups.inspect(groupId, (classic, stored): DescribedGroup => {
        if (stored?.consumer !== undefined)
          return describe(stored.consumer, defaultAssignor, controller.publishedTopics);
        const isClassic = classic !== undefined;
        const message = isClassic ? `Group ${groupId} is not a consumer group.` : `Group ${groupId} not found.`;
        return failed(groupId, 'GROUP_ID_NOT_FOUND', message);
      });
      return 'answered' in outcome ? outcome.answered : failed(groupId, refusal(outcome), null);
    }),
  );
  return { groups: withGroupOperations(described, request.includeAuthorizedOperations) };
};

function describe(group: ConsumerGroup, defaultAssignor: string, topics: TopicsView): DescribedGroup {
  return {
    errorCode: 0,
    groupId: group.groupId,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: groupsAssignor(group) ?? defaultAssignor,
    members: Array.from(group.members.values(), (member) =>
      describeMember(member, group.target(member.memberId), topics),
    ),
  };
}

function describeMember(member: ConsumerMember, target: TargetPartitions, topics: TopicsView) {
  const has = partitionsOf(member.assignedPartitions, member.partitionsPendingRevocation);
  return {
    memberId: member.memberId,
    instanceId: member.instanceId,
    rackId: member.rackId,
    memberEpoch: member.memberEpoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: member.subscribedTopicNames,
    subscribedTopicRegex: member.subscribedTopicRegex,
    assignment: { topicPartitions: topicPartitions(has, topics) },
    targetAssignment: { topicPartitions: topicPartitions(target, topics) },
    memberType: member.classicMemberMetadata === null ? 1 : 0,
  };
}

/** What it has to give up still is its own until it has. */
function partitionsOf(...all: readonly EpochPartitions[]): Map<string, number[]> {
  const partitions = new Map<string, number[]>();
  for (const each of all)
    for (const [topicId, epochs] of each)
      partitions.set(topicId, [...(partitions.get(topicId) ?? []), ...epochs.keys()]);
  return partitions;
}

/** Topics that are gone have no name to be told by. */
function topicPartitions(assignment: ReadonlyMap<string, Iterable<number>>, topics: TopicsView) {
  return Array.from(assignment).flatMap(([topicId, partitions]) => {
    const topicName = topics.topicById(topicId)?.name;
    return topicName === undefined ? [] : [{ topicId: topicIdBytes(topicId), topicName, partitions: [...partitions] }];
  });
}
