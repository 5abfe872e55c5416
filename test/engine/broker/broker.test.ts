import { describe, expect, it } from 'vitest';
import { Broker } from '../../../src/engine/broker/broker.js';
import { MemoryDisk } from '../../../src/engine/environment/memory-disk.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import { StorageError } from '../../../src/engine/environment/storage.js';
import { apis } from '../../../src/engine/protocol/apis.js';
import { decodeConsumerOffsetsRecord } from '../../../src/engine/protocol/consumer-offsets-records.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import { batchesIn, decodeRecords } from '../../../src/engine/protocol/record-batch.js';
import { BrokerBench } from './broker-bench.js';
import { ManualEnvironment, settle } from './manual-environment.js';

describe('starting and stopping', () => {
  it('a new broker on the same storage has the topics, records, offsets and groups of the last one', async () => {
    const disk = new MemoryDisk();
    const first = await BrokerBench.start({ disk });
    const topicId = await first.createTopic('orders', 2, { 'retention.ms': '1000' });
    await first.produce('orders', ['a', 'b']);
    const { memberId, generationId } = await first.joinAlone('group');
    await first.commit('simple', 'orders', 1);
    await first.broker.stop();

    const second = await BrokerBench.start({ disk });
    const { topics } = await second.call('Metadata', { topics: [{ name: 'orders' }] });
    expect(topics).toMatchObject([{ errorCode: 0, topicId, partitions: [{ leaderEpoch: 1 }, { leaderEpoch: 1 }] }]);
    expect(await second.fetch('orders', 0)).toMatchObject({ values: ['a', 'b'], epochs: [0], highWatermark: 2 });
    expect(await second.committed('simple')).toEqual([{ at: 'orders-0', offset: 1, leaderEpoch: 2, metadata: 'at 1' }]);
    const beat = await second.call('Heartbeat', { groupId: 'group', memberId, generationId });
    expect(beat.errorCode).toBe(0);
    await second.produce('orders', ['c']);
    expect(await second.fetch('orders', 2)).toMatchObject({ values: ['c'], epochs: [1] });
  });

  it('every start raises the leader epoch, and who read in an older one is told', async () => {
    const disk = new MemoryDisk();
    for (let start = 0; start < 3; start += 1) {
      const bench = await BrokerBench.start({ disk });
      if (start === 0) await bench.createTopic('orders');
      expect(bench.environment.tracedOf('broker-started')).toMatchObject([{ nodeId: 1, leaderEpoch: start }]);
      const { topics } = await bench.call('Metadata', { topics: [{ name: 'orders' }] });
      expect(topics[0]?.partitions[0]?.leaderEpoch).toBe(start);
      const asked = { partitionIndex: 0, currentLeaderEpoch: start - 1, timestamp: -1n };
      const answer = await bench.call('ListOffsets', {
        replicaId: -1,
        topics: [{ name: 'orders', partitions: [asked] }],
      });
      // At the first start, -1 says nothing.
      expect(answer.topics[0]?.partitions[0]?.errorCode).toBe(start === 0 ? 0 : 74);
      await bench.broker.stop();
    }
  });

  it('a member of a recovered group that stays silent is removed after its session timeout', async () => {
    const disk = new MemoryDisk();
    const first = await BrokerBench.start({ disk });
    const { memberId, generationId } = await first.joinAlone('group');
    await first.broker.stop();
    const second = await BrokerBench.start({ disk });
    await second.environment.pass(10_000);
    const beat = await second.call('Heartbeat', { groupId: 'group', memberId, generationId });
    expect(beat.errorCode).toBe(25);
    expect(second.environment.tracedOf('member-left')).toMatchObject([{ member: memberId, reason: 'session-expired' }]);
  });

  it('stopping answers whoever waits and refuses whoever comes', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders');
    const waiting = bench.fetch('orders', 0, { maxWaitMs: 60_000 });
    await settle();
    await bench.broker.stop();
    expect((await waiting).values).toEqual([]);
    await expect(bench.call('Metadata', { topics: null })).rejects.toMatchObject({ code: 'BROKER_NOT_AVAILABLE' });
  });

  it('the same seed and the same requests give the same trace', async () => {
    const run = async () => {
      const bench = await BrokerBench.start();
      await bench.createTopic('orders', 3);
      await bench.produce('orders', ['a']);
      await bench.joinAlone('group');
      return bench.environment.events;
    };
    expect(await run()).toEqual(await run());
  });
});

