import { describe, expect, it } from 'vitest';
import { Kafka } from '../../../src/engine/client/kafka.js';
import type { ConsumerConfig } from '../../../src/engine/client/consumer-config.js';
import type { Consumer } from '../../../src/engine/client/consumer.js';
import { sleep } from '../../../src/engine/environment/environment.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { RecordedEvent } from '../../../src/engine/environment/trace-events.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { World } from '../../../src/engine/simulation/world.js';

/** A world with the real broker in it, and what its consumers saw. */
class Stage {
  readonly seen: string[] = [];
  readonly consumers: Consumer[] = [];
  readonly storage = new MemoryStorage();

  private constructor(readonly world: World) {}

  static async open(seed: string, partitions: number): Promise<Stage> {
    const stage = new Stage(new World({ seed, settle }));
    await stage.startBroker();
    const admin = stage.kafka('admin').admin();
    await stage.world.outcome(admin.connect());
    await stage.world.outcome(admin.createTopics({ topics: [{ topic: 'orders', numPartitions: partitions }] }));
    await stage.world.outcome(admin.disconnect());
    return stage;
  }

  async startBroker(): Promise<void> {
    await this.world.outcome(this.world.startBroker({ storage: this.world.storage(this.storage), profile: 'test' }));
  }

  kafka(clientId: string): Kafka {
    return new Kafka(this.world.environment(clientId), { clientId, network: this.world.network(clientId) });
  }

  async send(...messages: { key?: string; value: string; partition?: number }[]): Promise<void> {
    const producer = this.kafka('producer').producer({ lingerMs: 0 });
    await this.world.outcome(producer.connect());
    await this.world.outcome(producer.send({ topic: 'orders', messages }));
    await this.world.outcome(producer.disconnect());
  }

  /** A member that notes what it handles, each record for `takesMs`. */
  async join(clientId: string, takesMs = 0, config: Partial<ConsumerConfig> = {}): Promise<Consumer> {
    const { timers } = this.world.environment(clientId);
    const consumer = this.kafka(clientId).consumer({
      groupId: 'g',
      autoOffsetReset: 'earliest',
      heartbeatInterval: 500,
      ...config,
    });
    this.consumers.push(consumer);
    await this.world.outcome(consumer.connect());
    await consumer.subscribe({ topics: ['orders'] });
    const started = consumer.run({
      eachMessage: async ({ message }) => {
        if (takesMs > 0) await sleep(timers, takesMs);
        this.seen.push(`${clientId} ${new TextDecoder().decode(message.value ?? new Uint8Array(0))}`);
      },
    });
    await this.world.outcome(started);
    return consumer;
  }

  assignments(): Record<string, number[]> {
    const latest: Record<string, number[]> = {};
    for (const event of this.world.trace) {
      if (event.kind === 'partitions-revoked') latest[event.client] = [];
      if (event.kind === 'partitions-assigned') {
        latest[event.client] = event.partitions.map(({ partition }) => partition);
      }
    }
    return latest;
  }

  of<Kind extends RecordedEvent['kind']>(kind: Kind): Extract<RecordedEvent, { kind: Kind }>[] {
    return this.world.trace.filter((event): event is Extract<RecordedEvent, { kind: Kind }> => event.kind === kind);
  }

  async close(): Promise<void> {
    for (const consumer of this.consumers) await this.world.outcome(consumer.disconnect());
  }
}

const numbered = (count: number, partitions: number): { value: string; partition: number }[] =>
  Array.from({ length: count }, (_, n) => ({ value: `v${n}`, partition: n % partitions }));

