import { crc32c } from '../../protocol/crc32c.js';
import { javaHash } from '../../protocol/java-hash.js';
import { compareText } from '../../protocol/member-order.js';
import type { TopicsView } from './consumer-context.js';
import { isKnown, type ConsumerGroup, type SubscriptionCount } from './consumer-group.js';
import type { ConsumerMember } from './consumer-member.js';

type Counts = Map<string, SubscriptionCount>;

/** The ids of the topics that a member subscribes to, by name or by regular expression, and that exist. */
export function subscribedTopicIds(
  group: Pick<ConsumerGroup, 'resolvedRegexes'>,
  member: Pick<ConsumerMember, 'subscribedTopicNames' | 'subscribedTopicRegex'>,
  topics: TopicsView,
): string[] {
  const matched = group.resolvedRegexes.get(member.subscribedTopicRegex)?.topics ?? [];
  const names = new Set([...member.subscribedTopicNames, ...matched]);
  return [...names].flatMap((name) => topics.topic(name)?.topicId ?? []);
}

/** How often each topic is subscribed to if `before` becomes `after`; undefined for a member that comes or goes. */
export function topicCountsWith(
  group: ConsumerGroup,
  before: ConsumerMember | undefined,
  after: ConsumerMember | undefined,
): Counts {
  const counts = new Map(group.topicNames);
  for (const topic of before?.subscribedTopicNames ?? []) add(counts, topic, { byName: -1, byRegex: 0 });
  for (const topic of after?.subscribedTopicNames ?? []) add(counts, topic, { byName: 1, byRegex: 0 });
  const regex = before?.subscribedTopicRegex ?? '';
  // The last one who had the expression takes what it matched along.
  if (regex !== '' && regex !== after?.subscribedTopicRegex && group.regexes.get(regex) === 1)
    withoutRegex(counts, group, regex);
  return counts;
}

/** Takes away what a regular expression matched. */
export function withoutRegex(counts: Counts, group: ConsumerGroup, regex: string): void {
  for (const topic of group.resolvedRegexes.get(regex)?.topics ?? []) add(counts, topic, { byName: 0, byRegex: -1 });
}

/** Changes how often a topic is subscribed to. */
export function add(counts: Counts, topic: string, by: SubscriptionCount): void {
  const known = counts.get(topic) ?? { byName: 0, byRegex: 0 };
  const next = { byName: known.byName + by.byName, byRegex: known.byRegex + by.byRegex };
  if (next.byName === 0 && next.byRegex === 0) counts.delete(topic);
  else counts.set(topic, next);
}

/** How many members subscribe by each regular expression if `before` becomes `after`. */
export function regexCountsWith(
  group: ConsumerGroup,
  before: ConsumerMember | undefined,
  after: ConsumerMember | undefined,
): ReadonlyMap<string, number> {
  const counts = new Map(group.regexes);
  for (const [member, by] of [
    [before, -1],
    [after, 1],
  ] as const) {
    const regex = member?.subscribedTopicRegex ?? '';
    if (regex === '') continue;
    const next = (counts.get(regex) ?? 0) + by;
    if (next === 0) counts.delete(regex);
    else counts.set(regex, next);
  }
  return counts;
}

/** Whether all members subscribe to the same topics if `before` becomes `after` (Kafka's `SubscriptionType`). */
export function isHomogeneousWith(group: ConsumerGroup, before: ConsumerMember, after: ConsumerMember): boolean {
  const memberCount = group.members.size + (isKnown(group, after) ? 0 : 1);
  return isHomogeneous(regexCountsWith(group, before, after), topicCountsWith(group, before, after), memberCount);
}

/** Whether all members of a group as it is subscribe to the same topics. */
export function isHomogeneousGroup({ regexes, topicNames, members }: ConsumerGroup): boolean {
  return isHomogeneous(regexes, topicNames, members.size);
}

function isHomogeneous(
  regexes: ReadonlyMap<string, number>,
  topicNames: ReadonlyMap<string, SubscriptionCount>,
  memberCount: number,
): boolean {
  const counts = [...topicNames.values()];
  if (regexes.size === 0) return counts.every(({ byName }) => byName === memberCount);
  const [ofFirst] = regexes.values();
  return ofFirst === memberCount && counts.every(({ byName, byRegex }) => byRegex === 1 && byName <= 0);
}

/**
 * Says which topics exist of those that are subscribed to, and how many partitions each has: another number, another assignment. 0 for none. Kafka hashes in
 * another way; the number means something to the coordinator that wrote it only.
 */
export function metadataHash(topicNames: Iterable<string>, topics: TopicsView): bigint {
  const known = [...topicNames].sort(compareText).flatMap((name) => topics.topic(name) ?? []);
  if (known.length === 0) return 0n;
  const text = known.map(({ topicId, partitions }) => `${topicId}:${partitions}`).join();
  const bytes = new TextEncoder().encode(text);
  return BigInt.asIntN(64, (BigInt(javaHash(text)) << 32n) | BigInt(crc32c(bytes, 0, bytes.length))) || 1n;
}
