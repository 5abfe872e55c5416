import type { Millis } from '../environment/environment.js';
import type { ErrorName } from '../protocol/errors.js';
import type { ClassicGroup, ClassicGroupConfig, ClassicMember, MemberProtocol, RequestToken } from './classic-group.js';
import { emptyGroup, matchesProtocols, supportsProtocols } from './classic-group.js';
import type { Decision, JoinAnswer } from './decision.js';
import { joinRefused } from './decision.js';
import { GroupDraft } from './group-draft.js';
import { currentGeneration, rebalanceOrCompleteJoin } from './rebalance.js';

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
  /** From v4 on a member without an id is given one and asked to come back with it (KIP-394). */
  readonly requiresKnownMemberId: boolean;
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
  const draft = new GroupDraft(known ?? emptyGroup(request.groupId, now), config, now);
  const refuse = (error: ErrorName, memberId = request.memberId) => draft.decide(joinRefused(error, memberId));
  if (request.groupId === '') return refuse('INVALID_GROUP_ID');
  if (request.sessionTimeoutMs < config.minSessionTimeoutMs || request.sessionTimeoutMs > config.maxSessionTimeoutMs)
    return refuse('INVALID_SESSION_TIMEOUT');
  const isUnknown = request.memberId === '';
  if (known === undefined) {
    if (!isUnknown) return refuse('UNKNOWN_MEMBER_ID');
    // As Kafka: a group that somebody asked for is written down, even if the join is refused.
    draft.recordMetadata();
  }
  if (!hasRoomFor(draft, request.memberId)) {
    if (draft.group.members.has(request.memberId)) draft.removeMember(request.memberId, 'left');
    return refuse('GROUP_MAX_SIZE_REACHED', '');
  }
  if (draft.group.state === 'Dead') return refuse('COORDINATOR_NOT_AVAILABLE');
  if (!supportsProtocols(draft.group, request.protocolType, request.protocols))
    return refuse('INCONSISTENT_GROUP_PROTOCOL');
  if (request.groupInstanceId !== null) return refuse('UNSUPPORTED_VERSION');
  if (isUnknown && request.requiresKnownMemberId) {
    draft.group.pendingJoins.add(newMemberId);
    draft.renewSession(newMemberId, request.sessionTimeoutMs);
    return refuse('MEMBER_ID_REQUIRED', newMemberId);
  }
  if (isUnknown) return addMember(draft, request, newMemberId);
  if (draft.group.pendingJoins.has(request.memberId)) return addMember(draft, request, request.memberId);
  const member = draft.group.members.get(request.memberId);
  if (member === undefined) return refuse('UNKNOWN_MEMBER_ID');
  return rejoin(draft, request, member);
}

/** Members that wait already keep their place; in a rebalance those who wait count, not those who may come back. */
function hasRoomFor(draft: GroupDraft, memberId: string): boolean {
  const { state, members } = draft.group;
  if (state === 'Empty' || state === 'Dead') return true;
  if (state === 'PreparingRebalance') {
    const waiting = [...members.values()].filter(({ parkedJoin }) => parkedJoin !== undefined);
    return waiting.some((member) => member.memberId === memberId) || waiting.length < draft.config.maxSize;
  }
  return members.has(memberId) || members.size < draft.config.maxSize;
}

function addMember(draft: GroupDraft, request: JoinRequest, memberId: string): Decision<JoinAnswer> {
  const { state, previousState } = draft.group;
  if (state === 'PreparingRebalance' && previousState === 'Empty') draft.group.newMemberAdded = true;
  draft.group.pendingJoins.delete(memberId);
  draft.addMember(
    {
      memberId,
      groupInstanceId: null,
      clientId: request.clientId,
      clientHost: request.clientHost,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      sessionTimeoutMs: request.sessionTimeoutMs,
      protocols: request.protocols,
      assignment: new Uint8Array(0),
      isNew: true,
      parkedJoin: request.token,
      parkedSync: undefined,
    },
    request.protocolType,
  );
  // It cannot send heartbeats before it knows its generation, so another, longer limit stands in for its session.
  draft.renewSession(memberId, draft.config.newMemberJoinTimeoutMs);
  rebalanceOrCompleteJoin(draft, `${memberId} joins: ${request.reason ?? 'no reason given'}`);
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
  rebalanceOrCompleteJoin(draft, `${member.memberId} joins again: ${request.reason ?? 'no reason given'}`);
  return draft.decide();
}
