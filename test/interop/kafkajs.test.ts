import {
  CompressionCodecs,
  CompressionTypes,
  ConfigResourceTypes,
  Kafka,
  logLevel,
  Partitioners,
  type Consumer,
} from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kafka as OurKafka, startBroker, type TestBroker } from '../../src/entry/node.js';
import { compress, decompress } from './other-codecs.js';

let broker: TestBroker;
let kafka: Kafka;
beforeAll(async () => {
  broker = await startBroker();
  kafka = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 20 } });
  for (const [type, codec] of [
    [CompressionTypes.Snappy, 'snappy'],
    [CompressionTypes.LZ4, 'lz4'],
  ] as const)
    CompressionCodecs[type] = () => ({
      compress: async (encoder: { buffer: Buffer }) => compress(codec, encoder.buffer),
      decompress: async (bytes: Buffer) => decompress(codec, bytes),
    });
});
afterAll(() => broker.close());

const producer = () => kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });

interface Read {
  readonly partition: number;
  readonly offset: string;
  readonly key: string | undefined;
  readonly value: string | undefined;
}

/** Reads until so many records are there; the consumer goes on. */
async function read(consumer: Consumer, topic: string, count: number, fromBeginning = true): Promise<Read[]> {
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning });
  const found: Read[] = [];
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachMessage: async ({ partition, message }) => {
        found.push({
          partition,
          offset: message.offset,
          key: message.key?.toString(),
          value: message.value?.toString(),
        });
        if (found.length === count) resolve();
      },
    });
  });
  return found;
}

