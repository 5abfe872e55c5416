import type { Serde } from '../serdes.js';
import { RecordCache } from '../state/record-cache.js';
import type {
  KeyValueStore,
  SessionStore,
  StateStore,
  TimestampedKeyValueStore,
  TimestampedWindowStore,
  VersionedKeyValueStore,
  WindowStore,
} from '../state/state-store.js';
import { checkConfig, type StreamsConfig } from '../streams-config.js';
import { StreamsError } from '../streams-error.js';
import { GlobalTask } from '../task/global-task.js';
import type { ProducedRecord, RawRecord } from '../task/raw-record.js';
import { matchesWhole, StreamTask } from '../task/stream-task.js';
import type { TaskMetricValues } from '../task/task-metrics.js';
import type { TaskObserver } from '../task/task-observer.js';
import type { BuiltTopology } from '../topology/topology-node.js';
import { ProducedRecords } from './produced-records.js';
import { TestInputTopic, type TestInputTopicOptions } from './test-input-topic.js';
import { TestOutputTopic } from './test-output-topic.js';
import { VirtualClock } from './virtual-clock.js';
import { wholeTopology } from './whole-topology.js';

/** A topology, or what makes one for an application. */
export type TestedTopology = BuiltTopology | { build(applicationId: string): BuiltTopology };

export interface TopologyTestDriverOptions {
  /** Where the clock stands; 0 by default. */
  readonly initialWallClockTimeMs?: number;
  readonly observer?: TaskObserver;
}

const cacheBytesByDefault = 10 * 1024 * 1024;

/**
 * Runs a topology without a broker, in virtual time (Kafka's `TopologyTestDriver`): a record that is piped in is processed at once, with everything that
 * follows from it. The whole topology is one task of partition 0; what goes to repartition topics, or to topics that are read again, comes back at once.
 * It commits after each record, so that caches hold nothing back beyond it.
 *
 * ```ts
 * const driver = new TopologyTestDriver(topology, { 'application.id': 'word-count' });
 * const lines = driver.createInputTopic('lines', Serdes.string, Serdes.string);
 * const counts = driver.createOutputTopic('counts', Serdes.string, Serdes.long);
 * lines.pipeInput(null, 'to be or not to be', 0);
 * counts.readKeyValuesToMap(); // to → 2n, be → 2n, …
 * driver.close();
 * ```
 */
export class TopologyTestDriver {
  readonly #clock: VirtualClock;
  readonly #startMs: number;
  readonly #task: StreamTask;
  readonly #global: GlobalTask | null;
  readonly #globalTopics: ReadonlySet<string>;
  readonly #patterns: readonly RegExp[];
  readonly #produced = new ProducedRecords();
  readonly #offsets = new Map<string, number>();
  readonly #isWanted = (topic: string) => this.#isRead(topic) || this.#globalTopics.has(topic);

