import { describe, expect, it } from 'vitest';
import type { RequestOf } from '../../../src/engine/protocol/apis.js';
import { errorByCode } from '../../../src/engine/protocol/errors.js';
import { BrokerBench } from './broker-bench.js';
import { encodeAssignment, encodeSubscription } from '../../../src/engine/protocol/consumer-protocol.js';
import { MemoryDisk } from '../../../src/engine/environment/memory-disk.js';

const groupId = 'g';
const joining = { rebalanceTimeoutMs: 60_000, memberEpoch: 0, topicPartitions: [], subscribedTopicNames: ['orders'] };

async function heartbeat(bench: BrokerBench, memberId: string, request: Partial<RequestOf<'ConsumerGroupHeartbeat'>>) {
  const { errorCode, assignment, ...answer } = await bench.call('ConsumerGroupHeartbeat', {
    groupId,
    memberId,
    memberEpoch: 0,
    ...request,
  });
  return {
    ...answer,
    error: errorByCode(errorCode).name,
    partitions: assignment?.topicPartitions.flatMap(({ partitions }) => [...partitions]),
  };
}

async function joinStatic(bench: BrokerBench, groupInstanceId: string) {
  const joined = bench.call('JoinGroup', {
    groupId,
    groupInstanceId,
    memberId: '',
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: encodeSubscription({ topics: ['orders'] }) }],
  });
  // The first rebalance of a group ends by a timer, be it at once.
  await bench.environment.pass(1);
  return await joined;
}

async function syncStatic(
  bench: BrokerBench,
  groupInstanceId: string,
  { memberId, generationId }: { readonly memberId: string; readonly generationId: number },
  assignments: RequestOf<'SyncGroup'>['assignments'] = [],
) {
  const protocol = { protocolType: 'consumer', protocolName: 'range' };
  return await bench.call('SyncGroup', { groupId, groupInstanceId, memberId, generationId, ...protocol, assignments });
}

async function describeGroup(bench: BrokerBench) {
  const { groups } = await bench.call('ConsumerGroupDescribe', {
    groupIds: [groupId],
    includeAuthorizedOperations: true,
  });
  return groups[0];
}

async function benchWithTopic(options: Parameters<typeof BrokerBench.start>[0] = {}) {
  const bench = await BrokerBench.start(options);
  const topicId = await bench.createTopic('orders', 4);
  return { bench, topicId };
}

