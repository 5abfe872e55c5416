import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consumerCommitError } from '../../../../src/engine/group/consumer/commit.js';
import type { ConsumerGroup } from '../../../../src/engine/group/consumer/consumer-group.js';
import { compacted, ConsumerGroupBench, replay, stateOf } from './consumer-group-bench.js';
import { ModelConsumer, setOf, type Partitions } from './model-consumer.js';

const runs = { numRuns: Number(process.env['RUNS'] ?? 50) };

type Step =
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
const who = fc.nat(members - 1);
const name = fc.constantFrom('a', 'b', 'c');
const heartbeat = fc.record({
  do: fc.constant('heartbeat' as const),
  who,
  isLost: fc.nat(7).map((chance) => chance === 0),
  follows: fc.boolean(),
});
const steps = fc.array(
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
class Life {
  readonly bench = new ConsumerGroupBench();
  readonly consumers: readonly ModelConsumer[];
  /** What the member that was heard of last said that it owned, and in which epoch it was before. */
  reported: Partitions = new Set();
  epochBefore = 0;

  constructor() {
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

function inEveryLife(claim: (life: Life, step: Step, answer: ReturnType<Life['take']>) => void): void {
  fc.assert(
    fc.property(steps, (plan) => {
      const life = new Life();
      for (const step of plan) claim(life, step, life.take(step));
    }),
    runs,
  );
}

describe('a group of the consumer protocol, whatever happens to it', () => {
  it('GRN-1 its epoch is not behind its assignment, which is not behind any member; none of them falls', () => {
    let last: readonly number[] = [];
    let lastGroup: ConsumerGroup | undefined;
    let lastOfMembers = new Map<string, number>();
    inEveryLife(({ bench }) => {
      const { group } = bench;
      if (group === undefined) return;
      const isOrdered = (epochs: readonly number[]) => epochs.every((epoch, at) => epoch >= (epochs[at + 1] ?? 0));
      const ofMembers = new Map([...group.members].map(([id, { memberEpoch }]) => [id, memberEpoch]));
      const epochs = [group.epoch, group.assignmentEpoch];
      if (!isOrdered([...epochs, Math.max(0, ...ofMembers.values())]))
        throw new Error(`The epochs are ${epochs.join(' and ')}, of members ${[...ofMembers.values()].join()}`);
      if (lastGroup === group) {
        if (epochs.some((epoch, at) => epoch < (last[at] ?? 0)))
          throw new Error(`The epochs fell from ${last.join(' and ')} to ${epochs.join(' and ')}`);
        for (const [id, epoch] of ofMembers)
          if (epoch > 0 && epoch < (lastOfMembers.get(id) ?? 0)) throw new Error(`The epoch of ${id} fell to ${epoch}`);
      }
      [last, lastGroup, lastOfMembers] = [epochs, group, ofMembers];
    });
  });

  it('GRN-2 a member comes to the epoch of the target only once it owns no more than it may', () => {
    inEveryLife((life, step) => {
      if (step.do !== 'heartbeat') return;
      const { group } = life.bench;
      const member = group?.members.get((life.consumers[step.who] as ModelConsumer).memberId);
      if (member === undefined || group?.assignmentEpoch !== member.memberEpoch) return;
      if (life.epochBefore === member.memberEpoch || member.partitionsPendingRevocation.size > 0) return;
      const may = setOf(keysOf(member.assignedPartitions));
      const kept = [...life.reported].filter((partition) => !may.has(partition));
      if (kept.length > 0)
        throw new Error(`${member.memberId} still owns ${kept.join()} and is in epoch ${member.memberEpoch}`);
    });
  });

  it('GRN-3 no partition is in the hands of two members, as they see it themselves', () => {
    inEveryLife(({ consumers }) => {
      const owners = new Map<string, string>();
      for (const consumer of consumers.filter(({ isMember }) => isMember)) {
        for (const partition of consumer.owned) {
          if (owners.has(partition))
            throw new Error(`${partition} is in the hands of ${owners.get(partition)} and ${consumer.memberId}`);
          owners.set(partition, consumer.memberId);
        }
      }
    });
  });

  it('GRN-4 a member in a wrong epoch is fenced, and nothing comes of what it said', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 100 }), who, (plan, wrong, at) => {
        const life = new Life();
        for (const step of plan) life.take(step);
        const consumer = life.consumers[at] as ModelConsumer;
        const member = life.bench.group?.members.get(consumer.memberId);
        if (member === undefined || member.memberEpoch <= 0) return;
        if (wrong === member.memberEpoch || wrong === member.previousMemberEpoch) return;
        const before = stateOf(life.bench.stored);
        consumer.epoch = wrong;
        expect(consumer.heartbeat()).toMatchObject({ error: 'FENCED_MEMBER_EPOCH' });
        expect(stateOf(life.bench.stored)).toEqual(before);
        expect(consumer).toMatchObject({ epoch: 0, owned: new Set() });
      }),
      runs,
    );
  });

  it('GRN-5 a commit counts if, and only if, its member has had the partitions since its epoch or before', () => {
    fc.assert(
      fc.property(steps, who, fc.integer({ min: -3, max: 2 }), fc.nat(4), (plan, at, behind, partition) => {
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
        const error = consumerCommitError(group, {
          memberId: member.memberId,
          memberEpoch,
          knowsMemberEpochs: true,
          partitions: [{ topicId, partition }],
        });
        const got = since.get(member.memberId)?.get(`${topicId}/${partition}`);
        const isOwner = got !== undefined && got <= memberEpoch && memberEpoch < member.memberEpoch;
        expect(error).toBe(isOwner || memberEpoch === member.memberEpoch ? undefined : 'STALE_MEMBER_EPOCH');
      }),
      runs,
    );
  });

  it('GRN-6 a heartbeat whose answer was lost is told again: it is not fenced, learns all that it has, and joins no second time', () => {
    inEveryLife(({ bench, consumers }, step, lost) => {
      if (step.do !== 'heartbeat' || !step.isLost || lost === undefined || 'error' in lost) return;
      const consumer = consumers[step.who] as ModelConsumer;
      // As in Kafka: a static member that joins again before it has left is told that its instance is taken, by itself.
      if (consumer.epoch === 0 && consumer.instanceId !== null) return;
      const before = bench.log.length;
      const again = consumer.heartbeat();
      const member = bench.group?.members.get(consumer.memberId);
      expect(again).toMatchObject({ memberEpoch: member?.memberEpoch });
      expect(consumer.told).toEqual(setOf(keysOf(member?.assignedPartitions ?? new Map())));
      const changes = bench.log
        .slice(before)
        .filter(({ kind }) => kind === 'consumer-member' || kind === 'consumer-group');
      expect(changes).toEqual([]);
    });
  });

  it('GRN-7 reading its log back, cleaned or not, makes the same group', () => {
    inEveryLife(({ bench }) => {
      const state = stateOf(bench.stored);
      expect(stateOf(replay(bench.log))).toEqual(state);
      expect(stateOf(replay(compacted(bench.log)))).toEqual(state);
    });
  });

  it('it comes to rest: every partition of a topic that is subscribed to has exactly one owner', () => {
    fc.assert(
      fc.property(steps, (plan) => {
        const life = new Life();
        for (const step of plan) life.take(step);
        expect(life.settle(12)).toBeLessThanOrEqual(11);
        const { group, topics } = life.bench;
        const owned = life.consumers.flatMap((consumer) => [...consumer.owned]);
        const wanted = [...(group?.topicNames.keys() ?? [])].flatMap((topic) => {
          const { topicId, partitions } = topics.topic(topic) ?? { topicId: '', partitions: 0 };
          return Array.from({ length: partitions }, (_, partition) => `${topicId}/${partition}`);
        });
        expect(owned.toSorted()).toEqual(wanted.toSorted());
      }),
      runs,
    );
  });
});

function keysOf(partitions: ReadonlyMap<string, ReadonlyMap<number, number>>): Map<string, number[]> {
  return new Map([...partitions].map(([topicId, of]) => [topicId, [...of.keys()]]));
}
