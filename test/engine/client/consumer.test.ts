import { afterEach, describe, expect, it } from 'vitest';
import type { ConsumerConfig } from '../../../src/engine/client/consumer-config.js';
import type { Consumer, ConsumerRunConfig } from '../../../src/engine/client/consumer.js';
import type { EachMessagePayload } from '../../../src/engine/client/delivery.js';
import { Kafka } from '../../../src/engine/client/kafka.js';
import { sleep } from '../../../src/engine/environment/environment.js';
import { errorCode } from '../../../src/engine/protocol/errors.js';
import { BrokerDouble, refusedJoin } from './broker-double.js';
import { ManualEnvironment } from './manual-environment.js';

let environment = new ManualEnvironment();
let broker = new BrokerDouble(environment);
let open: Consumer[] = [];

function begin(topics: Readonly<Record<string, number>> = { orders: 2 }): void {
  environment = new ManualEnvironment();
  broker = new BrokerDouble(environment, { topics });
}

async function connected(config: Partial<ConsumerConfig> = {}): Promise<Consumer> {
  const kafka = new Kafka(environment, { network: broker.network, clientId: 'c' });
  const consumer = kafka.consumer({ groupId: 'g', autoOffsetReset: 'earliest', ...config });
  await environment.outcome(consumer.connect());
  await consumer.subscribe({ topics: ['orders'] });
  open.push(consumer);
  return consumer;
}

async function running(run: ConsumerRunConfig, config: Partial<ConsumerConfig> = {}): Promise<Consumer> {
  const consumer = await connected(config);
  await environment.outcome(consumer.run(run));
  return consumer;
}

/** A handler that notes `partition:value`, after as long as `takesMs`. */
function noting(into: string[], takesMs = 0): (payload: EachMessagePayload) => Promise<void> {
  return async ({ partition, message }) => {
    if (takesMs > 0) await sleep(environment.timers, takesMs);
    into.push(`${partition}:${textOf(message.value)}`);
  };
}

function textOf(value: Uint8Array | null): string {
  return new TextDecoder().decode(value ?? new Uint8Array(0));
}

afterEach(async () => {
  for (const consumer of open) await environment.outcome(consumer.disconnect());
  await environment.advance(0);
  // What the broker still waits for is not the client's.
  await environment.advance(1_000);
  expect(environment.pendingTimers).toBe(0);
  open = [];
});

