import { afterEach, describe, expect, it } from 'vitest';
import type { RetryOptions } from '../../../src/engine/client/backoff.js';
import { Kafka } from '../../../src/engine/client/kafka.js';
import type { Producer, ProducerConfig } from '../../../src/engine/client/producer.js';
import { errorCode } from '../../../src/engine/protocol/errors.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import { partitionForKey } from '../../../src/engine/protocol/murmur2.js';
import { readBatchHeader } from '../../../src/engine/protocol/record-batch.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { addressOf, BrokerDouble, refused } from './broker-double.js';
import { ManualEnvironment } from './manual-environment.js';

let environment = new ManualEnvironment();
let broker = new BrokerDouble(environment);
let open: Producer[] = [];

async function connected(
  config: ProducerConfig = {},
  topics: Readonly<Record<string, number>> = { orders: 3 },
  nodes: readonly number[] = [1],
  clients: { readonly retry?: RetryOptions } = {},
): Promise<Producer> {
  environment = new ManualEnvironment();
  broker = new BrokerDouble(environment, { topics, nodes });
  const producer = new Kafka(environment, { network: broker.network, clientId: 'p', ...clients }).producer(config);
  await environment.outcome(producer.connect());
  open.push(producer);
  return producer;
}

afterEach(async () => {
  for (const producer of open) await environment.outcome(producer.disconnect());
  expect(environment.pendingTimers).toBe(0);
  open = [];
});

const values = (count: number, from = 0): { value: string }[] =>
  Array.from({ length: count }, (_, at) => ({ value: `v${from + at}` }));

