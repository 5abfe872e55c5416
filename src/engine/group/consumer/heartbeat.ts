import type { Millis } from '../../environment/environment.js';
import type { TargetPartitions } from '../assignors/server-assignor.js';
import type { ClassicGroup } from '../classic-group.js';
import { answeredOnly, type Decision } from '../decision.js';
import type { ConsumerContext, RegexEngine } from './consumer-context.js';
import { ConsumerDraft } from './consumer-draft.js';
import { isKnown, memberRecord, type ConsumerGroup } from './consumer-group.js';
import { sameEpochPartitions, sameSubscription, withoutEpochs, type ConsumerMember } from './consumer-member.js';
import { findOrMakeGroup } from './group-lookup.js';
import { decideConsumerLeave } from './leave.js';
import { findOrMakeMember } from './member-lookup.js';
import { advance, subscribe } from './progress.js';
import type { OwnedPartitions } from './reconciliation.js';
import { isRefusal, type Refusal } from './refusal.js';
import { updateTarget } from './target-assignment.js';

/** A ConsumerGroupHeartbeat, as far as the group's rules see it. Null: as before. */
export interface ConsumerHeartbeat {
  readonly groupId: string;
  readonly memberId: string;
  /** 0 joins, -1 leaves, -2 leaves for a while. */
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  /** -1: as before. */
  readonly rebalanceTimeoutMs: Millis;
  readonly subscribedTopicNames: readonly string[] | null;
  readonly subscribedTopicRegex: string | null;
  readonly serverAssignor: string | null;
  readonly owned: OwnedPartitions | null;
  readonly clientId: string;
  readonly clientHost: string;
}

/** The answer to a member. */
export interface ConsumerHeartbeatAnswer {
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: Millis;
  /** What the member may have now; null: what it was told last. */
  readonly assignment: TargetPartitions | null;
}

/** What is known of a group: it follows one of the two protocols, or nobody knows it. */
export interface KnownGroup {
  readonly classic: ClassicGroup | undefined;
  readonly consumer: ConsumerGroup | undefined;
}

/**
 * A member of the consumer protocol says that it lives, and what has changed for it. The group gets a new epoch if that changes what it is about, then perhaps a
 * new target assignment, and the member takes the next step towards its own (Kafka's `consumerGroupHeartbeat`). `regexes` is there if it sends an expression.
 */
export function decideConsumerHeartbeat(
  known: KnownGroup,
  request: ConsumerHeartbeat,
  context: ConsumerContext,
  regexes: RegexEngine | undefined,
): Decision<ConsumerHeartbeatAnswer | Refusal> {
  if (request.memberEpoch < 0) return decideConsumerLeave(known, request, context);
  const draft = new ConsumerDraft(request.groupId, context);
  const answer = heartbeat(draft, known, request, regexes);
  return isRefusal(answer) ? answeredOnly(answer) : draft.decide(answer);
}

function heartbeat(
  draft: ConsumerDraft,
  known: KnownGroup,
  request: ConsumerHeartbeat,
  regexes: RegexEngine | undefined,
): ConsumerHeartbeatAnswer | Refusal {
  const isJoining = request.memberEpoch === 0;
  const group = findOrMakeGroup(draft, known, isJoining, request.memberId);
  if (isRefusal(group)) return group;
  const before = findOrMakeMember(draft, group, request, 'consumer');
  if (isRefusal(before)) return before;
  const told = withNews(before, request);
  const isNew = !isKnown(group, told);
  if (isNew || !sameSubscription(before, told)) draft.record(memberRecord(group.groupId, told));
  if (isNew) draft.traceJoined(told);
  const news = { before, after: told, owned: request.owned };
  const subscribed = subscribe(draft, group, news, regexes);
  if (isRefusal(subscribed)) return subscribed;
  const { epoch, isHomogeneous } = subscribed;
  const target = updateTarget(draft, { group, epoch, before, after: told, isHomogeneous });
  const after = advance(draft, group, news, target, subscribed);
  if (isRefusal(after)) return after;
  draft.renewSession(after.memberId);
  const isFull =
    request.rebalanceTimeoutMs !== -1 &&
    (request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null) &&
    request.owned !== null;
  const isToldAssignment =
    isJoining || isFull || !sameEpochPartitions(before.assignedPartitions, after.assignedPartitions);
  return {
    memberId: after.memberId,
    memberEpoch: after.memberEpoch,
    heartbeatIntervalMs: draft.context.config.heartbeatIntervalMs,
    assignment: isToldAssignment ? withoutEpochs(after.assignedPartitions) : null,
  };
}

function withNews(member: ConsumerMember, request: ConsumerHeartbeat): ConsumerMember {
  const { subscribedTopicNames: names } = request;
  return {
    ...member,
    instanceId: request.instanceId ?? member.instanceId,
    rackId: request.rackId ?? member.rackId,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
    serverAssignor: request.serverAssignor ?? member.serverAssignor,
    subscribedTopicNames: names === null ? member.subscribedTopicNames : [...new Set(names)].sort(),
    subscribedTopicRegex: request.subscribedTopicRegex ?? member.subscribedTopicRegex,
    clientId: request.clientId,
    clientHost: request.clientHost,
    classicMemberMetadata: null,
  };
}