describe('groups of the consumer protocol', () => {
  it('are taken up again where the last broker left them (GRN-7)', async () => {
    const disk = new MemoryDisk();
    const first = await benchWithTopic({ disk });
    await heartbeat(first.bench, 'a', joining);
    await heartbeat(first.bench, 'b', joining);
    await first.bench.broker.stop();
    const bench = await BrokerBench.start({ disk });
    const group = await describeGroup(bench);
    expect(group).toMatchObject({
      groupState: 'Assigning',
      groupEpoch: 3,
      assignmentEpoch: 2,
      authorizedOperations: 3400,
    });
    expect(group?.members.map(({ memberId, memberEpoch }) => [memberId, memberEpoch])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
    expect(await heartbeat(bench, 'a', { memberEpoch: 2 })).toMatchObject({ error: 'NONE', memberEpoch: 2 });
    await bench.environment.pass(45_000);
    expect((await describeGroup(bench))?.members, 'a whole session after the start, nobody was heard of').toEqual([]);
  });

  it('are there in ListGroups, and are no classic groups', async () => {
    const { bench } = await benchWithTopic();
    await heartbeat(bench, 'a', joining);
    const list = async (typesFilter: readonly string[]) =>
      (await bench.call('ListGroups', { statesFilter: [], typesFilter })).groups.map(({ groupType, groupState }) => [
        groupType,
        groupState,
      ]);
    expect(await list([])).toEqual([['consumer', 'Stable']]);
    expect(await list(['Consumer'])).toHaveLength(1);
    expect(await list(['classic'])).toEqual([]);
    const { groups } = await bench.call('DescribeGroups', { groups: [groupId] });
    expect(groups[0]).toMatchObject({
      errorCode: 69,
      groupState: 'Dead',
      errorMessage: 'Group g is not a classic group.',
    });
  });

  it('tell names by their regular expressions, and a topic that comes later', async () => {
    const { bench } = await benchWithTopic();
    const byRegex = { ...joining, subscribedTopicNames: null, subscribedTopicRegex: 'orders.*' };
    expect(await heartbeat(bench, 'a', byRegex)).toMatchObject({ memberEpoch: 1, partitions: [] });
    await bench.environment.pass(100);
    expect(await heartbeat(bench, 'a', { memberEpoch: 1 })).toMatchObject({ memberEpoch: 2, partitions: [0, 1, 2, 3] });
    await bench.createTopic('orders-2', 1);
    await bench.environment.pass(11_000);
    await heartbeat(bench, 'a', { memberEpoch: 2 });
    await bench.environment.pass(1000);
    expect(await heartbeat(bench, 'a', { memberEpoch: 2 })).toMatchObject({
      memberEpoch: 3,
      partitions: [0, 1, 2, 3, 0],
    });
    expect(await heartbeat(bench, 'b', { ...byRegex, subscribedTopicRegex: '(' })).toMatchObject({
      error: 'INVALID_REGULAR_EXPRESSION',
    });
  });

  it('answer what is wrong when their expressions cannot be looked at, and try again later', async () => {
    let isThere = false;
    const { loadRegexEngine } = await import('../../../src/engine/broker/topic-regex.js');
    const loadRegexes = () => (isThere ? loadRegexEngine() : Promise.reject(new Error('It cannot be loaded.')));
    const { bench } = await benchWithTopic({ loadRegexes });
    const byRegex = { ...joining, subscribedTopicNames: null, subscribedTopicRegex: 'orders.*' };
    await expect(heartbeat(bench, 'a', byRegex)).rejects.toThrow('It cannot be loaded.');
    isThere = true;
    expect(await heartbeat(bench, 'a', byRegex)).toMatchObject({ error: 'NONE' });
  });

  it('are deleted with their offsets, once nobody is a member', async () => {
    const { bench } = await benchWithTopic();
    await heartbeat(bench, 'a', joining);
    const remove = async () => (await bench.call('DeleteGroups', { groupsNames: [groupId] })).results[0]?.errorCode;
    expect(errorByCode((await remove()) ?? 0).name).toBe('NON_EMPTY_GROUP');
    await heartbeat(bench, 'a', { memberEpoch: -1 });
    expect(await bench.commit(groupId, 'orders', 7)).toBe('NONE');
    expect(await remove()).toBe(0);
    expect(await describeGroup(bench)).toMatchObject({ errorCode: 69, errorMessage: 'Group g not found.' });
    expect(await bench.committed(groupId)).toEqual([]);
  });

  it('lose offsets of topics that they do not read, and go when none is left', async () => {
    const { bench } = await benchWithTopic({
      config: { 'offsets.retention.minutes': 1, 'offsets.retention.check.interval.ms': 1000 },
    });
    await bench.createTopic('others', 1);
    expect(await heartbeat(bench, 'a', joining)).toMatchObject({ memberEpoch: 2 });
    for (const topic of ['orders', 'others'])
      await bench.call('OffsetCommit', {
        groupId,
        memberId: 'a',
        generationIdOrMemberEpoch: 2,
        topics: [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset: 3n, committedMetadata: '' }] }],
      });
    for (let beat = 0; beat < 4; beat++) {
      await bench.environment.pass(20_000);
      await heartbeat(bench, 'a', { memberEpoch: 2 });
    }
    expect((await bench.committed(groupId))?.map(({ at }) => at)).toEqual(['orders-0']);
    await heartbeat(bench, 'a', { memberEpoch: -1 });
    await bench.environment.pass(70_000);
    expect(await describeGroup(bench)).toMatchObject({ errorMessage: 'Group g not found.' });
  });

  it('a dynamic member that gives itself an instance stays who it is, and has no target until the next is computed', async () => {
    const { bench } = await benchWithTopic({ config: { 'group.consumer.assignment.interval.ms': 0 } });
    await heartbeat(bench, 'a', joining);
    expect(await heartbeat(bench, 'a', { ...joining, instanceId: 'i' })).toMatchObject({
      memberEpoch: 2,
      partitions: [0, 1, 2, 3],
    });
    await heartbeat(bench, 'b', joining);
    await heartbeat(bench, 'c', joining);
    expect(await heartbeat(bench, 'b', { ...joining, instanceId: 'j' })).toMatchObject({
      memberEpoch: 4,
      partitions: [],
    });
    expect((await describeGroup(bench))?.members.map(({ memberId, instanceId }) => [memberId, instanceId])).toEqual([
      ['a', 'i'],
      ['b', 'j'],
      ['c', null],
    ]);
  });

  it('at equal votes for assignors take that of the member that brings its own, and tell the other', async () => {
    const { bench } = await benchWithTopic({ config: { 'group.consumer.assignment.interval.ms': 0 } });
    await heartbeat(bench, 'a', { ...joining, serverAssignor: 'uniform' });
    // The range assignor puts static members first: so a's share tells which of the two it was.
    await heartbeat(bench, 'b', { ...joining, instanceId: 'i', serverAssignor: 'range' });
    const group = await describeGroup(bench);
    expect(group?.assignorName).toBe('uniform');
    expect(group?.members[0]?.targetAssignment.topicPartitions).toMatchObject([{ partitions: [2, 3] }]);
  });

  it('GRN-9 a static member that has left for a while finds what it had, under another id', async () => {
    const { bench, topicId } = await benchWithTopic({ config: { 'group.consumer.assignment.interval.ms': 0 } });
    const asInstance = { ...joining, instanceId: 'i' };
    await heartbeat(bench, 'a', asInstance);
    await heartbeat(bench, 'b', joining);
    await heartbeat(bench, 'a', { memberEpoch: 2, instanceId: 'i' });
    const kept = { instanceId: 'i', topicPartitions: [{ topicId, partitions: [0, 1] }] };
    await heartbeat(bench, 'a', { ...kept, memberEpoch: 2 });
    const before = await describeGroup(bench);
    expect(await heartbeat(bench, 'c', asInstance)).toMatchObject({ error: 'UNRELEASED_INSTANCE_ID' });
    expect(await heartbeat(bench, 'a', { memberEpoch: -2, instanceId: 'i' })).toMatchObject({ memberEpoch: -2 });
    await bench.environment.pass(40_000);
    await heartbeat(bench, 'b', { memberEpoch: 3 });
    const back = await heartbeat(bench, 'c', asInstance);
    expect(back).toMatchObject({ error: 'NONE', memberEpoch: 3, partitions: [0, 1] });
    expect(await describeGroup(bench)).toMatchObject({ groupEpoch: before?.groupEpoch });
    expect(await heartbeat(bench, 'a', { memberEpoch: 3, instanceId: 'i' })).toMatchObject({
      error: 'FENCED_INSTANCE_ID',
    });
  });

  it('GRN-9 a static member that does not come back within its session is out, with what it had', async () => {
    const { bench } = await benchWithTopic();
    await heartbeat(bench, 'a', { ...joining, instanceId: 'i' });
    await heartbeat(bench, 'a', { memberEpoch: -2, instanceId: 'i' });
    await bench.environment.pass(45_000);
    expect(await describeGroup(bench)).toMatchObject({ groupState: 'Empty', groupEpoch: 3 });
  });

  it('become classic groups for whoever joins an empty one, with their offsets', async () => {
    const { bench } = await benchWithTopic();
    await heartbeat(bench, 'a', joining);
    await heartbeat(bench, 'a', { memberEpoch: -1 });
    await bench.commit(groupId, 'orders', 7);
    const { generationId } = await bench.joinAlone(groupId);
    expect(generationId).toBe(1);
    expect((await bench.committed(groupId))?.map(({ offset }) => offset)).toEqual([7]);
    const { groups } = await bench.call('DescribeGroups', { groups: [groupId] });
    expect(groups[0]).toMatchObject({ errorCode: 0, groupState: 'Stable' });
  });

  it('GRN-8 become classic groups without a partition in two hands, although members have yet to give some up', async () => {
    const { bench, topicId } = await benchWithTopic();
    const one = await joinStatic(bench, 'one');
    const all = encodeAssignment({ assignedPartitions: [{ topic: 'orders', partitions: [0, 1, 2, 3] }] });
    await syncStatic(bench, 'one', one, [{ memberId: one.memberId, assignment: all }]);
    expect(await heartbeat(bench, 'a', { ...joining, instanceId: 'two' })).toMatchObject({
      memberEpoch: 2,
      partitions: [],
    });
    const group = await describeGroup(bench);
    expect(group?.members.find(({ memberId }) => memberId === 'a')?.targetAssignment.topicPartitions).toEqual([
      { topicId, topicName: 'orders', partitions: [2, 3] },
    ]);
    const two = await joinStatic(bench, 'two');
    const sync = await syncStatic(bench, 'two', two);
    expect(errorByCode(sync.errorCode).name).toBe('REBALANCE_IN_PROGRESS');
  });

  it('refuse who does not come to consume, and who knows no protocol of theirs', async () => {
    const { bench } = await benchWithTopic();
    await heartbeat(bench, 'a', joining);
    const join = async (protocolType: string, memberId = '') =>
      bench.call('JoinGroup', {
        groupId,
        memberId,
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        protocolType,
        protocols: [{ name: 'range', metadata: encodeSubscription({ topics: ['orders'] }) }],
      });
    expect(errorByCode((await join('connect')).errorCode).name).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect(errorByCode((await join('consumer')).errorCode).name).toBe('MEMBER_ID_REQUIRED');
    expect(await join('connect', 'b'), 'is not told its id, as in Kafka').toMatchObject({ memberId: '' });
  });

  it('follow their own configs from the next heartbeat on', async () => {
    const { bench } = await benchWithTopic();
    expect(await heartbeat(bench, 'a', joining)).toMatchObject({ heartbeatIntervalMs: 5000 });
    const config = { name: 'consumer.heartbeat.interval.ms', configOperation: 0, value: '7000' };
    await bench.call('IncrementalAlterConfigs', {
      resources: [{ resourceType: 32, resourceName: groupId, configs: [config] }],
      validateOnly: false,
    });
    expect(await heartbeat(bench, 'a', { memberEpoch: 2 })).toMatchObject({ heartbeatIntervalMs: 7000 });
    const { configResources } = await bench.call('ListConfigResources', { resourceTypes: [32] });
    expect(configResources).toEqual([{ resourceName: groupId, resourceType: 32 }]);
  });
});
