import { inHashMapOrder, javaHash } from '../../protocol/java-hash.js';
import type { Assignment, MemberSubscription } from './assignor.js';
import type { AssignablePartition, PartitionTable } from './partition-table.js';

/** A member with what it says it owned, and since which generation; -1 if it does not say. */
export interface Claimant {
  readonly member: MemberSubscription;
  readonly partitions: Assignment;
  readonly generationId: number;
}

/** What a group's members may keep of what they say they own. */
export interface StickyClaims {
  /** By member. A member that claims nothing is in it too. */
  readonly owned: ReadonlyMap<string, AssignablePartition[]>;
  /** Claimed by several members of one generation: nobody keeps them. */
  readonly disputed: ReadonlySet<AssignablePartition>;
  /** For partitions that somebody claimed in an older generation than the group's: who, in the newest of those. */
  readonly former: ReadonlyMap<AssignablePartition, string>;
  readonly haveEqualSubscriptions: boolean;
}

/** Hears the claims: of two members the one of the newer generation keeps a partition, of the same generation neither (KAFKA-12984). */
export function judgeClaims(claimants: readonly Claimant[], table: PartitionTable): StickyClaims {
  const inOrder = inHashMapOrder(claimants, ({ member }) => javaHash(member.memberId));
  const subscriptionGeneration = new Map(claimants.map(({ member }) => [member.memberId, member.generationId]));
  const owned = new Map<string, AssignablePartition[]>();
  const disputed = new Set<AssignablePartition>();
  const claimedBy = new Map<AssignablePartition, string>();
  for (const { member, partitions, generationId } of inOrder) {
    const mine: AssignablePartition[] = [];
    owned.set(member.memberId, mine);
    for (const partition of table.in(partitions)) {
      const other = claimedBy.get(partition);
      if (other === undefined) {
        mine.push(partition);
        claimedBy.set(partition, member.memberId);
        continue;
      }
      const otherGeneration = subscriptionGeneration.get(other) as number;
      if (generationId < otherGeneration) continue;
      remove(owned.get(other) as AssignablePartition[], partition);
      claimedBy.set(partition, member.memberId);
      if (generationId === otherGeneration) disputed.add(partition);
      else mine.push(partition);
    }
  }
  return {
    owned,
    disputed,
    former: formerOwners(inOrder, table),
    haveEqualSubscriptions: haveEqualSubscriptions(inOrder),
  };
}

function formerOwners(claimants: readonly Claimant[], table: PartitionTable): ReadonlyMap<AssignablePartition, string> {
  const newest = Math.max(-1, ...claimants.map(({ generationId }) => generationId));
  const former = new Map<AssignablePartition, { memberId: string; generationId: number }>();
  for (const { member, partitions, generationId } of claimants) {
    if (generationId >= newest) continue;
    for (const partition of table.in(partitions)) {
      const known = former.get(partition);
      // Kafka would give a partition back to a member that no longer subscribes to its topic.
      if (member.topics.includes(partition.topic) && (known === undefined || generationId > known.generationId))
        former.set(partition, { memberId: member.memberId, generationId });
    }
  }
  return new Map([...former].map(([partition, { memberId }]) => [partition, memberId]));
}

function haveEqualSubscriptions(claimants: readonly Claimant[]): boolean {
  const first = new Set(claimants[0]?.member.topics);
  return claimants.every(({ member: { topics } }) => topics.length === first.size && topics.every((t) => first.has(t)));
}

function remove<Each>(list: Each[], each: Each): void {
  const at = list.indexOf(each);
  if (at >= 0) list.splice(at, 1);
}
