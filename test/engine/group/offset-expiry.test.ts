import { describe, expect, it } from 'vitest';
import { encodeSubscription } from '../../../src/engine/protocol/consumer-protocol.js';
import { zeroUuid } from '../../../src/engine/protocol/schema.js';
import { GroupBench, bytes } from './group-bench.js';

const retentionMs = 100_000;
const reads = (...topics: string[]) => ({
  protocols: [{ name: 'range', metadata: encodeSubscription({ topics, userData: null }) }],
});
const of = (topic: string, partition = 0) => ({
  offsets: [{ topic, topicId: zeroUuid, partition, offset: 1, leaderEpoch: -1, metadata: null }],
});

/** One member that reads `orders`, and lives for ever. */
function consumer(bench: GroupBench, options: object = reads('orders')): string {
  const token = bench.join('', { requiresKnownMemberId: false, sessionTimeoutMs: 1_800_000, ...options });
  bench.pass(0);
  const { memberId } = bench.joinAnswer(token);
  bench.sync(memberId, 1);
  return memberId;
}

describe('GRC-8 offsets expire', () => {
  it('of a simple consumer: the retention after each was committed', () => {
    const bench = new GroupBench();
    bench.commit('', -1, 1, of('orders', 0));
    bench.pass(retentionMs / 2);
    bench.commit('', -1, 1, of('orders', 1));
    bench.pass(retentionMs / 2 - 1);
    bench.expireOffsets(retentionMs);
    expect(bench.committed('orders')).toEqual([0, 1]);
    bench.pass(1);
    bench.expireOffsets(retentionMs);
    expect(bench.committed('orders')).toEqual([1]);
    expect(bench.group).toBeDefined();
    bench.pass(retentionMs);
    bench.expireOffsets(retentionMs);
    expect(bench.committed('orders')).toEqual([]);
    expect(bench.group).toBeUndefined();
    expect(bench.events.at(-1)).toEqual({ kind: 'group-deleted', group: 'g', reason: 'expired' });
  });

  it('of a group of members: the retention after the last has gone, however old the commits are', () => {
    const bench = new GroupBench();
    const member = consumer(bench);
    bench.commit(member, 1, 1, of('orders'));
    for (let time = 0; time < 3 * retentionMs; time += retentionMs) {
      bench.pass(retentionMs);
      bench.expireOffsets(retentionMs);
    }
    expect(bench.committed('orders')).toEqual([0]);
    bench.leave(member);
    bench.pass(retentionMs - 1);
    bench.expireOffsets(retentionMs);
    expect(bench.committed('orders')).toEqual([0]);
    bench.pass(1);
    bench.expireOffsets(retentionMs);
    expect(bench.group).toBeUndefined();
    expect(bench.stored.get('g')).toBeUndefined();
  });

  it('of topics that a stable group no longer reads: the retention after the commit', () => {
    const bench = new GroupBench();
    const member = consumer(bench, reads('orders'));
    bench.commit(member, 1, 1, of('orders'));
    bench.commit(member, 1, 1, of('payments'));
    bench.pass(retentionMs);
    bench.expireOffsets(retentionMs);
    expect(bench.committed('payments')).toEqual([]);
    expect(bench.committed('orders')).toEqual([0]);
    expect(bench.known.state).toBe('Stable');
  });

  it('never while the group rebalances (KAFKA-13636)', () => {
    const bench = new GroupBench();
    const member = consumer(bench, reads('orders'));
    bench.commit(member, 1, 1, of('payments'));
    bench.join('', { requiresKnownMemberId: false, rebalanceTimeoutMs: 2 * retentionMs, ...reads('orders') });
    bench.pass(retentionMs);
    expect(bench.known.state).toBe('PreparingRebalance');
    bench.expireOffsets(retentionMs);
    bench.join(member, reads('orders'));
    expect(bench.known.state).toBe('CompletingRebalance');
    bench.expireOffsets(retentionMs);
    expect(bench.committed('payments')).toEqual([0]);
  });

  it('not early after the coordinator has read them back (KAFKA-8069)', () => {
    const bench = new GroupBench();
    const member = consumer(bench);
    bench.commit(member, 1, 1, of('orders'));
    bench.pass(retentionMs);
    bench.leave(member);
    bench.reload();
    bench.expireOffsets(retentionMs);
    expect(bench.committed('orders')).toEqual([0]);
    bench.pass(retentionMs - 1);
    bench.reload();
    bench.expireOffsets(retentionMs);
    expect(bench.committed('orders')).toEqual([0]);
    bench.pass(1);
    bench.expireOffsets(retentionMs);
    expect(bench.committed('orders')).toEqual([]);
  });

  it('of a group whose subscriptions cannot be read, or that are no consumers: only when it is empty', () => {
    for (const options of [{ protocols: [{ name: 'range', metadata: bytes('?') }] }, { protocolType: 'connect' }]) {
      const bench = new GroupBench();
      const member = consumer(bench, options);
      bench.commit(member, 1, 1, of('orders'));
      bench.pass(retentionMs);
      bench.expireOffsets(retentionMs);
      expect(bench.committed('orders')).toEqual([0]);
      bench.leave(member);
      bench.pass(retentionMs);
      bench.expireOffsets(retentionMs);
      expect(bench.group).toBeUndefined();
    }
  });

  it('by the retention that an old client has asked for, if it has', () => {
    const bench = new GroupBench();
    bench.commit('', -1, 1, { retentionTimeMs: 5_000, ...of('orders', 0) });
    bench.commit('', -1, 1, { retentionTimeMs: 5 * retentionMs, ...of('orders', 1) });
    bench.pass(4_999);
    bench.expireOffsets(retentionMs);
    expect(bench.committed('orders')).toEqual([0, 1]);
    bench.pass(1);
    bench.expireOffsets(retentionMs);
    expect(bench.committed('orders')).toEqual([1]);
    bench.pass(2 * retentionMs);
    bench.expireOffsets(retentionMs);
    expect(bench.committed('orders')).toEqual([1]);
  });

  it('a group that has no offsets goes as soon as nobody is a member', () => {
    const bench = new GroupBench();
    const member = consumer(bench);
    bench.expireOffsets(retentionMs);
    expect(bench.group).toBeDefined();
    bench.leave(member);
    bench.expireOffsets(retentionMs);
    expect(bench.group).toBeUndefined();
  });
});
