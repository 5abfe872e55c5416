import { Kafka } from '../../src/engine/client/kafka.js';
import type { ConsumerConfig } from '../../src/engine/client/consumer-config.js';
import type { Consumer } from '../../src/engine/client/consumer.js';
import type { Producer, ProducerConfig } from '../../src/engine/client/producer.js';
import { sleep } from '../../src/engine/environment/environment.js';
import { MemoryStorage } from '../../src/engine/environment/memory-storage.js';
import type { Storage } from '../../src/engine/environment/storage.js';
import type { RecordedEvent } from '../../src/engine/environment/trace-events.js';
import { HistoryRecorder, type HistoryProcess } from '../../src/engine/history/history-recorder.js';
import type { History } from '../../src/engine/history/history.js';
import { settle } from '../../src/engine/platform/node/settle.js';
import type { RequestHandler } from '../../src/engine/protocol/connection.js';
import { World } from '../../src/engine/simulation/world.js';
import type { Disturbance, GroupPlan } from './group-plan.js';
import { RestWatch } from './rest-watch.js';

/** What may be another in a run: how members commit, and, to break a rule on purpose, the broker or the partitioner. */
export interface Variation {
  /** Whether a member commits a record before it processes it or after. */
  readonly commits?: 'before-processing' | 'after-processing';
  readonly broker?: (broker: RequestHandler) => RequestHandler;
  /** Whether members have handlers called, and commit by hand, or poll, and let the consumer commit by itself. */
  readonly reads?: 'handlers' | 'polls';
  /** Settings of the members besides the usual ones; of classic groups if absent. */
  readonly consumer?: Partial<ConsumerConfig>;
  readonly partitioner?: ProducerConfig['createPartitioner'];
  /** Makes what the broker writes to; memory when absent. */
  readonly storage?: () => Storage;
}

/** One record in one member's hands, as far as it came. */
export interface Processing {
  readonly value: number;
  /** `partition@offset`: a value that was stored twice is two records. */
  readonly place: string;
  readonly key: string;
  readonly member: string;
  readonly beganAtMs: number;
  readonly finishedAtMs: number | undefined;
}

/** What a run came to. */
export interface GroupRun {
  readonly plan: GroupPlan;
  readonly history: History;
  readonly trace: readonly RecordedEvent[];
  /** In the order in which processing began. */
  readonly processings: readonly Processing[];
  /** The members that were there at the end, and what the group should share among them. */
  readonly membersAtRest: readonly string[];
  readonly partitions: readonly string[];
  /** Whether the group had read everything when the run ended. */
  readonly caughtUp: boolean;
  readonly values: readonly number[];
}

const topic = 'orders';
const group = 'group';
/** Long enough for sessions to expire, members to find their coordinator again and the group to read the rest. */
const longestQuietMs = 180_000;

/** Carries out a plan in a world of its own, then heals everything, lets the group come to rest and reads the topic once more from the start. */
export async function runPlan(plan: GroupPlan, variation: Variation = {}): Promise<GroupRun> {
  return await new Run(plan, variation).play();
}

class Run {
  private readonly world: World;
  private storage: Storage;
  private readonly recorder: HistoryRecorder;
  private readonly rest: RestWatch;
  private readonly members = new Map<string, Consumer>();
  private readonly processings: { -readonly [Field in keyof Processing]: Processing[Field] }[] = [];
  private readonly acknowledged = new Set<number>();
  private born = 0;

  constructor(
    private readonly plan: GroupPlan,
    private readonly variation: Variation,
  ) {
    this.world = new World({ seed: plan.seed, settle });
    this.storage = variation.storage?.() ?? new MemoryStorage();
    const isClassic = variation.consumer?.groupProtocol !== 'consumer';
    this.rest = new RestWatch(group, topic, this.world.trace, isClassic);
    const clock = this.world.environment('history').clock;
    this.recorder = new HistoryRecorder(clock, this.world.trace, {
      h1: 1,
      seed: plan.seed,
      profile: 'group-plan',
      iso: 'ru',
      mode: 'subscribe',
      durability: 'strict',
      backend: 'sim',
      opts: { partitions: plan.partitions, members: plan.members },
      idempotent: true,
    });
  }

