import type { ClassicGroup } from './classic-group.js';
import { emptyGroup } from './classic-group.js';
import { decideClassicJoin } from './consumer/classic-join.js';
import { decideClassicHeartbeat, decideClassicLeave, decideClassicSync } from './consumer/classic-member.js';
import type { ConsumerContext } from './consumer/consumer-context.js';
import type { KnownGroup } from './consumer/heartbeat.js';
import { answeredOnly, joinRefused, type Decision, type JoinAnswer, type SyncAnswer } from './decision.js';
import { decideHeartbeat } from './heartbeat.js';
import { decideJoin, sessionTimeoutError, type JoinRequest } from './join.js';
import { decideLeave, type LeaveAnswer, type LeavingMember } from './leave.js';
import type { MemberClaim } from './member-claim.js';
import { decideSync, type SyncRequest } from './sync.js';

/** What a new member is called, by the type of the group that it joins. */
export interface NewMemberIds {
  readonly classic: () => string;
  readonly consumer: () => string;
}

/** A member of the classic protocol joins a group of either type. One of the consumer protocol that nobody is a member of becomes a classic one. */
export function decideMemberJoin(
  { classic, consumer }: KnownGroup,
  request: JoinRequest,
  newMemberIds: NewMemberIds,
  context: ConsumerContext,
): Decision<JoinAnswer> {
  const { classicConfig, now } = context;
  const newMemberId = (ids: () => string): string => (request.memberId === '' ? ids() : request.memberId);
  if (consumer !== undefined && consumer.members.size > 0) {
    const error = sessionTimeoutError(request, classicConfig);
    if (error !== undefined) return answeredOnly(joinRefused(error, request.memberId));
    return decideClassicJoin(consumer, request, newMemberId(newMemberIds.consumer), context);
  }
  const decision = decideJoin(classic, request, newMemberId(newMemberIds.classic), classicConfig, now);
  // Who was refused before groups were looked at leaves the other one as it is. As in Kafka an unknown member does not.
  const isLookedAt = decision.records.length > 0 || decision.response?.error === 'UNKNOWN_MEMBER_ID';
  if (consumer === undefined || !isLookedAt) return decision;
  return { ...decision, records: [...consumer.tombstones(), ...decision.records] };
}

export function decideMemberSync(
  { classic, consumer }: KnownGroup,
  request: SyncRequest,
  context: ConsumerContext,
): Decision<SyncAnswer> {
  if (consumer !== undefined) return decideClassicSync(consumer, request, context);
  return decideSync(classicOrEmpty(classic, request, context), request, context.classicConfig, context.now);
}

export function decideMemberHeartbeat(
  { classic, consumer }: KnownGroup,
  request: MemberClaim & { readonly groupId: string; readonly generationId: number },
  context: ConsumerContext,
): Decision<{ readonly error: LeaveAnswer['error'] }> {
  if (consumer !== undefined) return decideClassicHeartbeat(consumer, request, context);
  return decideHeartbeat(classicOrEmpty(classic, request, context), request, context.classicConfig, context.now);
}

export function decideMemberLeave(
  { classic, consumer }: KnownGroup,
  groupId: string,
  leaving: readonly LeavingMember[],
  context: ConsumerContext,
): Decision<LeaveAnswer> {
  if (consumer !== undefined) return decideClassicLeave(consumer, leaving, context);
  return decideLeave(classicOrEmpty(classic, { groupId }, context), leaving, context.classicConfig, context.now);
}

function classicOrEmpty(
  classic: ClassicGroup | undefined,
  { groupId }: { readonly groupId: string },
  { now }: ConsumerContext,
): ClassicGroup {
  return classic ?? emptyGroup(groupId, now);
}
