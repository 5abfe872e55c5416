import type { MemberSubscription } from './assignor.js';
import { compareText } from '../../protocol/member-order.js';
import { PartitionMovements } from './partition-movements.js';
import type { AssignablePartition, PartitionTable } from './partition-table.js';
import type { StickyClaims } from './sticky-claims.js';

type Assigned = Map<string, Set<AssignablePartition>>;

/**
 * Sticky, for members with different subscriptions: everybody keeps what it owned, the rest goes to who has least, then partitions move as long as that
 * makes the assignment more even (Kafka's `GeneralAssignmentBuilder`).
 */
export function assignGeneral(
  table: PartitionTable,
  claims: StickyClaims,
  members: readonly MemberSubscription[],
): ReadonlyMap<string, Iterable<AssignablePartition>> {
  return new GeneralAssignment(table, claims, members).assign();
}

class GeneralAssignment {
  readonly #table: PartitionTable;
  readonly #former: ReadonlyMap<AssignablePartition, string>;
  readonly #topicsOf = new Map<string, readonly string[]>();
  readonly #subscribersOf = new Map<string, string[]>();
  readonly #assigned: Assigned = new Map();
  readonly #owner = new Map<AssignablePartition, string>();
  readonly #movements = new PartitionMovements();
  /** Members whose assignment may change, least loaded first. */
  #loaded: string[] = [];
  #mustRevoke = false;

  constructor(table: PartitionTable, claims: StickyClaims, members: readonly MemberSubscription[]) {
    this.#table = table;
    this.#former = claims.former;
    for (const topic of table.topics) this.#subscribersOf.set(topic, []);
    const topicsOf = new Map(members.map(({ memberId, topics }) => [memberId, topics]));
    for (const [memberId, owned] of claims.owned) {
      const topics = (topicsOf.get(memberId) ?? []).filter((topic) => table.has(topic));
      this.#topicsOf.set(memberId, topics);
      for (const topic of topics) this.#subscribersOf.get(topic)?.push(memberId);
      const keeps = owned.filter(({ topic }) => topics.includes(topic));
      if (keeps.length < owned.length) this.#mustRevoke = true;
      this.#assigned.set(memberId, new Set(keeps));
      for (const partition of keeps) this.#owner.set(partition, memberId);
    }
  }

