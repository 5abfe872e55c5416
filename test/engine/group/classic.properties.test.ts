import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideMemberHeartbeat, decideMemberSync } from '../../../src/engine/group/member-requests.js';
import { zeroUuid } from '../../../src/engine/protocol/schema.js';
import { ClassicLife, classicSteps } from './classic-life.js';
import { wakeUp } from './coordinator-mutants.js';
import { groupId, replay, compacted, stateOf } from './consumer/consumer-group-bench.js';
import type { ModelClassicMember } from './consumer/model-classic-member.js';

const runs = { numRuns: Number(process.env['RUNS'] ?? 50), seed: Number(process.env['SEED'] ?? 1) };

/** Plays lives; what a life breaks it throws. */
function inEveryLife(isIncremental: boolean, claim: (life: ClassicLife) => void = () => undefined): void {
  fc.assert(
    fc.property(classicSteps, (plan) => {
      const life = new ClassicLife(isIncremental);
      for (const step of plan) life.take(step);
      claim(life);
    }),
    runs,
  );
}

type Identity = Pick<ModelClassicMember, 'memberId' | 'instanceId'>;

function ask(life: ClassicLife, member: Identity, generationId: number): string[] {
  const { memberId, instanceId: groupInstanceId } = member;
  const claim = { groupId, memberId, groupInstanceId, generationId };
  const { bench } = life;
  return [
    bench.decide((known, context) => decideMemberHeartbeat(known, claim, context))?.error ?? '',
    bench.decide((known, context) =>
      decideMemberSync(
        known,
        { ...claim, protocolType: 'consumer', protocolName: null, assignments: [], token: 'late' },
        context,
      ),
    )?.error ?? '',
    bench.commit({
      memberId,
      groupInstanceId,
      generationId,
      offsets: [{ topic: 'a', topicId: zeroUuid, partition: 0, offset: 99, leaderEpoch: -1, metadata: null }],
    }),
  ];
}

describe.each([
  ['eager', false],
  ['incremental', true],
] as const)('a classic group of %s members, whatever happens to it', (_, isIncremental) => {
  const ids = isIncremental ? 'GRI-1, GRC' : 'GRC';

  // Of incremental members also GRI-2, GRI-3, GRI-5, GRI-7: nobody gives up more than evenness asks for; what moves has no owner for one round, and only one; a commit
  // changes no group.
  it(`${ids}-1, -4, -6, -8${isIncremental ? ', GRI-2, -3, -5, -7' : ''}: whatever happens, the rules of every step hold`, () => {
    inEveryLife(isIncremental);
  });

  it(`${ids}-2 at rest every partition has exactly one owner`, () => {
    inEveryLife(isIncremental, (life) => {
      life.settle();
      expect(life.members.flatMap(({ owned }) => [...owned]).sort()).toEqual([...life.partitions].sort());
    });
  });

  it(`${ids}-3 generations only rise, and what is asked in an older one, or by whom nobody knows, has no effect`, () => {
    inEveryLife(isIncremental, (life) => {
      life.settle();
      const before = stateOf(life.bench.stored);
      for (const member of life.members)
        for (const older of [1, 2, member.generation])
          expect(ask(life, member, member.generation - older)).toEqual(Array(3).fill('ILLEGAL_GENERATION'));
      for (const { memberId, generation, member } of life.zombies) {
        if (memberId === member.memberId) continue;
        const errors = ask(life, { memberId, instanceId: member.instanceId }, generation);
        const expected = member.instanceId === null ? 'UNKNOWN_MEMBER_ID' : 'FENCED_INSTANCE_ID';
        expect(errors).toEqual(Array(3).fill(expected));
      }
      expect(stateOf(life.bench.stored)).toEqual(before);
    });
  });

  it(`${ids}-10 a static member that comes back has what it had, nobody else is disturbed, and its former self is fenced`, () => {
    inEveryLife(isIncremental, (life) => {
      life.settle();
      const [member] = life.members as [ModelClassicMember];
      const { owned, generation } = member;
      life.restart(member);
      member.act();
      member.act();
      expect(member.generation).toBe(generation);
      expect(member.owned).toEqual(owned);
      for (const other of life.members.slice(1)) {
        other.act();
        expect(other.isAtRest).toBe(true);
      }
      const former = { memberId: life.zombies.at(-1)?.memberId ?? '', instanceId: member.instanceId };
      expect(ask(life, former, generation)).toEqual(Array(3).fill('FENCED_INSTANCE_ID'));
    });
  });

  it('its log tells all that survives: read back, cleaned or not, it makes the same group', () => {
    inEveryLife(isIncremental, ({ bench }) => {
      const state = stateOf(bench.stored);
      expect(stateOf(replay(bench.log))).toEqual(state);
      expect(stateOf(replay(compacted(bench.log)))).toEqual(state);
    });
  });
});

describe('a member that has slept through a rebalance and wakes up', () => {
  it.each([false, true])('has lost its partitions and can commit nothing (incremental: %s)', (isIncremental) => {
    const { members, committed } = wakeUp(isIncremental);
    const [sleeper, , other] = members as [ModelClassicMember, ModelClassicMember, ModelClassicMember];
    expect(sleeper.owned).toEqual(new Set());
    expect(other.owned.size).toBeGreaterThan(0);
    expect(new Map([...other.owned].map((place) => [place, 2]))).toEqual(committed);
  });
});

describe('incremental members, whatever happens to their group', () => {
  it('GRI-6 after a change, two rounds bring all to rest', () => {
    fc.assert(
      fc.property(classicSteps, fc.constantFrom('leave', 'grow', 'join'), (plan, change) => {
        const life = new ClassicLife(true);
        for (const step of plan) life.take(step);
        const others = life.members.slice(0, 3);
        life.settle(change === 'join' ? others : life.members);
        const before = life.rounds;
        if (change === 'leave') life.settle(others, false);
        else {
          if (change === 'grow') life.grow(9);
          life.settle(life.members, false);
        }
        expect(life.members.flatMap(({ owned }) => [...owned]).sort()).toEqual([...life.partitions].sort());
        expect(life.rounds - before).toBeLessThanOrEqual(2);
      }),
      runs,
    );
  });
});

describe('a static incremental member that restarts between the two rounds of a move', () => {
  it('leaves what it gave up without an owner until the next rebalance, as in Kafka', () => {
    const life = new ClassicLife(true);
    const [mover, , newcomer] = life.members as [ModelClassicMember, ModelClassicMember, ModelClassicMember];
    life.settle([mover]);
    expect([...mover.owned].sort()).toEqual(life.partitions);
    for (let turn = 0; turn < 40 && mover.owned.size === 3; turn++) {
      life.bench.pass(1000);
      newcomer.act();
      mover.act();
    }
    expect(mover.owned.size).toBe(2);
    // It has given one up and not joined again yet: its next process is told what the group has written down, and has no reason to ask for more.
    life.restart(mover);
    life.settle([mover, newcomer], false);
    const owned = () => [...mover.owned, ...newcomer.owned].sort();
    expect([owned().length, newcomer.owned.size]).toEqual([2, 0]);
    life.settle([mover, newcomer]);
    expect(owned()).toEqual(life.partitions);
  });
});
