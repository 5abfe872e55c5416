import type { Millis } from '../environment/environment.js';
import type { ClassicGroup, ClassicGroupConfig } from './classic-group.js';
import type { Decision, TimerName } from './decision.js';
import { joinRefused, syncRefused } from './decision.js';
import { GroupDraft } from './group-draft.js';
import { completeJoinPhase, joinTimerFired, prepareRebalance, rebalanceOrCompleteJoin } from './rebalance.js';

/** A timer of the group fired: one more decision, which nobody asked for and nobody is answered by. */
export function decideTimer(
  group: ClassicGroup,
  timer: TimerName,
  config: ClassicGroupConfig,
  now: Millis,
): Decision<never> {
  const draft = new GroupDraft(group, config, now);
  if (timer === 'join') {
    if (group.state === 'PreparingRebalance') joinTimerFired(draft);
  } else if (timer === 'sync') {
    expireSync(draft);
  } else {
    expireSession(draft, timer.slice('session:'.length));
  }
  return draft.decide();
}

function expireSession(draft: GroupDraft, memberId: string): void {
  if (draft.group.pendingJoins.delete(memberId)) {
    completeJoinPhase(draft);
    return;
  }
  const member = draft.group.members.get(memberId);
  if (member === undefined) return;
  // Who waits for an answer cannot send heartbeats; its session begins anew with the answer. A new member's limit is meant for the wait itself.
  if (!member.isNew && (member.parkedJoin !== undefined || member.parkedSync !== undefined)) return;
  draft.removeMember(memberId, 'session-expired');
  if (draft.group.state === 'PreparingRebalance') completeJoinPhase(draft);
  else rebalanceOrCompleteJoin(draft, `the session of ${memberId} expired`);
}

/** Members that did not ask for their assignment within the rebalance timeout are taken out. */
function expireSync(draft: GroupDraft): void {
  const { state, syncsPending, members } = draft.group;
  if ((state !== 'CompletingRebalance' && state !== 'Stable') || syncsPending === 0) return;
  const missing = Array.from(members.values()).flatMap((member) => (member.isSyncPending ? [member.memberId] : []));
  for (const memberId of missing) draft.removeMember(memberId, 'rebalance-timeout');
  prepareRebalance(draft, `${missing.length === 0 ? 'a replaced member' : missing.join(', ')} did not sync in time`);
}

/** This coordinator gives the group up: everybody who waits is sent to find the coordinator again, all timers stop. */
export function decideUnload(group: ClassicGroup, config: ClassicGroupConfig, now: Millis): Decision<never> {
  const draft = new GroupDraft(group, config, now);
  draft.cancelTimer('join');
  draft.cancelTimer('sync');
  for (const memberId of draft.group.pendingJoins.keys()) draft.cancelTimer(`session:${memberId}`);
  for (const memberId of [...draft.group.members.keys()]) {
    draft.answerJoin(memberId, joinRefused('NOT_COORDINATOR', memberId));
    draft.answerSync(memberId, syncRefused('NOT_COORDINATOR'));
    draft.cancelTimer(`session:${memberId}`);
  }
  draft.transition('Dead', 'the coordinator gave the group up');
  return draft.decide();
}

/**
 * The coordinator has read the group back from its log: every member gets a whole session to be heard of. If there are more by now than may be, all join again, and the last are
 * refused. All join again, too, where the group has only now become a classic one: nothing in the log tells of whom was left out then, so that nobody would get what it had.
 */
export function decideLoaded(
  group: ClassicGroup,
  config: ClassicGroupConfig,
  now: Millis,
  isNewlyClassic = false,
): Decision<never> {
  const draft = new GroupDraft(group, config, now);
  for (const member of group.members.values()) draft.renewSession(member.memberId, member.sessionTimeoutMs);
  draft.traceReadBack();
  const { size } = group.members;
  if (size > config.maxSize) prepareRebalance(draft, `there are ${size} members, and may be ${config.maxSize}`);
  else if (isNewlyClassic && size > 0) prepareRebalance(draft, 'the group has become a classic one');
  return draft.decide();
}
