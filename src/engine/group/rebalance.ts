import type { ClassicMember } from './classic-group.js';
import { hasAllMembersJoined, metadataFor, rebalanceTimeoutOf, selectProtocol } from './classic-group.js';
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
    for (const memberId of [...group.members.keys()]) {
      draft.changeMember(memberId, { assignment: new Uint8Array(0) });
      answerSyncAndRenew(draft, memberId);
    }
  }
  draft.cancelTimer('sync');
  if (group.state === 'Empty') {
    const delayMs = draft.config.initialRebalanceDelayMs;
    group.initialDelay = { delayMs, remainingMs: Math.max(rebalanceTimeoutOf(group) - delayMs, 0) };
    group.newMemberAdded = false;
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

/** Ends the join phase if everybody is there. The initial rebalance ends by its timer alone. */
export function completeJoinIfAllJoined(draft: GroupDraft): void {
  const { state, previousState } = draft.group;
  if (state === 'PreparingRebalance' && previousState !== 'Empty' && hasAllMembersJoined(draft.group))
    completeJoin(draft);
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

/** Begins the next generation with those who have joined (Kafka's `completeClassicGroupJoin`). */
function completeJoin(draft: GroupDraft): void {
  const group = draft.group;
  draft.cancelTimer('join');
  group.initialDelay = undefined;
  for (const member of [...group.members.values()])
    if (member.parkedJoin === undefined) draft.removeMember(member.memberId, 'rebalance-timeout');
  group.pendingSyncs.clear();
  group.generationId += 1;
  if (group.members.size === 0) {
    group.protocolName = null;
    draft.transition('Empty', 'no member is left');
    draft.recordMetadata();
    return;
  }
  group.protocolName = selectProtocol(group.members.values());
  draft.transition('CompletingRebalance', 'all members have joined');
  for (const member of [...group.members.values()]) {
    draft.answerJoin(member.memberId, currentGeneration(draft, member.memberId));
    draft.changeMember(member.memberId, { isNew: false });
    draft.renewSession(member.memberId, member.sessionTimeoutMs);
    group.pendingSyncs.add(member.memberId);
  }
  draft.setTimer('sync', rebalanceTimeoutOf(group));
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
    memberId,
    members: isLeader
      ? [...group.members.values()].map((member) => ({
          memberId: member.memberId,
          groupInstanceId: member.groupInstanceId,
          metadata: metadataFor(member, group.protocolName),
        }))
      : [],
  };
}
