import type { Millis } from '../environment/environment.js';
import { consumerProtocolType } from '../protocol/consumer-protocol.js';
import type { ClassicGroup } from './classic-group.js';
import { ConsumerGroup } from './consumer/consumer-group.js';
import { isSubscribedTo } from './consumer-subscription.js';
import type { Decision } from './decision.js';
import { removal } from './group-deletion.js';
import type { CommittedOffset, GroupRecord } from './group-record.js';
import type { StoredGroup } from './stored-groups.js';

/**
 * Forgets the offsets that nobody has needed for the retention, and a group without members that has none left (Kafka's `cleanupGroupMetadata`). Undefined when
 * there is nothing to do.
 */
export function decideOffsetExpiry(
  group: ClassicGroup | ConsumerGroup,
  stored: StoredGroup | undefined,
  retentionMs: Millis,
  now: Millis,
): Decision<never> | undefined {
  const unusedSince = expiryCondition(group);
  const expired: GroupRecord[] = [];
  let isAnyLeft = false;
  for (const [topic, partitions] of stored?.offsets ?? []) {
    const canExpire = unusedSince !== undefined && !isSubscribedTo(group, topic);
    for (const [partition, committed] of partitions) {
      if (canExpire && isExpired(committed, unusedSince, retentionMs, now))
        expired.push({ kind: 'offset-commit', groupId: group.groupId, topic, partition, value: null });
      else isAnyLeft = true;
    }
  }
  if (!isAnyLeft && group.state === 'Empty') return removal(group, expired, 'expired');
  return expired.length === 0 ? undefined : { records: expired, answers: [], timers: [], events: [] };
}

/**
 * Since when an offset of the group is of no use; undefined while none may expire. While a group rebalances nobody knows what its members will
 * subscribe to (KAFKA-13636).
 */
function expiryCondition(group: ClassicGroup | ConsumerGroup): ((committed: CommittedOffset) => Millis) | undefined {
  const sinceCommit = ({ commitTimestamp }: CommittedOffset): Millis => commitTimestamp;
  if (group instanceof ConsumerGroup || group.protocolType === null) return sinceCommit;
  if (group.state === 'Empty') return (committed) => group.stateTimestamp ?? committed.commitTimestamp;
  const isConsumer = group.protocolType === consumerProtocolType && group.subscribedTopics !== undefined;
  return isConsumer && group.state === 'Stable' ? sinceCommit : undefined;
}

/** A retention that an old client has asked for goes before the group's; -1 says that it has not (KAFKA-8069). */
function isExpired(
  committed: CommittedOffset,
  unusedSince: (committed: CommittedOffset) => Millis,
  retentionMs: Millis,
  now: Millis,
): boolean {
  if (committed.expireTimestamp !== -1) return now >= committed.expireTimestamp;
  return now - unusedSince(committed) >= retentionMs;
}
