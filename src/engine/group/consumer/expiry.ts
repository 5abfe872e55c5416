import type { Decision, MemberTimer, TimerName } from '../decision.js';
import type { ConsumerContext, RegexEngine } from './consumer-context.js';
import { ConsumerDraft } from './consumer-draft.js';
import type { ConsumerGroup } from './consumer-group.js';
import { leftForAWhile } from './consumer-member.js';
import { fenceMembers } from './fence.js';
import { resolveRegexes } from './regular-expressions.js';

/** A timer of a group of the consumer protocol fired. `regexes` is there for the timer `regex`. */
export function decideConsumerTimer(
  group: ConsumerGroup,
  timer: TimerName,
  context: ConsumerContext,
  regexes: RegexEngine | undefined,
): Decision<never> {
  if (timer === 'regex') return decideRegexes(group, context, regexes);
  const colon = timer.indexOf(':');
  const [kind, memberId] = [timer.slice(0, colon) as MemberTimer, timer.slice(colon + 1)];
  const member = group.members.get(memberId);
  // Whoever has left for a while has given up what it had to.
  const isOver = kind === 'rebalance' && (member?.state !== 'unrevoked' || member.memberEpoch === leftForAWhile);
  if (member === undefined || isOver) return new ConsumerDraft(group.groupId, context).decide();
  const reason = kind === 'session' ? 'session-expired' : 'rebalance-timeout';
  return fenceMembers(group, [member], reason, context);
}

function decideRegexes(
  group: ConsumerGroup,
  context: ConsumerContext,
  regexes: RegexEngine | undefined,
): Decision<never> {
  const draft = new ConsumerDraft(group.groupId, context);
  draft.memory = { ...draft.memory, isResolving: false };
  if (regexes === undefined) return draft.decide();
  const records = resolveRegexes(group, context, regexes);
  draft.record(...records);
  if (records.some(({ kind }) => kind === 'consumer-group')) {
    draft.memory = { ...draft.memory, checkedVersion: context.topics.version };
    draft.trace({ kind: 'group-epoch-changed', group: group.groupId, epoch: group.epoch + 1 });
  }
  return draft.decide();
}

/** The coordinator has read the group back: every member gets a whole session to be heard of, and its time to give up what it has to. */
export function decideConsumerLoaded(group: ConsumerGroup, context: ConsumerContext): Decision<never> {
  const draft = new ConsumerDraft(group.groupId, context);
  for (const { memberId, state, rebalanceTimeoutMs } of group.members.values()) {
    draft.renewSession(memberId);
    if (state === 'unrevoked') draft.setTimer('rebalance', memberId, rebalanceTimeoutMs);
  }
  return draft.decide();
}
