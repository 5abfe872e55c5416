import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../../src/engine/environment/memory-disk.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import { encodeSubscription } from '../../../src/engine/protocol/consumer-protocol.js';
import { errorByCode } from '../../../src/engine/protocol/errors.js';
import { BrokerBench, utf8 } from './broker-bench.js';

const groupId = 'g';

/** A broker whose disk others take over after it has crashed. */
async function startBench(
  disk = new MemoryDisk(),
  seed = 'first',
): Promise<BrokerBench & { readonly disk: MemoryDisk }> {
  const config = { 'group.consumer.assignment.interval.ms': 0 };
  return Object.assign(await BrokerBench.start({ disk, seed, config }), { disk });
}

/** The power fails: the next broker finds what is durable, and of the rest whatever the disk has written. */
async function crash({ disk }: { readonly disk: MemoryDisk }): Promise<Awaited<ReturnType<typeof startBench>>> {
  return await startBench(disk.afterCrash(new SeededRandom('power'), 'power'), 'next');
}

async function commit(bench: BrokerBench, who: { memberId: string; generationId: number }, offset: number) {
  const partition = { partitionIndex: 0, committedOffset: BigInt(offset), committedMetadata: `at ${offset}` };
  const { topics } = await bench.call('OffsetCommit', {
    groupId,
    memberId: who.memberId,
    generationIdOrMemberEpoch: who.generationId,
    topics: [{ name: 'orders', partitions: [partition] }],
  });
  return errorByCode(topics[0]?.partitions[0]?.errorCode ?? 0).name;
}

async function committedOffsets(bench: BrokerBench): Promise<readonly number[] | undefined> {
  return (await bench.committed(groupId))?.map(({ offset }) => offset);
}

/** How many records the group has in its log, whatever they say. */
async function recordsOfGroup(bench: BrokerBench): Promise<number> {
  const ends = await Promise.all(
    Array.from({ length: 50 }, async (_, partition) => await bench.fetch('__consumer_offsets', 0, { partition })),
  );
  return ends.reduce((sum, { highWatermark }) => sum + Math.max(0, highWatermark), 0);
}

async function membersOf(bench: BrokerBench) {
  const { groups } = await bench.call('DescribeGroups', { groups: [groupId] });
  const [group] = groups;
  const members = group?.members.map(({ memberId, groupInstanceId, memberAssignment }) => ({
    memberId,
    groupInstanceId,
    assignment: new TextDecoder().decode(memberAssignment),
  }));
  return { state: group?.groupState, members };
}

async function heartbeatError(bench: BrokerBench, who: { memberId: string; generationId: number }): Promise<string> {
  return errorByCode((await bench.call('Heartbeat', { groupId, ...who })).errorCode).name;
}

