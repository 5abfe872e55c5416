import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../../src/engine/environment/memory-disk.js';
import { errorByCode } from '../../../src/engine/protocol/errors.js';
import { BrokerBench } from './broker-bench.js';

const hourMs = 3_600_000;

async function names(bench: BrokerBench): Promise<string[]> {
  const { groups } = await bench.call('ListGroups', {});
  return groups.map(({ groupId }) => groupId).sort();
}

describe('groups of a broker', () => {
  it('are listed from all partitions of the topic, and deleted from theirs; a restart brings none back', async () => {
    const disk = new MemoryDisk();
    const options = { disk, config: { 'offsets.topic.num.partitions': 7 } };
    const bench = await BrokerBench.start(options);
    await bench.createTopic('orders');
    const groups = Array.from({ length: 12 }, (_, at) => `group-${String(at).padStart(2, '0')}`);
    for (const group of groups) await bench.commit(group, 'orders', 1);
    expect(await names(bench)).toEqual(groups);
    const { results } = await bench.call('DeleteGroups', { groupsNames: groups.slice(0, 10) });
    expect(results.map(({ errorCode }) => errorCode)).toEqual(Array.from({ length: 10 }, () => 0));
    expect(await names(bench)).toEqual(groups.slice(10));
    await bench.broker.stop();
    expect(await names(await BrokerBench.start(options))).toEqual(groups.slice(10));
  });

  it('GRC-8 lose their offsets a retention after the last member has gone, not early after a restart', async () => {
    const disk = new MemoryDisk();
    const config = {
      'offsets.retention.minutes': 60,
      'offsets.retention.check.interval.ms': 600_000,
      'log.retention.check.interval.ms': hourMs,
      'log.cleaner.backoff.ms': hourMs,
    };
    const first = await BrokerBench.start({ disk, config });
    await first.createTopic('orders');
    const { memberId } = await first.joinAlone('group');
    await first.call('LeaveGroup', { groupId: 'group', members: [{ memberId }] });
    await first.commit('group', 'orders', 1);
    await first.environment.pass(0.9 * hourMs);
    await first.broker.stop();
    const second = await BrokerBench.start({ disk, config, startMs: first.environment.clock.now() });
    await second.environment.pass(599_999);
    expect(await second.committed('group')).toHaveLength(1);
    await second.environment.pass(1);
    expect(await second.committed('group')).toEqual([]);
    expect(await names(second)).toEqual([]);
    expect(second.environment.tracedOf('group-deleted')).toMatchObject([{ group: 'group', reason: 'expired' }]);
  });

  it('keep no offsets of a topic that was deleted, before a restart or after it', async () => {
    const disk = new MemoryDisk();
    const first = await BrokerBench.start({ disk });
    await first.createTopic('orders');
    await first.createTopic('payments');
    await first.commit('group', 'orders', 1);
    await first.commit('group', 'payments', 2);
    await first.call('DeleteTopics', { topics: [{ name: 'orders' }], timeoutMs: 1000 });
    expect(await first.committed('group')).toMatchObject([{ at: 'payments-0' }]);
    await first.createTopic('orders');
    await first.broker.stop();
    const second = await BrokerBench.start({ disk });
    expect(await second.committed('group')).toMatchObject([{ at: 'payments-0' }]);
  });

  it('refuse a commit that is larger than a batch of their topic, and live on', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders', 300);
    const partitions = Array.from({ length: 300 }, (_, partitionIndex) => ({
      partitionIndex,
      committedOffset: 1n,
      committedMetadata: 'm'.repeat(4096),
    }));
    const { topics } = await bench.call('OffsetCommit', {
      groupId: 'group',
      memberId: '',
      topics: [{ name: 'orders', partitions }],
    });
    const errors = new Set(topics[0]?.partitions.map(({ errorCode }) => errorByCode(errorCode).name));
    expect([...errors]).toEqual(['INVALID_COMMIT_OFFSET_SIZE']);
    expect(await names(bench)).toEqual([]);
    expect(await bench.commit('group', 'orders', 1)).toBe('NONE');
  });

  it('that nobody has asked for yet are not there, and asking does not make their topic', async () => {
    const bench = await BrokerBench.start();
    expect(await names(bench)).toEqual([]);
    const { groups } = await bench.call('DescribeGroups', { groups: ['group'] });
    expect(groups).toMatchObject([{ errorCode: 69, groupState: 'Dead', errorMessage: 'Group group not found.' }]);
    const { topics } = await bench.call('Metadata', { topics: null });
    expect(topics).toEqual([]);
  });
});
