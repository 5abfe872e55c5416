import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consumerCommitError } from '../../../../src/engine/group/consumer/commit.js';
import type { ConsumerGroup } from '../../../../src/engine/group/consumer/consumer-group.js';
import { decideConsumerHeartbeat } from '../../../../src/engine/group/consumer/heartbeat.js';
import { compacted, replay, stateOf } from './consumer-group-bench.js';
import { type ModelConsumer, setOf } from './model-consumer.js';
import { commitRule, keysOf, leaveRule, Life, steps, who, type Step } from './protocol-life.js';

const runs = { numRuns: Number(process.env['RUNS'] ?? 50), seed: Number(process.env['SEED'] ?? 1) };

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
    fc.assert(commitRule(consumerCommitError), runs);
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

  it('GRN-9 who leaves is gone; a static member that leaves for a while finds what it had, within its session', () => {
    fc.assert(leaveRule(decideConsumerHeartbeat), runs);
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
