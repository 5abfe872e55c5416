import { Admin, Consumer, Producer, stringDeserializers, stringSerializers, type Message } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBroker, type TestBroker } from '../../src/entry/node.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await startBroker({ topics: ['plain', { topic: 'keys', numPartitions: 5 }] });
});
afterAll(() => broker.close());

const client = (clientId: string) => ({ clientId, bootstrapBrokers: [broker.bootstrap], retries: 2 });
const newProducer = () => new Producer({ ...client('platformatic'), serializers: stringSerializers });

/** Its type mistakes this call for one with a callback. */
const end = (consumer: Consumer<string, string, string, string>) => consumer.close(true) as unknown as Promise<void>;

async function read(topic: string, groupId: string, count: number): Promise<Message<string, string, string, string>[]> {
  const consumer = new Consumer({
    ...client('platformatic'),
    groupId,
    deserializers: stringDeserializers,
    sessionTimeout: 10_000,
    rebalanceTimeout: 10_000,
    heartbeatInterval: 500,
  });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: true, maxWaitTime: 500 });
  const found: Message<string, string, string, string>[] = [];
  for await (const message of stream) {
    found.push(message);
    if (found.length === count) break;
  }
  await stream.close();
  await end(consumer);
  return found;
}

describe('@platformatic/kafka', () => {
  it('creates, lists, describes and deletes topics', async () => {
    const admin = new Admin(client('admin'));
    const [created] = await admin.createTopics({ topics: ['made'], partitions: 2, replicas: 1 });
    expect(created).toMatchObject({ name: 'made', partitions: 2, replicas: 1 });
    expect(await admin.listTopics()).toContain('made');
    expect((await admin.metadata({ topics: ['made'] })).topics.get('made')?.partitionsCount).toBe(2);
    await admin.deleteTopics({ topics: ['made'] });
    expect(await admin.listTopics()).not.toContain('made');
    await admin.close();
  });

  it.each(['none', 'gzip', 'snappy', 'lz4'] as const)('produces with %s and reads it back', async (compression) => {
    const producer = newProducer();
    const topic = `platformatic-${compression}`;
    await broker.createTopics([topic]);
    const values = Array.from({ length: 100 }, (_, index) => `value ${index} ${'y'.repeat(40)}`);
    await producer.send({
      compression,
      messages: values.map((value) => ({ topic, key: 'k', value, headers: new Map([['h', 'v']]) })),
    });
    await producer.close();
    const found = await read(topic, `group-${compression}`, 100);
    expect(found.map(({ value }) => value)).toEqual(values);
    expect(found[0]?.headers.get('h')).toBe('v');
  });

  it('produces with idempotence', async () => {
    const producer = new Producer({ ...client('idempotent'), serializers: stringSerializers, idempotent: true });
    await producer.send({ messages: ['1', '2', '3'].map((value) => ({ topic: 'plain', value })) });
    await producer.send({ messages: [{ topic: 'plain', value: '4' }] });
    await producer.close();
    expect((await read('plain', 'idempotent', 4)).map(({ value }) => value)).toEqual(['1', '2', '3', '4']);
  });

  it('goes on where its group was', async () => {
    const producer = newProducer();
    await broker.createTopics(['resumed']);
    const send = (values: readonly string[]) =>
      producer.send({ messages: values.map((value) => ({ topic: 'resumed', value })) });
    await send(['1', '2', '3']);
    const consumer = new Consumer({ ...client('resuming'), groupId: 'resuming', deserializers: stringDeserializers });
    const stream = await consumer.consume({
      topics: ['resumed'],
      mode: 'earliest',
      autocommit: false,
      maxWaitTime: 200,
    });
    for await (const message of stream) {
      if (message.value !== '2') continue;
      await message.commit();
      break;
    }
    await stream.close();
    await end(consumer);
    await send(['4']);
    const again = new Consumer({ ...client('resuming'), groupId: 'resuming', deserializers: stringDeserializers });
    const rest = await again.consume({ topics: ['resumed'], mode: 'committed', maxWaitTime: 200 });
    const found: string[] = [];
    for await (const { value } of rest) {
      found.push(value);
      if (value === '4') break;
    }
    expect(found).toEqual(['3', '4']);
    await rest.close();
    await end(again);
    await producer.close();
  });

  it('tells of groups', async () => {
    const admin = new Admin(client('admin'));
    const consumer = new Consumer({ ...client('told'), groupId: 'told', deserializers: stringDeserializers });
    const stream = await consumer.consume({ topics: ['plain'], mode: 'latest', maxWaitTime: 200 });
    const groups = await admin.listGroups();
    expect([...groups.keys()]).toContain('told');
    expect((await admin.describeGroups({ groups: ['told'] })).get('told')?.state).toBe('STABLE');
    await stream.close();
    await end(consumer);
    await admin.close();
  });

  it('is told of errors', async () => {
    const admin = new Admin(client('admin'));
    await expect(admin.deleteTopics({ topics: ['absent'] })).rejects.toThrow();
    await expect(admin.createTopics({ topics: ['plain'], partitions: 1, replicas: 1 })).rejects.toThrow();
    await admin.close();
  });
});
