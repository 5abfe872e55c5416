import { describe, expect, it } from 'vitest';
import type { JoinRequest } from '../../../src/engine/group/join.js';
import { GroupBench, bytes } from './group-bench.js';

const as = (instance: string, options: Partial<JoinRequest> = {}): Partial<JoinRequest> => ({
  groupInstanceId: instance,
  protocols: [{ name: 'range', metadata: bytes(instance) }],
  ...options,
});

/** A stable group of static members that joined one after the other; the first leads. */
function stableStatic(bench: GroupBench, ...instances: string[]): string[] {
  const tokens = instances.map((instance) => bench.join('', as(instance)));
  bench.pass(0);
  const ids = tokens.map((token) => bench.joinAnswer(token).memberId);
  const { generationId } = bench.joinAnswer(tokens[0] as string);
  for (const id of ids)
    bench.sync(id, generationId, id === ids[0] ? Object.fromEntries(ids.map((each) => [each, `for ${each}`])) : {});
  expect(bench.known.state).toBe('Stable');
  return ids;
}

describe('static members (KIP-345)', () => {
  it('join at once: nobody asks them to come back with an id', () => {
    const bench = new GroupBench();
    const token = bench.join('', as('one'));
    bench.pass(0);
    expect(bench.joinAnswer(token)).toMatchObject({ error: 'NONE', generationId: 1, memberId: 'client-1' });
  });

  it('GRC-10 one that returns takes its place: same generation, same assignment, no rebalance', () => {
    const bench = new GroupBench();
    const [leader, follower] = stableStatic(bench, 'one', 'two') as [string, string];
    const answer = bench.joinAnswer(bench.join('', as('two')));
    expect(answer).toMatchObject({ error: 'NONE', generationId: 1, leader, members: [], skipAssignment: false });
    expect(bench.known.state).toBe('Stable');
    expect(bench.syncAnswer(bench.sync(answer.memberId, 1)).assignment).toEqual(bytes(`for ${follower}`));
    expect(bench.heartbeat(leader, 1, 'one')).toBe('NONE');
  });

  it('GRC-10 the one that it was is fenced, whatever it does', () => {
    const bench = new GroupBench();
    const [, former] = stableStatic(bench, 'one', 'two') as [string, string];
    bench.join('', as('two'));
    expect(bench.heartbeat(former, 1, 'two')).toBe('FENCED_INSTANCE_ID');
    expect(bench.heartbeat(former, 1)).toBe('UNKNOWN_MEMBER_ID');
    expect(bench.commit(former, 1, 5, { groupInstanceId: 'two' })).toBe('FENCED_INSTANCE_ID');
    expect(bench.joinAnswer(bench.join(former, as('two'))).error).toBe('FENCED_INSTANCE_ID');
    expect(bench.leaveAs({ memberId: former, groupInstanceId: 'two' })).toEqual(['FENCED_INSTANCE_ID']);
    expect(bench.events).toContainEqual({ kind: 'member-left', group: 'g', member: former, reason: 'replaced' });
  });

  it('a leader that returns is told the members, and to assign nothing (KIP-814); before v9 it is told of the former leader', () => {
    const bench = new GroupBench();
    const [, follower] = stableStatic(bench, 'one', 'two') as [string, string];
    const first = bench.joinAnswer(bench.join('', as('one')));
    expect(first).toMatchObject({ skipAssignment: true, leader: first.memberId });
    expect(first.members.map(({ memberId }) => memberId)).toEqual([follower, first.memberId]);
    const second = bench.joinAnswer(bench.join('', as('one', { supportsSkippingAssignment: false })));
    expect(second).toMatchObject({ skipAssignment: false, leader: first.memberId, members: [] });
    expect(bench.known.leader).toBe(second.memberId);
  });

  it('one that returns is written down, so that a coordinator that reads the group back knows it', () => {
    const bench = new GroupBench();
    stableStatic(bench, 'one');
    const { memberId } = bench.joinAnswer(bench.join('', as('one')));
    bench.reload();
    expect(bench.heartbeat(memberId, 1, 'one')).toBe('NONE');
    expect(bench.joinAnswer(bench.join('', as('one'))).generationId).toBe(1);
  });

  it('one that returns with a protocol that changes the election has the group rebalance', () => {
    const bench = new GroupBench();
    const both = (...names: string[]) => ({ protocols: names.map((name) => ({ name, metadata: bytes(name) })) });
    bench.join('', as('one', both('range', 'sticky')));
    bench.pass(0);
    bench.sync(bench.known.leader as string, 1);
    const answer = bench.joinAnswer(bench.join('', as('one', both('sticky', 'range'))));
    expect(answer).toMatchObject({ generationId: 2, protocolName: 'sticky', skipAssignment: false });
  });

  it('one that returns while the leader assigns has everybody join again, for the leader knows the former id only', () => {
    const bench = new GroupBench();
    const tokens = [bench.join('', as('one')), bench.join('', as('two'))];
    bench.pass(0);
    const [leader, follower] = tokens.map((token) => bench.joinAnswer(token).memberId) as [string, string];
    const waiting = bench.sync(follower, 1);
    const back = bench.join('', as('two'));
    expect(bench.syncAnswer(waiting).error).toBe('FENCED_INSTANCE_ID');
    expect(bench.heartbeat(leader, 1, 'one')).toBe('REBALANCE_IN_PROGRESS');
    bench.join(leader, as('one'));
    expect(bench.joinAnswer(back)).toMatchObject({ error: 'NONE', generationId: 2 });
  });

  it('two that wait under one name: the first is fenced', () => {
    const bench = new GroupBench();
    const [leader] = stableStatic(bench, 'one') as [string];
    const first = bench.join('', as('two'));
    const second = bench.join('', as('two'));
    expect(bench.joinAnswer(first)).toMatchObject({ error: 'FENCED_INSTANCE_ID', generationId: -1 });
    bench.join(leader, as('one'));
    expect(bench.joinAnswer(second)).toMatchObject({ error: 'NONE', generationId: 2 });
  });

  it('one that does not rejoin in time stays; it goes when it does not ask for its assignment either', () => {
    const bench = new GroupBench();
    const [late] = stableStatic(bench, 'one') as [string];
    const token = bench.join('', as('two', { sessionTimeoutMs: 60_000 }));
    const { heartbeat } = bench;
    for (let beats = 0; beats < 4; beats++) {
      bench.pass(5_000);
      heartbeat.call(bench, late, 1, 'one');
    }
    const answer = bench.joinAnswer(token);
    expect(answer).toMatchObject({ error: 'NONE', generationId: 2, leader: answer.memberId });
    expect(answer.members).toHaveLength(2);
    expect(bench.heartbeat(late, 1, 'one')).toBe('ILLEGAL_GENERATION');
    bench.sync(answer.memberId, 2, { [late]: 'kept' });
    expect(bench.known.state).toBe('Stable');
    for (let beats = 0; beats < 4; beats++) {
      bench.heartbeat(late, 2, 'one');
      bench.pass(5_000);
    }
    expect(bench.known.members.has(late)).toBe(false);
    expect(bench.known.state).toBe('PreparingRebalance');
  });

  it('when none of them has rejoined in time, the group waits on and keeps its generation', () => {
    const bench = new GroupBench();
    const options = { sessionTimeoutMs: 300_000 };
    const tokens = [bench.join('', as('one', options)), bench.join('', as('two', options))];
    bench.pass(0);
    const [one] = tokens.map((token) => bench.joinAnswer(token).memberId) as [string, string];
    bench.sync(one, 1);
    bench.leaveAs({ memberId: '', groupInstanceId: 'two' });
    bench.pass(45_000);
    expect(bench.known).toMatchObject({ state: 'PreparingRebalance', generationId: 1 });
    expect(bench.joinAnswer(bench.join(one, as('one', options)))).toMatchObject({ error: 'NONE', generationId: 2 });
  });

  it('an administrator removes one by its name alone; its name is free then', () => {
    const bench = new GroupBench();
    stableStatic(bench, 'one');
    const nobody = { memberId: '', groupInstanceId: 'two' };
    expect(bench.leaveAs(nobody, { memberId: '', groupInstanceId: null })).toEqual([
      'UNKNOWN_MEMBER_ID',
      'UNKNOWN_MEMBER_ID',
    ]);
    expect(bench.leaveAs({ memberId: '', groupInstanceId: 'one' })).toEqual(['NONE']);
    expect(bench.known.state).toBe('Empty');
    expect(bench.leaveAs({ memberId: '', groupInstanceId: 'one' })).toEqual(['UNKNOWN_MEMBER_ID']);
  });

  it('its session expires like any other’s', () => {
    const bench = new GroupBench();
    const [one] = stableStatic(bench, 'one') as [string];
    bench.pass(10_000);
    expect(bench.known.state).toBe('Empty');
    expect(bench.heartbeat(one, 1, 'one')).toBe('UNKNOWN_MEMBER_ID');
  });
});
