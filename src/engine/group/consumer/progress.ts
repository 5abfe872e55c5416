import type { RegexEngine } from './consumer-context.js';
import type { ConsumerDraft } from './consumer-draft.js';
import { assignmentRecord, type ConsumerGroup } from './consumer-group.js';
import { sameNames, type ConsumerMember } from './consumer-member.js';
import { reconcile, type OwnedPartitions, type TargetAssignment } from './reconciliation.js';
import { isRefusal, type Refusal } from './refusal.js';
import { updateRegex } from './regular-expressions.js';
import { isHomogeneousGroup, isHomogeneousWith, metadataHash, topicCountsWith } from './subscribed-topics.js';

/** A member that was heard of. */
export interface MemberNews {
  /** As it was; a new one as it is before it says anything. */
  readonly before: ConsumerMember;
  /** With what it says now. */
  readonly after: ConsumerMember;
  /** What it says it owns; null: as it was told. */
  readonly owned: OwnedPartitions | null;
}

/** What news mean for the group. */
export interface Subscribed {
  readonly epoch: number;
  readonly hasSubscriptionChanged: boolean;
  /** Whether all are taken to subscribe to the same topics. As in Kafka a member that joins without changing what the group is about does not count yet. */
  readonly isHomogeneous: boolean;
}

/** The group has a new epoch if subscriptions or topics have changed; new regular expressions are looked at soon. */
export function subscribe(
  draft: ConsumerDraft,
  group: ConsumerGroup,
  { before, after }: MemberNews,
  regexes: RegexEngine | undefined,
): Subscribed | Refusal {
  const regex = updateRegex(group, before, after, draft.context, regexes);
  if (isRefusal(regex)) return regex;
  draft.record(...regex.records);
  if (regex.mustResolve) draft.resolveRegexes();
  const haveTopicsChanged = !sameNames(before.subscribedTopicNames, after.subscribedTopicNames);
  const mustBump = haveTopicsChanged || (regex.hasChanged && regex.isResolved);
  const isLookedAt = mustBump || draft.memory.checkedVersion !== draft.context.topics.version;
  return {
    epoch: isLookedAt ? updateEpoch(draft, group, before, after, mustBump) : group.epoch,
    hasSubscriptionChanged: haveTopicsChanged || regex.hasChanged,
    isHomogeneous: isLookedAt ? isHomogeneousWith(group, before, after) : isHomogeneousGroup(group),
  };
}

function updateEpoch(
  draft: ConsumerDraft,
  group: ConsumerGroup,
  before: ConsumerMember,
  after: ConsumerMember,
  mustBump: boolean,
): number {
  const { topics } = draft.context;
  const hash = metadataHash(topicCountsWith(group, before, after).keys(), topics);
  draft.memory = { ...draft.memory, checkedVersion: topics.version };
  if (!mustBump && hash === group.metadataHash) return group.epoch;
  const epoch = group.epoch + 1;
  draft.record({ kind: 'consumer-group', groupId: group.groupId, value: { epoch, metadataHash: hash } });
  draft.trace({ kind: 'group-epoch-changed', group: group.groupId, epoch });
  return epoch;
}

/** The member takes its next step towards the target, which is written down. Whoever has to give partitions up has its rebalance timeout for that. */
export function advance(
  draft: ConsumerDraft,
  group: ConsumerGroup,
  { after, owned }: MemberNews,
  target: TargetAssignment,
  { hasSubscriptionChanged }: Subscribed,
): ConsumerMember | Refusal {
  const member = reconcile(group, after, target, { owned, hasSubscriptionChanged }, draft.context.topics);
  if (isRefusal(member) || member === after) return member;
  const { memberId, memberEpoch, state, rebalanceTimeoutMs } = member;
  draft.record(assignmentRecord(group.groupId, member));
  draft.trace({ kind: 'member-epoch-changed', group: group.groupId, member: memberId, epoch: memberEpoch, state });
  // A classic member learns of it by its next heartbeat, and has its time from then on.
  if (member.classicMemberMetadata === null) {
    if (state === 'unrevoked') draft.setTimer('rebalance', memberId, rebalanceTimeoutMs);
    else draft.cancelTimer('rebalance', memberId);
  }
  return member;
}
