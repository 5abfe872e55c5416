import fc from 'fast-check';
import type { consumerCommitError } from '../../../../src/engine/group/consumer/commit.js';
import type { ConsumerGroup } from '../../../../src/engine/group/consumer/consumer-group.js';
import type { decideConsumerHeartbeat } from '../../../../src/engine/group/consumer/heartbeat.js';
import { compacted, ConsumerGroupBench, trueRules } from './consumer-group-bench.js';
import { ModelConsumer, setOf, type Partitions } from './model-consumer.js';

/** What happens next to a group. `who` is one of its four members, of which the first two are static. */
export type Step =
  | { readonly do: 'heartbeat'; readonly who: number; readonly isLost: boolean; readonly follows: boolean }
  | { readonly do: 'leave'; readonly who: number; readonly epoch: -1 | -2 }
  | {
      readonly do: 'subscribe';
      readonly who: number;
      readonly topics: readonly string[];
      readonly regex: string | null;
    }
  | { readonly do: 'topic'; readonly name: string; readonly partitions: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'crash'; readonly isCompacted: boolean };

const members = 4;
export const who = fc.nat(members - 1);
const name = fc.constantFrom('a', 'b', 'c');
const heartbeat = fc.record({
  do: fc.constant('heartbeat' as const),
  who,
  isLost: fc.nat(7).map((chance) => chance === 0),
  follows: fc.boolean(),
});
export const steps = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: heartbeat },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('leave' as const),
        who,
        epoch: fc.constantFrom(-1 as const, -2 as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('subscribe' as const),
        who,
        topics: fc.uniqueArray(name, { maxLength: 3 }),
        regex: fc.constantFrom(null, null, '[ab]', 'c+'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('topic' as const), name, partitions: fc.nat(5) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(100, 2000, 11_000, 50_000) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), isCompacted: fc.boolean() }) },
  ),
  { minLength: 20, maxLength: 60 },
);

/** A group of which two members are static, and what its members did. */
export class Life {
  readonly bench: ConsumerGroupBench;
  readonly consumers: readonly ModelConsumer[];
  /** What the member that was heard of last said that it owned, and in which epoch it was before. */
  reported: Partitions = new Set();
  epochBefore = 0;

  constructor(rules = trueRules) {
    this.bench = new ConsumerGroupBench({}, rules);
    for (const [topic, partitions] of [
      ['a', 3],
      ['b', 2],
    ] as const)
      this.bench.topics.set(topic, partitions);
    this.consumers = Array.from(
      { length: members },
      (_, at) => new ModelConsumer(this.bench, `m${at}`, ['a'], at < 2 ? `i${at}` : null),
    );
  }

  take(step: Step): ReturnType<ModelConsumer['heartbeat']> | undefined {
    const { bench } = this;
    switch (step.do) {
      case 'heartbeat': {
        const consumer = this.consumers[step.who] as ModelConsumer;
        this.reported = consumer.epoch === 0 ? new Set() : consumer.owned;
        this.epochBefore = bench.group?.members.get(consumer.memberId)?.memberEpoch ?? 0;
        const answer = consumer.heartbeat(step.isLost);
        if (step.follows) consumer.follow();
        return answer;
      }
      case 'leave': {
        const consumer = this.consumers[step.who] as ModelConsumer;
        if (consumer.epoch > 0) consumer.leave(consumer.instanceId === null ? -1 : step.epoch);
        return undefined;
      }
      case 'subscribe':
        this.consumers[step.who]?.subscribe(step.topics, step.regex);
        return undefined;
      case 'topic':
        bench.topics.set(step.name, step.partitions);
        return undefined;
      case 'pass':
        bench.pass(step.ms);
        return undefined;
      case 'crash':
        bench.crash(step.isCompacted ? compacted(bench.log) : bench.log);
        return undefined;
    }
  }

  /** Nothing is disturbed any more: everybody is heard of often. How many rounds it took until nothing changed; undefined if that never came. */
  settle(longest: number): number | undefined {
    const settled = () => {
      const { group } = this.bench;
      return group?.state === 'Stable' && this.consumers.every(({ epoch }) => epoch === group.epoch);
    };
    for (let round = 0; round < longest; round++) {
      // Regular expressions are looked at after the heartbeat that brought them, and at most every ten seconds.
      this.bench.pass(11_000);
      for (const consumer of this.consumers) {
        consumer.heartbeat();
        consumer.follow();
      }
      if (round > 2 && settled()) return round;
    }
    return undefined;
  }
}

