import type { Millis } from '../environment/environment.js';
import type { ErrorName } from '../protocol/errors.js';
import { topicIdText } from '../protocol/topic-id.js';
import type { ClassicGroup, ClassicGroupConfig } from './classic-group.js';
import { emptyGroup } from './classic-group.js';
import { consumerCommitError } from './consumer/commit.js';
import type { ConsumerGroup } from './consumer/consumer-group.js';
import { answeredOnly, type Decision } from './decision.js';
import { GroupDraft } from './group-draft.js';
import type { GroupRecord } from './group-record.js';
import { generationError } from './member-claim.js';

/** An OffsetCommit, as far as the group's rules see it: its partitions exist. */
export interface OffsetCommitRequest {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** From v9 on a group that is not there is named as such, and a member of the consumer protocol may name its epoch. */
  readonly isOfConsumerProtocol: boolean;
  /** How long old clients want the offsets kept; -1: as long as the group's are. */
  readonly retentionTimeMs: Millis;
  readonly offsets: readonly OffsetToCommit[];
}

export interface OffsetToCommit {
  readonly topic: string;
  readonly topicId: Uint8Array;
  readonly partition: number;
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string | null;
}

/** One error for the whole commit, and NONE or OFFSET_METADATA_TOO_LARGE for each of the offsets, in their order. */
export interface OffsetCommitAnswer {
  readonly error: ErrorName;
  readonly offsets: readonly ErrorName[];
}

/**
 * Offsets are committed by a member of the current generation, while it is Stable or a rebalance is being prepared; or, while nobody is a member,
 * by anyone without a generation (simple consumers, admins). A commit counts as a heartbeat. Kafka's `validateOffsetCommit`.
 */
export function decideOffsetCommit(
  known: ClassicGroup | undefined,
  request: OffsetCommitRequest,
  config: ClassicGroupConfig & { readonly offsetMetadataMaxBytes: number },
  now: Millis,
): Decision<OffsetCommitAnswer> {
  const error = known === undefined ? strangerError(request) : commitError(known, request);
  if (error !== undefined) return answeredOnly({ error, offsets: request.offsets.map(() => error) });
  const draft = new GroupDraft(known ?? emptyGroup(request.groupId, now), config, now);
  const member = draft.group.members.get(request.memberId);
  if (member !== undefined) draft.renewSession(member.memberId, member.sessionTimeoutMs);
  const { records, answer } = commit(request, config, now);
  for (const record of records) draft.record(record);
  return draft.decide(answer);
}

/** As `decideOffsetCommit`, to a group of the consumer protocol; the members' heartbeats alone keep their sessions alive. */
export function decideConsumerCommit(
  group: ConsumerGroup,
  request: OffsetCommitRequest,
  config: { readonly offsetMetadataMaxBytes: number },
  now: Millis,
): Decision<OffsetCommitAnswer> {
  const error = consumerCommitError(group, {
    memberId: request.memberId,
    memberEpoch: request.generationId,
    knowsMemberEpochs: request.isOfConsumerProtocol,
    partitions: request.offsets.map(({ topicId, partition }) => ({ topicId: topicIdText(topicId), partition })),
  });
  if (error !== undefined) return answeredOnly({ error, offsets: request.offsets.map(() => error) });
  const { records, answer } = commit(request, config, now);
  return { ...answeredOnly(answer), records };
}

function commit(
  request: OffsetCommitRequest,
  config: { readonly offsetMetadataMaxBytes: number },
  now: Millis,
): { readonly records: readonly GroupRecord[]; readonly answer: OffsetCommitAnswer } {
  const errors = request.offsets.map(({ metadata }): ErrorName =>
    // In spite of the config's name Kafka counts characters.
    (metadata?.length ?? 0) > config.offsetMetadataMaxBytes ? 'OFFSET_METADATA_TOO_LARGE' : 'NONE',
  );
  const stored = request.offsets.filter((_, index) => errors[index] === 'NONE');
  return {
    records: stored.map((offset) => offsetRecord(request, offset, now)),
    answer: { error: 'NONE', offsets: errors },
  };
}

function strangerError(request: OffsetCommitRequest): ErrorName | undefined {
  if (request.generationId < 0) return undefined;
  return request.isOfConsumerProtocol ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION';
}

function commitError(group: ClassicGroup, request: OffsetCommitRequest): ErrorName | undefined {
  if (group.state === 'Empty' && request.generationId < 0) return undefined;
  if (request.generationId < 0 && request.memberId === '' && request.groupInstanceId === null)
    return 'UNKNOWN_MEMBER_ID';
  const error = generationError(group, request);
  if (error !== undefined) return error;
  return group.state === 'CompletingRebalance' ? 'REBALANCE_IN_PROGRESS' : undefined;
}

function offsetRecord(request: OffsetCommitRequest, offset: OffsetToCommit, now: Millis): GroupRecord {
  return {
    kind: 'offset-commit',
    groupId: request.groupId,
    topic: offset.topic,
    partition: offset.partition,
    value: {
      offset: offset.offset,
      leaderEpoch: offset.leaderEpoch,
      metadata: offset.metadata ?? '',
      commitTimestamp: now,
      expireTimestamp: request.retentionTimeMs === -1 ? -1 : now + request.retentionTimeMs,
      topicId: offset.topicId,
    },
  };
}
