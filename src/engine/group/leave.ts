import type { Millis } from '../environment/environment.js';
import type { ErrorName } from '../protocol/errors.js';
import type { ClassicGroup, ClassicGroupConfig } from './classic-group.js';
import { answeredOnly, type Decision } from './decision.js';
import { GroupDraft } from './group-draft.js';
import { memberError } from './member-claim.js';
import { completeJoinIfAllJoined, rebalanceOrCompleteJoin } from './rebalance.js';

/** One of those who leave (several at a time from LeaveGroup v3 on). */
export interface LeavingMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly reason: string | null;
}

/** An error for each of those who were named, in their order. */
export interface LeaveAnswer {
  readonly error: ErrorName;
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly error: ErrorName;
  }[];
}

/** Members go at once, without waiting for their sessions to expire; one rebalance follows for all of them. Kafka's `classicGroupLeave`. */
export function decideLeave(
  group: ClassicGroup,
  leaving: readonly LeavingMember[],
  config: ClassicGroupConfig,
  now: Millis,
): Decision<LeaveAnswer> {
  if (group.state === 'Dead') return answeredOnly({ error: 'COORDINATOR_NOT_AVAILABLE', members: [] });
  const draft = new GroupDraft(group, config, now);
  const answered = leaving.map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    error: removeLeaving(draft, member),
  }));
  const gone = answered
    .filter(({ error }) => error === 'NONE')
    .map(({ memberId, groupInstanceId }) => (memberId === '' ? groupInstanceId : memberId));
  if (gone.length > 0) {
    if (draft.group.state === 'Stable' || draft.group.state === 'CompletingRebalance')
      rebalanceOrCompleteJoin(draft, `${gone.join(', ')} left`);
    else completeJoinIfAllJoined(draft);
  }
  return draft.decide({ error: 'NONE', members: answered });
}

function removeLeaving(draft: GroupDraft, { memberId, groupInstanceId }: LeavingMember): ErrorName {
  const { group } = draft;
  // Whoever administers the group names a static member by its instance id alone.
  if (memberId === '') {
    const current = groupInstanceId === null ? undefined : group.staticMembers.get(groupInstanceId);
    if (current === undefined) return 'UNKNOWN_MEMBER_ID';
    draft.removeMember(current, 'left');
    return 'NONE';
  }
  if (group.pendingJoins.delete(memberId)) {
    draft.cancelTimer(`session:${memberId}`);
    return 'NONE';
  }
  const error = memberError(group, { memberId, groupInstanceId });
  if (error !== undefined) return error;
  draft.removeMember(memberId, 'left');
  return 'NONE';
}