describe('Consumer.run with eachMessage', () => {
  it('hands out the records of each partition in the order of their offsets, one at a time', async () => {
    begin();
    broker.append('orders', 0, 'a0', 'a1', 'a2');
    broker.append('orders', 1, 'b0', 'b1');
    let inHand = 0;
    let most = 0;
    const seen: string[] = [];
    const note = noting(seen, 10);
    await running({
      eachMessage: async (payload) => {
        most = Math.max(most, ++inHand);
        await note(payload);
        inHand--;
      },
    });
    await environment.advance(1_000);
    expect(seen).toEqual(['0:a0', '0:a1', '0:a2', '1:b0', '1:b1']);
    expect(most).toBe(1);
  });

  it('hands out what is appended later, at once', async () => {
    begin();
    const seen: string[] = [];
    await running({ eachMessage: noting(seen) });
    await environment.advance(100);
    broker.append('orders', 1, 'new');
    await environment.advance(0);
    expect(seen).toEqual(['1:new']);
  });

  it('handles several partitions at a time if told to, each in order', async () => {
    begin();
    broker.append('orders', 0, 'a0', 'a1');
    broker.append('orders', 1, 'b0', 'b1');
    const seen: string[] = [];
    await running({ partitionsConsumedConcurrently: 2, eachMessage: noting(seen, 10) });
    await environment.advance(10);
    expect(seen).toEqual(['0:a0', '1:b0']);
    await environment.advance(10);
    expect(seen).toEqual(['0:a0', '1:b0', '0:a1', '1:b1']);
  });

  it('gives messages in the shape of KafkaJS', async () => {
    begin();
    broker.append('orders', 1, 'x');
    const messages: unknown[] = [];
    await running({
      eachMessage: async ({ topic, partition, message }) => void messages.push({ topic, partition, ...message }),
    });
    await environment.advance(10);
    expect(messages).toEqual([
      {
        topic: 'orders',
        partition: 1,
        key: null,
        value: new TextEncoder().encode('x'),
        offset: '0',
        timestamp: '1',
        headers: {},
        attributes: 0,
        size: 1,
      },
    ]);
  });

  it('hands the same record out again, after a wait, when the handler throws, and nothing behind it before', async () => {
    begin();
    broker.append('orders', 0, 'bad', 'next');
    const seen: string[] = [];
    const at: number[] = [];
    let failures = 2;
    await running({
      eachMessage: async ({ message }) => {
        at.push(environment.clock.now());
        seen.push(textOf(message.value));
        if (failures-- > 0) throw new Error('not yet');
      },
    });
    await environment.advance(5_000);
    expect(seen).toEqual(['bad', 'bad', 'bad', 'next']);
    expect((at[1] as number) - (at[0] as number)).toBeGreaterThanOrEqual(240);
    expect((at[2] as number) - (at[1] as number)).toBeGreaterThanOrEqual(480);
  });

  it('crashes when the handler fails more often than it may, and starts again', async () => {
    begin();
    broker.append('orders', 0, 'bad');
    let calls = 0;
    const crashes: { restart: boolean; message: string }[] = [];
    const consumer = await running(
      {
        eachMessage: async () => {
          if (++calls <= 3) throw new Error('no');
        },
      },
      { retry: { retries: 2 } },
    );
    consumer.on(consumer.events.CRASH, ({ payload }) =>
      crashes.push({ restart: payload.restart, message: payload.error.message }),
    );
    await environment.advance(20_000);
    expect(crashes).toEqual([{ restart: true, message: 'The handler of orders-0 failed 3 times at offset 0: no' }]);
    expect(calls).toBe(4);
  });

  it('does not start again when restartOnFailure says so', async () => {
    begin();
    broker.append('orders', 0, 'bad');
    let calls = 0;
    const consumer = await connected({ retry: { retries: 0, restartOnFailure: async () => false } });
    const stops: string[] = [];
    consumer.on(consumer.events.STOP, ({ type }) => stops.push(type));
    const eachMessage = async (): Promise<void> => {
      calls++;
      throw new Error('no');
    };
    await environment.outcome(consumer.run({ eachMessage }));
    await environment.advance(20_000);
    expect([calls, stops]).toEqual([1, ['consumer.stop']]);
    expect(broker.requests('LeaveGroup')).toHaveLength(1);
  });
});

