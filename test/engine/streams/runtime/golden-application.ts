import { Kafka } from '../../../../src/engine/client/kafka.js';
import type { Producer } from '../../../../src/engine/client/producer.js';
import { MemoryStorage } from '../../../../src/engine/environment/memory-storage.js';
import { settle } from '../../../../src/engine/platform/node/settle.js';
import { World } from '../../../../src/engine/simulation/world.js';
import { KafkaStreams } from '../../../../src/engine/streams/runtime/kafka-streams.js';
import { headersOfMessage } from '../../../../src/engine/streams/runtime/consumed-record.js';
import type { ProducedRecord } from '../../../../src/engine/streams/task/raw-record.js';
import type { RecordedOutput, StreamsCase } from '../golden-case.js';
import { configOf, inputBytes, outputRows } from '../golden-player.js';
import { buildProgram, type GoldenProgram } from '../golden-program.js';

const longestMs = 60_000;

/** What each topic for others than the application got, in order. */
export type TopicOutputs = Readonly<Record<string, readonly RecordedOutput[]>>;

/**
 * Plays the input of a recorded program through the real runtime on a simulated broker, every topic with one partition: each input is sent when everything that
 * followed from the one before is processed and committed.
 */
export async function playApplication(
  recorded: StreamsCase,
): Promise<{ readonly output: TopicOutputs; readonly failure: Error | null }> {
  const stage = await GoldenStage.open(recorded);
  const failure = await stage.playAll(recorded);
  const output = await stage.read();
  return { output, failure };
}

/** The recorded output, topic by topic. */
export function recordedByTopic({ beforeInput = [], output = [] }: StreamsCase): TopicOutputs {
  return byTopic([beforeInput, ...output].flat());
}

function byTopic(rows: readonly RecordedOutput[]): TopicOutputs {
  const topics = [...new Set(rows.map(({ topic }) => topic))].sort();
  return Object.fromEntries(topics.map((topic) => [topic, rows.filter((row) => row.topic === topic)]));
}

class GoldenStage {
  readonly #world: World;
  readonly #program: GoldenProgram;
  readonly #streams: KafkaStreams;
  readonly #producer: Producer;
  /** By partition: how far it is written, and how far its group has committed. */
  readonly #ends = new Map<string, number>();
  readonly #committed = new Map<string, number>();
  readonly #read: ReadonlySet<string>;
  #seen = 0;

  private constructor(
    world: World,
    program: GoldenProgram,
    streams: KafkaStreams,
    producer: Producer,
    read: ReadonlySet<string>,
  ) {
    this.#world = world;
    this.#program = program;
    this.#streams = streams;
    this.#producer = producer;
    this.#read = read;
  }

  static async open(recorded: StreamsCase): Promise<GoldenStage> {
    // With more partitions each has a time of its own, which the driver's one task has not.
    const topology = recorded.topology.map((each) => ({ ...each, ...(each.partitions && { partitions: 1 }) }));
    const program = buildProgram({ ...recorded, topology });
    const world = new World({ seed: recorded.name, settle, startMs: recorded.config.wallClockStart });
    await world.outcome(world.startBroker({ storage: new MemoryStorage(), profile: 'test' }));
    const kafka = new Kafka(world.environment('test'), { clientId: 'test', network: world.network('test') });
    const admin = kafka.admin();
    await world.outcome(admin.connect());
    const built = program.topology.build('app');
    const sources = built.subTopologies.flatMap(({ sourceTopics }) => sourceTopics);
    const external = [
      ...sources,
      ...(built.global?.sourceTopics ?? []),
      ...program.serdesOf.keys(),
      ...(recorded.input ?? []).flatMap(({ topic }) => topic ?? []),
      ...(recorded.config.deadLetterTopic === undefined ? [] : [recorded.config.deadLetterTopic]),
    ].filter((topic) => !topic.startsWith('app-'));
    await world.outcome(
      admin.createTopics({
        topics: [...new Set(external)].map((topic) => ({
          topic,
          numPartitions: 1,
          configEntries: [{ name: 'retention.ms', value: '-1' }],
        })),
      }),
    );
    await world.outcome(admin.disconnect());
    const producer = kafka.producer({ lingerMs: 0 });
    await world.outcome(producer.connect());
    const streams = new KafkaStreams(world.environment('app'), {
      topology: built,
      kafka: (clientId) => new Kafka(world.environment('app'), { clientId, network: world.network('app') }),
      clientId: 'app',
      config: { ...configOf(recorded), 'commit.interval.ms': 0, 'poll.ms': 20 },
      clients: {
        // As in the driver, what caches hold back goes out after each record.
        consumer: { maxWaitTimeInMs: 20, maxPollRecords: 1 },
        globalConsumer: { maxWaitTimeInMs: 20 },
        producer: { lingerMs: 0 },
      },
    });
    await world.outcome(streams.start());
    const isUp = await world.runUntil(() => streams.state === 'RUNNING', world.now + longestMs);
    if (!isUp) throw new Error(`The application did not come up: ${streams.state}`, { cause: streams.failure });
    return new GoldenStage(
      world,
      program,
      streams,
      producer,
      new Set(
        external.filter((topic) => !built.global?.sourceTopics.includes(topic)).filter((topic) => isRead(built, topic)),
      ),
    );
  }

