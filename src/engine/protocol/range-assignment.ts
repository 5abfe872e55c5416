import { compareMembers, type OrderedMember } from './member-order.js';

/** A member with the topics that it subscribes to, by name or by id. */
export interface RangeMember extends OrderedMember {
  readonly topics: readonly string[];
}

/**
 * Kafka's range rule, which holds for the client's assignor and for the broker's: topic by topic, the members in order get consecutive partitions, the
 * first ones one more if they don't come out even. `partitions` counts those of each topic.
 */
export function assignRanges(
  partitions: Iterable<readonly [string, number]>,
  members: readonly RangeMember[],
): Map<string, Map<string, readonly number[]>> {
  const ordered = [...members].sort(compareMembers);
  const assignments = new Map(members.map(({ memberId }) => [memberId, new Map<string, readonly number[]>()]));
  for (const [topic, count] of partitions) {
    const subscribers = ordered.filter(({ topics }) => topics.includes(topic));
    let next = 0;
    subscribers.forEach(({ memberId }, index) => {
      const share = Math.floor(count / subscribers.length) + (index < count % subscribers.length ? 1 : 0);
      if (share === 0) return;
      const first = next;
      assignments.get(memberId)?.set(
        topic,
        Array.from({ length: share }, (_, at) => first + at),
      );
      next += share;
    });
  }
  return assignments;
}