describe('Consumer commits', () => {
  it('GRC-5 commits only what the handler has finished, as the next offset to read', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b', 'c');
    await running({ autoCommitInterval: 1_000, eachMessage: noting([], 700) });
    await environment.advance(1_500);
    // Two were finished at 1 400; the first commit came 1 000 after the first was.
    expect(broker.committed.get('orders-0')).toBeUndefined();
    await environment.advance(300);
    expect(broker.committed.get('orders-0')).toBe(2);
  });

  it('tries a commit by itself again, also if no other record comes', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a');
    broker.next('OffsetCommit', ({ topics }) => ({
      topics: topics.map(({ name, topicId }) => ({
        name,
        topicId,
        partitions: [{ partitionIndex: 0, errorCode: errorCode('OFFSET_METADATA_TOO_LARGE') }],
      })),
    }));
    await running({ autoCommitInterval: 1_000, eachMessage: noting([]) });
    await environment.advance(1_500);
    expect(broker.requests('OffsetCommit')).toHaveLength(1);
    expect(broker.committed.get('orders-0')).toBeUndefined();
    await environment.advance(1_000);
    expect(broker.committed.get('orders-0')).toBe(1);
    await environment.advance(5_000);
    expect(broker.requests('OffsetCommit')).toHaveLength(2);
  });

  it('GRC-6 a poll commits only what earlier ones returned, however long its commit waits for one under way', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b', 'c');
    const consumer = await connected({ autoCommitInterval: 100, maxPollRecords: 1 });
    const polled = async (): Promise<string[]> => {
      const records = await environment.outcome(consumer.poll(1_000));
      return records.map(({ value }) => textOf(value));
    };
    let answer: (() => void) | undefined;
    broker.next('OffsetCommit', () => new Promise((resolve) => (answer = () => resolve({ topics: [] }))));
    expect(await polled()).toEqual(['a']);
    await environment.advance(100);
    expect(await polled()).toEqual(['b']);
    expect(broker.requests('OffsetCommit')).toHaveLength(1);
    await environment.advance(100);
    expect(await polled()).toEqual(['c']);
    answer?.();
    await environment.advance(50);
    const [, second] = broker.requests('OffsetCommit');
    expect(second?.request.topics[0]?.partitions[0]?.committedOffset).toBe(2n);
  });

  it('commits after as many records as the threshold says, before the next is handed out', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b', 'c', 'd', 'e');
    const committedAt: (number | undefined)[] = [];
    await running({
      autoCommitInterval: null,
      autoCommitThreshold: 2,
      eachMessage: async () => void committedAt.push(broker.committed.get('orders-0')),
    });
    await environment.advance(100);
    expect(committedAt).toEqual([undefined, undefined, 2, 2, 4]);
  });

  it('commits after each batch without interval and threshold', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b');
    await running({ autoCommitInterval: null, eachMessage: noting([]) });
    await environment.advance(10);
    expect(broker.committed.get('orders-0')).toBe(2);
  });

  it('commits nothing by itself when told not to, and what it is told', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b');
    const consumer = await running({ autoCommit: false, eachMessage: noting([]) });
    await environment.advance(20_000);
    expect(broker.committed.size).toBe(0);
    await environment.outcome(consumer.commitOffsets([{ topic: 'orders', partition: 0, offset: '1', metadata: 'm' }]));
    expect(broker.committed.get('orders-0')).toBe(1);
    await environment.outcome(consumer.disconnect());
    expect(broker.committed.get('orders-0')).toBe(1);
  });

  it('stop commits what is handled and leaves the group', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b');
    const consumer = await running({ eachMessage: noting([]) });
    await environment.advance(10);
    await environment.outcome(consumer.stop());
    expect(broker.committed.get('orders-0')).toBe(2);
    expect(broker.requests('LeaveGroup').map(({ request }) => request.members[0]?.memberId)).toEqual(['member-1']);
  });

  it('starts at the committed offset when it runs again', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b');
    broker.committed.set('orders-0', 1);
    const seen: string[] = [];
    await running({ eachMessage: noting(seen) });
    await environment.advance(10);
    expect(seen).toEqual(['0:b']);
    expect(environment.eventsOf('partitions-assigned')[0]?.partitions).toEqual([
      { topic: 'orders', partition: 0, startOffset: 1, source: 'committed' },
    ]);
  });

  it('tries a commit again when the coordinator has moved', async () => {
    begin({ orders: 1 });
    const consumer = await running({ autoCommit: false, eachMessage: noting([]) });
    const lookedFor = broker.requests('FindCoordinator').length;
    broker.next('OffsetCommit', ({ topics }) => ({
      topics: topics.map(({ name, topicId }) => ({
        name,
        topicId,
        partitions: [{ partitionIndex: 0, errorCode: errorCode('NOT_COORDINATOR') }],
      })),
    }));
    await environment.outcome(consumer.commitOffsets([{ topic: 'orders', partition: 0, offset: '7' }]));
    expect(broker.committed.get('orders-0')).toBe(7);
    expect(broker.requests('FindCoordinator')).toHaveLength(lookedFor + 1);
  });
});