  /** @throws StreamsError if the topology cannot be built or its processors cannot be initialized */
  constructor(topology: TestedTopology, config: StreamsConfig, options: TopologyTestDriverOptions = {}) {
    checkConfig(config);
    const built = 'build' in topology ? topology.build(config['application.id']) : topology;
    const { observer, initialWallClockTimeMs = 0 } = options;
    this.#startMs = initialWallClockTimeMs;
    this.#clock = new VirtualClock(initialWallClockTimeMs);
    const clock = this.#clock;
    this.#globalTopics = new Set(built.global?.sourceTopics);
    const cacheBytes = config['statestore.cache.max.bytes'] ?? cacheBytesByDefault;
    const cache = cacheBytes > 0 ? new RecordCache(cacheBytes) : null;
    this.#global = built.global && new GlobalTask({ topology: built.global, config, clock, observer, cache });
    this.#global?.start();
    const whole = wholeTopology(built);
    const sources = whole.nodes.filter((node) => node.kind === 'source');
    const named = sources.flatMap(({ topics }) => (topics instanceof RegExp ? [] : topics));
    this.#patterns = sources.flatMap(({ topics }) => (topics instanceof RegExp ? [topics] : []));
    this.#task = new StreamTask({
      taskId: '0_0',
      partition: 0,
      topology: whole,
      topics: [...new Set(named)],
      config,
      clock,
      output: this.#produced,
      globalStores: this.#global?.stores ?? new Map(),
      cache,
      observer,
    });
    this.#task.openStores();
    this.#task.start();
    // There is no broker that could have more.
    for (const topic of this.#task.topics) this.#task.setLag(topic, 0);
    this.#work();
  }

  /** @throws StreamsError IllegalArgumentException, when it is piped to, if the topology does not read the topic */
  createInputTopic<K, V>(
    topic: string,
    keySerde: Serde<K>,
    valueSerde: Serde<V>,
    { startTimestamp = this.#startMs, autoAdvance = 0 }: TestInputTopicOptions = {},
  ): TestInputTopic<K, V> {
    const serdes = { key: keySerde, value: valueSerde };
    return new TestInputTopic(topic, serdes, { startTimestamp, autoAdvance }, (record) => this.#pipe(record));
  }

  createOutputTopic<K, V>(topic: string, keySerde: Serde<K>, valueSerde: Serde<V>): TestOutputTopic<K, V> {
    return new TestOutputTopic(topic, { key: keySerde, value: valueSerde }, this.#produced);
  }

  /** Every topic that something was sent to, internal ones too. */
  producedTopicNames(): ReadonlySet<string> {
    return new Set(this.#produced.topics);
  }

  /** Everything that was sent and not read yet, in the order in which it was sent, over all topics. */
  readProduced(): readonly ProducedRecord[] {
    return this.#produced.readAll();
  }

  /** Moves the clock at once; a wall-clock punctuation that is due is called once, however many of its intervals have passed. */
  advanceWallClockTime(byMs: number): void {
    this.#clock.advance(byMs);
    this.#task.punctuateSystemTime();
    this.#commit();
    this.#work();
  }

  /** The stores of the topology, global ones too, by name. */
  getAllStateStores(): ReadonlyMap<string, StateStore> {
    return new Map<string, StateStore>([...this.#task.stores, ...(this.#global?.stores ?? [])]);
  }

  /** `null` if there is no such store. */
  getStateStore(name: string): StateStore | null {
    return this.getAllStateStores().get(name) ?? null;
  }

  getKeyValueStore<K, V>(name: string): KeyValueStore<K, V> {
    return this.#requireStore(name) as KeyValueStore<K, V>;
  }

  getTimestampedKeyValueStore<K, V>(name: string): TimestampedKeyValueStore<K, V> {
    return this.#requireStore(name) as TimestampedKeyValueStore<K, V>;
  }

  getVersionedKeyValueStore<K, V>(name: string): VersionedKeyValueStore<K, V> {
    return this.#requireStore(name) as VersionedKeyValueStore<K, V>;
  }

  getWindowStore<K, V>(name: string): WindowStore<K, V> {
    return this.#requireStore(name) as WindowStore<K, V>;
  }

  getTimestampedWindowStore<K, V>(name: string): TimestampedWindowStore<K, V> {
    return this.#requireStore(name) as TimestampedWindowStore<K, V>;
  }

  getSessionStore<K, V>(name: string): SessionStore<K, V> {
    return this.#requireStore(name) as SessionStore<K, V>;
  }

  /** What was counted of the task, and of the global one. */
  metrics(): { readonly task: TaskMetricValues; readonly global: TaskMetricValues | null } {
    const nowMs = this.#clock.now();
    return { task: this.#task.metrics.values(nowMs), global: this.#global?.metrics.values(nowMs) ?? null };
  }

  /** Closes processors and stores. */
  close(): void {
    try {
      this.#task.close();
    } finally {
      this.#global?.close();
    }
  }

  #requireStore(name: string): StateStore {
    const store = this.getStateStore(name);
    if (store !== null) return store;
    throw new StreamsError('UnknownStateStoreException', `The topology has no store ${name}.`);
  }

  #pipe(record: Omit<RawRecord, 'partition' | 'offset'>): void {
    const { topic } = record;
    const isRead = this.#isRead(topic);
    if (!isRead && !this.#globalTopics.has(topic))
      throw new StreamsError('IllegalArgumentException', `Unknown topic: ${topic}`);
    const { timestamp, key, value, headers } = record;
    const raw = { topic, partition: 0, offset: this.#nextOffset(topic), timestamp, key, value, headers };
    if (isRead) {
      this.#task.addRecords(topic, [raw]);
      this.#work();
    }
    if (this.#globalTopics.has(topic)) this.#global?.process(raw);
  }

  /** Processes what waits, with what comes back of it. */
  #work(): void {
    this.#loopBack();
    const task = this.#task;
    while (task.isProcessable(this.#clock.now())) {
      // After a failure what the record had sent stays unread, as in Kafka's driver.
      task.process();
      task.punctuateStreamTime();
      this.#commit();
      this.#loopBack();
    }
  }

  #commit(): void {
    this.#task.flushStores();
    this.#task.committed();
  }

  /** Gives back to the topology what it sent to topics that it reads. */
  #loopBack(): void {
    for (const { topic, timestamp, key, value, headers } of this.#produced.capture(this.#isWanted)) {
      const raw = { topic, partition: 0, offset: this.#nextOffset(topic), timestamp, key, value, headers };
      if (this.#isRead(topic)) this.#task.addRecords(topic, [raw]);
      if (this.#globalTopics.has(topic)) this.#global?.process(raw);
    }
  }

  #isRead(topic: string): boolean {
    return this.#task.reads(topic) || this.#isReadByPattern(topic);
  }

  #isReadByPattern(topic: string): boolean {
    if (!this.#patterns.some((pattern) => matchesWhole(pattern, topic))) return false;
    this.#task.addTopic(topic);
    this.#task.setLag(topic, 0);
    return true;
  }

  /** The topics that a pattern matches count on together, as in Kafka's driver. */
  #nextOffset(topic: string): number {
    const counter = this.#patterns.length === 0 ? topic : this.#counterOf(topic);
    const offset = this.#offsets.get(counter) ?? 0;
    this.#offsets.set(counter, offset + 1);
    return offset;
  }

  #counterOf(topic: string): string {
    return this.#patterns.find((pattern) => matchesWhole(pattern, topic))?.source ?? topic;
  }
}