  /** Gives what the application failed with. */
  async playAll(recorded: StreamsCase): Promise<Error | null> {
    for (const input of recorded.input ?? []) {
      if (input.advanceWallClock !== undefined) {
        await this.#world.advanceBy(input.advanceWallClock);
        continue;
      }
      const topic = input.topic ?? '';
      const { key, value, headers } = inputBytes(this.#program, input);
      const [sent] = await this.#world.outcome(
        this.#producer.send({
          topic,
          messages: [
            {
              key,
              value,
              timestamp: input.timestamp,
              headers: Object.fromEntries(headers) as Record<string, Uint8Array>,
            },
          ],
        }),
      );
      this.#inputs.add(`${topic}@${sent?.baseOffset ?? ''}`);
      await this.#drain(topic);
      if (this.#streams.state !== 'RUNNING') return this.#streams.failure;
    }
    return null;
  }

  async read(): Promise<TopicOutputs> {
    const kafka = new Kafka(this.#world.environment('test'), {
      clientId: 'test',
      network: this.#world.network('test'),
    });
    const topics = [...this.#ends.keys()].filter((topic) => !topic.startsWith('app-') && !topic.startsWith('__'));
    const consumer = kafka.consumer({ autoOffsetReset: 'earliest', maxPollRecords: 100_000 });
    await this.#world.outcome(consumer.connect());
    const partitions = topics.map((topic) => ({ topic, partition: 0 }));
    consumer.assign(partitions);
    const found: ProducedRecord[] = [];
    let left = topics.reduce((sum, topic) => sum + (this.#ends.get(topic) ?? 0), 0);
    while (left > 0)
      for (const record of await this.#world.outcome(consumer.poll(1_000))) {
        left -= 1;
        const { topic, key, value, timestamp, headers, offset } = record;
        if (this.#inputs.has(`${topic}@${offset}`)) continue;
        const content = { key, value, timestamp: Number(timestamp), headers: headersOfMessage(headers) };
        found.push({ topic, partition: 0, node: null, ...content });
      }
    return byTopic(outputRows(this.#program, found));
  }

  /** What the test itself has written, as `topic@offset`. */
  readonly #inputs = new Set<string>();

  /** Until everything that is written to what the application reads is committed. */
  async #drain(topic: string): Promise<void> {
    const isDone = (): boolean => {
      this.#look();
      if (this.#streams.state === 'ERROR') return true;
      return [...this.#ends].every(([name, end]) => !this.#isRead(name) || this.#committed.get(name) === end);
    };
    if (!this.#isRead(topic)) {
      // Only global tables read it: nothing tells that they have.
      await this.#world.advanceBy(100);
      return;
    }
    if (!(await this.#world.runUntil(isDone, this.#world.now + longestMs)))
      throw new Error(
        `${topic} was not processed: ${JSON.stringify([...this.#ends])} ${JSON.stringify([...this.#committed])}`,
      );
  }

  #isRead(topic: string): boolean {
    return this.#read.has(topic) || topic.endsWith('-repartition') || topic.endsWith('-topic');
  }

  #look(): void {
    const { trace } = this.#world;
    for (; this.#seen < trace.length; this.#seen += 1) {
      const event = trace[this.#seen];
      if (event?.kind === 'batch-appended') this.#ends.set(event.topic, event.lastOffset + 1);
      if (event?.kind === 'offset-committed') this.#committed.set(event.topic, event.offset);
    }
  }
}

function isRead({ subTopologies }: ReturnType<GoldenProgram['topology']['build']>, topic: string): boolean {
  return subTopologies.some(
    ({ sourceTopics, nodes }) =>
      sourceTopics.includes(topic) ||
      nodes.some((node) => node.kind === 'source' && node.topics instanceof RegExp && node.topics.test(topic)),
  );
}