describe('Consumer positions', () => {
  it('latest begins at the end, earliest at the start, a subscription goes before the consumer', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'old');
    const seen: string[] = [];
    const consumer = new Kafka(environment, { network: broker.network }).consumer({ groupId: 'g' });
    open.push(consumer);
    await environment.outcome(consumer.connect());
    await consumer.subscribe({ topic: 'orders' });
    await environment.outcome(consumer.run({ eachMessage: noting(seen) }));
    await environment.advance(10);
    broker.append('orders', 0, 'new');
    await environment.advance(10);
    expect(seen).toEqual(['0:new']);
    await environment.outcome(consumer.stop());
    broker.committed.clear();
    await consumer.subscribe({ topic: 'orders', fromBeginning: true });
    await environment.outcome(consumer.run({ eachMessage: noting(seen) }));
    // The fetch of the first run is still parked.
    await environment.advance(500);
    expect(seen).toEqual(['0:new', '0:old', '0:new']);
  });

  it.each([
    [{}, 0],
    [{ isolationLevel: 'read_uncommitted' }, 0],
    [{ isolationLevel: 'read_committed' }, 1],
    [{ readUncommitted: false }, 1],
  ] as const)('asks for ends and records in its isolation level: %j', async (config, level) => {
    begin({ orders: 1 });
    await running({ eachMessage: noting([]) }, { ...config, autoOffsetReset: 'latest' });
    await environment.advance(10);
    const asked = [...broker.requests('ListOffsets'), ...broker.requests('Fetch')];
    expect(new Set(asked.map(({ api }) => api))).toEqual(new Set(['ListOffsets', 'Fetch']));
    expect(asked.filter(({ request }) => request.isolationLevel !== level)).toEqual([]);
  });

  it('rejects run, and does not start again, without an offset where autoOffsetReset is none', async () => {
    begin({ orders: 1 });
    const consumer = await connected({ autoOffsetReset: 'none' });
    await expect(environment.outcome(consumer.run({ eachMessage: noting([]) }))).rejects.toMatchObject({
      code: 'OFFSET_OUT_OF_RANGE',
    });
    expect(broker.requests('LeaveGroup')).toHaveLength(1);
  });

  it('goes by the reset policy when the position lies outside the log', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b');
    broker.committed.set('orders-0', 100);
    const seen: string[] = [];
    await running({ eachMessage: noting(seen) });
    await environment.advance(1_000);
    expect(seen).toEqual(['0:a', '0:b']);
  });

  it('seek moves the position, and drops what was fetched', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b', 'c', 'd');
    const seen: string[] = [];
    const note = noting(seen);
    const consumer = await connected();
    const eachMessage = async (payload: EachMessagePayload): Promise<void> => {
      await note(payload);
      if (seen.length === 2) consumer.seek({ topic: 'orders', partition: 0, offset: '0' });
      if (seen.length === 4) consumer.seek({ topic: 'orders', partition: 0, offset: '3' });
    };
    await environment.outcome(consumer.run({ eachMessage }));
    // A seek takes effect when the fetch that is parked has returned, as in Kafka.
    await environment.advance(2 * 500);
    expect(seen).toEqual(['0:a', '0:b', '0:a', '0:b', '0:d']);
  });

  it('pause stops a partition in the midst of what was fetched, resume goes on behind the last one handled', async () => {
    begin();
    broker.append('orders', 0, 'a0', 'a1', 'a2');
    broker.append('orders', 1, 'b0');
    const seen: string[] = [];
    const note = noting(seen);
    let resume: () => void = () => {};
    const consumer = await running({
      eachMessage: async (payload) => {
        await note(payload);
        if (seen.length === 1) resume = payload.pause();
      },
    });
    await environment.advance(2_000);
    expect(seen).toEqual(['0:a0', '1:b0']);
    expect(consumer.paused()).toEqual([{ topic: 'orders', partitions: [0] }]);
    resume();
    await environment.advance(2_000);
    expect(seen).toEqual(['0:a0', '1:b0', '0:a1', '0:a2']);
    expect(consumer.paused()).toEqual([]);
  });

  it('pauses and resumes whole topics', async () => {
    begin();
    broker.append('orders', 0, 'a');
    const seen: string[] = [];
    const consumer = await connected();
    consumer.pause([{ topic: 'orders' }]);
    await environment.outcome(consumer.run({ eachMessage: noting(seen) }));
    await environment.advance(1_000);
    expect([seen, consumer.paused()]).toEqual([[], [{ topic: 'orders', partitions: [0, 1] }]]);
    consumer.resume([{ topic: 'orders', partitions: [0] }]);
    await environment.advance(1_000);
    expect([seen, consumer.paused()]).toEqual([['0:a'], [{ topic: 'orders', partitions: [1] }]]);
  });
});