describe('requests', () => {
  it('ApiVersions lists what is served, in the versions that are advertised', async () => {
    const bench = await BrokerBench.start();
    const { apiKeys } = await bench.call('ApiVersions', { clientSoftwareName: 'a', clientSoftwareVersion: '1' });
    expect(apiKeys).toEqual(bench.broker.apiVersions);
    expect(apiKeys).toHaveLength(Object.keys(apis).length);
    expect(apiKeys).toContainEqual({ apiKey: 0, minVersion: 0, maxVersion: 13 });
    const unnamed = await bench.call('ApiVersions', { clientSoftwareName: '-', clientSoftwareVersion: '1' });
    expect(unnamed.errorCode).toBe(42);
  });

  it('an unknown version of ApiVersions is answered with its own range, of another API refused', async () => {
    const { broker } = await BrokerBench.start();
    const context = { connectionId: 'c', requestId: 'request:c:0' };
    const answer = await broker.handle(context, { api: 'ApiVersions', version: 9, clientId: null }, {});
    expect(answer).toMatchObject({ errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] });
    const metadata = broker.handle(context, { api: 'Metadata', version: 99, clientId: null }, { topics: [] });
    await expect(metadata).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
  });

  it('what a handler throws is traced and becomes UNKNOWN_SERVER_ERROR', async () => {
    let isBroken = false;
    const bench = await BrokerBench.start({
      beforeCommit: () => {
        if (isBroken) throw new TypeError('the disk melted');
      },
    });
    isBroken = true;
    const failed = bench.call('InitProducerId', { transactionalId: null, transactionTimeoutMs: 0 });
    await expect(failed).rejects.toMatchObject({ code: 'UNKNOWN_SERVER_ERROR' });
    await expect(failed).rejects.toBeInstanceOf(KafkaError);
    const [traced] = bench.environment.tracedOf('request-failed');
    expect(traced).toMatchObject({ api: 'InitProducerId', cause: 'request:connection-0:0' });
    expect(traced?.error).toContain('the disk melted');
  });

  it('producer ids are never given twice, not even after a crash', async () => {
    const disk = new MemoryDisk();
    const seen = new Set<bigint>();
    for (let start = 0; start < 3; start += 1) {
      const bench = await BrokerBench.start({ disk });
      for (let each = 0; each < 3; each += 1) {
        const answer = await bench.call('InitProducerId', { transactionalId: null, transactionTimeoutMs: 0 });
        seen.add(answer.producerId);
      }
    }
    expect(seen.size).toBe(9);
  });
});

describe('the topic of groups', () => {
  it('is made when the first group needs it, and holds what Kafka would write', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders');
    expect(bench.environment.tracedOf('topic-created').map(({ topic }) => topic)).toEqual(['orders']);
    await bench.commit('simple', 'orders', 3);
    const answer = await bench.call('Fetch', {
      maxWaitMs: 0,
      minBytes: 1,
      topics: [
        { topic: '__consumer_offsets', partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 10_000 }] },
      ],
    });
    const bytes = answer.responses[0]?.partitions[0]?.records ?? new Uint8Array(0);
    const [batch] = batchesIn(bytes);
    const [record] = batch === undefined ? [] : decodeRecords(bytes, batch.header);
    expect(decodeConsumerOffsetsRecord(record?.key ?? new Uint8Array(0), record?.value ?? null)).toMatchObject({
      kind: 'offset-commit',
      key: { group: 'simple', topic: 'orders', partition: 0 },
      value: { offset: 3n, leaderEpoch: 2, metadata: 'at 3' },
    });
  });

  it('when it is deleted its groups are gone, and the next one begins anew', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders');
    const { memberId, generationId } = await bench.joinAlone('group');
    await bench.commit('simple', 'orders', 3);
    await bench.call('DeleteTopics', { topics: [{ name: '__consumer_offsets' }], timeoutMs: 0 });
    const beat = await bench.call('Heartbeat', { groupId: 'group', memberId, generationId });
    expect(beat.errorCode).toBe(25);
    expect(await bench.committed('simple')).toEqual([]);
    expect(await bench.commit('simple', 'orders', 1)).toBe('NONE');
    expect(await bench.committed('simple')).toMatchObject([{ offset: 1 }]);
  });
});

