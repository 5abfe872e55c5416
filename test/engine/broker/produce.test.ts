import { describe, expect, it } from 'vitest';
import { encodeBatch } from '../../../src/engine/protocol/record-batch.js';
import { BrokerBench, utf8 } from './broker-bench.js';
import { settle } from './manual-environment.js';

describe('produce', () => {
  it('acks=all is answered after a strict commit, acks=1 after a relaxed one', async () => {
    const durabilities: string[] = [];
    const bench = await BrokerBench.start({ beforeCommit: (_, durability) => void durabilities.push(durability) });
    await bench.createTopic('orders');
    durabilities.length = 0;
    await bench.produce('orders', ['a'], 1);
    await bench.produce('orders', ['b'], -1);
    expect(durabilities).toEqual(['relaxed', 'strict']);
  });

  it('the high watermark waits for the storage, and so does the answer', async () => {
    let open: () => void = () => undefined;
    let holding = false;
    const bench = await BrokerBench.start({
      beforeCommit: () => (holding ? new Promise<void>((resolve) => (open = resolve)) : undefined),
    });
    await bench.createTopic('orders');
    holding = true;
    let answered = false;
    const producing = bench.produce('orders', ['a']).then(() => (answered = true));
    await settle();
    expect(answered).toBe(false);
    expect(bench.environment.tracedOf('high-watermark-advanced').filter(({ topic }) => topic === 'orders')).toEqual([]);
    open();
    await producing;
    expect(bench.environment.tracedOf('high-watermark-advanced')).toContainEqual(
      expect.objectContaining({ topic: 'orders', highWatermark: 1, cause: 'request:connection-0:1' }),
    );
  });

  it('what it appends is traced with the request as its cause', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders');
    await bench.produce('orders', ['a', 'b']);
    const appended = bench.environment.tracedOf('batch-appended').find(({ topic }) => topic === 'orders');
    expect(appended).toMatchObject({
      id: 'append:orders-0@0',
      cause: 'request:connection-0:1',
      partition: 0,
      baseOffset: 0,
      lastOffset: 1,
    });
  });

  it('what can not be read as compressed records and transactions are refused by name', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders');
    const ask = async (records: Uint8Array, transactionalId: string | null, version: number) => {
      const { responses } = await bench.call(
        'Produce',
        {
          transactionalId,
          acks: -1,
          timeoutMs: 0,
          topicData: [{ name: 'orders', partitionData: [{ index: 0, records }] }],
        },
        version,
      );
      return responses[0]?.partitionResponses[0]?.errorCode;
    };
    const record = { key: null, value: utf8('x'), timestamp: 0 };
    const compressed = encodeBatch({ records: [record] });
    new DataView(compressed.buffer).setInt16(21, 1);
    expect(await ask(compressed, null, 12)).toBe(2);
    const transactional = () =>
      encodeBatch({ records: [record], isTransactional: true, producerId: 1, producerEpoch: 0, baseSequence: 0 });
    expect(await ask(transactional(), null, 12)).toBe(53);
    expect(await ask(transactional(), 'id', 10)).toBe(48);
    expect(await ask(transactional(), 'id', 11)).toBe(120);
  });

  it('nobody writes to internal topics', async () => {
    const bench = await BrokerBench.start();
    await bench.call('FindCoordinator', { coordinatorKeys: ['g'] });
    expect((await bench.produce('__consumer_offsets', ['x'])).error).toBe('INVALID_TOPIC_EXCEPTION');
  });

  it('with LogAppendTime records and answer have the time of the append', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders', 1, { 'message.timestamp.type': 'LogAppendTime' });
    const now = bench.environment.clock.now();
    const records = encodeBatch({ records: [{ key: null, value: utf8('x'), timestamp: 5 }] });
    const { responses } = await bench.call('Produce', {
      acks: -1,
      timeoutMs: 0,
      topicData: [{ name: 'orders', partitionData: [{ index: 0, records }] }],
    });
    expect(responses[0]?.partitionResponses[0]?.logAppendTimeMs).toBe(BigInt(now));
    const partitions = [{ partitionIndex: 0, timestamp: -3n }];
    const largest = await bench.call('ListOffsets', { replicaId: -1, topics: [{ name: 'orders', partitions }] });
    expect(largest.topics[0]?.partitions[0]).toMatchObject({ timestamp: BigInt(now), offset: 0n });
  });
});

describe('topics', () => {
  it('a creation is traced, and a deleted topic is gone with its records', async () => {
    const bench = await BrokerBench.start();
    await bench.createTopic('orders', 3);
    expect(bench.environment.tracedOf('topic-created')).toMatchObject([
      { topic: 'orders', partitions: 3, cause: 'request:connection-0:0' },
    ]);
    await bench.produce('orders', ['a']);
    await bench.call('DeleteTopics', { topics: [{ name: 'orders' }], timeoutMs: 0 });
    expect(await bench.fetch('orders', 0)).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' });
    await bench.createTopic('orders', 1);
    expect(await bench.fetch('orders', 0)).toMatchObject({ error: 'NONE', highWatermark: 0, values: [] });
  });

  it('many requests at once make a topic once', async () => {
    const bench = await BrokerBench.start();
    const address = { host: 'localhost', port: 9092 };
    const codes = await Promise.all(
      [1, 2, 3].map(async () => {
        const connection = await bench.network.connect(address);
        const topics = [{ name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }];
        const answer = await connection.send({ api: 'CreateTopics', version: 7, clientId: 'c' }, { topics });
        return answer.topics[0]?.errorCode;
      }),
    );
    expect(codes.sort()).toEqual([0, 36, 36]);
  });

  it('a broker that must not create topics does not, however it is asked', async () => {
    const bench = await BrokerBench.start({ config: { 'auto.create.topics.enable': false } });
    for (let asked = 0; asked < 2; asked += 1) {
      const { topics } = await bench.call('Metadata', { topics: [{ name: 'orders' }], allowAutoTopicCreation: true });
      expect(topics[0]?.errorCode).toBe(3);
    }
  });
});