describe('Consumer.run with eachBatch', () => {
  it('gives what a fetch brought for a partition, and counts it as handled at the end', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b', 'c');
    const batches: unknown[] = [];
    await running({
      autoCommitInterval: null,
      eachBatch: async ({ batch }) => {
        batches.push([batch.messages.length, batch.firstOffset(), batch.lastOffset(), batch.highWatermark]);
        batches.push([batch.isEmpty(), batch.offsetLag()]);
      },
    });
    await environment.advance(10);
    expect(batches).toEqual([
      [3, '0', '2', '3'],
      [false, '0'],
    ]);
    expect(broker.committed.get('orders-0')).toBe(3);
  });

  it('without autoResolve counts only what was resolved; the rest comes again', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b', 'c');
    const first: (string | null)[] = [];
    await running({
      autoCommitInterval: null,
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, resolveOffset, commitOffsetsIfNecessary, uncommittedOffsets }) => {
        first.push(batch.firstOffset());
        resolveOffset(batch.firstOffset() ?? '0');
        if (first.length === 1) {
          expect(uncommittedOffsets()).toEqual({
            topics: [{ topic: 'orders', partitions: [{ partition: 0, offset: '1' }] }],
          });
        }
        await commitOffsetsIfNecessary();
      },
    });
    await environment.advance(2 * 500);
    expect(first).toEqual(['0', '1', '2']);
    expect(broker.committed.get('orders-0')).toBe(3);
  });

  it('goes on behind what was resolved when the handler throws', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b', 'c');
    const first: (string | null)[] = [];
    await running({
      eachBatch: async ({ batch, resolveOffset }) => {
        first.push(batch.firstOffset());
        resolveOffset('1');
        if (first.length === 1) throw new Error('at the third');
      },
    });
    await environment.advance(2_000);
    expect(first).toEqual(['0', '2']);
  });
});

