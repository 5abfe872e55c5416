import type { TraceEvent } from '../../environment/trace-events.js';
import type { Decision } from '../decision.js';
import type { ConsumerContext } from './consumer-context.js';
import { ConsumerDraft } from './consumer-draft.js';
import type { ConsumerGroup } from './consumer-group.js';
import type { ConsumerMember } from './consumer-member.js';
import { memberTombstones } from './consumer-record.js';
import { becomeClassicGroup, mayBecomeClassic } from './downgrade.js';
import { add, metadataHash, withoutRegex } from './subscribed-topics.js';

/** Why members are no longer in the group. */
export type Departure = Extract<TraceEvent, { kind: 'member-left' }>['reason'];

/**
 * Members are out of the group at once: the group has a new epoch, and what they had is free (Kafka's `consumerGroupFenceMembers`). If only members of the
 * classic protocol are left it becomes a classic group.
 */
export function fenceMembers(
  group: ConsumerGroup,
  members: readonly ConsumerMember[],
  reason: Departure,
  context: ConsumerContext,
): Decision<never> {
  const draft = new ConsumerDraft(group.groupId, context);
  if (members.length === 0) return draft.decide();
  const gone = new Set(members.map(({ memberId }) => memberId));
  for (const memberId of gone) draft.trace({ kind: 'member-left', group: group.groupId, member: memberId, reason });
  if (mayBecomeClassic(group, members, context))
    return becomeClassicGroup(draft, group, {
      gone,
      rebalance: `Downgrade group ${group.groupId} from consumer to classic for member leaving.`,
    });
  for (const memberId of gone) draft.record(...memberTombstones(group.groupId, memberId));
  const hash = metadataHash(topicsWithout(draft, group, members), context.topics);
  const epoch = group.epoch + 1;
  draft.record({ kind: 'consumer-group', groupId: group.groupId, value: { epoch, metadataHash: hash } });
  draft.trace({ kind: 'group-epoch-changed', group: group.groupId, epoch });
  for (const memberId of gone) draft.cancelTimersOf(memberId);
  return draft.decide();
}

/** The topics that are subscribed to then; regular expressions that nobody has any more are forgotten. */
function topicsWithout(
  draft: ConsumerDraft,
  group: ConsumerGroup,
  members: readonly ConsumerMember[],
): Iterable<string> {
  const counts = new Map(group.topicNames);
  const regexes = new Map<string, number>();
  for (const { subscribedTopicNames, subscribedTopicRegex: regex } of members) {
    for (const topic of subscribedTopicNames) add(counts, topic, { byName: -1, byRegex: 0 });
    if (regex !== '') regexes.set(regex, (regexes.get(regex) ?? 0) + 1);
  }
  for (const [regex, count] of regexes) {
    if (group.regexes.get(regex) !== count) continue;
    draft.record({ kind: 'consumer-regex', groupId: group.groupId, regex, value: null });
    withoutRegex(counts, group, regex);
  }
  return counts.keys();
}