describe('Producer.send', () => {
  it('resolves with the base offset of its first record in each partition, as text', async () => {
    const producer = await connected();
    const send = (partition: number) => ({ value: 'x', partition });
    await environment.outcome(producer.send({ topic: 'orders', messages: [send(0), send(0), send(2)] }));
    const metadata = await environment.outcome(
      producer.send({ topic: 'orders', messages: [send(2), send(0), send(0)] }),
    );
    expect(metadata.map(({ partition, baseOffset, errorCode }) => [partition, baseOffset, errorCode]).sort()).toEqual([
      [0, '2', 0],
      [2, '1', 0],
    ]);
  });

  it('sends records of several calls in one batch, after lingerMs', async () => {
    const producer = await connected({ lingerMs: 20 });
    await environment.outcome(producer.send({ topic: 'orders', messages: [{ value: 'first', partition: 0 }] }));
    const from = environment.clock.now();
    const sends = [1, 2, 3].map((n) =>
      producer.send({ topic: 'orders', messages: [{ value: `v${n}`, partition: 0 }] }),
    );
    await environment.advance(19);
    expect(broker.requests('Produce')).toHaveLength(1);
    await environment.advance(1);
    const results = await environment.outcome(Promise.all(sends));
    expect(broker.requests('Produce')).toHaveLength(2);
    expect(broker.requests('Produce')[1]?.atMs).toBe(from + 20);
    expect(results.map(([metadata]) => metadata?.baseOffset)).toEqual(['1', '2', '3']);
    expect(broker.logs.get('orders')?.[0]).toHaveLength(2);
  });

  it('does not linger when a batch is full, and keeps batches within batchSize', async () => {
    const producer = await connected({ lingerMs: 60_000, batchSize: 200 });
    const sending = producer.send({
      topic: 'orders',
      messages: Array.from({ length: 9 }, () => ({ value: 'x'.repeat(50), partition: 1 })),
    });
    await environment.advance(0);
    const batches = broker.logs.get('orders')?.[1] ?? [];
    expect(batches.length).toBeGreaterThanOrEqual(4);
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(200);
    await environment.outcome(producer.flush());
    await environment.outcome(sending);
    expect(broker.values('orders', 1)).toHaveLength(9);
  });

  it('chooses the partition of a key as Kafka does', async () => {
    const producer = await connected();
    const keys = ['order-1', 'order-2', 'order-3', 'a', ''];
    const chosen = await environment.outcome(
      Promise.all(keys.map((key) => producer.send({ topic: 'orders', messages: [{ key, value: 'x' }] }))),
    );
    const expected = keys.map((key) => partitionForKey(new TextEncoder().encode(key), 3));
    expect(chosen.map(([metadata]) => metadata?.partition)).toEqual(expected);
  });

  it('asks a custom partitioner for every message', async () => {
    const producer = await connected({
      createPartitioner:
        () =>
        ({ message, partitionMetadata }) =>
          (Number(message.value) + 1) % partitionMetadata.length,
    });
    const messages = ['0', '1', '2'].map((value) => ({ key: 'same', value, partition: 0 }));
    await environment.outcome(producer.send({ topic: 'orders', messages }));
    expect([0, 1, 2].map((partition) => broker.values('orders', partition))).toEqual([['2'], ['0'], ['1']]);
  });

  it('refuses a partition that does not exist, and stores nothing of that send', async () => {
    const producer = await connected();
    const sending = producer.send({
      topic: 'orders',
      messages: [
        { value: 'x', partition: 0 },
        { value: 'y', partition: 3 },
      ],
    });
    await expect(environment.outcome(sending)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      message: expect.stringContaining('partitions 0 to 2') as string,
    });
    expect(broker.requests('Produce')).toHaveLength(0);
  });

  it('refuses a record larger than maxRequestSize at once', async () => {
    const producer = await connected({ maxRequestSize: 1000 });
    const sending = producer.send({ topic: 'orders', messages: [{ value: 'x'.repeat(1000) }] });
    await expect(environment.outcome(sending)).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
  });

  it('stays with one partition for records without a key until a batch is full', async () => {
    const producer = await connected({ batchSize: 400, lingerMs: 0 });
    for (let n = 0; n < 4; n++) await environment.outcome(producer.send({ topic: 'orders', messages: values(1, n) }));
    expect([0, 1, 2].map((partition) => broker.values('orders', partition).length).sort()).toEqual([0, 0, 4]);
  });

  it('chooses anew for every record with batchSize 0', async () => {
    const producer = await connected({ batchSize: 0, lingerMs: 0 });
    await environment.outcome(producer.send({ topic: 'orders', messages: values(30) }));
    for (const partition of [0, 1, 2]) expect(broker.values('orders', partition).length).toBeGreaterThan(2);
    expect(broker.logs.get('orders')?.flat()).toHaveLength(30);
  });

  it('keeps headers, null values and timestamps', async () => {
    const producer = await connected();
    await environment.outcome(
      producer.send({
        topic: 'orders',
        messages: [{ key: 'k', value: null, partition: 0, timestamp: '1234', headers: { a: ['1', '2'], b: 'x' } }],
      }),
    );
    const { batchesIn, decodeRecords } = await import('../../../src/engine/protocol/record-batch.js');
    const bytes = broker.logs.get('orders')?.[0]?.[0] ?? new Uint8Array(0);
    const [batch] = [...batchesIn(bytes)];
    if (batch === undefined) throw new Error('nothing was stored');
    const [record] = [...decodeRecords(bytes, batch.header)];
    const text = (value: Uint8Array | null): string => new TextDecoder().decode(value ?? new Uint8Array(0));
    expect(record?.value).toBeNull();
    expect(record?.timestamp).toBe(1234);
    expect(record?.headers.map(({ key, value }) => [key, text(value)])).toEqual([
      ['a', '1'],
      ['a', '2'],
      ['b', 'x'],
    ]);
  });

  it('waits for the metadata of a topic that is being made, in the order of the sends', async () => {
    const producer = await connected({ lingerMs: 0 }, {});
    const first = producer.send({ topic: 'late', messages: [{ value: 'a' }] });
    const second = producer.send({ topic: 'late', messages: [{ value: 'b' }] });
    await environment.advance(100);
    broker.createTopic('late', 1);
    await environment.outcome(Promise.all([first, second]));
    expect(broker.values('late', 0)).toEqual(['a', 'b']);
  });

  it('rejects with UNKNOWN_TOPIC_OR_PARTITION when a topic does not come to exist', async () => {
    const producer = await connected();
    const sending = producer.send({ topic: 'nowhere', messages: values(1) });
    await expect(environment.outcome(sending)).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' });
  });
});

