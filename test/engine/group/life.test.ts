import { describe, expect, it } from 'vitest';
import { recoverGroup } from '../../../src/engine/group/classic-group.js';
import { decideLoaded, decideTimer, decideUnload } from '../../../src/engine/group/expiry.js';
import { applyGroupChange, type GroupChange } from '../../../src/engine/group/group-change.js';
import type { GroupMetadata } from '../../../src/engine/group/group-record.js';
import { StoredGroups } from '../../../src/engine/group/stored-groups.js';
import { zeroUuid } from '../../../src/engine/protocol/schema.js';
import { GroupBench, bytes, groupConfig } from './group-bench.js';

describe('sync', () => {
  it('followers wait for the leader, then each gets its own assignment', () => {
    const bench = new GroupBench();
    const a = bench.joinAnswer(bench.join('')).memberId;
    const b = bench.joinAnswer(bench.join('')).memberId;
    bench.join(a);
    bench.join(b);
    bench.pass(0);
    const follower = bench.sync(b, 1);
    expect(bench.answers.has(follower)).toBe(false);
    const leader = bench.sync(a, 1, { [a]: 'left', [b]: 'right' });
    expect(bench.syncAnswer(leader)).toMatchObject({ error: 'NONE', assignment: bytes('left'), protocolName: 'range' });
    expect(bench.syncAnswer(follower)).toMatchObject({ error: 'NONE', assignment: bytes('right') });
    expect(bench.known.state).toBe('Stable');
  });

  it('a member that the leader left out gets an empty assignment', () => {
    const bench = new GroupBench();
    const { member } = bench.enter();
    bench.pass(0);
    expect(bench.syncAnswer(bench.sync(member, 1)).assignment).toHaveLength(0);
  });

  it('a new rebalance sends those who wait for the leader back to join', () => {
    const bench = new GroupBench();
    const a = bench.joinAnswer(bench.join('')).memberId;
    const b = bench.joinAnswer(bench.join('')).memberId;
    bench.join(a);
    bench.join(b);
    bench.pass(0);
    const parked = bench.sync(b, 1);
    bench.enter();
    expect(bench.syncAnswer(parked).error).toBe('REBALANCE_IN_PROGRESS');
    expect(bench.syncAnswer(bench.sync(a, 1, { [a]: 'x' })).error).toBe('REBALANCE_IN_PROGRESS');
  });

  it('requests of another generation, of strangers and of another protocol have no effect (GRC-3)', () => {
    const bench = new GroupBench();
    const [a] = bench.stable(2) as [string, string];
    const before = bench.known;
    expect(bench.syncAnswer(bench.sync(a, 0)).error).toBe('ILLEGAL_GENERATION');
    expect(bench.syncAnswer(bench.sync(a, 2)).error).toBe('ILLEGAL_GENERATION');
    expect(bench.syncAnswer(bench.sync('stranger', 1)).error).toBe('UNKNOWN_MEMBER_ID');
    expect(bench.known).toEqual(before);
    expect(bench.syncAnswer(bench.sync(a, 1)).assignment).toEqual(bytes(`for ${a}`));
  });

  it('who does not sync within the rebalance timeout is removed, and the others go on', () => {
    const bench = new GroupBench();
    const ids = [1, 2].map(() => bench.joinAnswer(bench.join('', { sessionTimeoutMs: 30_000 })).memberId);
    for (const id of ids) bench.join(id, { sessionTimeoutMs: 30_000 });
    bench.pass(0);
    const [leader, follower] = ids as [string, string];
    const parked = bench.sync(follower, 1);
    bench.pass(20_000);
    expect(bench.known.members.has(leader)).toBe(false);
    expect(bench.syncAnswer(parked).error).toBe('REBALANCE_IN_PROGRESS');
    expect(bench.known).toMatchObject({ state: 'PreparingRebalance', leader: follower });
  });
});

