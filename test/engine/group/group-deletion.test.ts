import { describe, expect, it } from 'vitest';
import { encodeSubscription } from '../../../src/engine/protocol/consumer-protocol.js';
import { GroupBench, bytes } from './group-bench.js';

const readsOrders = {
  requiresKnownMemberId: false,
  protocols: [{ name: 'range', metadata: encodeSubscription({ topics: ['orders'], userData: null }) }],
};

describe('deleting groups and offsets', () => {
  it('a group that nobody is a member of goes with its offsets; one that is not there is named as such', () => {
    const bench = new GroupBench();
    expect(bench.deleteGroup()).toBe('GROUP_ID_NOT_FOUND');
    bench.commit('', -1, 3);
    expect(bench.deleteGroup()).toBe('NONE');
    expect(bench.group).toBeUndefined();
    expect(bench.stored.get('g')).toBeUndefined();
    expect(bench.deleteGroup()).toBe('GROUP_ID_NOT_FOUND');
  });

  it('a group with members is refused, in every state', () => {
    const bench = new GroupBench();
    const token = bench.join('', readsOrders);
    expect(bench.deleteGroup()).toBe('NON_EMPTY_GROUP');
    bench.pass(0);
    expect(bench.deleteGroup()).toBe('NON_EMPTY_GROUP');
    bench.sync(bench.joinAnswer(token).memberId, 1);
    expect(bench.deleteGroup()).toBe('NON_EMPTY_GROUP');
  });

  it('an id that was given out does not keep a group', () => {
    const bench = new GroupBench();
    const { memberId } = bench.joinAnswer(bench.join(''));
    expect(bench.deleteGroup()).toBe('NONE');
    bench.pass(60_000);
    expect(bench.group).toBeUndefined();
    expect(bench.joinAnswer(bench.join(memberId)).error).toBe('UNKNOWN_MEMBER_ID');
  });

  it('offsets of a topic that the group reads stay (KIP-496)', () => {
    const bench = new GroupBench();
    bench.commit('', -1, 3);
    const token = bench.join('', readsOrders);
    bench.pass(0);
    expect(bench.deleteOffsets('orders', 0, 1)).toBe('GROUP_SUBSCRIBED_TO_TOPIC,GROUP_SUBSCRIBED_TO_TOPIC');
    expect(bench.deleteOffsets('payments', 0)).toBe('NONE');
    bench.leave(bench.joinAnswer(token).memberId);
    expect(bench.deleteOffsets('orders', 0, 1)).toBe('NONE,NONE');
    expect(bench.committed('orders')).toEqual([]);
  });

  it('offsets of other groups with members stay; of none, there is nothing to delete', () => {
    const bench = new GroupBench();
    expect(bench.deleteOffsets('orders', 0)).toBe('GROUP_ID_NOT_FOUND');
    bench.join('', { requiresKnownMemberId: false, protocolType: 'connect' });
    expect(bench.deleteOffsets('orders', 0)).toBe('NON_EMPTY_GROUP');
    const unreadable = new GroupBench();
    unreadable.join('', { requiresKnownMemberId: false, protocols: [{ name: 'range', metadata: bytes('?') }] });
    expect(unreadable.deleteOffsets('orders', 0)).toBe('GROUP_SUBSCRIBED_TO_TOPIC');
  });
});