/** GRN-5: a commit counts if, and only if, its member has had the partitions since its epoch or before (KIP-1251). */
export function commitRule(commitError: typeof consumerCommitError) {
  return fc.property(steps, who, fc.integer({ min: -3, max: 2 }), fc.nat(4), (plan, at, behind, partition) => {
    const life = new Life();
    const since = new Map<string, Map<string, number>>();
    const { bench } = life;
    for (const step of plan) {
      life.take(step);
      // What the members had after each step tells in which epoch each of them got what it has.
      for (const id of [...since.keys()]) if (bench.group?.members.has(id) !== true) since.delete(id);
      for (const member of bench.group?.members.values() ?? []) {
        const had = since.get(member.memberId) ?? new Map<string, number>();
        const has = new Set([
          ...setOf(keysOf(member.assignedPartitions)),
          ...setOf(keysOf(member.partitionsPendingRevocation)),
        ]);
        const epochs = [...has].map((place) => [place, had.get(place) ?? member.memberEpoch] as const);
        since.set(member.memberId, new Map(epochs));
      }
    }
    const { group, topics } = bench;
    const topicId = topics.topic('a')?.topicId;
    const member = group?.members.get(`m${at}`);
    if (group === undefined || topicId === undefined || member === undefined || member.memberEpoch <= 0) return;
    const memberEpoch = Math.max(member.memberEpoch + behind, 0);
    const error = commitError(group, {
      memberId: member.memberId,
      memberEpoch,
      knowsMemberEpochs: true,
      partitions: [{ topicId, partition }],
    });
    const got = since.get(member.memberId)?.get(`${topicId}/${partition}`);
    const isOwner = got !== undefined && got <= memberEpoch && memberEpoch < member.memberEpoch;
    const expected = isOwner || memberEpoch === member.memberEpoch ? undefined : 'STALE_MEMBER_EPOCH';
    if (error !== expected)
      throw new Error(
        `GRN-5 is broken: a commit in epoch ${memberEpoch} of a member in epoch ${member.memberEpoch}, which has the partition since ${got}, was answered ${error}, expected ${expected}.`,
      );
  });
}

/** In a group of which nothing else is to be heard, a session is over after this. */
const sessionMs = 45_000;

/**
 * GRN-9: who leaves is gone at once, and so is what it had; a static member that leaves for a while keeps its place until its session is over, and whoever comes in
 * its name within that has all that it had, while nothing changes for anybody else.
 */
export function leaveRule(heartbeat: typeof decideConsumerHeartbeat) {
  const quietMs = fc.constantFrom(0, 5000, 40_000, sessionMs, 60_000);
  return fc.property(steps, who, fc.boolean(), quietMs, (plan, at, isForGood, quiet) => {
    const life = new Life({ ...trueRules, heartbeat });
    for (const step of plan) life.take(step);
    const { bench } = life;
    // So long that expressions are looked at again: topics that came meanwhile change nothing later.
    bench.pass(600_000);
    life.settle(12);
    const leaver = life.consumers[at] as ModelConsumer;
    const { memberId, instanceId, owned } = leaver;
    const { epoch, members } = bench.group as ConsumerGroup;
    const count = members.size;
    const others = life.consumers.filter((consumer) => consumer !== leaver);
    const ownedByOthers = (): string => others.map((other) => [...other.owned].sort().join()).join(';');
    const kept = ownedByOthers();
    const isStatic = instanceId !== null && !isForGood;
    leaver.leave(isStatic ? -2 : -1);
    expectGrn9(bench.group?.members.get(memberId)?.memberEpoch, isStatic ? -2 : undefined, `${memberId} leaves`);
    if (!isStatic) return expectGrn9((bench.group?.epoch ?? 0) > epoch, true, 'the group has another epoch without it');

    for (let passed = 0; passed < quiet; passed += 5000) {
      bench.pass(5000);
      for (const other of others) other.heartbeat();
      for (const other of others) other.follow();
    }
    if (quiet >= sessionMs) return expectGrn9(bench.group?.members.has(memberId), false, 'a member after its session');
    expectGrn9([bench.group?.epoch, ownedByOthers()], [epoch, kept], 'who stays, while it is away');
    const successor = new ModelConsumer(bench, `${memberId}-again`, leaver.topics, instanceId);
    successor.subscribe(leaver.topics, leaver.regex);
    const answer = successor.heartbeat();
    expectGrn9('error' in answer ? answer.error : answer.memberEpoch, epoch, 'who comes in its name');
    expectGrn9([...successor.owned].sort(), [...owned].sort(), 'what it has');
    expectGrn9([bench.group?.epoch, ownedByOthers()], [epoch, kept], 'who stays, once it is back');
    expectGrn9(bench.group?.members.size, count, 'how many they are');
  });
}

function expectGrn9(found: unknown, expected: unknown, what: string): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Error(`GRN-9 is broken: ${what}: ${one}, expected ${other}.`);
}

/** Partitions without their epochs. */
export function keysOf(partitions: ReadonlyMap<string, ReadonlyMap<number, number>>): Map<string, number[]> {
  return new Map([...partitions].map(([topicId, of]) => [topicId, [...of.keys()]]));
}