describe('Consumer as a member of its group', () => {
  it('keeps its place by heartbeats however long a handler takes', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'slow');
    await running({ eachMessage: noting([], 30_000) }, { heartbeatInterval: 3_000 });
    await environment.advance(29_000);
    expect(broker.requests('Heartbeat')).toHaveLength(9);
  });

  it('a rebalance waits for the handler, commits, gives up and joins again; what was fetched is not handed out', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b');
    const seen: string[] = [];
    await running({ eachMessage: noting(seen, 5_000) }, { heartbeatInterval: 1_000 });
    broker.next('Heartbeat', () => ({ errorCode: errorCode('REBALANCE_IN_PROGRESS') }));
    await environment.advance(4_900);
    expect(broker.requests('JoinGroup')).toHaveLength(2);
    expect(broker.requests('Heartbeat')).toHaveLength(4);
    await environment.advance(200);
    expect(broker.requests('JoinGroup')).toHaveLength(3);
    expect(broker.committed.get('orders-0')).toBe(1);
    const kinds = environment.events.map(({ kind }) => kind).filter((kind) => kind !== 'request-sent');
    expect(kinds).toEqual([
      'offset-reset',
      'partitions-assigned',
      'record-delivered',
      'record-handled',
      'partitions-revoked',
      'partitions-assigned',
      'record-delivered',
    ]);
    expect(seen).toEqual(['0:a']);
    expect(environment.eventsOf('partitions-revoked')[0]).toMatchObject({ generation: 1, lost: false });
    expect(environment.eventsOf('partitions-assigned')[1]).toMatchObject({
      generation: 2,
      partitions: [{ topic: 'orders', partition: 0, startOffset: 1, source: 'committed' }],
    });
  });

  it.each([
    ['UNKNOWN_MEMBER_ID', ''],
    ['ILLEGAL_GENERATION', 'member-1'],
  ] as const)('%s: loses its partitions at once, does not commit, and joins again', async (error, joinsAs) => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b');
    const seen: string[] = [];
    await running({ eachMessage: noting(seen, 5_000) }, { heartbeatInterval: 1_000 });
    broker.next('Heartbeat', () => ({ errorCode: errorCode(error) }));
    await environment.advance(1_500);
    expect(environment.eventsOf('partitions-revoked')).toMatchObject([{ lost: true, generation: 1 }]);
    await environment.advance(4_000);
    expect(broker.requests('JoinGroup')[2]?.request.memberId).toBe(joinsAs);
    expect(broker.requests('OffsetCommit')).toHaveLength(0);
    await environment.advance(6_000);
    // Its first handling did not count: somebody else might have had the partition.
    expect(seen).toEqual(['0:a', '0:a']);
  });

  it.each(['COORDINATOR_LOAD_IN_PROGRESS', 'NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE'] as const)(
    '%s: joins when the coordinator is there',
    async (error) => {
      begin({ orders: 1 });
      broker.next('JoinGroup', () => refusedJoin(error));
      await running({ eachMessage: noting([]) });
      expect(broker.requests('JoinGroup')).toHaveLength(3);
    },
  );

  it('rejects run when it can never join', async () => {
    begin({ orders: 1 });
    broker.next('JoinGroup', () => refusedJoin('INCONSISTENT_GROUP_PROTOCOL'));
    const consumer = await connected();
    await expect(environment.outcome(consumer.run({ eachMessage: noting([]) }))).rejects.toMatchObject({
      code: 'INCONSISTENT_GROUP_PROTOCOL',
    });
  });

  it('goes on after its connections were lost', async () => {
    begin({ orders: 1 });
    const seen: string[] = [];
    await running({ eachMessage: noting(seen) });
    await environment.advance(100);
    broker.network.disconnect();
    broker.append('orders', 0, 'a');
    await environment.advance(2_000);
    expect(seen).toEqual(['0:a']);
    await environment.advance(5_000);
    expect(broker.requests('Heartbeat').length).toBeGreaterThan(0);
  });

  it('joins again when a topic gets partitions, or a pattern matches another topic', async () => {
    begin({ 'orders-a': 1, payments: 1 });
    const consumer = new Kafka(environment, { network: broker.network }).consumer({
      groupId: 'g',
      autoOffsetReset: 'earliest',
      metadataMaxAge: 10_000,
    });
    open.push(consumer);
    await environment.outcome(consumer.connect());
    await consumer.subscribe({ topic: /^orders-/ });
    const seen: string[] = [];
    await environment.outcome(
      consumer.run({ eachMessage: async ({ topic, partition }) => void seen.push(`${topic}-${partition}`) }),
    );
    broker.createTopic('orders-b', 1);
    broker.append('orders-b', 0, 'x');
    await environment.advance(11_000);
    expect(seen).toEqual(['orders-b-0']);
    broker.logs.get('orders-a')?.push([]);
    broker.append('orders-a', 1, 'y');
    await environment.advance(11_000);
    expect(seen).toEqual(['orders-b-0', 'orders-a-1']);
  });

  it('tells of joins, fetches, commits, heartbeats and rebalances', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a');
    const consumer = await connected({ heartbeatInterval: 1_000 });
    const told = new Set<string>();
    const types = ['GROUP_JOIN', 'FETCH', 'COMMIT_OFFSETS', 'HEARTBEAT', 'REBALANCING', 'STOP', 'DISCONNECT'] as const;
    for (const type of types) consumer.on(consumer.events[type], ({ type: name }) => told.add(name));
    await environment.outcome(consumer.run({ autoCommitInterval: 500, eachMessage: noting([]) }));
    broker.next(
      'Heartbeat',
      () => ({ errorCode: 0 }),
      () => ({ errorCode: errorCode('REBALANCE_IN_PROGRESS') }),
    );
    await environment.advance(5_000);
    await environment.outcome(consumer.disconnect());
    expect([...told].sort()).toEqual(types.map((type) => consumer.events[type] as string).sort());
  });
});

