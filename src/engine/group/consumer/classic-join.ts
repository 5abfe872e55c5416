import { consumerProtocolType, decodeSubscription, type Subscription } from '../../protocol/consumer-protocol.js';
import { KafkaError } from '../../protocol/kafka-error.js';
import { answeredOnly, joinRefused, type Decision, type JoinAnswer } from '../decision.js';
import type { JoinRequest } from '../join.js';
import type { ConsumerContext, TopicsView } from './consumer-context.js';
import { ConsumerDraft } from './consumer-draft.js';
import { isKnown, memberRecord, type ConsumerGroup } from './consumer-group.js';
import { isReconciledTo, sameSubscription, type ConsumerMember } from './consumer-member.js';
import { becomeClassicGroup, mayBecomeClassic } from './downgrade.js';
import { fullError } from './group-lookup.js';
import { findOrMakeMember } from './member-lookup.js';
import { advance, subscribe } from './progress.js';
import type { OwnedPartitions } from './reconciliation.js';
import { failure, isRefusal, type Refusal } from './refusal.js';
import { currentTarget, updateTarget } from './target-assignment.js';

/**
 * A member of the classic protocol joins a group of the consumer protocol (Kafka's `classicGroupJoinToConsumerGroup`). It is answered at once, in the
 * generation of its epoch and without members, for it has nothing to assign. `newMemberId` is the id that it gets if it has none.
 */
export function decideClassicJoin(
  group: ConsumerGroup,
  request: JoinRequest,
  newMemberId: string,
  context: ConsumerContext,
): Decision<JoinAnswer> {
  const draft = new ConsumerDraft(group.groupId, context);
  const memberId = request.memberId === '' ? newMemberId : request.memberId;
  const error = joinError(draft, group, request, memberId);
  // As in Kafka: whoever is refused here is not told its own id.
  if (error !== undefined) return answeredOnly(joinRefused(error, ''));
  const isUnknown = request.memberId === '';
  if (isUnknown && request.groupInstanceId === null && request.requiresKnownMemberId)
    return answeredOnly(joinRefused('MEMBER_ID_REQUIRED', memberId));
  const joined = join(draft, group, request, memberId);
  return isRefusal(joined) ? answeredOnly(joinRefused(joined.error, '')) : joined;
}

function joinError(
  draft: ConsumerDraft,
  group: ConsumerGroup,
  { protocolType, protocols }: JoinRequest,
  memberId: string,
): Refusal['error'] | undefined {
  if (draft.context.config.migrationPolicy === 'disabled') return 'INCONSISTENT_GROUP_PROTOCOL';
  const error = fullError(draft, group, memberId);
  if (error !== undefined) return error.error;
  const isSupported = protocols.some(({ name }) => (group.classicProtocols.get(name) ?? 0) === group.classicMembers);
  return protocolType === consumerProtocolType && isSupported ? undefined : 'INCONSISTENT_GROUP_PROTOCOL';
}

function join(
  draft: ConsumerDraft,
  group: ConsumerGroup,
  request: JoinRequest,
  memberId: string,
): Decision<JoinAnswer> | Refusal {
  const { groupInstanceId: instanceId } = request;
  // A dynamic member may come back under an id that nobody knows any more; a static one is looked for by its instance.
  const isJoining = instanceId === null || request.memberId === '';
  const claim = { memberId, instanceId, memberEpoch: isJoining ? 0 : -1, owned: null };
  const before = findOrMakeMember(draft, group, claim, 'classic');
  if (isRefusal(before)) return before;
  const former = instanceId === null ? undefined : group.staticMember(instanceId);
  const isLastOfConsumer =
    former !== undefined &&
    former.classicMemberMetadata === null &&
    mayBecomeClassic(group, [former], draft.context, 1);
  const subscription = subscriptionIn(request);
  if (isRefusal(subscription)) return subscription;
  // A member that calls itself by another instance since is still found by the former one; Kafka fails to make it a classic one.
  if (isLastOfConsumer && former.instanceId !== instanceId) return failure;
  const told: ConsumerMember = {
    ...before,
    instanceId: instanceId ?? before.instanceId,
    rackId: subscription.rackId === null || subscription.rackId === '' ? before.rackId : subscription.rackId,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs === -1 ? before.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
    subscribedTopicNames: [...new Set(subscription.topics)].sort(),
    subscribedTopicRegex: '',
    clientId: request.clientId,
    clientHost: request.clientHost,
    classicMemberMetadata: { sessionTimeoutMs: request.sessionTimeoutMs, supportedProtocols: request.protocols },
  };
  const isNew = !isKnown(group, told);
  if (isNew || !sameSubscription(before, told)) draft.record(memberRecord(group.groupId, told));
  if (isNew) draft.traceJoined(told);
  const news = { before, after: told, owned: ownedBy(subscription.ownedPartitions, draft.context.topics) };
  const subscribed = subscribe(draft, group, news, undefined);
  if (isRefusal(subscribed)) return subscribed;
  if (isLastOfConsumer) {
    const isStale = group.assignmentEpoch < subscribed.epoch;
    const joining = isStale ? told : advance(draft, group, news, currentTarget(group, told), subscribed);
    if (isRefusal(joining)) return joining;
    // Who is still to give partitions up has them until it joins again: until then nobody may have what it was to get.
    const isUnsettled = [...group.members.values()].some(
      (each) => each !== former && !isReconciledTo(each, group.assignmentEpoch),
    );
    const rebalance = `Downgrade group ${group.groupId} from consumer to classic with stale assignment.`;
    const decision = becomeClassicGroup(draft, group, { joining, ...((isStale || isUnsettled) && { rebalance }) });
    return { ...decision, response: joinedAs(joining) };
  }
  const { epoch, isHomogeneous } = subscribed;
  const target = updateTarget(draft, { group, epoch, before, after: told, isHomogeneous });
  const member = advance(draft, group, news, target, subscribed);
  if (isRefusal(member)) return member;
  draft.cancelTimer('join', memberId);
  draft.renewSession(memberId, request.sessionTimeoutMs);
  draft.setTimer('sync', memberId, request.rebalanceTimeoutMs);
  return draft.decide(joinedAs(member));
}

/** What the member subscribes to; if that can't be read, Kafka fails with an exception of its own. */
function subscriptionIn({ protocols }: JoinRequest): Subscription | Refusal {
  try {
    return decodeSubscription((protocols[0] as JoinRequest['protocols'][number]).metadata);
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return failure;
  }
}

function joinedAs({ memberId, memberEpoch, classicMemberMetadata }: ConsumerMember): JoinAnswer {
  return {
    ...joinRefused('NONE', memberId),
    generationId: memberEpoch,
    protocolType: consumerProtocolType,
    protocolName: classicMemberMetadata?.supportedProtocols[0]?.name ?? null,
  };
}

function ownedBy(
  owned: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
  topics: TopicsView,
): OwnedPartitions {
  return owned.flatMap(({ topic, partitions }) => {
    const topicId = topics.topic(topic)?.topicId;
    return topicId === undefined ? [] : [{ topicId, partitions }];
  });
}
