import type { Millis } from '../environment/environment.js';
import type { ErrorName } from '../protocol/errors.js';
import type { ClassicGroup, ClassicGroupConfig } from './classic-group.js';
import { emptyGroup } from './classic-group.js';
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
  /** From v9 on a group that is not there is named as such. */
  readonly reportsUnknownGroup: boolean;
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
  const errors = request.offsets.map(({ metadata }): ErrorName =>
    // In spite of the config's name Kafka counts characters.
    (metadata?.length ?? 0) > config.offsetMetadataMaxBytes ? 'OFFSET_METADATA_TOO_LARGE' : 'NONE',
  );
  request.offsets.forEach((offset, index) => {
    if (errors[index] === 'NONE') draft.record(offsetRecord(request, offset, now));
  });
  return draft.decide({ error: 'NONE', offsets: errors });
}

function strangerError(request: OffsetCommitRequest): ErrorName | undefined {
  if (request.generationId < 0) return undefined;
  return request.reportsUnknownGroup ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION';
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
