import { Kafka as KafkaJS, logLevel, type KafkaConfig, type KafkaJSProtocolError } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';
import { Kafka, startBroker, type TestBroker, type TestBrokerOptions } from '../../src/entry/node.js';

let broker: TestBroker | undefined;
const start = async (options: TestBrokerOptions = {}) =>
  (broker = await startBroker({ topics: ['orders'], ...options }));
afterEach(async () => {
  await broker?.close();
  broker = undefined;
});

const kafkaJs = (options: Partial<KafkaConfig> = {}) =>
  new KafkaJS({
    brokers: [broker!.bootstrap],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 10 },
    ...options,
  });

const saslOf = (password: string) => ({ mechanism: 'scram-sha-256', username: 'alice', password }) as const;

async function produce(values: readonly string[], kafka = kafkaJs()): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  try {
    await producer.send({ topic: 'orders', messages: values.map((value) => ({ value })) });
  } finally {
    await producer.disconnect();
  }
}

async function consume(count: number, kafka = kafkaJs()): Promise<string[]> {
  const consumer = kafka.consumer({ groupId: 'readers', maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: 'orders', fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachMessage: async ({ message }) => {
        values.push(String(message.value));
        if (values.length === count) resolve();
      },
    });
  });
  await consumer.disconnect();
  return values;
}

describe('startBroker', () => {
  it('is there on a port of its own, with its topics, and gone after close', async () => {
    const first = await start({
      topics: ['orders', { topic: 'logs', numPartitions: 3, configs: { 'retention.ms': '1000' } }],
    });
    const second = await startBroker();
    expect(second.port).not.toBe(first.port);
    const admin = kafkaJs().admin();
    await admin.connect();
    expect((await admin.listTopics()).sort()).toEqual(['logs', 'orders']);
    expect((await admin.fetchTopicMetadata({ topics: ['logs'] })).topics[0]?.partitions).toHaveLength(3);
    await admin.disconnect();
    await second.close();
    const late = new Kafka({ brokers: [second.bootstrap], retry: { retries: 0 } }).admin();
    await expect(late.connect()).rejects.toThrow('ECONNREFUSED');
  });

  it('tells which topic it could not make', async () => {
    await expect(startBroker({ topics: ['not a name'] })).rejects.toThrow('The topic not a name was not created');
  });

  it('serves KafkaJS and our own clients alike', async () => {
    await start();
    await produce(['theirs']);
    const producer = new Kafka({ brokers: [broker!.bootstrap] }).producer();
    await producer.connect();
    await producer.send({ topic: 'orders', messages: [{ value: 'ours' }] });
    await producer.disconnect();
    expect(await consume(2)).toEqual(['theirs', 'ours']);
  });

  it('serves KafkaJS without any port', async () => {
    await start();
    const kafka = kafkaJs({ brokers: ['nowhere.invalid:9092'], socketFactory: broker!.socketFactory });
    await produce(['one', 'two'], kafka);
    expect(await consume(2, kafka)).toEqual(['one', 'two']);
    expect(broker!.requests.every(({ connection }) => connection.startsWith('memory-'))).toBe(true);
  });

  it('asks who is there on both ways in', async () => {
    await start({ users: new Map([['alice', 'secret']]) });
    for (const way of [{}, { socketFactory: broker!.socketFactory }]) {
      await produce(['x'], kafkaJs({ ...way, sasl: saslOf('secret') }));
      const wrong = kafkaJs({ ...way, sasl: saslOf('wrong'), retry: { retries: 0 } });
      await expect(produce(['y'], wrong)).rejects.toThrow('SASL');
    }
  });
});

