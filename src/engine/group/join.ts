import type { Millis } from '../environment/environment.js';
import type { ErrorName } from '../protocol/errors.js';
import type { ClassicGroup, ClassicGroupConfig, ClassicMember, MemberProtocol, RequestToken } from './classic-group.js';
import { emptyGroup, matchesProtocols, supportsProtocols } from './classic-group.js';
import type { Decision, JoinAnswer } from './decision.js';
import { answeredOnly, joinRefused } from './decision.js';
import { GroupDraft } from './group-draft.js';
import { memberError } from './member-claim.js';
import { currentGeneration, rebalanceOrCompleteJoin } from './rebalance.js';
import { replaceStaticMember } from './static-member.js';

/** A JoinGroup, as far as the group's rules see it. */
export interface JoinRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: Millis;
  readonly rebalanceTimeoutMs: Millis;
  readonly protocolType: string;
  readonly protocols: readonly MemberProtocol[];
  /** From v4 on a dynamic member without an id is given one and asked to come back with it (KIP-394). */
  readonly requiresKnownMemberId: boolean;
  /** From v9 on a leader that comes back can be told to assign nothing (KIP-814). */
  readonly supportsSkippingAssignment: boolean;
  readonly reason: string | null;
  readonly token: RequestToken;
}

/**
 * A member asks to join. Answered once every known member has asked or the join timer has fired; at once if it is refused or
 * if nothing has changed for it. `newMemberId` is the id that it gets if it has none. Kafka's `classicGroupJoin`.
 */
export function decideJoin(
  known: ClassicGroup | undefined,
  request: JoinRequest,
  newMemberId: string,
  config: ClassicGroupConfig,
  now: Millis,
): Decision<JoinAnswer> {
  const error = requestError(known, request, config);
  if (error !== undefined) return answeredOnly(joinRefused(error, request.memberId));
  const draft = new GroupDraft(known ?? emptyGroup(request.groupId, now), config, now);
  const refuse = (refusal: ErrorName, memberId = request.memberId) => draft.decide(joinRefused(refusal, memberId));
  // As Kafka: a group that somebody asked for is written down, even if the join is refused.
  if (known === undefined) draft.recordMetadata();
  if (!hasRoomFor(draft, request.memberId)) {
    draft.group.pendingJoins.delete(request.memberId);
    draft.removeMember(request.memberId, 'left');
    return refuse('GROUP_MAX_SIZE_REACHED', '');
  }
  if (draft.group.state === 'Dead') return refuse('COORDINATOR_NOT_AVAILABLE');
  if (!supportsProtocols(draft.group, request.protocolType, request.protocols))
    return refuse('INCONSISTENT_GROUP_PROTOCOL');
  if (request.memberId === '') return joinAsNew(draft, request, newMemberId);
  if (draft.group.pendingJoins.has(request.memberId)) {
    // Ids are handed out to dynamic members only; Kafka takes one that comes back as a static member for its own mistake.
    if (request.groupInstanceId !== null) return refuse('UNKNOWN_SERVER_ERROR', '');
    return addMember(draft, request, request.memberId);
  }
  const claimError = memberError(draft.group, request);
  if (claimError !== undefined) return refuse(claimError);
  return rejoin(draft, request, draft.group.members.get(request.memberId) as ClassicMember);
}

function requestError(
  known: ClassicGroup | undefined,
  request: JoinRequest,
  config: ClassicGroupConfig,
): ErrorName | undefined {
  if (request.groupId === '') return 'INVALID_GROUP_ID';
  const error = sessionTimeoutError(request, config);
  if (error !== undefined) return error;
  return known === undefined && request.memberId !== '' ? 'UNKNOWN_MEMBER_ID' : undefined;
}

export function sessionTimeoutError(
  { sessionTimeoutMs }: JoinRequest,
  config: ClassicGroupConfig,
): ErrorName | undefined {
  const isAllowed = sessionTimeoutMs >= config.minSessionTimeoutMs && sessionTimeoutMs <= config.maxSessionTimeoutMs;
  return isAllowed ? undefined : 'INVALID_SESSION_TIMEOUT';
}

/** Members that wait already keep their place; in a rebalance those who wait count, not those who may come back. */
function hasRoomFor(draft: GroupDraft, memberId: string): boolean {
  const { state, members, joinsWaiting } = draft.group;
  if (state === 'Empty' || state === 'Dead') return true;
  const { maxSize } = draft.config;
  if (state === 'PreparingRebalance') return members.get(memberId)?.parkedJoin !== undefined || joinsWaiting < maxSize;
  return members.has(memberId) || members.size < maxSize;
}

function joinAsNew(draft: GroupDraft, request: JoinRequest, memberId: string): Decision<JoinAnswer> {
  if (request.groupInstanceId !== null) {
    const former = draft.group.staticMembers.get(request.groupInstanceId);
    return former === undefined
      ? addMember(draft, request, memberId)
      : replaceStaticMember(draft, request, former, memberId);
  }
  if (!request.requiresKnownMemberId) return addMember(draft, request, memberId);
  draft.group.pendingJoins.set(memberId, true);
  draft.renewSession(memberId, request.sessionTimeoutMs);
  return draft.decide(joinRefused('MEMBER_ID_REQUIRED', memberId));
}

function addMember(draft: GroupDraft, request: JoinRequest, memberId: string): Decision<JoinAnswer> {
  const { state, previousState } = draft.group;
  if (state === 'PreparingRebalance' && previousState === 'Empty') draft.group.newMemberAdded = true;
  draft.addMember(
    {
      memberId,
      groupInstanceId: request.groupInstanceId,
      clientId: request.clientId,
      clientHost: request.clientHost,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      sessionTimeoutMs: request.sessionTimeoutMs,
      protocols: request.protocols,
      assignment: new Uint8Array(0),
      isNew: true,
      parkedJoin: request.token,
      parkedSync: undefined,
      isSyncPending: false,
    },
    request.protocolType,
  );
  // It cannot send heartbeats before it knows its generation, so another, longer limit stands in for its session.
  draft.renewSession(memberId, draft.config.newMemberJoinTimeoutMs);
  rebalanceOrCompleteJoin(draft, `${memberId} joins: ${reasonOf(request)}`);
  return draft.decide();
}

function rejoin(draft: GroupDraft, request: JoinRequest, member: ClassicMember): Decision<JoinAnswer> {
  const { state, leader } = draft.group;
  if (state === 'Empty') return draft.decide(joinRefused('UNKNOWN_MEMBER_ID', member.memberId));
  const isUnchanged = matchesProtocols(member, request.protocols);
  if (state === 'CompletingRebalance' && isUnchanged) return draft.decide(currentGeneration(draft, member.memberId));
  if (state === 'Stable' && isUnchanged && leader !== member.memberId)
    return draft.decide(currentGeneration(draft, member.memberId));
  draft.changeMember(member.memberId, {
    protocols: request.protocols,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    sessionTimeoutMs: request.sessionTimeoutMs,
  });
  draft.parkJoin(member.memberId, request.token);
  rebalanceOrCompleteJoin(draft, `${member.memberId} joins again: ${reasonOf(request)}`);
  return draft.decide();
}

/** Why a client says that it joins. */
export function reasonOf({ reason }: JoinRequest): string {
  return reason === null || reason === '' ? 'no reason given' : reason;
}
