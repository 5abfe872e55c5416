import { describe, expect, it } from 'vitest';
import { applyGroupChange, type GroupChange } from '../../../src/engine/group/group-change.js';
import { GroupBench, bytes, groupConfig } from './group-bench.js';

describe('joining a classic group', () => {
  it('a member without an id is given one and asked to come back with it (KIP-394)', () => {
    const bench = new GroupBench();
    const first = bench.joinAnswer(bench.join(''));
    expect(first).toMatchObject({ error: 'MEMBER_ID_REQUIRED', memberId: 'client-1', generationId: -1 });
    expect(bench.known.members.size).toBe(0);
    const token = bench.join('client-1');
    bench.pass(0);
    expect(bench.joinAnswer(token)).toMatchObject({
      error: 'NONE',
      generationId: 1,
      leader: 'client-1',
      protocolName: 'range',
      members: [{ memberId: 'client-1', groupInstanceId: null }],
    });
  });

  it('old versions join at once with a new id', () => {
    const bench = new GroupBench();
    const token = bench.join('', { requiresKnownMemberId: false });
    bench.pass(0);
    expect(bench.joinAnswer(token)).toMatchObject({ error: 'NONE', memberId: 'client-1', generationId: 1 });
  });

  it('an id that was handed out is forgotten after the session timeout', () => {
    const bench = new GroupBench();
    const { memberId } = bench.joinAnswer(bench.join(''));
    bench.pass(10_000);
    expect(bench.joinAnswer(bench.join(memberId)).error).toBe('UNKNOWN_MEMBER_ID');
  });

  it('the initial rebalance waits its delay, and once more for each newcomer, up to the rebalance timeout', () => {
    const bench = new GroupBench({ ...groupConfig, initialRebalanceDelayMs: 3000 });
    const ids = [1, 2, 3].map(() => bench.joinAnswer(bench.join('')).memberId);
    const tokens = ids.map((id, index) => {
      if (index > 0) bench.pass(2000);
      return bench.join(id, { rebalanceTimeoutMs: 7000 });
    });
    // Begun at 0, joined again at 2 s and 4 s: 3 s, then 3 s more until 6 s, then 1 s is left of the 7 s.
    bench.pass(2999);
    expect(bench.answers.has(tokens[0] as string)).toBe(false);
    bench.pass(1);
    expect(tokens.map((token) => bench.joinAnswer(token).generationId)).toEqual([1, 1, 1]);
  });

  it('the leader alone gets the list of members, each with its metadata of the elected protocol', () => {
    const bench = new GroupBench();
    const a = bench.joinAnswer(bench.join('')).memberId;
    const b = bench.joinAnswer(bench.join('')).memberId;
    const both = (text: string) => [
      { name: 'sticky', metadata: bytes(`${text} sticky`) },
      { name: 'range', metadata: bytes(`${text} range`) },
    ];
    const tokenA = bench.join(a, { protocols: both('a') });
    const tokenB = bench.join(b, { protocols: both('b').slice(1) });
    bench.pass(0);
    expect(bench.joinAnswer(tokenA)).toMatchObject({
      protocolName: 'range',
      leader: a,
      members: [
        { memberId: a, metadata: bytes('a range') },
        { memberId: b, metadata: bytes('b range') },
      ],
    });
    expect(bench.joinAnswer(tokenB)).toMatchObject({ leader: a, members: [] });
  });

  it('the protocol is the one that most prefer among those that all have', () => {
    const bench = new GroupBench();
    const ids = [1, 2, 3].map(() => bench.joinAnswer(bench.join('')).memberId);
    const named = (...names: string[]) => ({ protocols: names.map((name) => ({ name, metadata: bytes(name) })) });
    const lists = [named('range', 'roundrobin'), named('roundrobin', 'range'), named('sticky', 'roundrobin', 'range')];
    const tokens = ids.map((id, index) => bench.join(id, lists[index]));
    bench.pass(0);
    expect(bench.joinAnswer(tokens[0] as string).protocolName).toBe('roundrobin');
  });

  it.each([
    ['no protocols', { protocols: [] }],
    ['no protocol type', { protocolType: '' }],
  ])('the first member is refused with %s', (_, options) => {
    const bench = new GroupBench();
    expect(bench.joinAnswer(bench.join('', options)).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  });

  it.each([
    ['another protocol type', { protocolType: 'connect' }],
    ['no common protocol', { protocols: [{ name: 'other', metadata: bytes('') }] }],
  ])('a newcomer with %s is refused and disturbs nobody', (_, options) => {
    const bench = new GroupBench();
    const [leader] = bench.stable(2);
    expect(bench.joinAnswer(bench.join('', options)).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect(bench.heartbeat(leader as string, 1)).toBe('NONE');
  });

  it.each([
    ['an empty group id', { groupId: '' }, 'INVALID_GROUP_ID'],
    ['a session timeout that is too short', { sessionTimeoutMs: 5999 }, 'INVALID_SESSION_TIMEOUT'],
    ['a session timeout that is too long', { sessionTimeoutMs: 1_800_001 }, 'INVALID_SESSION_TIMEOUT'],
    ['an id that nobody gave out', { memberId: 'stranger' }, 'UNKNOWN_MEMBER_ID'],
  ])('refuses %s', (_, options, error) => {
    const bench = new GroupBench();
    expect(bench.joinAnswer(bench.join('', options)).error).toBe(error);
  });

  it('a group that is full refuses newcomers', () => {
    const bench = new GroupBench({ ...groupConfig, maxSize: 2 });
    bench.stable(2);
    expect(bench.joinAnswer(bench.join(''))).toMatchObject({ error: 'GROUP_MAX_SIZE_REACHED', memberId: '' });
  });

  it('a rebalance ends when all have rejoined; generations grow by one (GRC-3)', () => {
    const bench = new GroupBench();
    const [a, b] = bench.stable(2) as [string, string];
    const { token } = bench.enter();
    expect(bench.heartbeat(a, 1)).toBe('REBALANCE_IN_PROGRESS');
    const tokenA = bench.join(a);
    expect(bench.answers.has(token)).toBe(false);
    bench.join(b);
    expect(bench.joinAnswer(token)).toMatchObject({ error: 'NONE', generationId: 2, leader: a });
    expect(bench.joinAnswer(tokenA).members).toHaveLength(3);
    expect(bench.heartbeat(a, 1)).toBe('ILLEGAL_GENERATION');
  });

  it('who does not rejoin within the longest rebalance timeout is removed, and the next leads', () => {
    const bench = new GroupBench();
    const [a, b] = bench.stable(2) as [string, string];
    const { token } = bench.enter();
    bench.join(b);
    bench.pass(9000);
    bench.heartbeat(a, 1);
    bench.pass(9000);
    bench.heartbeat(a, 1);
    bench.pass(1999);
    expect(bench.answers.has(token)).toBe(false);
    bench.pass(1);
    expect(bench.joinAnswer(token)).toMatchObject({ generationId: 2, leader: b });
    expect(bench.heartbeat(a, 2)).toBe('UNKNOWN_MEMBER_ID');
  });

  it('in a stable group a follower with the same metadata gets the current generation, with another one a rebalance', () => {
    const bench = new GroupBench();
    const [a, b] = bench.stable(2) as [string, string];
    expect(bench.joinAnswer(bench.join(b))).toMatchObject({ error: 'NONE', generationId: 1, members: [] });
    expect(bench.known.state).toBe('Stable');
    bench.join(b, { protocols: [{ name: 'range', metadata: bytes('changed') }] });
    expect(bench.known.state).toBe('PreparingRebalance');
    expect(bench.heartbeat(a, 1)).toBe('REBALANCE_IN_PROGRESS');
  });

  it('the leader that rejoins always starts a rebalance', () => {
    const bench = new GroupBench();
    const [a] = bench.stable(2) as [string, string];
    const token = bench.join(a);
    expect(bench.answers.has(token)).toBe(false);
    expect(bench.known.state).toBe('PreparingRebalance');
  });

  it('while a generation completes, the same metadata gets it again', () => {
    const bench = new GroupBench();
    const { member } = bench.enter();
    bench.pass(0);
    expect(bench.joinAnswer(bench.join(member))).toMatchObject({ generationId: 1, members: [{ memberId: member }] });
    expect(bench.known.state).toBe('CompletingRebalance');
  });

  it('a decision changes nothing by itself: the group it was made from is the same afterwards', () => {
    const bench = new GroupBench();
    bench.stable(2);
    const copy = structuredClone(bench.known);
    const decision = bench.decideJoin('', { requiresKnownMemberId: false });
    expect(bench.known).toEqual(copy);
    applyGroupChange(decision.change as GroupChange);
    expect(bench.known.state).toBe('PreparingRebalance');
    expect(bench.known.members.size).toBe(3);
  });

  it('a member may leave out its id only once: the one that it was given comes back as what it was', () => {
    const bench = new GroupBench();
    const { memberId } = bench.joinAnswer(bench.join(''));
    expect(bench.joinAnswer(bench.join(memberId, { groupInstanceId: 'i' })).error).toBe('UNKNOWN_SERVER_ERROR');
    expect(bench.known.pendingJoins.has(memberId)).toBe(true);
  });

  it('at a tie of votes the protocol is elected that comes first in Kafka’s hash map', () => {
    const named = (...names: string[]) => ({ protocols: names.map((name) => ({ name, metadata: bytes(name) })) });
    const elect = (first: string, second: string): string | null => {
      const bench = new GroupBench();
      const ids = [1, 2].map(() => bench.joinAnswer(bench.join('')).memberId) as [string, string];
      const token = bench.join(ids[0], named(first, second));
      bench.join(ids[1], named(second, first));
      bench.pass(0);
      return bench.joinAnswer(token).protocolName;
    };
    // As recorded of Kafka, whoever of the two is asked first.
    for (const [winner, loser] of [
      ['range', 'roundrobin'],
      ['sticky', 'cooperative-sticky'],
      ['zeta', 'alpha'],
    ] as const) {
      expect(elect(winner, loser)).toBe(winner);
      expect(elect(loser, winner)).toBe(winner);
    }
  });

  it('a session that expires during the initial rebalance ends it, if nobody else is waited for', () => {
    const bench = new GroupBench({ ...groupConfig, initialRebalanceDelayMs: 30_000 });
    const late = bench.joinAnswer(bench.join('')).memberId;
    const { token } = bench.enter({ rebalanceTimeoutMs: 60_000 });
    bench.pass(9_999);
    expect(bench.answers.has(token)).toBe(false);
    bench.pass(1);
    expect(bench.joinAnswer(token)).toMatchObject({ error: 'NONE', generationId: 1 });
    expect(bench.joinAnswer(bench.join(late)).error).toBe('UNKNOWN_MEMBER_ID');
  });
});
