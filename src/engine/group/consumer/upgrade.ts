import { decodeAssignment, decodeSubscription, consumerProtocolType } from '../../protocol/consumer-protocol.js';
import { KafkaError } from '../../protocol/kafka-error.js';
import type { ClassicGroup, ClassicMember } from '../classic-group.js';
import { metadataFor } from '../classic-group.js';
import { joinRefused, syncRefused } from '../decision.js';
import type { TopicsView } from './consumer-context.js';
import type { ConsumerDraft } from './consumer-draft.js';
import { assignmentRecord, ConsumerGroup, memberRecord, targetRecord } from './consumer-group.js';
import { withEpoch, withoutEpochs, type ConsumerMember, type EpochPartitions } from './consumer-member.js';
import { failure, isRefusal, refusal, type Refusal } from './refusal.js';
import { metadataHash } from './subscribed-topics.js';

/**
 * A classic group of consumers becomes a group of the consumer protocol because a member of that joins: generation and assignments go over, and its members
 * are served in the classic protocol as before (Kafka's `convertToConsumerGroup`). Whoever waits for an answer has to join again.
 */
export function becomeConsumerGroup(draft: ConsumerDraft, classic: ClassicGroup): ConsumerGroup | Refusal {
  const error = upgradeError(draft, classic);
  if (error !== undefined) return error;
  const group = new ConsumerGroup(classic.groupId);
  const members = Array.from(classic.members.values(), (member) =>
    toConsumerMember(classic, member, draft.context.topics),
  );
  for (const member of members) {
    if (isRefusal(member)) return member;
    if (hasAnyOf(group, member.assignedPartitions)) return failure;
    addTo(group, member);
  }
  const { groupId, generationId } = classic;
  const hash = metadataHash(group.topicNames.keys(), draft.context.topics);
  group.apply({ kind: 'consumer-group', groupId, value: { epoch: generationId, metadataHash: hash } });
  group.apply({
    kind: 'consumer-target-epoch',
    groupId,
    value: { assignmentEpoch: generationId, assignmentTimestamp: 0 },
  });
  draft.record({ kind: 'group-metadata', groupId, value: null }, ...group.records());
  draft.change = { kind: 'removal', groupId };
  for (const { memberId, parkedJoin, parkedSync, sessionTimeoutMs } of classic.members.values()) {
    if (parkedJoin !== undefined)
      draft.answers.push({ to: parkedJoin, kind: 'join', response: joinRefused('REBALANCE_IN_PROGRESS', memberId) });
    if (parkedSync !== undefined)
      draft.answers.push({ to: parkedSync, kind: 'sync', response: syncRefused('REBALANCE_IN_PROGRESS') });
    draft.renewSession(memberId, sessionTimeoutMs);
  }
  draft.trace({ kind: 'group-converted', group: groupId, to: 'consumer' });
  return group;
}

function upgradeError(draft: ConsumerDraft, classic: ClassicGroup): Refusal | undefined {
  const { migrationPolicy, maxSize } = draft.context.config;
  const because = (reason: string): Refusal =>
    refusal(
      'GROUP_ID_NOT_FOUND',
      `Cannot upgrade classic group ${classic.groupId} to consumer group because ${reason}.`,
    );
  if (migrationPolicy !== 'bidirectional' && migrationPolicy !== 'upgrade')
    return because('online upgrade is disabled');
  if (classic.protocolType !== consumerProtocolType)
    return because('the group does not use the consumer embedded protocol');
  if (classic.members.size > maxSize) return because('the group size exceeds the consumer group maximum size');
  return undefined;
}

/** Whether the leader has assigned one of the partitions to somebody else too, of whom the group knows already. */
function hasAnyOf(group: ConsumerGroup, partitions: EpochPartitions): boolean {
  return [...partitions].some(([topicId, epochs]) =>
    [...epochs.keys()].some((partition) => group.partitionEpoch(topicId, partition) !== undefined),
  );
}

function addTo(group: ConsumerGroup, member: ConsumerMember): void {
  group.apply(memberRecord(group.groupId, member));
  group.apply(targetRecord(group.groupId, member.memberId, withoutEpochs(member.assignedPartitions)));
  group.apply(assignmentRecord(group.groupId, member));
}

function toConsumerMember(classic: ClassicGroup, member: ClassicMember, topics: TopicsView): ConsumerMember | Refusal {
  const cannot = (why: string): Refusal =>
    refusal('GROUP_ID_NOT_FOUND', `Cannot upgrade classic group ${classic.groupId} to consumer group because ${why}.`);
  try {
    const assigned = new Map<string, readonly number[]>();
    if (member.assignment.length > 0) {
      const { assignedPartitions, userData } = decodeAssignment(member.assignment);
      if (userData !== null && userData.length > 0)
        return cannot(
          'an unsupported custom assignor is in use. Please refer to the documentation or switch to a default assignor before re-attempting the upgrade',
        );
      for (const { topic, partitions } of assignedPartitions) {
        const topicId = topics.topic(topic)?.topicId;
        if (topicId !== undefined) assigned.set(topicId, partitions);
      }
    }
    const subscription = decodeSubscription(metadataFor(member, classic.protocolName));
    return {
      memberId: member.memberId,
      instanceId: member.groupInstanceId,
      rackId: subscription.rackId === '' ? null : subscription.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: [...new Set(subscription.topics)].sort(),
      subscribedTopicRegex: '',
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      serverAssignor: null,
      classicMemberMetadata: { sessionTimeoutMs: member.sessionTimeoutMs, supportedProtocols: member.protocols },
      memberEpoch: classic.generationId,
      previousMemberEpoch: classic.generationId,
      state: 'stable',
      assignedPartitions: withEpoch(assigned, classic.generationId),
      partitionsPendingRevocation: new Map(),
    };
  } catch (error) {
    if (error instanceof KafkaError) return cannot('the embedded consumer protocol is malformed');
    throw error;
  }
}