  assign(): ReadonlyMap<string, Iterable<AssignablePartition>> {
    const subscribers = (topic: string): readonly string[] => this.#subscribersOf.get(topic) as string[];
    // Topics with the fewest subscribers first: they leave the least choice.
    const all = this.#table.topics
      .sort((a, b) => subscribers(a).length - subscribers(b).length || compareText(a, b))
      .flatMap((topic) => this.#table.of(topic));
    const unassigned = all.filter((partition) => !this.#owner.has(partition));
    this.#loaded = [...this.#assigned.keys()];
    this.#sortLoaded();
    const isFirst = this.#sizeOf(this.#loaded.at(-1) as string) === 0;
    for (const partition of unassigned) this.#giveToLeastLoaded(partition);

    const canMove = ({ topic }: AssignablePartition): boolean => subscribers(topic).length >= 2;
    const fixed = this.#setFixedAside();
    const before = copyOf(this.#assigned);
    if (!this.#mustRevoke) this.#even(unassigned.filter(canMove));
    const hasChanged = this.#even(all.filter(canMove));
    const isBetter = imbalance(this.#assigned) < imbalance(before);
    return new Map([...(isFirst || !hasChanged || isBetter ? this.#assigned : before), ...fixed]);
  }

  #sizeOf(memberId: string): number {
    return (this.#assigned.get(memberId) as Set<AssignablePartition>).size;
  }

  #sortLoaded(): void {
    this.#loaded.sort((a, b) => this.#sizeOf(a) - this.#sizeOf(b) || compareText(a, b));
  }

  #giveToLeastLoaded(partition: AssignablePartition): void {
    const memberId = this.#leastLoadedSubscriber(partition.topic);
    if (memberId === undefined) return;
    this.#assigned.get(memberId)?.add(partition);
    this.#owner.set(partition, memberId);
    this.#sortLoaded();
  }

  #leastLoadedSubscriber(topic: string): string | undefined {
    return this.#loaded.find((memberId) => this.#topicsOf.get(memberId)?.includes(topic));
  }

  /** Takes those out whose assignment cannot become better: they have all that they could have, and nobody else could have it. */
  #setFixedAside(): Assigned {
    const fixed: Assigned = new Map();
    for (const [memberId, partitions] of this.#assigned) {
      const isMovable = ({ topic }: AssignablePartition): boolean =>
        (this.#subscribersOf.get(topic) as string[]).length >= 2;
      if (partitions.size < this.#mostFor(memberId) || [...partitions].some(isMovable)) continue;
      fixed.set(memberId, partitions);
    }
    for (const memberId of fixed.keys()) this.#assigned.delete(memberId);
    this.#loaded = this.#loaded.filter((memberId) => !fixed.has(memberId));
    return fixed;
  }

  #mostFor(memberId: string): number {
    return (this.#topicsOf.get(memberId) ?? []).reduce((sum, topic) => sum + this.#table.of(topic).length, 0);
  }

  /** Moves partitions from who has more to who has less, in rounds, until nothing changes any more; tells whether anything was moved. */
  #even(partitions: readonly AssignablePartition[]): boolean {
    let hasMoved = false;
    for (let isModified = true; isModified;) {
      isModified = false;
      for (const partition of partitions) {
        if (this.#isBalanced()) break;
        if (!this.#moveOnce(partition)) continue;
        isModified = true;
        hasMoved = true;
      }
    }
    return hasMoved;
  }

  #moveOnce(partition: AssignablePartition): boolean {
    const owner = this.#owner.get(partition) as string;
    const hasRoomBeside = (memberId: string): boolean =>
      this.#assigned.has(memberId) && this.#sizeOf(owner) > this.#sizeOf(memberId) + 1;
    const former = this.#former.get(partition);
    if (former !== undefined && hasRoomBeside(former)) {
      this.#move(partition, former);
      return true;
    }
    if (!this.#subscribersOf.get(partition.topic)?.some(hasRoomBeside)) return false;
    this.#move(partition, this.#leastLoadedSubscriber(partition.topic) as string);
    return true;
  }

  #move(wanted: AssignablePartition, to: string): void {
    const partition = this.#movements.toMoveInsteadOf(wanted, this.#owner.get(wanted) as string, to);
    const from = this.#owner.get(partition) as string;
    this.#movements.note(partition, from, to);
    this.#assigned.get(from)?.delete(partition);
    this.#assigned.get(to)?.add(partition);
    this.#owner.set(partition, to);
    this.#sortLoaded();
  }

  /** Whether nobody could take a partition from somebody who has at least two more. */
  #isBalanced(): boolean {
    const [least, most] = [this.#loaded[0], this.#loaded.at(-1)];
    if (least === undefined || most === undefined || this.#sizeOf(least) >= this.#sizeOf(most) - 1) return true;
    const largestOwner = new Map<string, number>();
    for (const partitions of this.#assigned.values())
      for (const { topic } of partitions)
        largestOwner.set(topic, Math.max(largestOwner.get(topic) ?? 0, partitions.size));
    return this.#loaded.every((memberId) =>
      this.#topicsOf.get(memberId)?.every((topic) => (largestOwner.get(topic) ?? 0) <= this.#sizeOf(memberId) + 1),
    );
  }
}

function copyOf(assigned: Assigned): Assigned {
  return new Map([...assigned].map(([memberId, partitions]) => [memberId, new Set(partitions)]));
}

/** The sum of all differences between two members' numbers: 0 if all have equally many. */
function imbalance(assigned: Assigned): number {
  const sizes = [...assigned.values()].map(({ size }) => size).sort((a, b) => a - b);
  // In ascending order the nth size is the larger of n pairs, and the smaller of all others.
  return sizes.reduce((sum, size, at) => sum + size * (2 * at - sizes.length + 1), 0);
}