  async play(): Promise<GroupRun> {
    const { world, plan } = this;
    await world.outcome(this.startBroker());
    await world.outcome(this.createTopic());
    const producer = this.client('producer').producer({
      lingerMs: 0,
      ...(this.variation.partitioner === undefined ? {} : { createPartitioner: this.variation.partitioner }),
    });
    await world.outcome(producer.connect());
    for (let member = 0; member < plan.members; member++) this.addMember();
    this.sendAll(producer);
    for (const disturbance of plan.disturbances) {
      await world.advanceBy(disturbance.afterMs);
      await this.disturb(disturbance);
    }
    if (this.members.size === 0) this.addMember();
    const disturbedAtMs = world.now;
    const caughtUp = await world.runUntil(
      () =>
        this.acknowledged.size === plan.keys.length &&
        this.rest.isAtRest(world.now, disturbedAtMs, this.members.keys()),
      world.now + longestQuietMs,
    );
    const membersAtRest = [...this.members.keys()];
    if (caughtUp) await this.readOnceMore();
    return {
      plan,
      history: this.recorder.history(),
      trace: world.trace,
      processings: this.processings,
      membersAtRest,
      partitions: this.partitionNumbers.map((partition) => this.recorder.partition(topic, partition)),
      caughtUp,
      values: plan.keys.map((_, value) => value),
    };
  }

  private get partitionNumbers(): readonly number[] {
    return Array.from({ length: this.plan.partitions }, (_, partition) => partition);
  }

  private async startBroker(): Promise<void> {
    const storage = this.world.storage(this.storage);
    const config = {
      'group.consumer.min.session.timeout.ms': 6000,
      'group.consumer.session.timeout.ms': 6000,
      'group.consumer.min.heartbeat.interval.ms': 2000,
      'group.consumer.heartbeat.interval.ms': 2000,
    };
    await this.world.startBroker({ storage, profile: 'test', config }, this.variation.broker);
  }

  private client(clientId: string): Kafka {
    const retry = { retries: 1000, maxRetryTime: 1000 };
    return new Kafka(this.world.environment(clientId), { clientId, network: this.world.network(clientId), retry });
  }