describe('heartbeats, sessions and leaving', () => {
  it('a silent member is removed after its session timeout; heartbeats and commits keep it', () => {
    const bench = new GroupBench();
    const [a, b] = bench.stable(2) as [string, string];
    bench.pass(9999);
    expect(bench.heartbeat(a, 1)).toBe('NONE');
    expect(bench.known.members.has(b)).toBe(true);
    bench.pass(1);
    expect(bench.known.members.has(b)).toBe(false);
    expect(bench.heartbeat(a, 1)).toBe('REBALANCE_IN_PROGRESS');
    expect(bench.commit(a, 1, 5)).toBe('NONE');
    expect(bench.events).toContainEqual({ kind: 'member-left', group: 'g', member: b, reason: 'session-expired' });
  });

  it('a session does not expire while the member waits for an answer', () => {
    const bench = new GroupBench();
    const [a, b] = bench.stable(2) as [string, string];
    const token = bench.join(a);
    bench.pass(9000);
    bench.heartbeat(b, 1);
    bench.pass(2000);
    expect(bench.known.members.has(a)).toBe(true);
    bench.join(b);
    expect(bench.joinAnswer(token).generationId).toBe(2);
  });

  it('a new member that waits too long for its first generation is removed', () => {
    const bench = new GroupBench({ ...groupConfig, newMemberJoinTimeoutMs: 15_000 });
    const [a] = bench.stable(1) as [string];
    const { token } = bench.enter({ rebalanceTimeoutMs: 60_000 });
    for (let beat = 0; beat < 3; beat += 1) {
      bench.pass(5000);
      bench.heartbeat(a, 1);
    }
    expect(bench.joinAnswer(token).error).toBe('UNKNOWN_MEMBER_ID');
  });

  it('leaving at once starts a rebalance for the others; an unknown member is named', () => {
    const bench = new GroupBench();
    const [a, b] = bench.stable(2) as [string, string];
    expect(bench.leave(b, 'stranger')).toEqual(['NONE', 'UNKNOWN_MEMBER_ID']);
    const token = bench.join(a);
    expect(bench.joinAnswer(token)).toMatchObject({ generationId: 2, leader: a });
  });

  it('when the last member leaves, the group is Empty in a new generation that is written down', () => {
    const bench = new GroupBench();
    const [a] = bench.stable(1) as [string];
    bench.leave(a);
    expect(bench.known).toMatchObject({ state: 'Empty', generationId: 2, leader: null });
    expect(bench.stored.get('g')?.metadata).toMatchObject({ generationId: 2, members: [], protocolType: 'consumer' });
  });

  it('an id that was handed out can be given back, and the rebalance that waited for it ends', () => {
    const bench = new GroupBench();
    const [a] = bench.stable(1) as [string];
    const pending = bench.joinAnswer(bench.join('')).memberId;
    const token = bench.join(a);
    expect(bench.answers.has(token)).toBe(false);
    expect(bench.leave(pending)).toEqual(['NONE']);
    expect(bench.joinAnswer(token).generationId).toBe(2);
  });

  it('a timer that fires late finds nothing to do', () => {
    const bench = new GroupBench();
    const [a] = bench.stable(1) as [string];
    for (const timer of ['join', 'sync', 'session:nobody'] as const)
      expect(decideTimer(bench.known, timer, groupConfig, bench.now)).toMatchObject({
        records: [],
        answers: [],
        timers: [],
      });
    expect(bench.heartbeat(a, 1)).toBe('NONE');
  });
});

describe('committing offsets', () => {
  it('members commit in their generation, also while a rebalance is being prepared, but not while it completes', () => {
    const bench = new GroupBench();
    const [a, b] = bench.stable(2) as [string, string];
    expect(bench.commit(a, 1, 3)).toBe('NONE');
    expect(bench.commit(a, 0, 9)).toBe('ILLEGAL_GENERATION');
    expect(bench.commit('stranger', 1, 9)).toBe('UNKNOWN_MEMBER_ID');
    expect(bench.commit('', -1, 9)).toBe('UNKNOWN_MEMBER_ID');
    expect(bench.commit(a, -1, 9)).toBe('ILLEGAL_GENERATION');
    bench.join(a);
    expect(bench.commit(b, 1, 4)).toBe('NONE');
    bench.join(b);
    expect(bench.commit(b, 2, 5)).toBe('REBALANCE_IN_PROGRESS');
    expect(bench.stored.get('g')?.offsets.get('orders')?.get(0)).toEqual({
      offset: 4,
      leaderEpoch: 3,
      metadata: 'at 4',
      commitTimestamp: bench.now,
      expireTimestamp: -1,
      topicId: zeroUuid,
    });
  });

  it('anyone commits to a group without members; a generation needs a group', () => {
    const bench = new GroupBench();
    expect(bench.commit('', 3, 1)).toBe('GROUP_ID_NOT_FOUND');
    const old = new GroupBench();
    expect(old.commit('', 3, 1, { isOfConsumerProtocol: false })).toBe('ILLEGAL_GENERATION');
    expect(new GroupBench().commit('', -1, 1)).toBe('NONE');
  });

  it('metadata that is too large refuses its own offset only', () => {
    const bench = new GroupBench();
    // Characters count, not bytes.
    const offsets = ['m'.repeat(4097), 'ä'.repeat(4096), '😀'.repeat(2049)].map((metadata, partition) => ({
      topic: 'orders',
      topicId: zeroUuid,
      partition,
      offset: 1,
      leaderEpoch: -1,
      metadata,
    }));
    expect(bench.commit('', -1, 1, { offsets })).toBe('OFFSET_METADATA_TOO_LARGE,NONE,OFFSET_METADATA_TOO_LARGE');
    expect([...(bench.stored.get('g')?.offsets.get('orders')?.keys() ?? [])]).toEqual([1]);
  });
});