describe('a coordinator that crashes between append and answer', () => {
  it('has the commit, which may come again, and an older one does not come back', async () => {
    const first = await startBench();
    await first.createTopic('orders');
    const who = await first.joinAlone(groupId);
    expect(await commit(first, who, 3)).toBe('NONE');
    await commit(first, who, 7); // Nobody hears the answer.

    const second = await crash(first);
    expect(await committedOffsets(second)).toEqual([7]);
    const before = await recordsOfGroup(second);
    expect(await commit(second, who, 7)).toBe('NONE');
    expect(await committedOffsets(second)).toEqual([7]);
    expect(await recordsOfGroup(second)).toBe(before + 1);
    expect(await commit(second, who, 9)).toBe('NONE');
    expect(await committedOffsets(await crash(second))).toEqual([9]);
  });

  it('has the generation that its leader has shared out; who asks again is told its share, and is there once', async () => {
    const first = await startBench();
    await first.createTopic('orders');
    const who = await first.joinAlone(groupId); // That SyncGroup was answered is forgotten below: it comes again.

    const second = await crash(first);
    const { errorCode, assignment } = await second.call('SyncGroup', {
      groupId,
      ...who,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [{ memberId: who.memberId, assignment: utf8('something else') }],
    });
    expect([errorCode, new TextDecoder().decode(assignment)]).toEqual([0, 'all']);
    expect(await heartbeatError(second, who)).toBe('NONE');
    expect(await membersOf(second)).toMatchObject({
      state: 'Stable',
      members: [{ memberId: who.memberId, assignment: 'all' }],
    });
  });

  it('has taken a static member back; who joins again has the same place, once, and both earlier ones are fenced', async () => {
    const first = await startBench();
    await first.createTopic('orders');
    const join = async (bench: BrokerBench, memberId = '') => {
      const joining = bench.call('JoinGroup', {
        groupId,
        memberId,
        groupInstanceId: 'i',
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: encodeSubscription({ topics: ['orders'] }) }],
      });
      await bench.environment.pass(0);
      return await joining;
    };
    const begun = await join(first);
    const asInstance = { groupId, groupInstanceId: 'i', protocolType: 'consumer', protocolName: 'range' };
    const sync = async (bench: BrokerBench, who: { memberId: string; generationId: number }, shared: string[]) => {
      const assignments = shared.map((assignment) => ({ memberId: who.memberId, assignment: utf8(assignment) }));
      const { memberId, generationId } = who;
      return await bench.call('SyncGroup', { ...asInstance, memberId, generationId, assignments });
    };
    await sync(first, begun, ['all']);
    const lost = await join(first); // Its process has begun anew, and does not hear the answer either.

    const second = await crash(first);
    expect((await membersOf(second)).members).toMatchObject([{ memberId: lost.memberId, groupInstanceId: 'i' }]);
    const back = await join(second);
    expect(back).toMatchObject({ errorCode: 0, generationId: begun.generationId });
    expect(new Set([begun.memberId, lost.memberId, back.memberId]).size).toBe(3);
    expect(new TextDecoder().decode((await sync(second, back, [])).assignment)).toBe('all');
    expect((await membersOf(second)).members).toMatchObject([{ memberId: back.memberId, assignment: 'all' }]);
    for (const { memberId } of [begun, lost]) {
      const zombie = { groupId, groupInstanceId: 'i', memberId, generationId: begun.generationId };
      expect(errorByCode((await second.call('Heartbeat', zombie)).errorCode).name).toBe('FENCED_INSTANCE_ID');
    }
  });

  it('has the member that joined by KIP-848; who joins again is told all that it has, and is there once', async () => {
    const first = await startBench();
    await first.createTopic('orders', 2);
    const join = { groupId, memberId: 'm', memberEpoch: 0, rebalanceTimeoutMs: 60_000, topicPartitions: [] };
    const joining = { ...join, subscribedTopicNames: ['orders'] };
    const unheard = await first.call('ConsumerGroupHeartbeat', joining);
    expect(unheard.memberEpoch).toBeGreaterThan(0);

    const second = await crash(first);
    const again = await second.call('ConsumerGroupHeartbeat', joining);
    expect(again).toMatchObject({ errorCode: 0, memberEpoch: unheard.memberEpoch });
    expect(again.assignment?.topicPartitions.map(({ partitions }) => partitions)).toEqual([[0, 1]]);
    const { groups } = await second.call('ConsumerGroupDescribe', { groupIds: [groupId] });
    expect(groups[0]).toMatchObject({ groupEpoch: unheard.memberEpoch, members: [{ memberId: 'm' }] });
    expect(groups[0]?.members).toHaveLength(1);
    expect(await commit(second, { memberId: 'm', generationId: again.memberEpoch }, 4)).toBe('NONE');
    expect(await committedOffsets(await crash(second))).toEqual([4]);
  });

  it('has all join again that are left in a group that had just become a classic one: nobody else would get what the last one had', async () => {
    const first = await startBench();
    await first.createTopic('orders', 2);
    const asConsumer = (memberEpoch: number, more = {}) =>
      first.call('ConsumerGroupHeartbeat', { groupId, memberId: 'm', memberEpoch, rebalanceTimeoutMs: -1, ...more });
    const subscription = { subscribedTopicNames: ['orders'], topicPartitions: [], rebalanceTimeoutMs: 60_000 };
    await asConsumer(0, subscription);
    const join = (memberId = '') =>
      first.call('JoinGroup', {
        groupId,
        memberId,
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: encodeSubscription({ topics: ['orders'] }) }],
      });
    const { memberId } = await join();
    const { generationId } = await join(memberId);
    await asConsumer(-1);
    expect(await membersOf(first)).toMatchObject({ state: 'PreparingRebalance', members: [{ memberId }] });

    const second = await crash(first);
    expect(await membersOf(second)).toMatchObject({ state: 'PreparingRebalance', members: [{ memberId }] });
    expect(await heartbeatError(second, { memberId, generationId })).toBe('REBALANCE_IN_PROGRESS');
  });
});