  private async createTopic(): Promise<void> {
    const admin = this.client('admin').admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: this.plan.partitions }] });
    await admin.disconnect();
  }

  private sendAll(producer: Producer): void {
    const { timers } = this.world.environment('script');
    const history = this.recorder.process('producer');
    this.plan.keys.forEach((key, value) => {
      timers.set(value * this.plan.intervalMs, () => this.world.watch(this.send(producer, history, key, value)));
    });
  }

  /** Where the producer puts a record is known when it is acknowledged; so the whole send is told then. The script knows its sequence anyway. */
  private async send(producer: Producer, history: HistoryProcess, key: string, value: number): Promise<void> {
    const [stored] = await producer.send({ topic, messages: [{ key, value: String(value) }] });
    if (stored === undefined) throw new Error(`The acknowledgement of value ${value} names no partition.`);
    const tp = this.recorder.partition(topic, stored.partition);
    history.point({ f: 'send', tp, v: value, k: key, off: Number(stored.baseOffset) });
    this.acknowledged.add(value);
  }

  private addMember(): void {
    const number = this.born++;
    const id = `member-${number}`;
    const isConsumerProtocol = this.variation.consumer?.groupProtocol === 'consumer';
    const consumer = this.client(id).consumer({
      groupId: group,
      autoOffsetReset: 'earliest',
      // The broker says it to members of the consumer protocol.
      ...(isConsumerProtocol ? {} : { sessionTimeout: 6000, heartbeatInterval: 2000 }),
      maxWaitTimeInMs: 2000,
      ...this.variation.consumer,
    });
    this.members.set(id, consumer);
    const handlingMs = this.plan.handlingMs[number % this.plan.handlingMs.length] ?? 0;
    this.world.watch(
      (this.variation.reads === 'polls' ? this.pollMember : this.runMember)
        .call(this, id, consumer, handlingMs)
        .catch((error: unknown) => {
          // Who is stopped while it connects is told so.
          if (this.members.has(id)) throw error;
        }),
    );
  }

  private async runMember(id: string, consumer: Consumer, handlingMs: number): Promise<void> {
    const { clock, timers } = this.world.environment(id);
    const history = this.recorder.process(id);
    await consumer.connect();
    await consumer.subscribe({ topics: [topic] });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        const value = Number(new TextDecoder().decode(message.value ?? new Uint8Array()));
        const key = new TextDecoder().decode(message.key ?? new Uint8Array());
        const tp = this.recorder.partition(topic, partition);
        const offset = Number(message.offset);
        history.point({ f: 'poll', g: group, recs: [[tp, offset, value]] });
        const commit = async (): Promise<boolean> => {
          const offsets = [{ topic, partition, offset: String(offset + 1) }];
          const fact = { f: 'commit' as const, g: group, offs: { [tp]: offset + 1 } };
          return await history
            .operation(fact, () => consumer.commitOffsets(offsets))
            .then(
              () => true,
              () => false,
            );
        };
        if (this.commitsFirst && !(await commit())) return;
        const processing = {
          value,
          place: `${partition}@${offset}`,
          key,
          member: id,
          beganAtMs: clock.now(),
          finishedAtMs: undefined as number | undefined,
        };
        this.processings.push(processing);
        await sleep(timers, handlingMs);
        processing.finishedAtMs = clock.now();
        if (!this.commitsFirst) await commit();
      },
    });
  }

  private async pollMember(id: string, consumer: Consumer, handlingMs: number): Promise<void> {
    const { clock, timers } = this.world.environment(id);
    const history = this.recorder.process(id);
    await consumer.connect();
    await consumer.subscribe({ topics: [topic] });
    while (this.members.get(id) === consumer) {
      const records = (await consumer.poll(500)).map(({ partition, offset, value, key }) => ({
        partition,
        offset: Number(offset),
        value: Number(new TextDecoder().decode(value ?? new Uint8Array())),
        key: new TextDecoder().decode(key ?? new Uint8Array()),
      }));
      if (records.length === 0) continue;
      const recs = records.map(
        ({ partition, offset, value }) => [this.recorder.partition(topic, partition), offset, value] as const,
      );
      history.point({ f: 'poll', g: group, recs });
      for (const { partition, offset, value, key } of records) {
        const place = `${partition}@${offset}`;
        const beganAtMs = clock.now();
        const processing = { value, place, key, member: id, beganAtMs, finishedAtMs: undefined as number | undefined };
        this.processings.push(processing);
        await sleep(timers, handlingMs);
        processing.finishedAtMs = clock.now();
      }
    }
    await consumer.disconnect();
  }

  private get commitsFirst(): boolean {
    return this.variation.commits === 'before-processing';
  }

  private async disturb(disturbance: Disturbance): Promise<void> {
    const { world } = this;
    const ids = [...this.members.keys()];
    const id = ids[disturbance.which % ids.length];
    if (disturbance.kind === 'add-member') return this.addMember();
    if (disturbance.kind === 'crash-broker') {
      await world.crashBroker();
      this.cutPower();
      return await world.outcome(this.startBroker());
    }
    if (id === undefined) return;
    switch (disturbance.kind) {
      case 'stop-member':
        // Whoever polls has what it got in hand still, and goes when it is done with that.
        if (this.variation.reads !== 'polls') world.watch((this.members.get(id) as Consumer).disconnect());
        this.members.delete(id);
        break;
      case 'crash-member':
        world.crash(id);
        this.members.delete(id);
        break;
      case 'drop-connections':
        world.dropConnections(id);
        break;
      case 'cut-off':
        world.cutOff(id);
        world.environment('script').timers.set(disturbance.lengthMs, () => world.heal(id));
        break;
    }
  }

  /** What was written without being strict may be gone, or torn. */
  private cutPower(): void {
    if (!(this.storage instanceof MemoryStorage)) return;
    const random = this.world.environment('power').random;
    this.storage = new MemoryStorage({ disk: this.storage.disk.afterCrash(random, 'power') });
  }

  /** The closing phase: a group that was never there reads every partition to its end. */
  private async readOnceMore(): Promise<void> {
    const { world } = this;
    const reader = this.client('closing').consumer({ groupId: 'closing', autoOffsetReset: 'earliest' });
    const history = this.recorder.process('closing');
    const ends = await world.outcome(this.endOffsets());
    let read = 0;
    const due = [...ends.values()].reduce((sum, end) => sum + end, 0);
    const from = Object.fromEntries(
      [...ends.keys()].map((partition) => [this.recorder.partition(topic, partition), 0]),
    );
    const running = (async () => {
      await reader.connect();
      await reader.subscribe({ topics: [topic] });
      await reader.run({
        autoCommit: false,
        eachMessage: ({ partition, message }) => {
          const value = Number(new TextDecoder().decode(message.value ?? new Uint8Array()));
          const recs = [[this.recorder.partition(topic, partition), Number(message.offset), value]] as const;
          history.point({ f: 'poll', g: 'closing', recs });
          read++;
          return Promise.resolve();
        },
      });
    })();
    world.watch(running);
    await world.runUntil(() => read >= due, world.now + 60_000);
    history.point({ f: 'poll', g: 'closing', final: true, from, recs: [] });
  }

  private async endOffsets(): Promise<ReadonlyMap<number, number>> {
    const admin = this.client('admin').admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  }
}