describe('failures of the storage', () => {
  it('a produce that was not durable fails, is not there, and its offset is given to the next', async () => {
    let failing = false;
    const bench = await BrokerBench.start({
      beforeCommit: () => {
        if (failing) throw new StorageError('full', 'no room is left');
      },
    });
    await bench.createTopic('orders');
    failing = true;
    expect(await bench.produce('orders', ['lost'])).toEqual({ error: 'KAFKA_STORAGE_ERROR', baseOffset: -1 });
    failing = false;
    expect(await bench.produce('orders', ['kept'])).toEqual({ error: 'NONE', baseOffset: 0 });
    expect((await bench.fetch('orders', 0)).values).toEqual(['kept']);
  });

  it('a commit of offsets that was not durable is refused and forgotten; the group is read back and goes on', async () => {
    let failing = false;
    const bench = await BrokerBench.start({
      beforeCommit: () => {
        if (failing) throw new StorageError('io', 'the disk did not answer');
      },
    });
    await bench.createTopic('orders');
    expect(await bench.commit('simple', 'orders', 3)).toBe('NONE');
    failing = true;
    expect(await bench.commit('simple', 'orders', 9)).toBe('NOT_COORDINATOR');
    failing = false;
    expect(await bench.committed('simple')).toMatchObject([{ offset: 3 }]);
    expect(await bench.commit('simple', 'orders', 4)).toBe('NONE');
    expect(bench.environment.tracedOf('offset-committed').map(({ offset }) => offset)).toEqual([3, 4]);
  });

  it('who waits in a group whose log failed is sent to find the coordinator', async () => {
    let failing = false;
    const bench = await BrokerBench.start({
      beforeCommit: () => {
        if (failing) throw new StorageError('io', 'the disk did not answer');
      },
    });
    await bench.createTopic('orders');
    const { memberId } = await bench.joinAlone('group');
    const request = {
      groupId: 'group',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
    };
    const other = await bench.network.connect({ host: 'localhost', port: 9092 });
    const newcomer = await other.send(
      { api: 'JoinGroup', version: 9, clientId: 'other' },
      { ...request, memberId: '' },
    );
    const parked = other.send(
      { api: 'JoinGroup', version: 9, clientId: 'other' },
      { ...request, memberId: newcomer.memberId },
    );
    await settle();
    failing = true;
    expect(await bench.commit('simple', 'orders', 9)).toBe('NOT_COORDINATOR');
    expect((await parked).errorCode).toBe(16);
    failing = false;
    // What was durable is the generation in which the member was alone.
    expect((await bench.call('Heartbeat', { groupId: 'group', memberId, generationId: 1 })).errorCode).toBe(0);
  });

  it('a crash between append and durable loses what was not acknowledged, and nothing else', async () => {
    const disk = new MemoryDisk();
    let holding = false;
    const bench = await BrokerBench.start({
      disk,
      beforeCommit: () => (holding ? new Promise<void>(() => undefined) : undefined),
    });
    await bench.createTopic('orders');
    await bench.produce('orders', ['acknowledged']);
    holding = true;
    let isAnswered = false;
    void bench.produce('orders', ['on its way']).then(() => (isAnswered = true));
    await settle();
    expect(isAnswered).toBe(false);
    const other = await bench.network.connect({ host: 'localhost', port: 9092 });
    const seen = await other.send(
      { api: 'ListOffsets', version: 9, clientId: 'other' },
      { replicaId: -1, topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp: -1n }] }] },
    );
    expect(seen.topics[0]?.partitions[0]?.offset).toBe(1n);

    const outcomes = new Set<string>();
    for (let seed = 0; seed < 40; seed += 1) {
      const crash = seed % 2 === 0 ? 'process' : 'power';
      const after = await BrokerBench.start({ disk: disk.afterCrash(new SeededRandom(`crash ${seed}`), crash) });
      const { values } = await after.fetch('orders', 0);
      outcomes.add(values.join());
      expect(await after.produce('orders', ['next'])).toEqual({ error: 'NONE', baseOffset: values.length });
    }
    // What was on its way may have arrived.
    expect([...outcomes].sort()).toEqual(['acknowledged', 'acknowledged,on its way']);
  });

  it('a broker whose storage was taken over sends its clients to look for the new one', async () => {
    const disk = new MemoryDisk();
    const old = await BrokerBench.start({ disk });
    await old.createTopic('orders');
    await Broker.start(new ManualEnvironment(), { storage: new MemoryStorage({ disk }), profile: 'test' });
    expect((await old.produce('orders', ['x'])).error).toBe('NOT_LEADER_OR_FOLLOWER');
  });
});
