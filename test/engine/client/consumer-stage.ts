import type { ConsumerConfig } from '../../../src/engine/client/consumer-config.js';
import type { Consumer, ConsumerSubscribe } from '../../../src/engine/client/consumer.js';
import { Kafka } from '../../../src/engine/client/kafka.js';
import type { RebalanceListener } from '../../../src/engine/client/rebalance-listener.js';
import type { ConsumerRecord } from '../../../src/engine/client/record-stream.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { Millis } from '../../../src/engine/environment/environment.js';
import type { RecordedEvent } from '../../../src/engine/environment/trace-events.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import type { RequestHandler } from '../../../src/engine/protocol/connection.js';
import { World } from '../../../src/engine/simulation/world.js';

/** A world with the real broker in it, for consumers that are polled. */
export class ConsumerStage {
  readonly storage = new MemoryStorage();
  readonly #consumers: Consumer[] = [];

  private constructor(
    readonly world: World,
    private readonly around: ((broker: RequestHandler) => RequestHandler) | undefined,
  ) {}

  static async open(
    seed: string,
    partitions: number,
    around?: (broker: RequestHandler) => RequestHandler,
  ): Promise<ConsumerStage> {
    const stage = new ConsumerStage(new World({ seed, settle }), around);
    await stage.startBroker();
    await stage.createTopic('orders', partitions);
    return stage;
  }

  async startBroker(): Promise<void> {
    const storage = this.world.storage(this.storage);
    await this.world.outcome(this.world.startBroker({ storage, profile: 'test' }, this.around));
  }

  async createTopic(topic: string, numPartitions: number): Promise<void> {
    const admin = this.kafka('admin').admin();
    await this.world.outcome(admin.connect());
    await this.world.outcome(admin.createTopics({ topics: [{ topic, numPartitions }] }));
    await this.world.outcome(admin.disconnect());
  }

  kafka(clientId: string): Kafka {
    return new Kafka(this.world.environment(clientId), { clientId, network: this.world.network(clientId) });
  }

  /** Puts records into a partition of `orders`, with these values. */
  async send(partition: number, ...values: readonly string[]): Promise<void> {
    await this.sendTo('orders', partition, ...values);
  }

  async sendTo(topic: string, partition: number, ...values: readonly string[]): Promise<void> {
    const producer = this.kafka('producer').producer({ lingerMs: 0 });
    const timestamp = String(this.world.now);
    await this.world.outcome(producer.connect());
    await this.world.outcome(
      producer.send({ topic, messages: values.map((value) => ({ value, partition, timestamp })) }),
    );
    await this.world.outcome(producer.disconnect());
  }

  /** A consumer of `orders` in group `g`, subscribed and not polled yet. */
  async consumer(
    clientId: string,
    config: Partial<ConsumerConfig> = {},
    subscribe: ConsumerSubscribe | null = { topics: ['orders'] },
  ): Promise<Consumer> {
    const classic = config.groupProtocol === 'consumer' ? {} : { heartbeatInterval: 500 };
    const consumer = this.kafka(clientId).consumer({
      groupId: 'g',
      autoOffsetReset: 'earliest',
      ...classic,
      ...config,
    });
    this.#consumers.push(consumer);
    await this.world.outcome(consumer.connect());
    if (subscribe !== null) await consumer.subscribe(subscribe);
    return consumer;
  }

  /** One poll, and what it returned as `topic-partition@offset=value`. */
  async poll(consumer: Consumer, timeoutMs: Millis = 1_000): Promise<string[]> {
    return namesOf(await this.world.outcome(consumer.poll(timeoutMs)));
  }

  /** Polls these consumers in turn, each for `everyMs`, for so long. Gives what each got. */
  async pollAll(consumers: readonly Consumer[], forMs: Millis, everyMs: Millis = 200): Promise<string[][]> {
    const got = consumers.map((): string[] => []);
    const untilMs = this.world.now + forMs;
    while (this.world.now < untilMs) {
      const polls = consumers.map((consumer) => consumer.poll(everyMs));
      (await this.world.outcome(Promise.all(polls))).forEach((records, at) => got[at]?.push(...namesOf(records)));
    }
    return got;
  }

  of<Kind extends RecordedEvent['kind']>(kind: Kind): Extract<RecordedEvent, { kind: Kind }>[] {
    return this.world.trace.filter((event): event is Extract<RecordedEvent, { kind: Kind }> => event.kind === kind);
  }

  /** What the broker has committed for the group, by `topic-partition`. */
  committed(): Record<string, number> {
    const committed: Record<string, number> = {};
    for (const { topic, partition, offset } of this.of('offset-committed')) committed[`${topic}-${partition}`] = offset;
    return committed;
  }

  async close(): Promise<void> {
    for (const consumer of this.#consumers) await this.world.outcome(consumer.disconnect());
  }
}

/** Notes what a listener hears, as `assigned orders-0 orders-1`. */
export function notingListener(into: string[]): Required<RebalanceListener> {
  const note =
    (what: string) =>
    (partitions: readonly { readonly topic: string; readonly partition: number }[]): void => {
      into.push([what, ...partitions.map(({ topic, partition }) => `${topic}-${partition}`)].join(' '));
    };
  return {
    onPartitionsAssigned: note('assigned'),
    onPartitionsRevoked: note('revoked'),
    onPartitionsLost: note('lost'),
  };
}

/** The partitions of `orders` that a consumer has. */
export function partitionsOf(consumer: Consumer): number[] {
  return consumer
    .assignment()
    .map(({ partition }) => partition)
    .sort((a, b) => a - b);
}

function namesOf(records: readonly ConsumerRecord[]): string[] {
  return records.map(
    ({ topic, partition, offset, value }) =>
      `${topic}-${partition}@${offset}=${new TextDecoder().decode(value ?? new Uint8Array(0))}`,
  );
}