describe('clients of a real broker', () => {
  it('share a topic as range says: 3 partitions, members come one by one, the fourth idles', async () => {
    const stage = await Stage.open('share', 3);
    const found: Record<string, number[]>[] = [];
    for (const client of ['A-1', 'A-2', 'A-3', 'A-4']) {
      await stage.join(client);
      await stage.world.advanceBy(2_000);
      found.push(stage.assignments());
    }
    expect(found.map((each) => Object.values(each))).toEqual([
      [[0, 1, 2]],
      [[0, 1], [2]],
      [[0], [1], [2]],
      [[0], [1], [2], []],
    ]);
    await stage.close();
  });

  it('a rebalance loses nothing and repeats nothing when everybody is well', async () => {
    const stage = await Stage.open('calm', 3);
    await stage.send(...numbered(30, 3));
    await stage.join('A-1', 50);
    await stage.world.advanceBy(400);
    await stage.join('A-2', 50);
    await stage.world.advanceBy(5_000);
    const values = stage.seen.map((each) => each.split(' ')[1] ?? '');
    expect(values).toHaveLength(30);
    expect(new Set(values).size).toBe(30);
    expect(new Set(stage.seen.map((each) => each.split(' ')[0]))).toEqual(new Set(['A-1', 'A-2']));
    await stage.close();
  });

  it('a member that dies is replaced, and what it had not committed comes again', async () => {
    const stage = await Stage.open('death', 1);
    await stage.join('A-1', 100);
    await stage.join('A-2', 0);
    await stage.send(...numbered(4, 1));
    await stage.world.advanceBy(250);
    const owner = stage.assignments()['A-1']?.length === 1 ? 'A-1' : 'A-2';
    expect(owner).toBe('A-1');
    const before = stage.seen.length;
    stage.world.crash('A-1');
    stage.consumers.shift();
    await stage.world.advanceBy(60_000);
    expect(before).toBe(2);
    expect(stage.seen.slice(before)).toEqual(['A-2 v0', 'A-2 v1', 'A-2 v2', 'A-2 v3']);
    await stage.close();
  });

  it('everybody goes on when the broker has crashed and is back', async () => {
    const stage = await Stage.open('crash', 2);
    await stage.join('A-1');
    await stage.send(...numbered(4, 2));
    await stage.world.advanceBy(6_000);
    const producer = stage.kafka('writer').producer({ lingerMs: 0 });
    await stage.world.outcome(producer.connect());
    await stage.world.crashBroker();
    const sending = producer.send({ topic: 'orders', messages: [{ value: 'during', partition: 0 }] });
    await stage.world.advanceBy(2_000);
    await stage.startBroker();
    const [metadata] = await stage.world.outcome(sending, 120_000);
    expect(metadata?.baseOffset).toBe('2');
    await stage.world.advanceBy(60_000);
    expect(stage.seen.filter((each) => each === 'A-1 during')).toHaveLength(1);
    expect(new Set(stage.seen).size).toBe(5);
    await stage.close();
  });

  it('a slow handler keeps its membership; the rebalance waits for it', async () => {
    const stage = await Stage.open('slow', 2);
    await stage.send(...numbered(2, 1));
    await stage.join('A-1', 40_000, { sessionTimeout: 6_000 });
    await stage.world.advanceBy(1_000);
    const joinedFrom = stage.world.now;
    await stage.join('A-2');
    expect(stage.world.now - joinedFrom).toBeGreaterThan(38_000);
    expect(stage.seen[0]).toBe('A-1 v0');
    expect(stage.of('member-left')).toEqual([]);
    expect(stage.of('partitions-revoked').map(({ lost }) => lost)).toEqual([false]);
    await stage.world.advanceBy(60_000);
    await stage.close();
  });

  it('the chain of causes leads from a handled record back to the command', async () => {
    const stage = await Stage.open('causes', 1);
    const producer = stage.kafka('producer').producer({ lingerMs: 0 });
    await stage.world.outcome(producer.connect());
    const message = { value: 'x', trace: { cause: 'command:0' } };
    await stage.world.outcome(producer.send({ topic: 'orders', messages: [message] }));
    await stage.join('A-1');
    await stage.world.advanceBy(1_000);
    const [handled] = stage.of('record-handled');
    const delivered = stage.of('record-delivered').find(({ id }) => id === handled?.cause);
    const appended = stage.of('batch-appended').find(({ id }) => id === delivered?.cause);
    const batch = stage.of('batch-sent').find(({ request }) => request === appended?.cause);
    const sent = stage.of('record-sent').find(({ id }) => id === batch?.sends[0]);
    expect(sent?.cause).toBe('command:0');
    await stage.close();
  });

  it('the same seed gives the same trace', async () => {
    const traces = [];
    for (let turn = 0; turn < 2; turn++) {
      const stage = await Stage.open('twice', 3);
      await stage.join('A-1', 30);
      await stage.send(...numbered(12, 3));
      await stage.join('A-2', 70);
      await stage.world.advanceBy(8_000);
      await stage.close();
      traces.push(JSON.stringify(stage.world.trace));
    }
    expect(traces[0]).toBe(traces[1]);
  });
});

