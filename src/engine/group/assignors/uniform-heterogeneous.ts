import { compareTopicIds } from '../../protocol/topic-id.js';
import { MemberBalancer } from './member-balancer.js';
import type { AssignableMember, TargetPartitions } from './server-assignor.js';

/** After so many rounds over all topics the assignment is taken as it is; two are enough as a rule. */
const maxRounds = 16;
const nobody = -1;

/**
 * Uniform, for members with different subscriptions: members keep what they have, what is left over goes to who has least of its topic's subscribers, then
 * partitions move, topic by topic, from who has most to who has least (Kafka's `UniformHeterogeneousAssignmentBuilder`).
 */
export function assignHeterogeneous(
  members: readonly AssignableMember[],
  partitionsOf: (topicId: string) => number,
): ReadonlyMap<string, TargetPartitions> {
  return new HeterogeneousAssignment(members, partitionsOf).assign();
}

/** Members are known by their number in the list. */
class HeterogeneousAssignment {
  readonly #members: readonly AssignableMember[];
  readonly #subscribers = new Map<string, number[]>();
  /** Who has each partition of a topic. */
  readonly #owners = new Map<string, number[]>();
  readonly #sizes: number[];

  constructor(members: readonly AssignableMember[], partitionsOf: (topicId: string) => number) {
    this.#members = members;
    this.#sizes = members.map(() => 0);
    members.forEach(({ topicIds, target }, member) => {
      for (const topicId of topicIds) {
        const subscribers = this.#subscribers.get(topicId);
        if (subscribers !== undefined) subscribers.push(member);
        else this.#subscribers.set(topicId, [member]);
        let owners = this.#owners.get(topicId);
        if (owners === undefined)
          this.#owners.set(topicId, (owners = Array.from({ length: partitionsOf(topicId) }, () => nobody)));
        for (const partition of target.get(topicId) ?? []) {
          owners[partition] = member;
          this.#sizes[member] = this.#size(member) + 1;
        }
      }
    });
  }

  assign(): ReadonlyMap<string, TargetPartitions> {
    if (this.#owners.size === 0) return new Map();
    const topicIds = [...this.#owners.keys()].sort((a, b) => this.#compareTopics(a, b));
    const balancer = new MemberBalancer(this.#sizes);
    for (const topicId of topicIds) this.#assignRest(topicId, balancer);
    this.#balance(
      topicIds.filter((topicId) => this.#subscribersOf(topicId).length >= 2),
      balancer,
    );
    return this.#result();
  }

  #size(member: number): number {
    return this.#sizes[member] as number;
  }

  #subscribersOf(topicId: string): readonly number[] {
    return this.#subscribers.get(topicId) as number[];
  }

  #ownersOf(topicId: string): number[] {
    return this.#owners.get(topicId) as number[];
  }

  /** Those with the most partitions for each subscriber first, then those with the fewest subscribers. */
  #compareTopics(a: string, b: string): number {
    const [subscribersA, subscribersB] = [this.#subscribersOf(a).length, this.#subscribersOf(b).length];
    const difference = this.#ownersOf(b).length / subscribersB - this.#ownersOf(a).length / subscribersA;
    return difference || subscribersA - subscribersB || compareTopicIds(a, b);
  }

  #assignRest(topicId: string, balancer: MemberBalancer): void {
    const owners = this.#ownersOf(topicId);
    if (!owners.includes(nobody)) return;
    balancer.begin(this.#subscribersOf(topicId));
    owners.forEach((owner, partition) => {
      if (owner === nobody) this.#give(topicId, partition, balancer.nextLeastLoaded());
    });
  }

  #give(topicId: string, partition: number, member: number): void {
    const owners = this.#ownersOf(topicId);
    const owner = owners[partition] as number;
    if (owner !== nobody) this.#sizes[owner] = this.#size(owner) - 1;
    owners[partition] = member;
    this.#sizes[member] = this.#size(member) + 1;
  }

  /** Round and round the topics, until a whole round has changed nothing. */
  #balance(topicIds: readonly string[], balancer: MemberBalancer): void {
    let lastChanged = -1;
    for (let round = 0; round < maxRounds; round += 1) {
      for (const [at, topicId] of topicIds.entries()) {
        if (at === lastChanged) return;
        if (this.#balanceTopic(topicId, balancer) || lastChanged === -1) lastChanged = at;
      }
    }
  }

  /** Tells whether anything was moved. */
  #balanceTopic(topicId: string, balancer: MemberBalancer): boolean {
    if (balancer.begin(this.#subscribersOf(topicId)) <= 1) return false;
    const owners = this.#ownersOf(topicId);
    const toGive = new Map<number, number[]>();
    owners.forEach((owner, partition) => {
      const partitions = toGive.get(owner);
      if (partitions === undefined) toGive.set(owner, [partition]);
      else partitions.push(partition);
    });
    let hasMoved = false;
    while (!balancer.isBalanced()) {
      let giver = balancer.nextMostLoaded();
      while (giver !== undefined && (toGive.get(giver) ?? []).length === 0) {
        balancer.excludeMostLoaded();
        giver = balancer.nextMostLoaded();
      }
      if (giver === undefined) break;
      const partition = (toGive.get(giver) as number[]).pop() as number;
      const taker = balancer.nextLeastLoaded();
      // The next one may have as many already.
      if (balancer.isBalanced()) break;
      this.#give(topicId, partition, taker);
      hasMoved = true;
    }
    return hasMoved;
  }

  #result(): ReadonlyMap<string, TargetPartitions> {
    const result = this.#members.map(({ memberId }) => [memberId, new Map<string, number[]>()] as const);
    for (const [topicId, owners] of this.#owners) {
      owners.forEach((owner, partition) => {
        const assigned = result[owner]?.[1];
        const ofTopic = assigned?.get(topicId);
        if (ofTopic === undefined) assigned?.set(topicId, [partition]);
        else ofTopic.push(partition);
      });
    }
    return new Map(result);
  }
}