describe('Consumer.stop and disconnect', () => {
  it('do not wait for a parked fetch', async () => {
    begin({ orders: 1 });
    const consumer = await running({ eachMessage: noting([]) }, { maxWaitTimeInMs: 60_000 });
    await environment.advance(10);
    const from = environment.clock.now();
    await environment.outcome(consumer.disconnect(), 1_000);
    expect(environment.clock.now()).toBe(from);
    await environment.advance(60_000);
  });

  it('do not wait for a parked join, and leave as the member that waits', async () => {
    begin({ orders: 1 });
    const consumer = await connected();
    broker.next(
      'JoinGroup',
      () => undefined,
      () => new Promise(() => {}),
    );
    const starting = consumer.run({ eachMessage: noting([]) });
    await environment.advance(10);
    await environment.outcome(consumer.stop(), 1_000);
    await starting;
    expect(broker.requests('LeaveGroup').map(({ request }) => request.members[0]?.memberId)).toEqual(['member-1']);
  });

  it('wait for the handler that runs, and hand out nothing more', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b');
    const seen: string[] = [];
    const consumer = await running({ eachMessage: noting(seen, 5_000) });
    await environment.advance(1_000);
    const from = environment.clock.now();
    await environment.outcome(consumer.stop());
    expect([seen, environment.clock.now() - from]).toEqual([['0:a'], 4_000]);
    expect(broker.committed.get('orders-0')).toBe(1);
  });

  it('a consumer that is disconnected can not run', async () => {
    begin();
    const consumer = await connected();
    await environment.outcome(consumer.disconnect());
    await expect(consumer.run({ eachMessage: noting([]) })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });
});

describe('Consumer.records', () => {
  it('counts a record as handled when the loop asks for the next one', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b', 'c');
    const consumer = await connected();
    const seen: string[] = [];
    const loop = (async () => {
      for await (const record of consumer.records({ autoCommitInterval: null, autoCommitThreshold: 1 })) {
        seen.push(`${textOf(record.value)} after ${broker.committed.get('orders-0') ?? 0}`);
        if (record.offset === '2') break;
      }
    })();
    await environment.outcome(loop);
    expect(seen).toEqual(['a after 0', 'b after 1', 'c after 2']);
    // The turn in which the loop was left does not count: c comes again.
    expect(broker.committed.get('orders-0')).toBe(2);
    expect(broker.requests('LeaveGroup')).toHaveLength(1);
  });

  it('ends when the consumer is stopped, in the loop or outside', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b');
    const consumer = await connected();
    const seen: string[] = [];
    const loop = (async () => {
      for await (const record of consumer.records()) {
        seen.push(textOf(record.value));
        await consumer.stop();
      }
    })();
    await environment.outcome(loop);
    expect(seen).toEqual(['a']);
    const second = (async () => {
      for await (const record of consumer.records()) seen.push(textOf(record.value));
    })();
    await environment.advance(500);
    await environment.outcome(consumer.stop());
    await second;
    expect(seen).toEqual(['a', 'a', 'b']);
  });

  it('throws in the loop what made the consumer fail', async () => {
    begin({ orders: 1 });
    const consumer = await connected({ autoOffsetReset: 'none' });
    const loop = (async () => {
      for await (const record of consumer.records()) expect(record).toBeUndefined();
    })();
    await expect(environment.outcome(loop)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
  });
});

describe('Consumer traces', () => {
  it('names the append that a delivery comes from, and the delivery that was handled', async () => {
    begin({ orders: 1 });
    broker.append('orders', 0, 'a', 'b');
    await running({ eachMessage: noting([]) });
    await environment.advance(10);
    expect(environment.eventsOf('record-delivered')).toMatchObject([
      { id: 'delivery:c:0', cause: 'append:orders-0@0', client: 'c', group: 'g', offset: 0 },
      { id: 'delivery:c:1', cause: 'append:orders-0@1', client: 'c', group: 'g', offset: 1 },
    ]);
    expect(environment.eventsOf('record-handled').map(({ cause, offset }) => [cause, offset])).toEqual([
      ['delivery:c:0', 0],
      ['delivery:c:1', 1],
    ]);
  });
});