describe('KafkaJS 2.2.4', () => {
  it('creates, describes, grows and deletes topics', async () => {
    const admin = kafka.admin();
    await admin.connect();
    expect(
      await admin.createTopics({
        topics: [{ topic: 'life', numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '1000' }] }],
      }),
    ).toBe(true);
    expect(await admin.createTopics({ topics: [{ topic: 'life' }] })).toBe(false);
    await admin.createPartitions({ topicPartitions: [{ topic: 'life', count: 4 }] });
    const { topics } = await admin.fetchTopicMetadata({ topics: ['life'] });
    expect(topics[0]?.partitions).toHaveLength(4);
    const described = await admin.describeConfigs({
      resources: [{ type: ConfigResourceTypes.TOPIC, name: 'life', configNames: ['retention.ms'] }],
      includeSynonyms: false,
    });
    expect(described.resources[0]?.configEntries[0]).toMatchObject({ configName: 'retention.ms', configValue: '1000' });
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: 'life',
          configEntries: [{ name: 'cleanup.policy', value: 'compact' }],
        },
      ],
    });
    await expect(admin.createTopics({ topics: [{ topic: 'bad name' }] })).rejects.toThrow();
    await admin.deleteTopics({ topics: ['life'] });
    expect(await admin.listTopics()).not.toContain('life');
    expect((await admin.describeCluster()).brokers).toHaveLength(1);
    await admin.disconnect();
  });

  it.each([
    ['none', CompressionTypes.None],
    ['gzip', CompressionTypes.GZIP],
    ['snappy', CompressionTypes.Snappy],
    ['lz4', CompressionTypes.LZ4],
  ])('produces with %s, and both it and our client read that', async (name, compression) => {
    const topic = `codec-${name}`;
    const values = Array.from({ length: 200 }, (_, index) => `value ${index} ${'x'.repeat(50)}`);
    const sender = producer();
    await sender.connect();
    await sender.send({
      topic,
      compression,
      messages: values.map((value) => ({ key: 'k', value, headers: { h: 'v' } })),
    });
    await sender.disconnect();
    const theirs = kafka.consumer({ groupId: `kafkajs-${name}` });
    expect((await read(theirs, topic, 200)).map(({ value }) => value)).toEqual(values);
    await theirs.disconnect();
    const ours = new OurKafka({ brokers: [broker.bootstrap] }).consumer({ groupId: `ours-${name}` });
    await ours.connect();
    await ours.subscribe({ topic, fromBeginning: true });
    const found: string[] = [];
    await new Promise<void>((resolve) => {
      void ours.run({
        eachMessage: async ({ message }) => {
          found.push(new TextDecoder().decode(message.value ?? undefined));
          if (found.length === 200) resolve();
        },
      });
    });
    await ours.disconnect();
    expect(found).toEqual(values);
  });

  it('puts a key into the partition that our producer puts it in', async () => {
    await broker.createTopics([{ topic: 'keys', numPartitions: 7 }]);
    const keys = Array.from({ length: 60 }, (_, index) => `key ${index} é漢`);
    const sender = producer();
    await sender.connect();
    await sender.send({ topic: 'keys', messages: keys.map((key) => ({ key, value: 'theirs' })) });
    await sender.disconnect();
    const ours = new OurKafka({ brokers: [broker.bootstrap] }).producer();
    await ours.connect();
    await ours.send({ topic: 'keys', messages: keys.map((key) => ({ key, value: 'ours' })) });
    await ours.disconnect();
    const consumer = kafka.consumer({ groupId: 'keys' });
    const found = await read(consumer, 'keys', 120);
    await consumer.disconnect();
    for (const key of keys)
      expect(new Set(found.filter((record) => record.key === key).map(({ partition }) => partition)).size, key).toBe(1);
  });

  it('shares the partitions of a group, and takes over those of a member that leaves', async () => {
    await broker.createTopics([{ topic: 'shared', numPartitions: 4 }]);
    const assigned = new Map<string, readonly number[]>();
    const members = ['a', 'b'].map((name) => {
      const consumer = kafka.consumer({ groupId: 'sharing', heartbeatInterval: 50, maxWaitTimeInMs: 100 });
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        assigned.set(name, payload.memberAssignment['shared'] ?? []);
      });
      return consumer;
    });
    for (const member of members) {
      await member.connect();
      await member.subscribe({ topic: 'shared' });
      await member.run({ eachMessage: async () => undefined });
    }
    const sizes = () => [...assigned.values()].map((partitions) => partitions.length);
    await expect.poll(sizes, { timeout: 15_000 }).toEqual([2, 2]);
    expect([...assigned.values()].flat().sort()).toEqual([0, 1, 2, 3]);
    await members[1]?.disconnect();
    await expect.poll(() => assigned.get('a'), { timeout: 15_000 }).toEqual([0, 1, 2, 3]);
    await members[0]?.disconnect();
  });

  it('seeks, commits, and goes on where it was', async () => {
    const topic = 'resumed';
    const sender = producer();
    await sender.connect();
    for (let index = 0; index < 10; index++) await sender.send({ topic, messages: [{ value: String(index) }] });
    await sender.disconnect();
    const admin = kafka.admin();
    await admin.connect();
    const first = kafka.consumer({ groupId: 'resuming' });
    await read(first, topic, 10);
    await first.commitOffsets([{ topic, partition: 0, offset: '4' }]);
    await first.disconnect();
    await admin.setOffsets({ groupId: 'resuming', topic, partitions: [{ partition: 0, offset: '6' }] });
    expect((await admin.fetchOffsets({ groupId: 'resuming', topics: [topic] }))[0]?.partitions).toMatchObject([
      { partition: 0, offset: '6' },
    ]);
    const second = kafka.consumer({ groupId: 'resuming' });
    expect((await read(second, topic, 4, false)).map(({ value }) => value)).toEqual(['6', '7', '8', '9']);
    await second.disconnect();
    const third = kafka.consumer({ groupId: 'seeking' });
    await third.connect();
    await third.subscribe({ topic, fromBeginning: true });
    const seen: string[] = [];
    const isThere = new Promise<void>((resolve) => {
      void third.run({
        eachMessage: async ({ message }) => {
          seen.push(String(message.value));
          if (seen.at(-1) === '9') resolve();
        },
      });
    });
    third.seek({ topic, partition: 0, offset: '8' });
    await isThere;
    expect(seen).toEqual(['8', '9']);
    await third.disconnect();
    expect((await admin.fetchTopicOffsets(topic))[0]).toMatchObject({ low: '0', high: '10' });
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '7' }] });
    expect((await admin.fetchTopicOffsets(topic))[0]).toMatchObject({ low: '7', high: '10' });
    expect((await admin.fetchTopicOffsetsByTimestamp(topic, 0))[0]).toMatchObject({ offset: '7' });
    await admin.disconnect();
  });

  it('tells what groups there are, and removes them', async () => {
    const admin = kafka.admin();
    await admin.connect();
    await broker.createTopics(['told']);
    const consumer = kafka.consumer({ groupId: 'told', maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic: 'told' });
    await consumer.run({ eachMessage: async () => undefined });
    await expect
      .poll(async () => (await admin.describeGroups(['told'])).groups[0]?.state, { timeout: 10_000 })
      .toBe('Stable');
    expect((await admin.listGroups()).groups.map(({ groupId }) => groupId)).toContain('told');
    await consumer.disconnect();
    await expect.poll(async () => (await admin.describeGroups(['told'])).groups[0]?.state).toBe('Empty');
    await admin.deleteGroups(['told']);
    expect((await admin.listGroups()).groups.map(({ groupId }) => groupId)).not.toContain('told');
    await admin.disconnect();
  });

  it('is told of errors', async () => {
    const admin = kafka.admin();
    await admin.connect();
    await expect(kafka.admin({ retry: { retries: 0 } }).deleteTopics({ topics: ['absent'] })).rejects.toThrow();
    await expect(admin.createTopics({ topics: [{ topic: 'x', replicationFactor: 3 }] })).rejects.toThrow();
    await admin.createTopics({
      topics: [{ topic: 'small', configEntries: [{ name: 'max.message.bytes', value: '200' }] }],
    });
    await admin.disconnect();
    const sender = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, retry: { retries: 0 } });
    await sender.connect();
    await expect(sender.send({ topic: 'small', messages: [{ value: 'x'.repeat(500) }] })).rejects.toMatchObject({
      type: 'MESSAGE_TOO_LARGE',
    });
    await sender.disconnect();
  });

  it('produces with idempotence', async () => {
    const sender = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await sender.connect();
    broker.drop('Produce');
    await sender.send({ topic: 'once', messages: [{ value: '1' }, { value: '2' }] });
    await sender.disconnect();
    const consumer = kafka.consumer({ groupId: 'once' });
    expect((await read(consumer, 'once', 2)).map(({ value }) => value)).toEqual(['1', '2']);
    await consumer.disconnect();
  });
});
