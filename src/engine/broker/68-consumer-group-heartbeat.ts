/**
 * ConsumerGroupHeartbeat v0-1 (KIP-848). A member of the consumer protocol joins, says that it lives, changes its subscription, confirms what it has taken and given
 * up, or leaves; it learns its epoch and, when that has changed, what it may have. Version 0 hands ids out, version 1 knows regular expressions.
 */
import type { RegexEngine } from '../group/consumer/consumer-context.js';
import { decideConsumerHeartbeat } from '../group/consumer/heartbeat.js';
import { isRefusal, refusal, type Refusal } from '../group/consumer/refusal.js';
import type { TargetPartitions } from '../group/assignors/server-assignor.js';
import type { CompleteRequestOf } from '../protocol/apis.js';
import { errorCode } from '../protocol/errors.js';
import { inHashMapOrder, javaHash } from '../protocol/java-hash.js';
import { topicIdBytes, topicIdText } from '../protocol/topic-id.js';
import { refusal as failure } from './group-coordinator.js';
import type { Handler } from './handler.js';

type Request = CompleteRequestOf<'ConsumerGroupHeartbeat'>;

export const handleConsumerGroupHeartbeat: Handler<'ConsumerGroupHeartbeat'> = async (
  { groups },
  { context, version, clientId, request },
) => {
  const refuse = ({ error, message }: Refusal) => ({
    errorCode: errorCode(error),
    errorMessage: message,
    memberId: null,
    assignment: null,
  });
  const invalid = requestError(request, version) ?? assignorError(request, groups.assignorNames);
  if (invalid !== undefined) return refuse(invalid);
  const heartbeat = {
    ...request,
    memberId: request.memberId === '' ? groups.newConsumerId() : request.memberId,
    owned:
      request.topicPartitions?.map(({ topicId, partitions }) => ({ topicId: topicIdText(topicId), partitions })) ??
      null,
    clientId: clientId ?? '',
    clientHost: `/${context.clientHost ?? context.connectionId}`,
  };
  const regexes: RegexEngine | undefined =
    request.subscribedTopicRegex === null || request.subscribedTopicRegex === '' ? undefined : await groups.regexes();
  const outcome = await groups.decide(request.groupId, context.requestId, (classic, _now, stored, circumstances) =>
    decideConsumerHeartbeat({ classic, consumer: stored?.consumer }, heartbeat, circumstances, regexes),
  );
  if (!('answered' in outcome))
    return { errorCode: errorCode(failure(outcome)), errorMessage: null, memberId: null, assignment: null };
  const answer = outcome.answered;
  if (isRefusal(answer)) return refuse(answer);
  const { memberId, memberEpoch, heartbeatIntervalMs, assignment } = answer;
  return {
    errorCode: 0,
    memberId,
    memberEpoch,
    heartbeatIntervalMs,
    assignment: assignment && { topicPartitions: topicPartitions(assignment) },
  };
};

function topicPartitions(assignment: TargetPartitions) {
  return Array.from(assignment, ([topicId, partitions]) => ({
    topicId: topicIdBytes(topicId),
    partitions: [...partitions],
  }));
}

/** What is missing in the request, in Kafka's words and in its sequence. */
function requestError(request: Request, version: number): Refusal | undefined {
  const invalid = (message: string) => refusal('INVALID_REQUEST', message);
  const { groupId, memberId, memberEpoch, instanceId, rackId } = request;
  // In version 0 the coordinator hands out ids.
  const needsMemberId = version >= 1 || memberEpoch > 0 || memberEpoch === -1;
  if (needsMemberId && isBlank(memberId)) return invalid("MemberId can't be empty.");
  if (isBlank(groupId)) return invalid("GroupId can't be empty.");
  if (isBlank(instanceId)) return invalid("InstanceId can't be empty.");
  if (isBlank(rackId)) return invalid("RackId can't be empty.");
  if (memberEpoch === 0) return joinError(request);
  if (memberEpoch === -2 && instanceId === null) return invalid("InstanceId can't be null.");
  return memberEpoch < -2 ? invalid('MemberEpoch is invalid.') : undefined;
}

/** Whoever joins has to tell all. */
function joinError(request: Request): Refusal | undefined {
  const invalid = (message: string) => refusal('INVALID_REQUEST', message);
  if (request.rebalanceTimeoutMs === -1) return invalid('RebalanceTimeoutMs must be provided in first request.');
  if (request.topicPartitions?.length !== 0) return invalid('TopicPartitions must be empty when (re-)joining.');
  if (request.subscribedTopicNames === null && request.subscribedTopicRegex === null)
    return invalid('Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.');
  return undefined;
}

function assignorError({ serverAssignor }: Request, known: readonly string[]): Refusal | undefined {
  if (serverAssignor === null || known.includes(serverAssignor)) return undefined;
  const supported = inHashMapOrder(known, javaHash).join(', ');
  return refusal(
    'UNSUPPORTED_ASSIGNOR',
    `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${supported}.`,
  );
}

/** As Java's `trim` sees it. */
function isBlank(text: string | null): boolean {
  return text !== null && /^[\0-\x20]*$/.test(text);
}