describe('Producer, when things go wrong', () => {
  it('LOG-12 keeps the order within a partition through retries', async () => {
    const producer = await connected({ lingerMs: 0, batchSize: 0 });
    broker.next('Produce', refused('NOT_LEADER_OR_FOLLOWER'), refused('NOT_LEADER_OR_FOLLOWER'));
    const sends = Array.from({ length: 10 }, (_, n) =>
      producer.send({ topic: 'orders', messages: [{ value: `v${n}`, partition: 0 }] }),
    );
    await environment.outcome(Promise.all(sends));
    expect(broker.values('orders', 0)).toEqual(Array.from({ length: 10 }, (_, n) => `v${n}`));
  });

  it('waits between attempts as the client says where the producer says nothing, as in KafkaJS', async () => {
    const clients = { retry: { initialRetryTime: 5_000, factor: 0, retries: 1 } };
    const producer = await connected({ lingerMs: 0, retry: { factor: 0 } }, { orders: 1 }, [1], clients);
    broker.next('Produce', refused('NOT_ENOUGH_REPLICAS'), refused('NOT_ENOUGH_REPLICAS'));
    const failure = environment.outcome(producer.send({ topic: 'orders', messages: values(1) }));
    await expect(failure).rejects.toMatchObject({ code: 'NOT_ENOUGH_REPLICAS' });
    const [first, second, ...more] = broker.requests('Produce').map(({ atMs }) => atMs);
    expect([second! - first!, more]).toEqual([5_000, []]);
  });

  it('without idempotence has one batch of a partition in flight at a time', async () => {
    const producer = await connected({ lingerMs: 0, batchSize: 0, idempotent: false });
    let release: () => void = () => {};
    broker.next('Produce', async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return { responses: [] };
    });
    const sends = ['a', 'b'].map((value) => producer.send({ topic: 'orders', messages: [{ value, partition: 0 }] }));
    const settled = Promise.allSettled(sends);
    await environment.advance(50);
    expect(broker.requests('Produce')).toHaveLength(1);
    release();
    // The response says nothing of the partition: that send fails, the next goes its way.
    expect(await environment.outcome(settled)).toMatchObject([
      { status: 'rejected', reason: { code: 'UNKNOWN_SERVER_ERROR' } },
      { status: 'fulfilled' },
    ]);
    expect(broker.values('orders', 0)).toEqual(['b']);
  });

  it('goes to the new leader when a partition moves', async () => {
    const producer = await connected({ lingerMs: 0 }, { orders: 1 }, [1, 2]);
    await environment.outcome(producer.send({ topic: 'orders', messages: values(1) }));
    broker.leaders.set('orders-0', 2);
    broker.next('Produce', refused('NOT_LEADER_OR_FOLLOWER'));
    await environment.outcome(producer.send({ topic: 'orders', messages: values(1, 1) }));
    const connections = broker.requests('Produce').map(({ connectionId }) => connectionId);
    expect(connections).toEqual(['wire-0', 'wire-0', 'wire-1']);
    expect(broker.values('orders', 0)).toEqual(['v0', 'v1']);
  });

  it('without idempotence a retry after a lost answer stores a record twice', async () => {
    const producer = await connected({ lingerMs: 0, idempotent: false });
    broker.next('Produce', () => {
      broker.network.disconnect();
      return undefined;
    });
    const [metadata] = await environment.outcome(
      producer.send({ topic: 'orders', messages: [{ value: 'a', partition: 0 }] }),
    );
    expect(broker.values('orders', 0)).toEqual(['a', 'a']);
    expect(metadata?.baseOffset).toBe('1');
  });

  it('rejects with the refusal when it is not retriable', async () => {
    const producer = await connected();
    broker.next('Produce', refused('TOPIC_AUTHORIZATION_FAILED'));
    const sending = producer.send({ topic: 'orders', messages: values(1) });
    await expect(environment.outcome(sending)).rejects.toMatchObject({
      code: 'TOPIC_AUTHORIZATION_FAILED',
      retriable: false,
    });
  });

  it('gives up after deliveryTimeoutMs, naming the last error as cause', async () => {
    const producer = await connected({ deliveryTimeoutMs: 5_000 });
    broker.next('Produce', ...Array.from({ length: 50 }, () => refused('NOT_ENOUGH_REPLICAS')));
    const from = environment.clock.now();
    const sending = producer.send({ topic: 'orders', messages: values(2) });
    const error = await environment.outcome(sending.catch((reason: unknown) => reason as KafkaError));
    expect(error).toMatchObject({ code: 'REQUEST_TIMED_OUT', cause: { code: 'NOT_ENOUGH_REPLICAS' } });
    expect(environment.clock.now()).toBe(from + 5_000);
  });

  it('settles a send whose request is never answered', async () => {
    const producer = await connected({ deliveryTimeoutMs: 5_000 });
    broker.next('Produce', () => new Promise(() => {}));
    const sending = producer.send({ topic: 'orders', messages: values(1) });
    await expect(environment.outcome(sending)).rejects.toMatchObject({ code: 'REQUEST_TIMED_OUT' });
  });

  it('rejects every pending send at once when the broker is gone for good', async () => {
    environment = new ManualEnvironment();
    broker = new BrokerDouble(environment, { topics: { orders: 3 } });
    let isGone = false;
    const network = {
      bootstrap: broker.network.bootstrap,
      connect: (address: { host: string; port: number }) =>
        isGone
          ? Promise.reject(new KafkaError('BROKER_NOT_AVAILABLE', 'The worker is gone.'))
          : broker.network.connect(address),
    };
    const producer = new Kafka(environment, { network }).producer({ lingerMs: 1_000 });
    await environment.outcome(producer.connect());
    open.push(producer);
    const sends = [0, 1, 2].map((partition) =>
      producer.send({ topic: 'orders', messages: [{ value: 'x', partition }] }),
    );
    await settle();
    isGone = true;
    broker.network.disconnect();
    const results = await environment.outcome(Promise.allSettled(sends), 2_000);
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'The worker is gone.' } });
  });

  it('makes sends wait when bufferMemory is used up, and goes on as it becomes free', async () => {
    const producer = await connected({ bufferMemory: 1_000, lingerMs: 0, batchSize: 300 });
    const held: (() => void)[] = [];
    broker.next('Produce', async () => {
      await new Promise<void>((resolve) => held.push(resolve));
      return undefined as never;
    });
    const message = { value: 'x'.repeat(200), partition: 0 };
    const sends = Array.from({ length: 10 }, () => producer.send({ topic: 'orders', messages: [message] }));
    await environment.advance(10);
    expect(broker.values('orders', 0)).toHaveLength(0);
    for (const release of held) release();
    await environment.outcome(Promise.all(sends));
    expect(broker.values('orders', 0)).toHaveLength(10);
  });

  it('rejects a send that waits for memory longer than maxBlockMs', async () => {
    const producer = await connected({ bufferMemory: 400, maxBlockMs: 1_000, deliveryTimeoutMs: 3_000, lingerMs: 0 });
    broker.next('Produce', () => new Promise(() => {}));
    const message = { value: 'x'.repeat(300), partition: 0 };
    const first = producer.send({ topic: 'orders', messages: [message] });
    const second = producer.send({ topic: 'orders', messages: [message] });
    const results = await environment.outcome(Promise.allSettled([first, second]));
    expect(results[1]).toMatchObject({
      reason: { code: 'REQUEST_TIMED_OUT', message: expect.stringContaining('no memory') as string },
    });
  });
});

