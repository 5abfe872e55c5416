import { Kafka } from '../../../../src/engine/client/kafka.js';
import { MemoryStorage } from '../../../../src/engine/environment/memory-storage.js';
import type { RecordedEvent } from '../../../../src/engine/environment/trace-events.js';
import { settle } from '../../../../src/engine/platform/node/settle.js';
import { World } from '../../../../src/engine/simulation/world.js';
import { KafkaStreams, type KafkaStreamsOptions } from '../../../../src/engine/streams/runtime/kafka-streams.js';
import type { StreamsConfig } from '../../../../src/engine/streams/streams-config.js';

export interface StoredRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
  readonly rawKey: Uint8Array;
  readonly rawValue: Uint8Array | null;
}

/** A world with the real broker in it, for instances of applications. */
export class StreamsStage {
  readonly storage = new MemoryStorage();
  readonly instances = new Map<string, KafkaStreams>();

  private constructor(readonly world: World) {}

  static async open(seed: string): Promise<StreamsStage> {
    const stage = new StreamsStage(new World({ seed, settle }));
    const storage = stage.world.storage(stage.storage);
    await stage.world.outcome(stage.world.startBroker({ storage, profile: 'test' }));
    return stage;
  }

  /** The broker is gone, and comes back with what was on its disk. */
  async restartBroker(): Promise<void> {
    await this.world.crashBroker();
    const storage = this.world.storage(this.storage);
    await this.world.outcome(this.world.startBroker({ storage, profile: 'test' }));
  }

  async createTopics(...topics: (readonly [topic: string, numPartitions: number])[]): Promise<void> {
    await this.#withAdmin((admin) =>
      admin.createTopics({
        // The records of tests are older than any retention.
        topics: topics.map(([topic, numPartitions]) => ({
          topic,
          numPartitions,
          configEntries: [{ name: 'retention.ms', value: '-1' }],
        })),
      }),
    );
  }

  /** The partitions of every topic that there is. */
  async topics(): Promise<Record<string, number>> {
    return await this.#withAdmin(async (admin) => {
      const { topics } = await admin.fetchTopicMetadata();
      return Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions.length]).sort());
    });
  }

  async send(
    topic: string,
    records: readonly { key?: string | null; value: string | null; timestamp: number; partition?: number }[],
  ): Promise<void> {
    const producer = this.#kafka('test-producer').producer({ lingerMs: 0 });
    await this.world.outcome(producer.connect());
    await this.world.outcome(producer.send({ topic, messages: records }));
    await this.world.outcome(producer.disconnect());
  }

  /** Everything that a topic holds, partition by partition. */
  async read(topic: string): Promise<StoredRecord[]> {
    const consumer = this.#kafka('test-consumer').consumer({ autoOffsetReset: 'earliest', maxPollRecords: 100_000 });
    await this.world.outcome(consumer.connect());
    const partitions = (await this.topics())[topic] ?? 0;
    const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
    consumer.assign(all);
    const ends = await this.world.outcome(consumer.endOffsets(all));
    const records: StoredRecord[] = [];
    const isDone = async (): Promise<boolean> => {
      for (const { partition, offset } of ends)
        if (Number(await this.world.outcome(consumer.position({ topic, partition }))) < Number(offset)) return false;
      return true;
    };
    while (!(await isDone()))
      for (const { partition, offset, key, value, timestamp } of await this.world.outcome(consumer.poll(1_000)))
        records.push({
          partition,
          offset: Number(offset),
          key: text(key),
          value: text(value),
          timestamp: Number(timestamp),
          rawKey: key ?? new Uint8Array(),
          rawValue: value,
        });
    await this.world.outcome(consumer.disconnect());
    return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  }

  /** Makes an instance; `start` it. Its clients are quick to find out that somebody is gone. */
  instance(
    clientId: string,
    topology: KafkaStreamsOptions['topology'],
    config: Partial<StreamsConfig> = {},
    options: Partial<Pick<KafkaStreamsOptions, 'storage' | 'clients'>> = {},
  ): KafkaStreams {
    const streams = new KafkaStreams(this.world.environment(clientId), {
      topology,
      kafka: (name) =>
        new Kafka(this.world.environment(clientId), { clientId: name, network: this.world.network(clientId) }),
      clientId,
      config: { 'application.id': 'app', 'commit.interval.ms': 200, 'poll.ms': 50, ...config },
      ...options,
      clients: {
        consumer: { sessionTimeout: 6_000, heartbeatInterval: 500 },
        producer: { lingerMs: 5 },
        ...options.clients,
      },
    });
    this.instances.set(clientId, streams);
    return streams;
  }

  async start(
    clientId: string,
    ...rest: Parameters<StreamsStage['instance']> extends [string, ...infer R] ? R : never
  ): Promise<KafkaStreams> {
    const streams = this.instance(clientId, ...rest);
    await this.world.outcome(streams.start());
    return streams;
  }

  /** Lets time go by until every instance runs and has nothing to do. */
  async rest(ms = 3_000): Promise<void> {
    const isAtRest = (): boolean => [...this.instances.values()].every(({ state }) => state === 'RUNNING');
    if (!(await this.world.runUntil(isAtRest, this.world.now + 60_000)))
      throw new Error(
        `Not at rest: ${[...this.instances].map(([name, { state, failure }]) => `${name} ${state} ${failure?.stack ?? ''}`).join(', ')}`,
      );
    await this.world.advanceBy(ms);
  }

  async close(clientId: string, leaves = true): Promise<void> {
    const streams = this.instances.get(clientId);
    this.instances.delete(clientId);
    if (streams !== undefined)
      await this.world.outcome(streams.close({ groupMembershipOperation: leaves ? 'leave-group' : 'remain-in-group' }));
  }

  async closeAll(): Promise<void> {
    for (const clientId of [...this.instances.keys()]) await this.close(clientId);
  }

  /** An instance is gone without a word. */
  crash(clientId: string): void {
    this.instances.delete(clientId);
    this.world.crash(clientId);
  }

  of<Kind extends RecordedEvent['kind']>(kind: Kind): Extract<RecordedEvent, { kind: Kind }>[] {
    return this.world.trace.filter((event): event is Extract<RecordedEvent, { kind: Kind }> => event.kind === kind);
  }

  /** Which instance runs which tasks now. */
  tasks(): Record<string, string[]> {
    return Object.fromEntries(
      [...this.instances].map(([name, streams]) => [
        name,
        streams
          .localTasks()
          .filter(({ role }) => role === 'active')
          .map(({ taskId }) => taskId)
          .sort(),
      ]),
    );
  }

  #kafka(clientId: string): Kafka {
    return new Kafka(this.world.environment(clientId), { clientId, network: this.world.network(clientId) });
  }

  async #withAdmin<Value>(work: (admin: ReturnType<Kafka['admin']>) => Promise<Value>): Promise<Value> {
    const admin = this.#kafka('test-admin').admin();
    await this.world.outcome(admin.connect());
    const value = await this.world.outcome(work(admin));
    await this.world.outcome(admin.disconnect());
    return value;
  }
}

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : new TextDecoder().decode(bytes);
}
