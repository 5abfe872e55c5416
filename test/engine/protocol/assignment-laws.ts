import fc from 'fast-check';
import { expect } from 'vitest';

/** A small group at one moment: how many partitions its topics have, and who subscribes to what. */
export interface SmallGroup {
  readonly topics: ReadonlyMap<string, number>;
  readonly members: readonly { readonly memberId: string; readonly topics: readonly string[] }[];
}

/** By member, partitions as `topic-number`. */
export type Owned = ReadonlyMap<string, readonly string[]>;

const topicNames = ['a', 'b', 'c'];

/** At most 4 members and 6 partitions: few enough to compare with every assignment that there could be. */
export function smallGroups(subscriptions: 'equal' | 'any'): fc.Arbitrary<SmallGroup> {
  return fc
    .record({
      counts: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
      members: fc.uniqueArray(fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5', 'm6'), { minLength: 1, maxLength: 4 }),
      wants: fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), { minLength: 4, maxLength: 4 }),
    })
    .map(({ counts, members, wants }) => {
      let left = 6;
      const topics = new Map<string, number>();
      for (const [at, count] of counts.entries()) {
        if (left === 0) break;
        topics.set(topicNames[at] as string, Math.min(count, left));
        left -= Math.min(count, left);
      }
      const names = [...topics.keys()];
      const wanted = (at: number): string[] => names.filter((_, topic) => wants[at]?.[topic]);
      return {
        topics,
        members: members.map((memberId, at) => ({
          memberId,
          topics: subscriptions === 'equal' || wanted(at).length === 0 ? names : wanted(at),
        })),
      };
    });
}

/** Every subscribed partition has exactly one owner, and every owner subscribes to what it has. */
export function expectValid({ topics, members }: SmallGroup, assigned: Owned): void {
  const subscribed = [...topics]
    .filter(([topic]) => members.some((member) => member.topics.includes(topic)))
    .flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => `${topic}-${partition}`));
  expect([...assigned.values()].flat().sort(), 'complete and exclusive').toEqual(subscribed.sort());
  for (const [memberId, partitions] of assigned) {
    const member = members.find((each) => each.memberId === memberId);
    for (const partition of partitions) expect(member?.topics, memberId).toContain(topicOf(partition));
  }
}

/** Nobody has two partitions more than somebody else who could take one of them. */
export function expectBalanced({ members }: SmallGroup, assigned: Owned): void {
  for (const [owner, partitions] of assigned)
    for (const { memberId, topics } of members) {
      const couldTake = partitions.some((partition) => topics.includes(topicOf(partition)));
      if (memberId !== owner && couldTake)
        expect(partitions.length - (assigned.get(memberId)?.length ?? 0), `${owner} beside ${memberId}`).toBeLessThan(
          2,
        );
    }
}

/** No assignment that is as balanced would have left more partitions where they were. For members with equal subscriptions. */
export function expectSticky({ topics, members }: SmallGroup, before: Owned, after: Owned): void {
  const partitions = [...topics].flatMap(([topic, count]) =>
    Array.from({ length: count }, (_, partition) => `${topic}-${partition}`),
  );
  const ownerBefore = new Map([...before].flatMap(([memberId, owned]) => owned.map((each) => [each, memberId])));
  const stayed = [...after].flatMap(([memberId, owned]) => owned.filter((each) => ownerBefore.get(each) === memberId));
  expect(stayed.length, 'partitions that stay').toBe(mostThatCouldStay(partitions, members, ownerBefore));
}

/** By trying every balanced assignment. */
function mostThatCouldStay(
  partitions: readonly string[],
  members: SmallGroup['members'],
  ownerBefore: ReadonlyMap<string, string>,
): number {
  const most = Math.ceil(partitions.length / members.length);
  const least = Math.floor(partitions.length / members.length);
  const sizes = members.map(() => 0);
  const best = (at: number): number => {
    if (at === partitions.length) return sizes.every((size) => size >= least) ? 0 : -Infinity;
    let found = -Infinity;
    members.forEach(({ memberId }, member) => {
      if ((sizes[member] as number) === most) return;
      sizes[member] = (sizes[member] as number) + 1;
      const stays = ownerBefore.get(partitions[at] as string) === memberId ? 1 : 0;
      found = Math.max(found, stays + best(at + 1));
      sizes[member] = sizes[member] - 1;
    });
    return found;
  };
  return best(0);
}

function topicOf(partition: string): string {
  return partition.slice(0, partition.lastIndexOf('-'));
}

/** Partitions by topic, from their names. */
export function byTopic(partitions: readonly string[]): Map<string, number[]> {
  const topics = new Map<string, number[]>();
  for (const partition of partitions) {
    const topic = topicOf(partition);
    topics.set(topic, [...(topics.get(topic) ?? []), Number(partition.slice(topic.length + 1))]);
  }
  return topics;
}

/** The names of partitions by topic. */
export function named(assignments: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>): Owned {
  return new Map(
    [...assignments].map(([memberId, topics]) => [
      memberId,
      [...topics].flatMap(([topic, partitions]) => partitions.map((partition) => `${topic}-${partition}`)),
    ]),
  );
}
