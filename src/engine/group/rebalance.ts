import type { ClassicMember } from './classic-group.js';
import { hasAllMembersJoined, metadataFor, rebalanceTimeoutOf, selectProtocol } from './classic-group.js';
import { subscribedTopicsOf } from './consumer-subscription.js';
import type { JoinAnswer } from './decision.js';
import { syncRefused } from './decision.js';
import type { GroupDraft } from './group-draft.js';

/** Somebody came, left or changed: begins a rebalance, or, if one runs already, ends it when nobody is missing any more. */
export function rebalanceOrCompleteJoin(draft: GroupDraft, reason: string): void {
  if (draft.group.state === 'PreparingRebalance') completeJoinIfAllJoined(draft);
  else prepareRebalance(draft, reason);
}

/** Asks all members to join again (Kafka's `prepareRebalance`). The first of a group's life waits for others before it ends. */
export function prepareRebalance(draft: GroupDraft, reason: string): void {
  const group = draft.group;
  if (group.state === 'CompletingRebalance') {
    for (const memberId of group.members.keys()) {
      draft.changeMember(memberId, { assignment: new Uint8Array(0) });
      answerSyncAndRenew(draft, memberId);
    }
  }
  if (group.syncsPending > 0)
    for (const { memberId, isSyncPending } of group.members.values())
      if (isSyncPending) draft.changeMember(memberId, { isSyncPending: false });
  group.syncsPending = 0;
  draft.cancelTimer('sync');
  if (group.state === 'Empty') {
    const delayMs = draft.config.initialRebalanceDelayMs;
    group.initialDelay = { delayMs, remainingMs: Math.max(rebalanceTimeoutOf(group) - delayMs, 0) };
    draft.setTimer('join', delayMs);
    draft.transition('PreparingRebalance', reason);
    return;
  }
  draft.transition('PreparingRebalance', reason);
  if (hasAllMembersJoined(group)) completeJoin(draft);
  else draft.setTimer('join', rebalanceTimeoutOf(group));
}

function answerSyncAndRenew(draft: GroupDraft, memberId: string): void {
  const member = draft.group.members.get(memberId) as ClassicMember;
  // A session that expired while the member waited was let pass and not set again.
  if (draft.answerSync(memberId, syncRefused('REBALANCE_IN_PROGRESS')))
    draft.renewSession(memberId, member.sessionTimeoutMs);
}

/** Ends the join phase if everybody is there, but not the initial rebalance, which ends by its timer. */
export function completeJoinIfAllJoined(draft: GroupDraft): void {
  if (draft.group.previousState !== 'Empty') completeJoinPhase(draft);
}

/** Ends the join phase if everybody is there. That a session has expired ends the initial rebalance too, as in Kafka. */
export function completeJoinPhase(draft: GroupDraft): void {
  if (draft.group.state === 'PreparingRebalance' && hasAllMembersJoined(draft.group)) completeJoin(draft);
}

/** The join timer fired: delays the initial rebalance once more if somebody came, else goes on without those who are missing. */
export function joinTimerFired(draft: GroupDraft): void {
  const group = draft.group;
  const initial = group.initialDelay;
  if (initial === undefined || !group.newMemberAdded || initial.remainingMs === 0) {
    completeJoin(draft);
    return;
  }
  const delayMs = Math.min(draft.config.initialRebalanceDelayMs, initial.remainingMs);
  group.newMemberAdded = false;
  group.initialDelay = { delayMs, remainingMs: Math.max(initial.remainingMs - initial.delayMs, 0) };
  draft.setTimer('join', delayMs);
}

/**
 * Begins the next generation (Kafka's `completeClassicGroupJoin`) with those who have joined and with the static members, who may come back; if none has
 * joined, the wait begins anew.
 */
function completeJoin(draft: GroupDraft): void {
  const group = draft.group;
  draft.cancelTimer('join');
  group.initialDelay = undefined;
  for (const { memberId, parkedJoin, groupInstanceId } of group.members.values())
    if (parkedJoin === undefined && groupInstanceId === null) draft.removeMember(memberId, 'rebalance-timeout');
  if (group.members.size > 0 && !electLeader(draft)) {
    draft.setTimer('join', rebalanceTimeoutOf(group));
    return;
  }
  group.generationId += 1;
  group.protocolName = group.members.size === 0 ? null : selectProtocol(group);
  group.subscribedTopics = subscribedTopicsOf(group.protocolType, group.protocolName, group.members.values());
  if (group.members.size === 0) {
    draft.transition('Empty', 'no member is left');
    draft.recordMetadata();
    return;
  }
  draft.transition('CompletingRebalance', 'all members have joined');
  for (const { memberId, sessionTimeoutMs } of group.members.values()) {
    draft.answerJoin(memberId, currentGeneration(draft, memberId));
    draft.changeMember(memberId, { isNew: false, isSyncPending: true });
    draft.renewSession(memberId, sessionTimeoutMs);
  }
  draft.setTimer('sync', rebalanceTimeoutOf(group));
}

/** Has one of those who have joined lead, if the leader has not; false if nobody has joined. */
function electLeader({ group }: GroupDraft): boolean {
  if (group.leader !== null && group.members.get(group.leader)?.parkedJoin !== undefined) return true;
  for (const { memberId, parkedJoin } of group.members.values()) {
    if (parkedJoin === undefined) continue;
    group.leader = memberId;
    return true;
  }
  return false;
}

/** What a member is told about the current generation; the leader alone gets the list of members. */
export function currentGeneration(draft: GroupDraft, memberId: string): JoinAnswer {
  const group = draft.group;
  const isLeader = memberId === group.leader;
  return {
    error: 'NONE',
    generationId: group.generationId,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leader ?? '',
    skipAssignment: false,
    memberId,
    members: isLeader
      ? Array.from(group.members.values(), (member) => ({
          memberId: member.memberId,
          groupInstanceId: member.groupInstanceId,
          metadata: metadataFor(member, group.protocolName),
        }))
      : [],
  };
}