describe('what a test can do to its broker', () => {
  it('has requests fail, so often and no more, and nothing is stored twice', async () => {
    await start();
    broker!.fail('Produce', 'NOT_LEADER_OR_FOLLOWER', 2);
    await produce(['one']);
    expect(broker!.requestsOf('Produce')).toHaveLength(3);
    expect(await consume(1)).toEqual(['one']);
  });

  it.each([
    ['Produce', 'MESSAGE_TOO_LARGE'],
    ['Metadata', 'TOPIC_AUTHORIZATION_FAILED'],
  ] as const)('tells clients of %s that it failed with %s', async (api, error) => {
    await start();
    broker!.fail(api, error, 100);
    const attempt = produce(['one'], kafkaJs({ retry: { retries: 0 } }));
    await expect(attempt).rejects.toSatisfy(
      (thrown: KafkaJSProtocolError & { cause?: KafkaJSProtocolError }) => (thrown.cause ?? thrown).type === error,
    );
  });

  it.each([
    ['Fetch', 'NOT_LEADER_OR_FOLLOWER'],
    ['ListOffsets', 'NOT_LEADER_OR_FOLLOWER'],
    ['JoinGroup', 'COORDINATOR_NOT_AVAILABLE'],
    ['SyncGroup', 'REBALANCE_IN_PROGRESS'],
    ['FindCoordinator', 'COORDINATOR_NOT_AVAILABLE'],
    ['OffsetFetch', 'COORDINATOR_LOAD_IN_PROGRESS'],
  ] as const)('a consumer gets over a %s that fails with %s', async (api, error) => {
    await start();
    await produce(['one']);
    broker!.fail(api, error);
    expect(await consume(1)).toEqual(['one']);
  });

  it('hangs up, on one request or on all connections, and clients come again', async () => {
    await start();
    broker!.drop('Produce');
    await produce(['one']);
    const kafka = kafkaJs();
    const producer = kafka.producer();
    await producer.connect();
    broker!.dropConnections();
    await producer.send({ topic: 'orders', messages: [{ value: 'two' }] });
    await producer.disconnect();
    expect(await consume(2)).toEqual(['one', 'two']);
  });

  it('lets requests wait', async () => {
    await start();
    broker!.delay('Produce', 60_000);
    const producing = produce(['late']);
    await expect.poll(() => broker!.requestsOf('Produce').length).toBe(1);
    let isDone = false;
    void producing.then(() => (isDone = true));
    await broker!.advance(59_000);
    expect(isDone).toBe(false);
    await broker!.advance(1_000);
    await producing;
  });

  it('lets time pass: records go by retention, sessions expire', async () => {
    await start({ topics: [{ topic: 'orders', configs: { 'retention.ms': '3600000', 'segment.ms': '60000' } }] });
    await produce(['old']);
    await broker!.advance(2 * 3_600_000);
    const admin = kafkaJs().admin();
    await admin.connect();
    expect(await admin.fetchTopicOffsets('orders')).toMatchObject([{ low: '1', high: '1' }]);
    await admin.disconnect();
  });

  it('removes a member, which comes again', async () => {
    await start();
    const consumer = kafkaJs().consumer({ groupId: 'readers', heartbeatInterval: 50, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic: 'orders', fromBeginning: true });
    const joined: string[] = [];
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => joined.push(payload.memberId));
    await consumer.run({ eachMessage: async () => undefined });
    await expect.poll(() => joined.length).toBe(1);
    await broker!.expireMember('readers', joined[0]!);
    await expect.poll(() => joined.length, { timeout: 10_000 }).toBe(2);
    expect(joined[1]).not.toBe(joined[0]);
    await consumer.disconnect();
    await expect(broker!.expireMember('readers', 'nobody')).rejects.toThrow("can't be removed");
  });

  it('notes what it is asked', async () => {
    await start();
    await produce(['one'], kafkaJs({ clientId: 'shop' }));
    const [request] = broker!.requestsOf('Produce');
    expect(request).toMatchObject({ api: 'Produce', version: 7, clientId: 'shop', request: { acks: -1 } });
    broker!.clearRequests();
    expect(broker!.requests).toEqual([]);
  });

  it('says what is wrong with what it is told', async () => {
    await start();
    expect(() => broker!.fail('Nonsense' as 'Produce', 'NONE')).toThrow("There is no API 'Nonsense'");
    expect(() => broker!.fail('Produce', 'NONSENSE' as 'NONE')).toThrow("There is no error 'NONSENSE'");
    expect(() => broker!.drop('Produce', 0)).toThrow('1 or more');
    expect(() => broker!.delay('Produce', -1)).toThrow('0 or more');
    await expect(broker!.advance(-1)).rejects.toThrow('0 or more');
  });

  it('is gone, too, if its topics cannot be', async () => {
    const { port } = await start();
    await broker!.close();
    await expect(startBroker({ port, topics: ['no topic'] })).rejects.toThrow('Topic name is invalid');
    expect((await start({ port })).port).toBe(port);
  });
});
