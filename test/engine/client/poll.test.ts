import { describe, expect, it } from 'vitest';
import { cooperativeStickyAssignor } from '../../../src/engine/client/assignors/cooperative-sticky.js';
import type { ConsumerConfig } from '../../../src/engine/client/consumer-config.js';
import { errorCode } from '../../../src/engine/protocol/errors.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import type { Consumer } from '../../../src/engine/client/consumer.js';
import type { CompleteRequestOf } from '../../../src/engine/protocol/apis.js';
import { alteredBroker } from '../../properties/mutants/altered-broker.js';
import { ConsumerStage, notingListener, partitionsOf } from './consumer-stage.js';

const at = (partition: number, offset?: number | string) => ({
  topic: 'orders',
  partition,
  ...(offset === undefined ? {} : { offset: String(offset) }),
});
const place = (partition: number, offset: number) => ({ topic: 'orders', partition, offset: String(offset) });

/** An error's name in the protocol. */
const codeOf = (error: unknown): string => (error as KafkaError).code;

const protocols = [
  ['classic', {}],
  ['consumer', { groupProtocol: 'consumer' }],
] as const satisfies readonly (readonly [string, Partial<ConsumerConfig>])[];

describe('Consumer.poll', () => {
  it('returns what there is, at most maxPollRecords, and nothing when the time is over', async () => {
    const stage = await ConsumerStage.open('poll', 2);
    await stage.send(0, 'a', 'b', 'c');
    const a = await stage.consumer('a', { maxPollRecords: 2 });
    expect(await stage.poll(a, 5_000)).toEqual(['orders-0@0=a', 'orders-0@1=b']);
    expect(await stage.poll(a, 0)).toEqual(['orders-0@2=c']);
    const from = stage.world.now;
    expect(await stage.poll(a, 700)).toEqual([]);
    expect(stage.world.now - from).toBe(700);
    await stage.close();
  });

  it('waits with a fetch under way, also when the last poll returned the last of what was fetched', async () => {
    const stage = await ConsumerStage.open('to-the-end', 1);
    await stage.send(0, 'a');
    const a = await stage.consumer('a', { maxPollRecords: 1 });
    expect(await stage.poll(a, 5_000)).toEqual(['orders-0@0=a']);
    const waiting = a.poll(10_000);
    await stage.world.advanceBy(2_000);
    await stage.send(0, 'b');
    const sentMs = stage.world.now;
    expect(await stage.world.outcome(waiting)).toMatchObject([{ offset: '1' }]);
    // Much less than a fetch waits: it was there when the record came.
    expect(stage.world.now - sentMs).toBeLessThan(100);
    await stage.close();
  });

  it('one at a time, and not beside run', async () => {
    const stage = await ConsumerStage.open('one', 1);
    const a = await stage.consumer('a');
    const first = a.poll(1_000);
    await expect(a.poll(1_000)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(a.run({ eachMessage: () => Promise.resolve() })).rejects.toThrow('is being polled');
    await stage.world.outcome(first);
    await stage.close();
  });

  it('wakeup ends the poll that waits, or else the next one', async () => {
    const stage = await ConsumerStage.open('wakeup', 1);
    const a = await stage.consumer('a');
    await stage.poll(a, 2_000);
    const from = stage.world.now;
    const waiting = a.poll(10_000);
    a.wakeup();
    await stage.world.outcome(waiting);
    a.wakeup();
    await stage.poll(a, 10_000);
    expect(stage.world.now).toBe(from);
    await stage.close();
  });

  it('returns at once, with an error, when the consumer is disconnected, whatever fetch is parked', async () => {
    const stage = await ConsumerStage.open('close', 1);
    const a = await stage.consumer('a', { maxWaitTimeInMs: 60_000 });
    await stage.poll(a, 1_000);
    const waiting = a.poll(60_000);
    await stage.world.advanceBy(1_000);
    const from = stage.world.now;
    const refused = expect(waiting).rejects.toMatchObject({ code: 'BROKER_NOT_AVAILABLE' });
    await stage.world.outcome(a.disconnect());
    await refused;
    expect(stage.world.now - from).toBeLessThan(100);
  });
});

describe.each(protocols)('max.poll.interval.ms in a group of the protocol %s', (name, config) => {
  it('over it the member leaves and says why; the next poll tells what was lost and joins again', async () => {
    const reasons: string[] = [];
    const epochs: number[] = [];
    const stage = await ConsumerStage.open(`stalled-${name}`, 2, (broker) =>
      alteredBroker(broker, {
        LeaveGroup: ({ request, handle }) => {
          for (const { reason } of (request as CompleteRequestOf<'LeaveGroup'>).members) reasons.push(reason ?? '');
          return handle();
        },
        ConsumerGroupHeartbeat: ({ request, handle }) => {
          epochs.push(request.memberEpoch);
          return handle();
        },
      }),
    );
    await stage.send(0, 'a');
    const heard: string[] = [];
    const listen = { topics: ['orders'], rebalanceListener: notingListener(heard) };
    const a = await stage.consumer('a', { ...config, maxPollInterval: 10_000 }, listen);
    expect(await stage.poll(a, 5_000)).toEqual(['orders-0@0=a']);
    await stage.world.advanceBy(9_900);
    expect(stage.of('member-left')).toEqual([]);
    expect(partitionsOf(a)).toEqual([0, 1]);
    await stage.world.advanceBy(200);
    expect(stage.of('member-left')).toMatchObject([{ reason: 'left' }]);
    if (name === 'classic') expect(reasons).toEqual(['consumer poll timeout has expired.']);
    else expect(epochs.at(-1)).toBe(-1);
    expect(heard).toEqual(['assigned orders-0 orders-1']);
    // What was not committed when it left may be handled elsewhere: it can't be committed any more.
    await expect(stage.world.outcome(a.commitSync([place(0, 1)]))).rejects.toMatchObject({
      code: 'UNKNOWN_MEMBER_ID',
    });
    await stage.world.advanceBy(20_000);
    expect(await stage.poll(a, 5_000)).toEqual(['orders-0@0=a']);
    expect(heard.slice(1)).toEqual(['lost orders-0 orders-1', 'assigned orders-0 orders-1']);
    await stage.close();
  });

  it('a handler that is stuck loses its partitions to another member, and commits nothing any more', async () => {
    const stage = await ConsumerStage.open(`stuck-${name}`, 1);
    await stage.send(0, 'a');
    const a = await stage.consumer('a', { ...config, maxPollInterval: 10_000 });
    let release = (): void => {};
    const committed: unknown[] = [];
    const running = a.run({
      autoCommit: false,
      eachMessage: async () => {
        await new Promise<void>((resolve) => (release = resolve));
        committed.push(await a.commitOffsets([place(0, 1)]).catch((error: unknown) => (error as KafkaError).code));
      },
    });
    await stage.world.outcome(running);
    await stage.world.advanceBy(1_000);
    const b = await stage.consumer('b', config);
    const [got] = await stage.pollAll([b], 20_000);
    expect(got).toEqual(['orders-0@0=a']);
    release();
    await stage.pollAll([b], 3_000);
    expect(committed).toEqual(['UNKNOWN_MEMBER_ID']);
    await stage.close();
  });
});

describe('what a poll commits by itself', () => {
  it('committed-too-far: only what an earlier poll returned, once the interval is over', async () => {
    const stage = await ConsumerStage.open('auto', 1);
    await stage.send(0, 'a', 'b', 'c', 'd');
    const a = await stage.consumer('a', { maxPollRecords: 1, autoCommitInterval: 1_000 });
    await stage.poll(a, 5_000);
    await stage.world.advanceBy(5_000);
    expect(stage.committed()).toEqual({});
    await stage.poll(a);
    await stage.world.advanceBy(100);
    expect(stage.committed()).toEqual({ 'orders-0': 1 });
    await stage.poll(a);
    await stage.world.advanceBy(900);
    expect(stage.committed()).toEqual({ 'orders-0': 1 });
    await stage.world.advanceBy(100);
    await stage.poll(a);
    await stage.world.advanceBy(100);
    expect(stage.committed()).toEqual({ 'orders-0': 3 });
    await stage.close();
    expect(stage.committed()).toEqual({ 'orders-0': 4 });
  });

  it.each([
    ['eager', {}],
    ['cooperative', { partitionAssigners: [cooperativeStickyAssignor] }],
    ['KIP-848', { groupProtocol: 'consumer' }],
  ] as const)('before partitions go in an %s rebalance, however long the interval', async (name, config) => {
    const stage = await ConsumerStage.open(`auto-${name}`, 2);
    await stage.send(0, 'a');
    await stage.send(1, 'b');
    const a = await stage.consumer('a', { ...config, autoCommitInterval: 600_000 });
    await stage.pollAll([a], 2_000);
    expect(stage.committed()).toEqual({});
    const b = await stage.consumer('b', config);
    expect((await stage.pollAll([a, b], 12_000)).flat()).toEqual([]);
    expect(stage.committed()).toEqual({ 'orders-0': 1, 'orders-1': 1 });
    expect([partitionsOf(a).length, partitionsOf(b).length]).toEqual([1, 1]);
    await stage.close();
  });

  it('nothing when it is switched off', async () => {
    const stage = await ConsumerStage.open('auto-off', 1);
    await stage.send(0, 'a');
    const a = await stage.consumer('a', { autoCommit: false, autoCommitInterval: 100 });
    await stage.pollAll([a], 3_000);
    await stage.close();
    expect(stage.committed()).toEqual({});
  });
});

describe('commits by hand', () => {
  it('commitSync without offsets commits what the polls returned', async () => {
    const stage = await ConsumerStage.open('sync', 2);
    await stage.send(1, 'a', 'b');
    const a = await stage.consumer('a', { autoCommit: false });
    await stage.poll(a, 5_000);
    await stage.world.outcome(a.commitSync());
    expect(await stage.world.outcome(a.committed([at(1), at(0)]))).toEqual([
      { ...place(1, 2), metadata: '' },
      { ...place(0, 0), metadata: '' },
    ]);
    await stage.close();
  });

  it('commit-regression: what is asked for later is stored later, also when what came before fails and is tried again', async () => {
    const stored: bigint[] = [];
    let failures = 3;
    const stage = await ConsumerStage.open('order', 1, (broker) =>
      alteredBroker(broker, {
        OffsetCommit: async ({ request, handle }) => {
          if (failures-- > 0) {
            const topics = request.topics.map((topic) => ({
              ...topic,
              partitions: topic.partitions.map(({ partitionIndex }) => ({
                partitionIndex,
                errorCode: errorCode('COORDINATOR_LOAD_IN_PROGRESS'),
              })),
            }));
            return { throttleTimeMs: 0, topics } as Awaited<ReturnType<typeof handle>>;
          }
          stored.push(request.topics[0]?.partitions[0]?.committedOffset ?? -1n);
          return await handle();
        },
      }),
    );
    await stage.send(0, 'a', 'b', 'c');
    const a = await stage.consumer('a', { autoCommit: false });
    await stage.poll(a, 5_000);
    const told: [boolean, string | undefined][] = [];
    const first = a.commitSync([place(0, 1)]);
    a.commitAsync([place(0, 2)], (error, offsets) => told.push([error === null, offsets[0]?.offset]));
    const last = a.commitSync([place(0, 3)]);
    await stage.world.outcome(Promise.all([first, last]));
    expect(stored).toEqual([1n, 2n, 3n]);
    expect(told).toEqual([[true, '2']]);
    expect(stage.committed()).toEqual({ 'orders-0': 3 });
    await stage.close();
  });

  it('commitAsync is tried once, and tells its outcome', async () => {
    let failures = 1;
    const stage = await ConsumerStage.open('async', 1, (broker) =>
      alteredBroker(broker, {
        OffsetCommit: async ({ handle }) => {
          if (failures-- > 0) throw new KafkaError('NETWORK_EXCEPTION');
          return await handle();
        },
      }),
    );
    await stage.send(0, 'a');
    const a = await stage.consumer('a', { autoCommit: false });
    await stage.poll(a, 5_000);
    const outcomes: (string | null)[] = [];
    a.commitAsync(undefined, (error) => outcomes.push(error === null ? null : codeOf(error)));
    await stage.world.advanceBy(3_000);
    a.commitAsync(undefined, (error) => outcomes.push(error === null ? null : codeOf(error)));
    await stage.world.advanceBy(3_000);
    expect(outcomes).toEqual(['NETWORK_EXCEPTION', null]);
    expect(stage.committed()).toEqual({ 'orders-0': 1 });
    await stage.close();
  });

  it('are refused while the member joins, and for partitions that are not its own', async () => {
    const stage = await ConsumerStage.open('refused', 2);
    await stage.send(0, 'a');
    await stage.send(1, 'b');
    const config = { partitionAssigners: [cooperativeStickyAssignor], autoCommit: false };
    const a = await stage.consumer('a', config);
    await stage.pollAll([a], 2_000);
    const b = await stage.consumer('b', config);
    const joining = b.poll(20_000);
    await stage.world.advanceBy(1_000);
    // It learns of the rebalance, joins, and waits; what it has can be read on, and committed later.
    await stage.poll(a, 0);
    await stage.poll(a, 0);
    const refusal = await stage.world.outcome(a.commitSync([place(0, 1)]).catch((error: unknown) => error));
    expect(refusal).toMatchObject({ code: 'REBALANCE_IN_PROGRESS' });
    b.wakeup();
    await stage.world.outcome(joining);
    await stage.pollAll([a, b], 5_000);
    const [gone] = partitionsOf(b);
    const foreign = a.commitSync([place(gone as number, 1)]);
    await expect(stage.world.outcome(foreign)).rejects.toMatchObject({ code: 'ILLEGAL_GENERATION' });
    await stage.close();
  });
});

describe('positions', () => {
  it('a seek in the listener goes before what the group committed', async () => {
    const stage = await ConsumerStage.open('seek', 1);
    await stage.send(0, 'a', 'b', 'c');
    const first = await stage.consumer('first');
    await stage.poll(first, 5_000);
    await stage.world.outcome(first.disconnect());
    expect(stage.committed()).toEqual({ 'orders-0': 3 });
    const a = await stage.consumer('a', {}, null);
    await a.subscribe({
      topics: ['orders'],
      rebalanceListener: {
        onPartitionsAssigned: async ([partition]) => {
          expect(await a.position(partition!)).toBe('3');
          a.seek(place(0, 1));
          expect(await a.position(partition!)).toBe('1');
        },
      },
    });
    expect(await stage.poll(a, 5_000)).toEqual(['orders-0@1=b', 'orders-0@2=c']);
    expect(stage.of('partitions-assigned').at(-1)?.partitions).toEqual([
      { topic: 'orders', partition: 0, startOffset: 1, source: 'seek' },
    ]);
    await stage.close();
  });

  it('a seek between polls drops what was fetched', async () => {
    const stage = await ConsumerStage.open('seek-between', 1);
    await stage.send(0, 'a', 'b', 'c');
    const a = await stage.consumer('a', { maxPollRecords: 1 });
    expect(await stage.poll(a, 5_000)).toEqual(['orders-0@0=a']);
    a.seek(place(0, 2));
    expect(await stage.poll(a, 5_000)).toEqual(['orders-0@2=c']);
    await stage.world.outcome(a.seekToBeginning());
    expect(await stage.poll(a, 5_000)).toEqual(['orders-0@0=a']);
    await stage.world.outcome(a.seekToEnd());
    expect(await stage.poll(a, 1_000)).toEqual([]);
    expect(await stage.world.outcome(a.position(at(0)))).toBe('3');
    await stage.close();
  });

  it('lag, ends, offsets by time and what is committed', async () => {
    const stage = await ConsumerStage.open('asked', 2);
    await stage.send(0, 'a');
    const secondMs = stage.world.now + 5_000;
    await stage.world.advanceTo(secondMs);
    await stage.send(0, 'b', 'c');
    const a = await stage.consumer('a', { maxPollRecords: 1 });
    await stage.poll(a, 5_000);
    expect([a.currentLag(at(0)), a.currentLag(at(1))]).toEqual([2, 0]);
    const ask = <Value>(value: Promise<Value>): Promise<Value> => stage.world.outcome(value);
    expect(await ask(a.endOffsets([at(0), at(1)]))).toEqual([place(0, 3), place(1, 0)]);
    expect(await ask(a.beginningOffsets([at(0)]))).toEqual([place(0, 0)]);
    expect(
      await ask(
        a.offsetsForTimes([
          { ...at(0), timestamp: secondMs - 1 },
          { ...at(1), timestamp: 0 },
        ]),
      ),
    ).toEqual([
      { ...place(0, 1), timestamp: String(secondMs) },
      { topic: 'orders', partition: 1, offset: null, timestamp: null },
    ]);
    await expect(a.offsetsForTimes([{ ...at(0), timestamp: -1 }])).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(a.position({ topic: 'orders', partition: 9 })).rejects.toThrow(
      'orders-9 is not assigned to this consumer',
    );
    expect(await ask(a.committed([at(0)]))).toEqual([{ topic: 'orders', partition: 0, offset: null, metadata: null }]);
    await stage.close();
  });

  it.each([
    ['by_duration:PT3S', '2'],
    ['by_duration:P1D', '0'],
    ['by_duration:PT0S', '3'],
    ['earliest', '0'],
    ['latest', '3'],
  ] as const)('without an offset begin where %s says', async (autoOffsetReset, expected) => {
    const stage = await ConsumerStage.open('reset', 1);
    for (const value of ['a', 'b', 'c']) {
      await stage.send(0, value);
      await stage.world.advanceBy(2_000);
    }
    const a = await stage.consumer('a', { autoOffsetReset, maxPollRecords: 1 }, null);
    a.assign([at(0)]);
    expect(await stage.world.outcome(a.position(at(0)))).toBe(expected);
    await stage.close();
  });

  it('none: every poll says that there is no offset, until a seek gives one', async () => {
    const stage = await ConsumerStage.open('none', 1);
    await stage.send(0, 'a', 'b');
    const a = await stage.consumer('a', { autoOffsetReset: 'none' });
    for (let poll = 0; poll < 2; poll++)
      await expect(stage.poll(a, 5_000)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
    a.seek(place(0, 1));
    expect(await stage.poll(a, 5_000)).toEqual(['orders-0@1=b']);
    await stage.close();
  });

  it('refuses a policy that there is not', async () => {
    const stage = await ConsumerStage.open('policy', 1);
    for (const autoOffsetReset of ['first', 'by_duration:', 'by_duration:-PT1H', 'by_duration:1h']) {
      const config = { groupId: 'g', autoOffsetReset } as unknown as ConsumerConfig;
      expect(() => stage.kafka('c').consumer(config)).toThrow('autoOffsetReset is');
    }
  });
});

describe('a consumer of partitions that are assigned to it', () => {
  it('reads them without a group, and commits nothing', async () => {
    const stage = await ConsumerStage.open('simple', 3);
    await stage.send(1, 'a');
    await stage.send(2, 'b');
    const a = stage.kafka('a').consumer({ autoOffsetReset: 'earliest' });
    await stage.world.outcome(a.connect());
    a.assign([at(1)]);
    expect(await stage.poll(a, 5_000)).toEqual(['orders-1@0=a']);
    a.assign([at(1), at(2)]);
    expect(await stage.poll(a, 5_000)).toEqual(['orders-2@0=b']);
    expect(await stage.world.outcome(a.position(at(1)))).toBe('1');
    await expect(a.commitSync()).rejects.toMatchObject({ code: 'INVALID_GROUP_ID' });
    await expect(a.subscribe({ topics: ['orders'] })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await stage.world.outcome(a.unsubscribe());
    await expect(a.subscribe({ topics: ['orders'] })).rejects.toMatchObject({ code: 'INVALID_GROUP_ID' });
    await stage.world.outcome(a.disconnect());
    expect(stage.of('member-joined')).toEqual([]);
  });

  it('commits for a group as long as that has no members', async () => {
    const stage = await ConsumerStage.open('simple-group', 1);
    await stage.send(0, 'a', 'b');
    const a = await stage.consumer('a', {}, null);
    a.assign([at(0)]);
    await stage.poll(a, 5_000);
    await stage.world.outcome(a.commitSync());
    expect(stage.committed()).toEqual({ 'orders-0': 2 });
    const b = await stage.consumer('b');
    await stage.pollAll([b], 2_000);
    await expect(stage.world.outcome(a.commitSync([place(0, 0)]))).rejects.toMatchObject({
      code: 'UNKNOWN_MEMBER_ID',
    });
    expect(stage.committed()).toEqual({ 'orders-0': 2 });
    await stage.close();
  });

  it('hands them to handlers too', async () => {
    const stage = await ConsumerStage.open('simple-run', 2);
    await stage.send(1, 'a');
    const a = await stage.consumer('a', {}, null);
    a.assign([at(1)]);
    const seen: string[] = [];
    await stage.world.outcome(
      a.run({ eachMessage: async ({ partition, message }) => void seen.push(`${partition}@${message.offset}`) }),
    );
    await stage.world.advanceBy(1_000);
    expect(seen).toEqual(['1@0']);
    await stage.close();
    expect(stage.committed()).toEqual({ 'orders-1': 1 });
  });
});

describe('the rebalance listener', () => {
  it('makes the poll fail when it throws, and the rebalance goes on', async () => {
    const stage = await ConsumerStage.open('throws', 1);
    await stage.send(0, 'a');
    const rebalanceListener = {
      onPartitionsAssigned: () => {
        throw new Error('no');
      },
    };
    const a = await stage.consumer('a', {}, { topics: ['orders'], rebalanceListener });
    await expect(stage.poll(a, 5_000)).rejects.toThrow("The rebalance listener's onPartitionsAssigned failed: no");
    expect(await stage.poll(a, 5_000)).toEqual(['orders-0@0=a']);
    await stage.close();
  });

  it('may commit what it is about to give up, and hears of losses as revocations if it has no ear for them', async () => {
    const stage = await ConsumerStage.open('commits', 2);
    await stage.send(0, 'a');
    await stage.send(1, 'b');
    const heard: string[] = [];
    const a = await stage.consumer('a', { autoCommit: false, maxPollInterval: 20_000 }, null);
    const { onPartitionsAssigned } = notingListener(heard);
    await a.subscribe({
      topics: ['orders'],
      rebalanceListener: {
        onPartitionsAssigned,
        onPartitionsRevoked: async (partitions) => {
          const outcome = await a.commitSync().then(
            () => 'committed',
            (error: unknown) => (error as KafkaError).code,
          );
          heard.push(`revoked ${partitions.length}, ${outcome}`);
        },
      },
    });
    await stage.pollAll([a], 2_000);
    const b = await stage.consumer('b', { autoCommit: false });
    await stage.pollAll([a, b], 8_000);
    expect(stage.committed()).toEqual({ 'orders-0': 1, 'orders-1': 1 });
    await stage.pollAll([b], 30_000);
    await stage.poll(a, 0);
    expect(heard).toEqual([
      'assigned orders-0 orders-1',
      'revoked 2, committed',
      'assigned orders-0',
      // Nothing is left to be committed.
      'revoked 1, committed',
    ]);
    await stage.close();
  });

  it('hears of a subscription that changes: what is not wanted any more goes', async () => {
    const stage = await ConsumerStage.open('resubscribe', 1);
    await stage.createTopic('payments', 1);
    const heard: string[] = [];
    const rebalanceListener = notingListener(heard);
    const config = { partitionAssigners: [cooperativeStickyAssignor] };
    const a = await stage.consumer('a', config, { topics: ['orders', 'payments'], rebalanceListener });
    await stage.pollAll([a], 2_000);
    await a.subscribe({ topics: ['payments'], replace: true });
    await stage.pollAll([a], 2_000);
    expect(heard).toEqual(['assigned orders-0 payments-0', 'revoked orders-0', 'assigned']);
    expect(a.subscription()).toEqual(['payments']);
    await stage.world.outcome(a.unsubscribe());
    expect(heard.at(-1)).toBe('revoked payments-0');
    expect(stage.of('member-left')).toHaveLength(1);
    await stage.close();
  });
});

describe('a poll whose coordinator does not answer', () => {
  it('returns in time; the step of the rebalance goes on, and the listener is called in a later poll', async () => {
    let hold = false;
    const stage = await ConsumerStage.open('slow-coordinator', 2, (broker) =>
      alteredBroker(broker, {
        OffsetCommit: async ({ handle }) => {
          if (hold) await new Promise<void>((resolve) => stage.world.environment('broker').timers.set(5_000, resolve));
          return await handle();
        },
      }),
    );
    await stage.send(0, 'a');
    const heard: [string, boolean][] = [];
    let isPolling = false;
    const poll = async (consumer: Consumer, ms: number): Promise<number> => {
      const from = stage.world.now;
      isPolling = true;
      await stage.poll(consumer, ms);
      isPolling = false;
      return stage.world.now - from;
    };
    const a = await stage.consumer(
      'a',
      { autoCommitInterval: 60_000 },
      {
        topics: ['orders'],
        rebalanceListener: {
          onPartitionsAssigned: () => void heard.push(['assigned', isPolling]),
          onPartitionsRevoked: () => void heard.push(['revoked', isPolling]),
        },
      },
    );
    await stage.pollAll([a], 2_000);
    hold = true;
    const b = await stage.consumer('b');
    const other = b.poll(60_000);
    await stage.world.advanceBy(1_000);
    heard.length = 0;
    expect(await poll(a, 100)).toBe(100);
    expect(await poll(a, 300)).toBe(300);
    expect(heard).toEqual([]);
    // The commit is answered, but nobody polls.
    await stage.world.advanceBy(10_000);
    expect(heard).toEqual([]);
    await poll(a, 2_000);
    await poll(a, 2_000);
    expect(heard).toEqual([
      ['revoked', true],
      ['assigned', true],
    ]);
    hold = false;
    b.wakeup();
    await stage.world.outcome(other);
    await stage.close();
  });
});

describe('a static member', () => {
  it.each(protocols)(
    'of the protocol %s stays in its group when it closes, unless it is told to leave',
    async (name, config) => {
      const leaves: string[] = [];
      const stage = await ConsumerStage.open(`static-${name}`, 2, (broker) =>
        alteredBroker(broker, {
          LeaveGroup: ({ request, handle }) => {
            for (const { reason } of (request as CompleteRequestOf<'LeaveGroup'>).members) leaves.push(reason ?? '');
            return handle();
          },
          ConsumerGroupHeartbeat: ({ request, handle }) => {
            if (request.memberEpoch < 0) leaves.push(String(request.memberEpoch));
            return handle();
          },
        }),
      );
      const closed = async (
        groupInstanceId: string | undefined,
        operation: 'default' | 'leave-group' | 'remain-in-group',
      ) => {
        const consumer = await stage.consumer('m', {
          ...config,
          ...(groupInstanceId === undefined ? {} : { groupInstanceId }),
        });
        await stage.pollAll([consumer], 2_000);
        leaves.length = 0;
        await stage.world.outcome(consumer.disconnect({ groupMembershipOperation: operation }));
        return leaves.join();
      };
      const why = 'the consumer is being closed';
      expect([
        await closed('i', 'default'),
        await closed('i', 'remain-in-group'),
        await closed('i', 'leave-group'),
        await closed(undefined, 'default'),
        await closed(undefined, 'remain-in-group'),
      ]).toEqual(name === 'classic' ? ['', '', why, why, ''] : ['-2', '-2', '-1', '-1', '']);
      const gone = await stage.consumer('u', config);
      await stage.pollAll([gone], 1_000);
      leaves.length = 0;
      await stage.world.outcome(gone.unsubscribe());
      expect(leaves.join()).toBe(name === 'classic' ? 'the consumer unsubscribed from all topics' : '-1');
      await stage.close();
    },
  );
});
