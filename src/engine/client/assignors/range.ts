import type { Assignment, Assignor, MemberSubscription } from './assignor.js';

/**
 * Kafka's default (`RangeAssignor`): topic by topic, the members in order get consecutive partitions, the first ones one more if they don't come out
 * even. Partition n of all topics thus goes to one member, if they have equally many and equal subscribers. Racks are left out.
 */
export const rangeAssignor: Assignor = {
  name: 'range',
  assign(partitions, members) {
    const assignments = new Map(members.map(({ memberId }) => [memberId, new Map<string, readonly number[]>()]));
    const ordered = [...members].sort(compareMembers);
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
    return assignments satisfies ReadonlyMap<string, Assignment>;
  },
};

/** Static members come first, by their instance id; then the others by member id (`AbstractPartitionAssignor.MemberInfo`). */
function compareMembers(a: MemberSubscription, b: MemberSubscription): number {
  if (a.groupInstanceId !== null && b.groupInstanceId !== null)
    return compareText(a.groupInstanceId, b.groupInstanceId);
  if (a.groupInstanceId !== null) return -1;
  if (b.groupInstanceId !== null) return 1;
  return compareText(a.memberId, b.memberId);
}

/** By UTF-16 units, as Java compares. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