describe('Producer, idempotent by default', () => {
  const one = (value: string) => ({ topic: 'orders', messages: [{ value, partition: 0 }] });
  const stored = (): { producerId: number; producerEpoch: number; baseSequence: number }[] =>
    (broker.logs.get('orders')?.[0] ?? []).map((batch) => {
      const { producerId, producerEpoch, baseSequence } = readBatchHeader(batch, 0);
      return { producerId, producerEpoch, baseSequence };
    });

  it('IDP-1 a retry after a lost answer stores nothing twice', async () => {
    const producer = await connected({ lingerMs: 0 });
    expect(producer.isIdempotent()).toBe(true);
    broker.next('Produce', () => {
      broker.network.disconnect();
      return undefined;
    });
    const [metadata] = await environment.outcome(producer.send(one('a')));
    expect(broker.values('orders', 0)).toEqual(['a']);
    expect(metadata?.baseOffset).toBe('0');
  });

  it('has up to five batches of a partition in flight, numbered in their sequence', async () => {
    const producer = await connected({ lingerMs: 0, batchSize: 0 });
    await environment.outcome(producer.send(one('first')));
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const hold = async () => {
      await held;
      return undefined as never;
    };
    broker.next('Produce', ...Array.from({ length: 7 }, () => hold));
    const sends = Array.from({ length: 7 }, (_, at) => producer.send(one(`v${at}`)));
    await environment.advance(50);
    expect(environment.eventsOf('request-sent').filter(({ api }) => api === 'Produce')).toHaveLength(6);
    release();
    await environment.outcome(Promise.all(sends));
    expect(stored().map(({ baseSequence }) => baseSequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('tells where the first record of a send is, although its batch is acknowledged after those that follow', async () => {
    const producer = await connected({ lingerMs: 0, batchSize: 0 });
    await environment.outcome(producer.send(one('before')));
    // The first batch is stored, and its producer told to try again; meanwhile what follows it is acknowledged.
    broker.next('Produce', async (request, seen) => {
      const connection = await broker.network.connect(addressOf(1));
      await connection.send({ api: 'Produce', version: seen.version, clientId: 'other' }, request);
      connection.close();
      return (await refused('NOT_ENOUGH_REPLICAS_AFTER_APPEND')(request, seen)) as never;
    });
    const messages = ['a', 'b', 'c'].map((value) => ({ value, partition: 0 }));
    const told = await environment.outcome(producer.send({ topic: 'orders', messages }));
    expect(broker.values('orders', 0)).toEqual(['before', 'a', 'b', 'c']);
    expect(told.map(({ baseOffset }) => baseOffset)).toEqual(['1']);
  });

  it('IDP-4 goes on in another epoch after a batch was refused for good, in every partition in its turn', async () => {
    const producer = await connected({ lingerMs: 0, batchSize: 0 });
    await environment.outcome(producer.send(one('first')));
    broker.next('Produce', refused('MESSAGE_TOO_LARGE'));
    const results = await environment.outcome(
      Promise.allSettled(['large', 'a', 'b'].map((value) => producer.send(one(value)))),
    );
    expect(results).toMatchObject([
      { status: 'rejected', reason: { code: 'MESSAGE_TOO_LARGE', mayBeStored: false } },
      { status: 'fulfilled' },
      { status: 'fulfilled' },
    ]);
    expect(broker.values('orders', 0)).toEqual(['first', 'a', 'b']);
    expect(stored().map(({ producerEpoch, baseSequence }) => [producerEpoch, baseSequence])).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
    ]);
  });

  it('gets another id when the epochs of its id are used up', async () => {
    environment = new ManualEnvironment();
    broker = new BrokerDouble(environment, { topics: { orders: 1 } });
    broker.next('InitProducerId', () => ({ throttleTimeMs: 0, errorCode: 0, producerId: 41n, producerEpoch: 32_767 }));
    const producer = new Kafka(environment, { network: broker.network }).producer({ lingerMs: 0 });
    await environment.outcome(producer.connect());
    open.push(producer);
    broker.next('Produce', refused('MESSAGE_TOO_LARGE'));
    await environment.outcome(Promise.allSettled([producer.send(one('large'))]));
    await environment.outcome(producer.send(one('a')));
    expect(stored()).toEqual([{ producerId: 0, producerEpoch: 0, baseSequence: 0 }]);
  });

  it('asks for its id until it gets one, while records wait', async () => {
    environment = new ManualEnvironment();
    broker = new BrokerDouble(environment, { topics: { orders: 1 } });
    const loading = () => ({
      throttleTimeMs: 0,
      errorCode: errorCode('COORDINATOR_LOAD_IN_PROGRESS'),
      producerEpoch: -1,
    });
    broker.next('InitProducerId', ...Array.from({ length: 8 }, () => loading));
    const producer = new Kafka(environment, { network: broker.network }).producer({ lingerMs: 0 });
    await environment.outcome(producer.connect());
    open.push(producer);
    await environment.outcome(producer.send(one('a')));
    expect(broker.requests('InitProducerId')).toHaveLength(9);
    expect(broker.values('orders', 0)).toEqual(['a']);
  });

  it('fails what waits when no id can be had, and asks again for the next', async () => {
    const noId = () => ({
      throttleTimeMs: 0,
      errorCode: errorCode('CLUSTER_AUTHORIZATION_FAILED'),
      producerEpoch: -1,
    });
    environment = new ManualEnvironment();
    broker = new BrokerDouble(environment, { topics: { orders: 1 } });
    broker.next('InitProducerId', noId, noId);
    const producer = new Kafka(environment, { network: broker.network }).producer({ lingerMs: 0 });
    await environment.outcome(producer.connect());
    open.push(producer);
    await expect(environment.outcome(producer.send(one('a')))).rejects.toMatchObject({
      code: 'CLUSTER_AUTHORIZATION_FAILED',
      mayBeStored: false,
    });
    await environment.outcome(producer.send(one('b')));
    expect(broker.values('orders', 0)).toEqual(['b']);
  });

  it('takes a broker’s word for it that a batch is a duplicate whose place it has forgotten', async () => {
    const producer = await connected({ lingerMs: 0 });
    broker.next('Produce', refused('DUPLICATE_SEQUENCE_NUMBER'));
    const [metadata] = await environment.outcome(producer.send(one('a')));
    expect(metadata?.baseOffset).toBe('-1');
  });

  it('IDP-9 a send of several records has failed for certain only if none of them may be stored', async () => {
    const producer = await connected({ batchSize: 0, deliveryTimeoutMs: 5_000 });
    broker.next('Produce', () => new Promise(() => {}));
    const messages = ['a', 'b'].map((value) => ({ value, partition: 0 }));
    await expect(environment.outcome(producer.send({ topic: 'orders', messages }))).rejects.toMatchObject({
      code: 'REQUEST_TIMED_OUT',
      mayBeStored: true,
    });
  });

  it('IDP-9 tells whether what has failed may be stored', async () => {
    const producer = await connected({ deliveryTimeoutMs: 5_000 });
    broker.next('Produce', () => new Promise(() => {}));
    const unknown = producer.send(one('a'));
    await expect(environment.outcome(unknown)).rejects.toMatchObject({
      code: 'REQUEST_TIMED_OUT',
      mayBeStored: true,
      message: expect.stringContaining('may or may not') as string,
    });
    const other = await connected({ deliveryTimeoutMs: 5_000 });
    broker.next('Produce', ...Array.from({ length: 50 }, () => refused('NOT_ENOUGH_REPLICAS')));
    await expect(environment.outcome(other.send(one('b')))).rejects.toMatchObject({
      code: 'REQUEST_TIMED_OUT',
      mayBeStored: false,
      message: expect.stringContaining('are not stored') as string,
    });
  });

  it.each([
    [
      'IDP-2 more than 5 requests in flight',
      { maxInFlightRequests: 6 },
      /must be set to at most 5. Current value is 6/,
    ],
    ['no retries, if it must be idempotent', { idempotent: true, retry: { retries: 0 } }, /retries to non-zero/],
  ])('refuses %s', (_, config, message) => {
    const kafka = new Kafka(environment, { network: broker.network });
    expect(() => kafka.producer(config)).toThrow(message);
    expect(() => kafka.producer({ ...config, idempotent: false })).not.toThrow();
  });

  it('refuses acks other than all if it must be idempotent; else such records go without numbers', async () => {
    const strict = await connected({ idempotent: true });
    await expect(environment.outcome(strict.send({ ...one('a'), acks: 1 }))).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringContaining('Must set acks to all') as string,
    });
    const producer = await connected({ lingerMs: 0 });
    await environment.outcome(Promise.all([producer.send(one('a')), producer.send({ ...one('b'), acks: 1 })]));
    expect(stored().map(({ producerId }) => producerId)).toEqual([0, -1]);
  });

  it('without retries it is not idempotent, as in Kafka', async () => {
    const producer = await connected({ retry: { retries: 0 } });
    expect(producer.isIdempotent()).toBe(false);
    await environment.outcome(producer.send(one('a')));
    expect(broker.requests('InitProducerId')).toEqual([]);
    expect(stored()).toMatchObject([{ producerId: -1 }]);
  });
});