describe('recovery', () => {
  it('applying the log again gives an equal state, and the group goes on where it stood', () => {
    const bench = new GroupBench();
    const [a, b] = bench.stable(2) as [string, string];
    bench.commit(a, 1, 7);
    const replayed = new StoredGroups();
    for (const record of bench.log) replayed.apply(record);
    expect(replayed).toEqual(bench.stored);
    const recovered = recoverGroup('g', replayed.get('g')?.metadata as GroupMetadata, bench.now);
    expect(recovered).toMatchObject({ state: 'Stable', generationId: 1, leader: a, protocolName: 'range' });
    bench.group = recovered;
    expect(bench.heartbeat(b, 1)).toBe('NONE');
    expect(bench.syncAnswer(bench.sync(b, 1)).assignment).toEqual(bytes(`for ${b}`));
    expect(bench.joinAnswer(bench.join(b))).toMatchObject({ error: 'NONE', generationId: 1 });
  });

  it('every member of a group that was read back gets a whole session', () => {
    const bench = new GroupBench();
    const [a, b] = bench.stable(2) as [string, string];
    const at = bench.now + 10_000;
    expect(decideLoaded(bench.known, groupConfig, bench.now).timers).toEqual([
      { set: `session:${a}`, at },
      { set: `session:${b}`, at },
    ]);
  });

  it('a group that has more members than it may have by now has them join again when it is read back, and refuses the last', () => {
    const bench = new GroupBench();
    const [a, b, c] = bench.stable(3) as [string, string, string];
    bench.config = { ...bench.config, maxSize: 2 };
    bench.reload();
    expect(bench.heartbeat(a, 1)).toBe('REBALANCE_IN_PROGRESS');
    const waiting = [bench.join(a), bench.join(b)];
    expect(bench.joinAnswer(bench.join(c))).toMatchObject({ error: 'GROUP_MAX_SIZE_REACHED', memberId: '' });
    bench.pass(20_000);
    expect(waiting.map((token) => bench.joinAnswer(token).generationId)).toEqual([2, 2]);
    expect([...bench.known.members.keys()]).toEqual([a, b]);
  });

  it('the trace tells in which state a group was read back', () => {
    const bench = new GroupBench();
    bench.stable(2);
    expect(decideLoaded(bench.known, groupConfig, bench.now).events).toEqual([
      {
        kind: 'group-state-changed',
        group: 'g',
        from: 'Dead',
        to: 'Stable',
        generation: 1,
        reason: 'the coordinator has read the group back',
      },
    ]);
  });

  it('a group that is given up refuses whoever waits and everybody after', () => {
    const bench = new GroupBench();
    const [a, b] = bench.stable(2) as [string, string];
    const token = bench.join(a);
    const decision = decideUnload(bench.known, groupConfig, bench.now);
    expect(decision.answers).toMatchObject([{ to: token, kind: 'join', response: { error: 'NOT_COORDINATOR' } }]);
    bench.group = applyGroupChange(decision.change as GroupChange);
    expect(bench.heartbeat(b, 1)).toBe('COORDINATOR_NOT_AVAILABLE');
    expect(bench.joinAnswer(bench.join('')).error).toBe('COORDINATOR_NOT_AVAILABLE');
  });

  it('tombstones forget an offset, and a group of which nothing is left', () => {
    const bench = new GroupBench();
    bench.commit('', -1, 1);
    bench.stored.apply({ kind: 'offset-commit', groupId: 'g', topic: 'orders', partition: 0, value: null });
    expect(bench.stored.get('g')).toBeUndefined();
  });
});
