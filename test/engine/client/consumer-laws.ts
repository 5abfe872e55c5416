import { cooperativeStickyAssignor } from '../../../src/engine/client/assignors/cooperative-sticky.js';
import { rangeAssignor } from '../../../src/engine/client/assignors/range.js';
import type { ConsumerConfig } from '../../../src/engine/client/consumer-config.js';
import type { Consumer } from '../../../src/engine/client/consumer.js';
import { sleep } from '../../../src/engine/environment/environment.js';
import type { ApiName, RequestOf, ResponseOf } from '../../../src/engine/protocol/apis.js';
import type { RequestHandler } from '../../../src/engine/protocol/connection.js';
import { errorCode, type ErrorName } from '../../../src/engine/protocol/errors.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import { Cluster } from '../../../src/engine/client/cluster.js';
import { GroupCoordinator } from '../../../src/engine/client/group-coordinator.js';
import type { Committer } from '../../../src/engine/client/group-offsets.js';
import { Lifetime } from '../../../src/engine/client/lifetime.js';
import { ClassicMembership } from '../../../src/engine/client/membership/classic-membership.js';
import type { MembershipHost } from '../../../src/engine/client/membership/membership.js';
import { alteredBroker } from '../../properties/mutants/altered-broker.js';
import { ConsumerStage, notingListener, partitionsOf } from './consumer-stage.js';

const eager = { partitionAssigners: [rangeAssignor] };
const cooperative = { partitionAssigners: [cooperativeStickyAssignor] };
const kip848 = { groupProtocol: 'consumer' as const };
const place = (partition: number, offset: number) => ({ topic: 'orders', partition, offset: String(offset) });