describe('Producer acknowledgements', () => {
  it('with acks 0 resolves without an offset', async () => {
    const producer = await connected();
    const metadata = await environment.outcome(producer.send({ topic: 'orders', acks: 0, messages: values(1) }));
    expect(metadata.map(({ baseOffset }) => baseOffset)).toEqual(['-1']);
    await environment.advance(10);
    expect(broker.requests('Produce').map(({ request }) => request.acks)).toEqual([0]);
  });

  it('does not mix records of different acks in one batch', async () => {
    const producer = await connected({ lingerMs: 10 });
    const send = (acks: -1 | 1, value: string) =>
      producer.send({ topic: 'orders', acks, messages: [{ value, partition: 0 }] });
    await environment.outcome(Promise.all([send(-1, 'a'), send(1, 'b'), send(-1, 'c')]));
    expect(broker.requests('Produce').map(({ request }) => request.acks)).toEqual([-1, 1, -1]);
    expect(broker.values('orders', 0)).toEqual(['a', 'b', 'c']);
  });

  it('sendBatch resolves once for all topics', async () => {
    const producer = await connected({}, { orders: 1, payments: 1 });
    const metadata = await environment.outcome(
      producer.sendBatch({
        topicMessages: [
          { topic: 'orders', messages: values(2) },
          { topic: 'payments', messages: values(1) },
        ],
      }),
    );
    expect(metadata.map(({ topicName }) => topicName).sort()).toEqual(['orders', 'payments']);
  });
});

