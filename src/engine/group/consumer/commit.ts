import type { ErrorName } from '../../protocol/errors.js';
import type { ConsumerGroup } from './consumer-group.js';
import type { ConsumerMember } from './consumer-member.js';

/** Who wants to commit to a group of the consumer protocol, and for which partitions. */
export interface ConsumerCommit {
  readonly memberId: string;
  readonly memberEpoch: number;
  /** From OffsetCommit v9 on a member may name its epoch. */
  readonly knowsMemberEpochs: boolean;
  readonly partitions: readonly { readonly topicId: string; readonly partition: number }[];
}

/**
 * What is wrong with a commit, if anything. A member commits in its epoch, or in an older one as long as that is not older than the one in which it got the
 * partition (KIP-1251): so a commit that was sent just before a new epoch counts, and one of a former owner does not. Anyone commits while nobody is a member.
 */
export function consumerCommitError(group: ConsumerGroup, commit: ConsumerCommit): ErrorName | undefined {
  if (commit.memberEpoch < 0 && group.members.size === 0) return undefined;
  const member = group.members.get(commit.memberId);
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  const isClassic = member.classicMemberMetadata !== null;
  if (!isClassic && !commit.knowsMemberEpochs) return 'UNSUPPORTED_VERSION';
  if (commit.memberEpoch === member.memberEpoch) return undefined;
  const isCurrent =
    commit.memberEpoch < member.memberEpoch &&
    commit.partitions.every((partition) => isOwnedSince(member, partition, commit.memberEpoch));
  if (isCurrent) return undefined;
  return isClassic ? 'ILLEGAL_GENERATION' : 'STALE_MEMBER_EPOCH';
}

function isOwnedSince(
  { assignedPartitions, partitionsPendingRevocation }: ConsumerMember,
  { topicId, partition }: ConsumerCommit['partitions'][number],
  epoch: number,
): boolean {
  const assignedIn =
    assignedPartitions.get(topicId)?.get(partition) ?? partitionsPendingRevocation.get(topicId)?.get(partition);
  return assignedIn !== undefined && assignedIn <= epoch;
}

/** What is wrong with reading a group's offsets as a member; whoever does not say that it is one may. */
export function consumerFetchError(
  group: ConsumerGroup,
  memberId: string | null,
  memberEpoch: number,
): ErrorName | undefined {
  if (memberId === null && memberEpoch < 0) return undefined;
  const member = memberId === null ? undefined : group.members.get(memberId);
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  if (member.memberEpoch === memberEpoch) return undefined;
  return member.classicMemberMetadata === null ? 'STALE_MEMBER_EPOCH' : 'ILLEGAL_GENERATION';
}