/** Throws, with both, if they differ. */
function same(rule: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${rule} is broken: found ${a}, expected ${b}.`);
}

/** A broker whose answers to one API are errors, as long as `isFailing` says so. */
const refusing =
  (api: 'OffsetFetch' | 'OffsetCommit', error: ErrorName, isFailing: () => boolean) =>
  (broker: RequestHandler): RequestHandler =>
    alteredBroker(broker, {
      [api]: async ({ handle }: { handle: () => Promise<Record<string, unknown>> }) => {
        const response = await handle();
        if (!isFailing()) return response;
        const code = errorCode(error);
        const failed = (topics: unknown): unknown =>
          (topics as { partitions: object[] }[]).map((topic) => ({
            ...topic,
            partitions: topic.partitions.map((each) => ({ ...each, errorCode: code })),
          }));
        return api === 'OffsetCommit'
          ? { ...response, topics: failed(response['topics']) }
          : { ...response, groups: (response['groups'] as object[]).map((group) => ({ ...group, errorCode: code })) };
      },
    });

/** A broker that goes through with the first request of an API that `isIt`, and then never answers it: it is about to crash. */
function dyingBroker(api: ApiName, onDeath: () => void): (broker: RequestHandler) => RequestHandler {
  let isAlive = true;
  return (broker) =>
    alteredBroker(broker, {
      [api]: async ({ handle }: { handle: () => Promise<unknown> }) => {
        const response = await handle();
        if (!isAlive) return response;
        isAlive = false;
        onDeath();
        return await new Promise(() => {});
      },
    });
}

/** The answer to a commit whose offsets are all refused. */
function refusedCommit(request: RequestOf<'OffsetCommit'>, error: ErrorName): ResponseOf<'OffsetCommit'> {
  const topics = request.topics.map((topic) => ({
    name: topic.name ?? '',
    topicId: topic.topicId ?? new Uint8Array(16),
    partitions: topic.partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: errorCode(error) })),
  }));
  return { throttleTimeMs: 0, topics };
}

/** What each handler got, as `partition@offset`; a handler takes `takesMs`. */
async function runMember(
  stage: ConsumerStage,
  id: string,
  handled: string[],
  takesMs: number,
  config: Partial<ConsumerConfig>,
): Promise<Consumer> {
  const { timers } = stage.world.environment(id);
  const consumer = await stage.consumer(id, config);
  await stage.world.outcome(
    consumer.run({
      autoCommitInterval: 60_000,
      eachMessage: async ({ partition, message }) => {
        handled.push(`${partition}@${message.offset}`);
        await sleep(timers, takesMs);
      },
    }),
  );
  return consumer;
}

/** The rules of consumers, each as a little story that throws if the rule is broken. Mutants are held to them too. */
export const consumerLaws = {
  'GRC-7 nothing is handed out once the commit of a revocation is under way': async () => {
    const stage = await ConsumerStage.open('law-7', 2);
    const values = Array.from({ length: 60 }, (_, n) => `v${n}`);
    await stage.send(0, ...values);
    await stage.send(1, ...values);
    const handled: string[] = [];
    await runMember(stage, 'a', handled, 30, eager);
    await stage.world.advanceBy(700);
    await runMember(stage, 'b', handled, 30, eager);
    await stage.world.advanceBy(10_000);
    await stage.close();
    same('GRC-7', [handled.length, new Set(handled).size], [120, 120]);
  },

  'GRC-6 committed-too-far: a poll commits nothing that it is about to return': async () => {
    const stage = await ConsumerStage.open('law-6', 1);
    await stage.send(0, 'a', 'b', 'c');
    const a = await stage.consumer('a', { maxPollRecords: 1, autoCommitInterval: 500 });
    const committed: unknown[] = [];
    for (let poll = 0; poll < 4; poll++) {
      await stage.poll(a, 2_000);
      await stage.world.advanceBy(600);
      committed.push(stage.committed()['orders-0'] ?? 0);
    }
    await stage.close();
    same('GRC-6 (committed-too-far)', committed, [0, 1, 2, 3]);
  },

  'GRC-6 commit-beyond-poll: what is only fetched is not committed': async () => {
    const stage = await ConsumerStage.open('law-6-fetched', 1);
    await stage.send(0, 'a', 'b', 'c', 'd');
    const a = await stage.consumer('a', { maxPollRecords: 2 });
    await stage.poll(a, 5_000);
    await stage.close();
    same('GRC-6 (commit-beyond-poll)', stage.committed(), { 'orders-0': 2 });
  },

  'GRC-9 commit-regression: a commit that is tried again does not come after a later one': async () => {
    let failures = 2;
    const stage = await ConsumerStage.open('law-9', 1, (broker) =>
      alteredBroker(broker, {
        OffsetCommit: async ({ request, handle }) => {
          const isFirst = request.topics[0]?.partitions[0]?.committedOffset === 1n;
          if (!isFirst || failures-- <= 0) return await handle();
          return refusedCommit(request, 'COORDINATOR_LOAD_IN_PROGRESS');
        },
      }),
    );
    await stage.send(0, 'a', 'b');
    const a = await stage.consumer('a', { autoCommit: false });
    await stage.poll(a, 5_000);
    await stage.world.outcome(Promise.all([a.commitSync([place(0, 1)]), a.commitSync([place(0, 2)])]));
    await stage.close();
    same('GRC-9 (commit-regression)', stage.committed(), { 'orders-0': 2 });
  },

  'GRC-6 callback-order: records that are handled out of order leave no smaller offset to be committed': async () => {
    const stage = await ConsumerStage.open('law-callbacks', 1);
    await stage.send(0, 'a', 'b', 'c');
    const a = await stage.consumer('a');
    const { timers } = stage.world.environment('a');
    await stage.world.outcome(
      a.run({
        autoCommitInterval: 300,
        eachBatchAutoResolve: false,
        // The records are handled side by side: the last is done first.
        eachBatch: async ({ batch, resolveOffset }) => {
          const { messages } = batch;
          await Promise.all(
            messages.map(async ({ offset }, at) => {
              await sleep(timers, 200 * (messages.length - at));
              resolveOffset(offset);
            }),
          );
        },
      }),
    );
    const seen: number[] = [];
    for (let turn = 0; turn < 60; turn++) {
      await stage.world.advanceBy(100);
      seen.push(stage.committed()['orders-0'] ?? 0);
    }
    await stage.close();
    same('GRC-6 (callback-order)', [seen.at(-1), seen], [3, seen.toSorted((one, other) => one - other)]);
  },

  'GRC-6 zombie-commit: what has gone to another member can not be committed any more': async () => {
    const stage = await ConsumerStage.open('law-zombie', 2);
    await stage.send(0, 'a', 'b', 'c');
    await stage.send(1, 'a', 'b', 'c');
    const config = { ...cooperative, autoCommit: false };
    const a = await stage.consumer('a', config);
    await stage.pollAll([a], 2_000);
    const b = await stage.consumer('b', config);
    await stage.pollAll([a, b], 8_000);
    const [moved = -1] = partitionsOf(b);
    await stage.world.outcome(b.commitSync());
    await stage.world.outcome(a.commitSync([place(moved, 1)]).catch(() => undefined));
    const committed = stage.committed()[`orders-${moved}`];
    await stage.close();
    same('GRC-6 (zombie-commit)', committed, 3);
  },

  'GRN-5 zombie-commit: what is tried again in a later epoch is not committed once another member has it': async () => {
    let isLoading = true as boolean;
    const stage = await ConsumerStage.open('law-later-epoch', 2, (broker) =>
      alteredBroker(broker, {
        OffsetCommit: async ({ request, handle }) => {
          const isOld = request.topics[0]?.partitions[0]?.committedOffset === 1n;
          if (!isOld || !isLoading) return await handle();
          return refusedCommit(request, 'COORDINATOR_LOAD_IN_PROGRESS');
        },
      }),
    );
    await stage.send(0, 'a', 'b', 'c');
    await stage.send(1, 'a', 'b', 'c');
    const config = { ...kip848, autoCommit: false, retry: { retries: 200, initialRetryTime: 300, maxRetryTime: 300 } };
    const a = await stage.consumer('a', config);
    await stage.pollAll([a], 4_000);
    const committing = a.commitSync([place(0, 1), place(1, 1)]).then(
      () => 'stored',
      (error: unknown) => (error as KafkaError).code,
    );
    const b = await stage.consumer('b', config);
    await stage.pollAll([a, b], 15_000);
    const [moved = -1] = partitionsOf(b);
    await stage.world.outcome(b.commitSync());
    isLoading = false;
    const outcome = await stage.world.outcome(committing);
    const committed = stage.committed()[`orders-${moved}`];
    await stage.close();
    same('GRN-5 (zombie-commit)', [outcome, committed], ['ILLEGAL_GENERATION', 3]);
  },

  'GRC-4 start-mismatch: what is paused and resumed before its offset is known begins at the commit': async () => {
    const stage = await ConsumerStage.open('law-45', 1);
    await stage.send(0, 'a', 'b', 'c');
    const first = await stage.consumer('first', { maxPollRecords: 2 });
    await stage.poll(first, 5_000);
    await stage.world.outcome(first.disconnect());
    const a = await stage.consumer('a', {}, null);
    await a.subscribe({
      topics: ['orders'],
      rebalanceListener: {
        onPartitionsAssigned: () => {
          a.pause([{ topic: 'orders' }]);
          a.resume([{ topic: 'orders' }]);
        },
      },
    });
    const read = await stage.poll(a, 5_000);
    await stage.close();
    same('GRC-4 (start-mismatch)', read, ['orders-0@2=c']);
  },

  'GRC-4 start-mismatch: a partition that went and came back is read from what its other owner committed': async () => {
    const stage = await ConsumerStage.open('law-46', 1);
    await stage.send(0, 'a', 'b');
    const a = await stage.consumer('a', { groupInstanceId: 'z' });
    await stage.pollAll([a], 2_000);
    // The static member that range puts first.
    const b = await stage.consumer('b', { groupInstanceId: 'a' });
    await stage.pollAll([a, b], 5_000);
    await stage.send(0, 'c', 'd');
    const [, others] = await stage.pollAll([a, b], 2_000);
    await stage.world.outcome(b.disconnect({ groupMembershipOperation: 'leave-group' }));
    const again = (await stage.pollAll([a], 5_000)).flat();
    await stage.close();
    same('GRC-4 (start-mismatch)', [others, again], [['orders-0@2=c', 'orders-0@3=d'], []]);
    same('GRC-6 (commit-regression)', stage.committed(), { 'orders-0': 4 });
  },

  'GRC-4 start-mismatch: a partition that is paused while it is away begins at the commit too': async () => {
    const stage = await ConsumerStage.open('law-52', 1);
    await stage.send(0, 'a', 'b');
    const a = await stage.consumer('a', { groupInstanceId: 'z', maxPollRecords: 1 });
    await stage.poll(a, 5_000);
    a.pause([{ topic: 'orders' }]);
    const b = await stage.consumer('b', { groupInstanceId: 'a' });
    const [, others] = await stage.pollAll([a, b], 8_000);
    await stage.world.outcome(b.disconnect({ groupMembershipOperation: 'leave-group' }));
    await stage.pollAll([a], 5_000);
    a.resume([{ topic: 'orders' }]);
    const again = (await stage.pollAll([a], 2_000)).flat();
    await stage.close();
    same('GRC-4 (start-mismatch)', [others, again], [['orders-0@1=b'], []]);
  },

  'GRC-4 start-mismatch: an error that passes resets no offset': async () => {
    let failures = 3;
    const stage = await ConsumerStage.open(
      'law-51',
      1,
      refusing('OffsetFetch', 'COORDINATOR_LOAD_IN_PROGRESS', () => failures-- > 0),
    );
    await stage.send(0, 'a', 'b', 'c');
    failures = 0;
    const first = await stage.consumer('first', { maxPollRecords: 2 });
    await stage.poll(first, 5_000);
    await stage.world.outcome(first.disconnect());
    failures = 3;
    const a = await stage.consumer('a');
    const read = await stage.poll(a, 20_000);
    await stage.close();
    same('GRC-4 (start-mismatch)', read, ['orders-0@2=c']);
  },

  'poll-order: a seek drops what is on its way': async () => {
    const stage = await ConsumerStage.open('law-49', 1);
    await stage.send(0, 'a', 'b', 'c', 'd');
    const a = await stage.consumer('a');
    await stage.pollAll([a], 2_000);
    const read: string[][] = [];
    for (let turn = 0; turn < 20; turn++) {
      a.seek(place(0, 1));
      // The fetch from 1 is on its way, or its answer is.
      await stage.poll(a, turn);
      a.seek(place(0, 3));
      read.push((await stage.pollAll([a], 1_000)).flat());
    }
    await stage.close();
    same('poll-order (nonmonotonic-poll)', read, Array<string[]>(20).fill(['orders-0@3=d']));
  },

  'poll-order: a pause in the midst of what was fetched skips nothing': async () => {
    const stage = await ConsumerStage.open('law-50', 1);
    await stage.send(0, 'a', 'b', 'c', 'd');
    const a = await stage.consumer('a', { maxPollRecords: 2 });
    const before = await stage.poll(a, 5_000);
    a.pause([{ topic: 'orders' }]);
    await stage.pollAll([a], 1_000);
    a.resume([{ topic: 'orders' }]);
    const after = await stage.poll(a, 5_000);
    await stage.close();
    same(
      'poll-order (poll-skip)',
      [before, after],
      [
        ['orders-0@0=a', 'orders-0@1=b'],
        ['orders-0@2=c', 'orders-0@3=d'],
      ],
    );
  },

  'poll-order: what concerns another topic moves no position': async () => {
    const stage = await ConsumerStage.open('law-55', 1);
    await stage.createTopic('payments', 1);
    await stage.send(0, 'a', 'b', 'c');
    await stage.sendTo('payments', 0, 'x', 'y');
    const a = await stage.consumer('a', { maxPollRecords: 1 }, { topics: ['orders', 'payments'] });
    const read = (await stage.pollAll([a], 2_000, 50)).flat();
    a.seek({ topic: 'payments', partition: 0, offset: '1' });
    const again = (await stage.pollAll([a], 2_000)).flat();
    await stage.close();
    same('poll-order (poll-skip)', [read.length, again], [5, ['payments-0@1=y']]);
    same('GRC-6', stage.committed(), { 'orders-0': 3, 'payments-0': 2 });
  },

  'L3 a commit that can not be stored does not keep the member from joining again': async () => {
    let isFailing = false;
    const stage = await ConsumerStage.open(
      'law-31',
      2,
      refusing('OffsetCommit', 'COORDINATOR_LOAD_IN_PROGRESS', () => isFailing),
    );
    await stage.send(0, 'a');
    const a = await stage.consumer('a', { ...eager, rebalanceTimeout: 30_000 });
    await stage.pollAll([a], 2_000);
    isFailing = true;
    const b = await stage.consumer('b', eager);
    await stage.pollAll([a, b], 40_000, 1_000);
    const shared = [partitionsOf(a).length, partitionsOf(b).length];
    isFailing = false;
    await stage.close();
    same('L3', shared, [1, 1]);
    same('L3', stage.of('member-left').filter(({ reason }) => reason !== 'left').length, 0);
  },

  'GRC-12 what answers an earlier generation changes nothing': async () => {
    const stage = await ConsumerStage.open('law-12', 1);
    const { timers } = stage.world.environment('m');
    const cluster = new Cluster(
      {
        environment: stage.world.environment('m'),
        network: stage.world.network('m'),
        clientId: 'm',
        requestTimeoutMs: 30_000,
        connectionTimeoutMs: 10_000,
        retry: {},
        logger: stage.kafka('m').logger(),
        lifetime: new Lifetime(timers),
        onRequest: () => undefined,
      },
      { allowAutoTopicCreation: false },
    );
    await stage.world.outcome(cluster.connect());
    let lost = 0;
    const host: MembershipHost = {
      owned: () => [],
      markLeaving: () => undefined,
      commitHandled: () => Promise.resolve(),
      revoke: () => Promise.resolve(),
      lose: () => {
        lost++;
      },
      isLossUntold: false,
      tellLost: () => Promise.resolve(),
      assign: () => Promise.resolve(),
      wake: () => undefined,
      fail: (error) => {
        throw error;
      },
    };
    const member = new ClassicMembership(new GroupCoordinator(cluster, 'g'), host, {
      assignors: [rangeAssignor],
      sessionTimeoutMs: 45_000,
      rebalanceTimeoutMs: 60_000,
      heartbeatIntervalMs: 3_000,
      groupInstanceId: null,
      rackId: null,
      loadTopics: () => Promise.resolve(['orders']),
      wants: () => true,
      partitionsOf: () => Promise.resolve(new Map([['orders', 1]])),
      onRebalance: () => undefined,
      onJoined: () => undefined,
      onHeartbeat: () => undefined,
    });
    const join = async (): Promise<Committer> => {
      await stage.world.outcome(member.turn());
      await stage.world.outcome(member.joined());
      await stage.world.outcome(member.turn());
      return member.committer();
    };
    const earlier = await join();
    member.rejoin('again');
    const now = await join();
    lost = 0;
    for (const error of ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION'] as const)
      await member.noteRefusal(error, earlier);
    const after = [member.isCertain, member.isTurnDue, lost, now.generationId - earlier.generationId];
    await member.noteRefusal('ILLEGAL_GENERATION', now);
    const itsOwn = [member.isCertain, member.isTurnDue, lost];
    member.close();
    await stage.world.outcome(member.leave('default', 'over'));
    cluster.disconnect(new KafkaError('BROKER_NOT_AVAILABLE', 'over'));
    await stage.close();
    same(
      'GRC-12',
      [after, itsOwn],
      [
        [true, false, 0, 1],
        [false, true, 1],
      ],
    );
  },

  'GRC-1 the zombie that wakes up has lost its partitions, and can commit nothing': async () => {
    for (const [name, config] of Object.entries({ eager, cooperative, kip848 })) {
      const stage = await ConsumerStage.open(`law-wake-${name}`, 2);
      await stage.send(0, 'a', 'b');
      await stage.send(1, 'a', 'b');
      const heard: string[] = [];
      const session = config === kip848 ? {} : { sessionTimeout: 10_000 };
      const common = { ...config, ...session, autoCommit: false };
      const a = await stage.consumer('a', common, { topics: ['orders'], rebalanceListener: notingListener(heard) });
      await stage.pollAll([a], 2_000);
      stage.world.freeze('a');
      const b = await stage.consumer('b', common);
      const [others = []] = await stage.pollAll([b], 90_000, 1_000);
      await stage.world.outcome(b.commitSync());
      same(`GRC-1 (${name})`, [others.length, stage.committed()], [4, { 'orders-0': 2, 'orders-1': 2 }]);
      stage.world.wake('a');
      // It goes on where it was: what it had in hand is done, and to be committed.
      const outcome = await stage.world.outcome(
        a.commitSync([place(0, 1), place(1, 1)]).catch((error: unknown) => (error as KafkaError).code),
      );
      await stage.pollAll([a, b], 15_000);
      const shared = [...partitionsOf(a), ...partitionsOf(b)].sort();
      await stage.close();
      same(
        `GRC-1 zombie-commit (${name})`,
        [typeof outcome, stage.committed()],
        ['string', { 'orders-0': 2, 'orders-1': 2 }],
      );
      same(`GRC-1 (${name})`, [heard[1], shared], ['lost orders-0 orders-1', [0, 1]]);
    }
  },

  'GRN-5 zombie-commit: a classic member whose session ends while its join can not get through learns it before it joins again':
    async () => {
      const stage = await ConsumerStage.open('law-return', 2);
      await stage.send(0, 'a', 'b');
      await stage.send(1, 'a', 'b');
      const heard: string[] = [];
      const common = { autoCommit: false };
      const b = await stage.consumer('b', { ...kip848, ...common });
      await stage.pollAll([b], 3_000);
      const a = await stage.consumer(
        'a',
        { ...cooperative, ...common, sessionTimeout: 10_000 },
        { topics: ['orders'], rebalanceListener: notingListener(heard) },
      );
      await stage.pollAll([a, b], 15_000);
      const [mine = -1] = partitionsOf(a);
      stage.world.cutOff('a');
      a.enforceRebalance();
      await stage.pollAll([a], 2_000);
      // The group of the consumer protocol gives its partition to the other, who gets further.
      await stage.pollAll([b], 30_000, 1_000);
      await stage.world.outcome(b.commitSync());
      const before = stage.committed();
      stage.world.heal('a');
      // Kafka takes it back under its old id (`classicGroupJoinToConsumerGroup`): the join alone does not tell it that it was out.
      await stage.world.advanceBy(5_000);
      const outcome = await stage.world.outcome(
        a.commitSync([place(mine, 1)]).catch((error: unknown) => (error as KafkaError).code),
      );
      await stage.pollAll([a, b], 30_000);
      const shared = [...partitionsOf(a), ...partitionsOf(b)].sort();
      await stage.close();
      same('GRN-5', [before, shared], [{ 'orders-0': 2, 'orders-1': 2 }, [0, 1]]);
      same('GRN-5 zombie-commit', [typeof outcome, stage.committed()], ['string', before]);
      const ofPartitions = heard.filter((what) => what.includes(' ')).slice(0, 2);
      same('GRN-5', ofPartitions, [`assigned orders-${mine}`, `lost orders-${mine}`]);
    },

  'a consumer that is slower than its session keeps its place, for heartbeats go on by themselves': async () => {
    for (const config of [{ ...eager, sessionTimeout: 6_000 }, kip848]) {
      const stage = await ConsumerStage.open('law-slow', 1);
      await stage.send(0, 'a', 'b');
      const handled: string[] = [];
      await runMember(stage, 'a', handled, 60_000, config);
      await stage.world.advanceBy(100_000);
      await stage.world.advanceBy(30_000);
      await stage.close();
      same('heartbeats', [handled, stage.committed()], [['0@0', '0@1'], { 'orders-0': 2 }]);
      same(
        'heartbeats',
        stage.of('member-left').map(({ reason }) => reason),
        ['left'],
      );
    }
  },

  'GRN-6 the coordinator that crashes between append and answer: commits, joins and heartbeats come through':
    async () => {
      const deaths = [
        ['OffsetCommit', eager],
        ['OffsetCommit', kip848],
        ['JoinGroup', cooperative],
        ['SyncGroup', cooperative],
        ['ConsumerGroupHeartbeat', kip848],
      ] as const;
      for (const [api, config] of deaths) {
        let isDead = false as boolean;
        const stage = await ConsumerStage.open(
          `law-dies-${api}`,
          2,
          dyingBroker(api, () => (isDead = true)),
        );
        await stage.send(0, 'a', 'b');
        await stage.send(1, 'a', 'b');
        const a = await stage.consumer('a', { ...config, autoCommitInterval: 500 });
        const read: string[] = [];
        let revive: Promise<void> | undefined;
        for (let turn = 0; turn < 60; turn++) {
          const polling = a.poll(500);
          await stage.world.runUntil(() => isDead, stage.world.now + 500);
          const mustRevive = isDead && revive === undefined;
          if (mustRevive) {
            await stage.world.crashBroker();
            revive = stage.startBroker();
            await revive;
          }
          for (const { partition, offset } of await stage.world.outcome(polling)) read.push(`${partition}@${offset}`);
        }
        await stage.close();
        same(`GRN-6 (${api})`, [isDead, read.sort()], [true, ['0@0', '0@1', '1@0', '1@1']]);
        same(`GRN-6 (${api})`, stage.committed(), { 'orders-0': 2, 'orders-1': 2 });
      }
    },
} satisfies Readonly<Record<string, () => Promise<void>>>;
