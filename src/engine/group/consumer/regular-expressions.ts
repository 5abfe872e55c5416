import type { ConsumerContext, RegexEngine } from './consumer-context.js';
import type { ConsumerGroup } from './consumer-group.js';
import type { ConsumerMember } from './consumer-member.js';
import type { ConsumerRecord, ResolvedRegex } from './consumer-record.js';
import { refusal, type Refusal } from './refusal.js';
import { add, metadataHash, regexCountsWith } from './subscribed-topics.js';

/** A group's regular expressions are looked at again at most this often. */
const minRefreshIntervalMs = 10_000;

/** What a member's new regular expression, or none, means for its group. */
export interface RegexUpdate {
  readonly hasChanged: boolean;
  /** It is known which topics the member subscribes to now. */
  readonly isResolved: boolean;
  /** The topics that match have to be looked for. */
  readonly mustResolve: boolean;
  readonly records: readonly ConsumerRecord[];
}

/**
 * Checks a new regular expression, and whether it is time to look for topics that match: for new expressions, for topics that have come, and now and then
 * (Kafka's `maybeUpdateRegularExpressions`). `regexes` is there if a member has sent an expression.
 */
export function updateRegex(
  group: ConsumerGroup,
  before: ConsumerMember,
  after: ConsumerMember,
  { config, topics, memory, now }: ConsumerContext,
  regexes: RegexEngine | undefined,
): RegexUpdate | Refusal {
  const [old, regex] = [before.subscribedTopicRegex, after.subscribedTopicRegex];
  const hasChanged = old !== regex;
  const records: ConsumerRecord[] = [];
  let isResolved = false;
  let mustResolve = false;
  if (hasChanged) {
    if (old !== '' && group.regexes.get(old) === 1)
      records.push({ kind: 'consumer-regex', groupId: group.groupId, regex: old, value: null });
    if (regex === '') isResolved = true;
    else if (group.regexes.has(regex)) isResolved = group.resolvedRegexes.has(regex);
    else {
      const error = regexes?.error(regex);
      if (error !== undefined)
        return refusal(
          'INVALID_REGULAR_EXPRESSION',
          `SubscribedTopicRegex \`${regex}\` is not a valid regular expression: ${error}.`,
        );
      mustResolve = true;
    }
  }
  const update = { hasChanged, isResolved, records };
  if ((!mustResolve && group.regexes.size === 0) || memory.isResolving) return { ...update, mustResolve: false };
  const last = lastRefresh(group);
  if (last !== undefined && now <= last.timestamp + minRefreshIntervalMs) return { ...update, mustResolve: false };
  const wanted = regexCountsWith(group, before, after);
  const isStale =
    mustResolve ||
    wanted.size !== group.resolvedRegexes.size ||
    (last?.version ?? 0) < topics.lastCreation ||
    last === undefined ||
    now > last.timestamp + config.regexRefreshIntervalMs;
  return { ...update, mustResolve: isStale && wanted.size > 0 };
}

/** All expressions of a group are looked at together, so that one of them tells when that was. */
function lastRefresh(group: ConsumerGroup): ResolvedRegex | undefined {
  for (const resolved of group.resolvedRegexes.values()) return resolved;
  return undefined;
}

/** Looks for the topics that a group's regular expressions match. If others match than before the group has a new epoch (Kafka's `handleRegularExpressionsResult`). */
export function resolveRegexes(
  group: ConsumerGroup,
  { topics, now }: Pick<ConsumerContext, 'topics' | 'now'>,
  regexes: RegexEngine,
): ConsumerRecord[] {
  const { groupId } = group;
  const counts = new Map(group.topicNames);
  const records: ConsumerRecord[] = [];
  let hasChanged = false;
  for (const regex of group.regexes.keys()) {
    const before = group.resolvedRegexes.get(regex)?.topics ?? [];
    const matching = regexes.matching(regex, topics.names).sort();
    if (before.length !== matching.length || before.some((topic, at) => topic !== matching[at])) {
      hasChanged = true;
      for (const topic of before) add(counts, topic, { byName: 0, byRegex: -1 });
      for (const topic of matching) add(counts, topic, { byName: 0, byRegex: 1 });
    }
    const value = { topics: matching, version: topics.version, timestamp: now };
    records.push({ kind: 'consumer-regex', groupId, regex, value });
  }
  const hash = metadataHash(counts.keys(), topics);
  if (hasChanged || hash !== group.metadataHash)
    records.push({ kind: 'consumer-group', groupId, value: { epoch: group.epoch + 1, metadataHash: hash } });
  return records;
}
