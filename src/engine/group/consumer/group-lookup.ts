import type { ConsumerDraft } from './consumer-draft.js';
import { ConsumerGroup } from './consumer-group.js';
import type { KnownGroup } from './heartbeat.js';
import { refusal, type Refusal } from './refusal.js';
import { becomeConsumerGroup } from './upgrade.js';

/** The group that a member of the consumer protocol asks for. Whoever joins makes one, of an empty classic group too, or takes a classic group's members along. */
export function findOrMakeGroup(
  draft: ConsumerDraft,
  { classic, consumer }: KnownGroup,
  isJoining: boolean,
  memberId: string,
): ConsumerGroup | Refusal {
  const group = consumer ?? makeGroup(draft, classic, isJoining);
  return group instanceof ConsumerGroup ? (fullError(draft, group, memberId) ?? group) : group;
}

function makeGroup(draft: ConsumerDraft, classic: KnownGroup['classic'], isJoining: boolean): ConsumerGroup | Refusal {
  const { groupId } = draft;
  if (classic === undefined)
    return isJoining
      ? new ConsumerGroup(groupId)
      : refusal('GROUP_ID_NOT_FOUND', `Consumer group ${groupId} not found.`);
  if (!isJoining) return refusal('GROUP_ID_NOT_FOUND', `Group ${groupId} is not a consumer group.`);
  if (classic.state !== 'Empty') return becomeConsumerGroup(draft, classic);
  draft.record({ kind: 'group-metadata', groupId, value: null });
  draft.change = { kind: 'removal', groupId };
  return new ConsumerGroup(groupId);
}

/** Whoever is a member already stays one. */
export function fullError(draft: ConsumerDraft, group: ConsumerGroup, memberId: string): Refusal | undefined {
  const { maxSize } = draft.context.config;
  if (group.members.size < maxSize || group.members.has(memberId)) return undefined;
  return refusal(
    'GROUP_MAX_SIZE_REACHED',
    `The consumer group has reached its maximum capacity of ${maxSize} members.`,
  );
}