describe('Producer.flush and disconnect', () => {
  it('flush sends what lingers and resolves when it is settled', async () => {
    const producer = await connected({ lingerMs: 60_000 });
    const sending = producer.send({ topic: 'orders', messages: values(3) });
    await environment.outcome(producer.flush(), 1_000);
    expect(broker.requests('Produce')).toHaveLength(1);
    await sending;
  });

  it('disconnect sends what lingers, and a later send is refused', async () => {
    const producer = await connected({ lingerMs: 60_000 });
    const sending = producer.send({ topic: 'orders', messages: [{ value: 'last', partition: 0 }] });
    await environment.outcome(producer.disconnect(), 1_000);
    await sending;
    expect(broker.values('orders', 0)).toEqual(['last']);
    await expect(producer.send({ topic: 'orders', messages: values(1) })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });

  it('a send before connect is refused', async () => {
    const producer = new Kafka(environment, { network: broker.network }).producer();
    await expect(producer.send({ topic: 'orders', messages: values(1) })).rejects.toMatchObject({
      message: 'The producer is not connected. Await connect() first.',
    });
  });
});

describe('Producer traces', () => {
  it('names each send, the batch it went in and its acknowledgement', async () => {
    const producer = await connected({ lingerMs: 5 });
    const message = (n: number) => ({ value: `v${n}`, key: 'k', partition: 0, trace: { cause: `command:${n}` } });
    await environment.outcome(
      Promise.all([0, 1].map((n) => producer.send({ topic: 'orders', messages: [message(n)] }))),
    );
    expect(environment.eventsOf('record-sent').map(({ id, cause, send, hasKey }) => [id, cause, send, hasKey])).toEqual(
      [
        ['send:p:0', 'command:0', 0, true],
        ['send:p:1', 'command:1', 1, true],
      ],
    );
    const [batch] = environment.eventsOf('batch-sent');
    expect(batch).toMatchObject({ sends: ['send:p:0', 'send:p:1'], topic: 'orders', partition: 0 });
    const requests = environment.eventsOf('request-sent');
    expect(requests.map(({ id, api }) => [id, api])).toEqual([
      ['request:wire-0:0', 'ApiVersions'],
      ['request:wire-0:1', 'Metadata'],
      ['request:wire-0:2', 'InitProducerId'],
      ['request:wire-0:3', 'Metadata'],
      ['request:wire-0:4', 'Produce'],
    ]);
    expect(batch?.request).toBe('request:wire-0:4');
    expect(environment.eventsOf('record-acknowledged').map(({ cause, offset }) => [cause, offset])).toEqual([
      ['send:p:0', 0],
      ['send:p:1', 1],
    ]);
  });

  it('tells listeners of requests and of its connection', async () => {
    const producer = await connected();
    const told: string[] = [];
    const remove = producer.on(producer.events.REQUEST, ({ payload }) => told.push(payload.apiName));
    producer.on(producer.events.DISCONNECT, ({ type }) => told.push(type));
    await environment.outcome(producer.send({ topic: 'orders', messages: values(1) }));
    remove();
    await environment.outcome(producer.send({ topic: 'orders', messages: values(1) }));
    await environment.outcome(producer.disconnect());
    expect(told).toEqual(['Metadata', 'Produce', 'producer.disconnect']);
  });
});