describe('Admin', () => {
  it('creates, lists, describes and deletes topics', async () => {
    const stage = await Stage.open('admin', 3);
    const { world } = stage;
    const admin = stage.kafka('a').admin();
    await world.outcome(admin.connect());
    const options = {
      topics: [{ topic: 'payments', numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '1000' }] }],
    };
    expect(await world.outcome(admin.createTopics(options))).toBe(true);
    expect(await world.outcome(admin.createTopics(options))).toBe(false);
    expect((await world.outcome(admin.listTopics())).sort()).toEqual(expect.arrayContaining(['orders', 'payments']));
    const { topics } = await world.outcome(admin.fetchTopicMetadata({ topics: ['payments'] }));
    expect(
      topics.map(({ name, partitions }) => [name, partitions.map(({ partitionId, leader }) => [partitionId, leader])]),
    ).toEqual([
      [
        'payments',
        [
          [0, 1],
          [1, 1],
        ],
      ],
    ]);
    await world.outcome(admin.deleteTopics({ topics: ['payments'] }));
    expect(await world.outcome(admin.listTopics())).not.toContain('payments');
    await expect(world.outcome(admin.deleteTopics({ topics: ['payments'] }))).rejects.toMatchObject({
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
    });
    await expect(
      world.outcome(admin.createTopics({ topics: [{ topic: 'bad name', numPartitions: 1 }] })),
    ).rejects.toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION' });
    const cluster = await world.outcome(admin.describeCluster());
    expect(cluster.brokers).toHaveLength(1);
    expect(cluster.controller).toBe(cluster.brokers[0]?.nodeId);
    expect(cluster.clusterId).not.toBe('');
    await world.outcome(admin.disconnect());
  });

  it('tells offsets by end and by timestamp, and sets those of an empty group', async () => {
    const stage = await Stage.open('offsets', 2);
    const { world } = stage;
    const producer = stage.kafka('p').producer({ lingerMs: 0 });
    await world.outcome(producer.connect());
    const at = world.now;
    const messages = [0, 10, 20].map((ms) => ({ value: `${ms}`, partition: 0, timestamp: String(at + ms) }));
    await world.outcome(producer.send({ topic: 'orders', messages }));
    const admin = stage.kafka('a').admin();
    await world.outcome(admin.connect());
    expect(await world.outcome(admin.fetchTopicOffsets('orders'))).toEqual([
      { partition: 0, offset: '3', high: '3', low: '0' },
      { partition: 1, offset: '0', high: '0', low: '0' },
    ]);
    expect(await world.outcome(admin.fetchTopicOffsetsByTimestamp('orders', at + 5))).toEqual([
      { partition: 0, offset: '1' },
      { partition: 1, offset: '0' },
    ]);
    await world.outcome(
      admin.setOffsets({ groupId: 'g', topic: 'orders', partitions: [{ partition: 0, offset: '2' }] }),
    );
    const partitionsOf = async (resolveOffsets: boolean) => {
      const [entry] = await world.outcome(admin.fetchOffsets({ groupId: 'g', topics: ['orders'], resolveOffsets }));
      return entry?.partitions.map(({ partition, offset }) => [partition, offset]);
    };
    expect(await partitionsOf(false)).toEqual([
      [0, '2'],
      [1, '-1'],
    ]);
    expect(await partitionsOf(true)).toEqual([
      [0, '2'],
      [1, '0'],
    ]);
    await world.outcome(admin.resetOffsets({ groupId: 'g', topic: 'orders', earliest: true }));
    expect(await partitionsOf(false)).toEqual([
      [0, '0'],
      [1, '0'],
    ]);
    await stage.join('A-1');
    const setting = admin.setOffsets({ groupId: 'g', topic: 'orders', partitions: [{ partition: 0, offset: '2' }] });
    await expect(world.outcome(setting)).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER_ID' });
    await stage.close();
  });
});
