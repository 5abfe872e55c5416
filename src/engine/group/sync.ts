import type { Millis } from '../environment/environment.js';
import type { ErrorName } from '../protocol/errors.js';
import type { ClassicGroup, ClassicGroupConfig, ClassicMember, RequestToken } from './classic-group.js';
import type { Decision, SyncAnswer } from './decision.js';
import { answeredOnly, syncRefused } from './decision.js';
import { GroupDraft } from './group-draft.js';
import { generationError } from './member-claim.js';
import { prepareRebalance } from './rebalance.js';

/** A SyncGroup, as far as the group's rules see it. */
export interface SyncRequest {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** null before v5, where nothing is compared. */
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  /** Filled by the leader alone. */
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Uint8Array }[];
  readonly token: RequestToken;
}

/**
 * A member asks for its assignment. Followers wait for the leader; the leader's request brings all assignments, which are written
 * down and make the group Stable. Kafka's `classicGroupSync`.
 */
export function decideSync(
  group: ClassicGroup,
  request: SyncRequest,
  config: ClassicGroupConfig,
  now: Millis,
): Decision<SyncAnswer> {
  const error = syncError(group, request);
  if (error !== undefined) return answeredOnly(syncRefused(error));
  const draft = new GroupDraft(group, config, now);
  draft.changeMember(request.memberId, { isSyncPending: false });
  if (draft.group.syncsPending === 0) draft.cancelTimer('sync');
  if (group.state === 'Stable') return draft.decide(assigned(draft, request.memberId));
  draft.parkSync(request.memberId, request.token);
  if (group.leader === request.memberId) assign(draft, request);
  return draft.decide();
}

/** What the leader has assigned is more than can be written: it is told so like all who wait for it, and all join again. */
export function decideAssignmentTooLarge(
  group: ClassicGroup | undefined,
  { generationId }: SyncRequest,
  config: ClassicGroupConfig,
  now: Millis,
): Decision<SyncAnswer> {
  const answer = syncRefused('UNKNOWN_SERVER_ERROR');
  if (group?.state !== 'CompletingRebalance' || group.generationId !== generationId) return answeredOnly(answer);
  const draft = new GroupDraft(group, config, now);
  for (const { memberId, sessionTimeoutMs } of [...group.members.values()])
    if (draft.answerSync(memberId, answer)) draft.renewSession(memberId, sessionTimeoutMs);
  prepareRebalance(draft, 'the assignment is too large to be written');
  return draft.decide(answer);
}

function syncError(group: ClassicGroup, request: SyncRequest): ErrorName | undefined {
  const error = generationError(group, request);
  if (error !== undefined) return error;
  const differs = (asked: string | null, known: string | null) => asked !== null && known !== null && asked !== known;
  if (differs(request.protocolType, group.protocolType) || differs(request.protocolName, group.protocolName))
    return 'INCONSISTENT_GROUP_PROTOCOL';
  if (group.state === 'Empty') return 'UNKNOWN_MEMBER_ID';
  if (group.state === 'PreparingRebalance') return 'REBALANCE_IN_PROGRESS';
  return undefined;
}

function assign(draft: GroupDraft, request: SyncRequest): void {
  const assignments = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]));
  for (const memberId of [...draft.group.members.keys()])
    draft.changeMember(memberId, { assignment: assignments.get(memberId) ?? new Uint8Array(0) });
  // Written down first, as in Kafka: the record tells when the generation began.
  draft.recordMetadata();
  draft.transition('Stable', 'the leader has assigned');
  for (const member of [...draft.group.members.values()])
    if (draft.answerSync(member.memberId, assigned(draft, member.memberId)))
      draft.renewSession(member.memberId, member.sessionTimeoutMs);
}

function assigned(draft: GroupDraft, memberId: string): SyncAnswer {
  const { protocolType, protocolName, members } = draft.group;
  return {
    error: 'NONE',
    protocolType,
    protocolName,
    assignment: (members.get(memberId) as ClassicMember).assignment,
  };
}
