import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideConsumerCommit, decideOffsetCommit } from '../../../../src/engine/group/offset-commit.js';
import { topicIdBytes } from '../../../../src/engine/protocol/topic-id.js';
import { groupConfig } from '../group-bench.js';
import { compacted, ConsumerGroupBench, groupId, replay, stateOf } from './consumer-group-bench.js';
import { ModelClassicMember } from './model-classic-member.js';
import { ModelConsumer } from './model-consumer.js';

const runs = { numRuns: Number(process.env['RUNS'] ?? 50), seed: Number(process.env['SEED'] ?? 1) };

type Step =
  | { readonly do: 'act'; readonly who: number }
  | { readonly do: 'leave'; readonly who: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'grow'; readonly partitions: number }
  | { readonly do: 'crash' };

const steps = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ do: fc.constant('act' as const), who: fc.nat(3) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), who: fc.nat(3) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(100, 3000, 50_000) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('grow' as const), partitions: fc.integer({ min: 3, max: 6 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  ),
  { minLength: 20, maxLength: 70 },
);

/** A group that members of both protocols come to: the first two speak the classic one. */
class Migration {
  readonly bench = new ConsumerGroupBench();
  readonly classic: readonly ModelClassicMember[];
  readonly consumers: readonly ModelConsumer[];
  readonly types = new Set<string>();

  constructor(isIncremental: boolean) {
    this.bench.topics.set('a', 3);
    this.classic = ['c0', 'c1'].map((name) => new ModelClassicMember(this.bench, name, ['a'], isIncremental));
    this.consumers = ['m0', 'm1'].map((name) => new ModelConsumer(this.bench, name, ['a']));
    this.commit(7);
  }

  take(step: Step): void {
    if (step.do === 'pass') this.bench.pass(step.ms);
    else if (step.do === 'grow') this.bench.topics.set('a', step.partitions);
    else if (step.do === 'crash') {
      this.bench.crash();
      for (const member of this.classic) member.lostConnection();
    } else if (step.who < 2) {
      const member = this.classic[step.who] as ModelClassicMember;
      if (step.do === 'act') member.act();
      else if (member.memberId !== '') member.leave();
    } else {
      const consumer = this.consumers[step.who - 2] as ModelConsumer;
      if (step.do === 'leave') {
        if (consumer.epoch > 0) consumer.leave(-1);
      } else {
        consumer.heartbeat();
        consumer.follow();
      }
    }
    const { classic, consumer } = this.bench.known;
    if (classic !== undefined) this.types.add('classic');
    if (consumer !== undefined) this.types.add('consumer');
  }

  get owners(): ReadonlyMap<string, readonly string[]> {
    const owners = new Map<string, string[]>();
    const note = (owner: string, partitions: Iterable<string>) => {
      for (const partition of partitions) owners.set(partition, [...(owners.get(partition) ?? []), owner]);
    };
    for (const member of this.classic) if (member.isMember) note(member.memberId, member.ownedById);
    for (const consumer of this.consumers) if (consumer.isMember) note(consumer.memberId, consumer.owned);
    return owners;
  }

  get committed(): number | undefined {
    return this.bench.stored.get(groupId)?.offsets.get('a')?.get(0)?.offset;
  }

  /** Nothing is disturbed any more; `some` of the members are heard of often, the others have left. */
  settle(classic: readonly ModelClassicMember[], consumers: readonly ModelConsumer[]): void {
    for (const member of this.classic) if (!classic.includes(member) && member.memberId !== '') member.leave();
    for (const each of this.consumers) if (!consumers.includes(each) && each.epoch > 0) each.leave(-1);
    for (let round = 0; round < 40; round++) {
      // Longer in all than the session of a member that a crash has brought back.
      this.bench.pass(2000);
      for (const member of classic) member.act();
      for (const consumer of consumers) {
        consumer.heartbeat();
        consumer.follow();
      }
    }
  }

  private commit(offset: number): void {
    const topicId = topicIdBytes(this.bench.topics.topic('a')?.topicId ?? '');
    const request = {
      groupId,
      generationId: -1,
      memberId: '',
      groupInstanceId: null,
      isOfConsumerProtocol: true,
      retentionTimeMs: -1,
      offsets: [{ topic: 'a', topicId, partition: 0, offset, leaderEpoch: -1, metadata: null }],
    };
    this.bench.decide(({ classic, consumer }, { now }) =>
      consumer === undefined
        ? decideOffsetCommit(classic, request, groupConfig, now)
        : decideConsumerCommit(consumer, request, groupConfig, now),
    );
  }
}

describe.each([true, false])(
  'a group that members of both protocols come to, incremental ones: %s',
  (isIncremental) => {
    it('GRN-8 no partition is in the hands of two members, and what was committed stays', () => {
      const types = new Set<string>();
      fc.assert(
        fc.property(steps, (plan) => {
          const life = new Migration(isIncremental);
          for (const step of plan) {
            life.take(step);
            for (const [partition, owners] of life.owners)
              if (owners.length > 1) throw new Error(`${partition} is in the hands of ${owners.join(' and ')}`);
            if (life.committed !== 7) throw new Error(`The group has lost its commit, after ${JSON.stringify(step)}`);
          }
          for (const type of life.types) types.add(type);
        }),
        runs,
      );
      expect(types).toEqual(new Set(['classic', 'consumer']));
    });

    it.each([
      ['both kinds', 2, 2],
      ['the classic members alone', 2, 0],
      ['the others alone', 0, 2],
    ])('GRN-8 when %s are left, they share all partitions', (_, classic, consumers) => {
      fc.assert(
        fc.property(steps, (plan) => {
          const life = new Migration(isIncremental);
          for (const step of plan) life.take(step);
          life.settle(life.classic.slice(0, classic), life.consumers.slice(0, consumers));
          const partitions = life.bench.topics.topic('a')?.partitions ?? 0;
          expect([...life.owners.values()].map((owners) => owners.length)).toEqual(Array(partitions).fill(1));
          expect(life.bench.known.consumer === undefined ? 'classic' : 'consumer').toBe(
            consumers === 0 ? 'classic' : 'consumer',
          );
        }),
        runs,
      );
    });

    it('GRN-7 reading its log back, cleaned or not, makes the same group', () => {
      fc.assert(
        fc.property(steps, (plan) => {
          const life = new Migration(isIncremental);
          const { bench } = life;
          for (const step of plan) life.take(step);
          const state = stateOf(bench.stored);
          expect(stateOf(replay(bench.log))).toEqual(state);
          expect(stateOf(replay(compacted(bench.log)))).toEqual(state);
        }),
        runs,
      );
    });
  },
);
