import type { Clock } from '../../environment/environment.js';
import type { Cancellable, PunctuationType } from '../processor/processor.js';
import type { RecordHeaders } from '../processor/record.js';
import type { DroppedRecord } from '../processor/task-context.js';
import type { Serde } from '../serdes.js';
import type { RecordCache } from '../state/record-cache.js';
import type { ChangelogRecord, RestorableStore, StateStore } from '../state/state-store.js';
import { plainConfig, type StreamsConfig } from '../streams-config.js';
import { StreamsError } from '../streams-error.js';
import type { SourceNode, SubTopology } from '../topology/topology-node.js';
import { FailurePolicy } from './failure-policy.js';
import type { CurrentRecord, TaskScope } from './node-context.js';
import { PartitionGroup } from './partition-group.js';
import { decodePartitionMetadata, encodePartitionMetadata } from './partition-metadata.js';
import { Punctuations } from './punctuations.js';
import type { RawRecord, TaskOutput } from './raw-record.js';
import { RecordCollector } from './record-collector.js';
import { RecordQueue, type QueuedRecord, type RecordReader } from './record-queue.js';
import { RunningTopology } from './running-topology.js';
import { ProcessingFailure, taskError } from './task-failure.js';
import { TaskMetrics } from './task-metrics.js';
import type { TaskObserver } from './task-observer.js';
import { failOnInvalidTimestamp } from './timestamp-extractors.js';

export interface StreamTaskOptions {
  /** `<sub-topology>_<partition>` */
  readonly taskId: string;
  readonly partition: number;
  readonly topology: SubTopology;
  /** The topics of which it has a partition: of a sub-topology's topics those with enough partitions, and those that patterns match. */
  readonly topics: readonly string[];
  readonly config: StreamsConfig;
  readonly clock: Clock;
  readonly output: TaskOutput;
  readonly globalStores: ReadonlyMap<string, StateStore>;
  /** What the caching stores of all tasks of a thread share; `null` switches caching off. */
  readonly cache: RecordCache | null;
  readonly observer?: TaskObserver;
}

/** An offset to commit: the next one to be read. */
export interface TaskOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Kafka's `TopicPartitionMetadata`: the partition time, and what processors keep. */
  readonly metadata: string;
}

/**
 * One task: a sub-topology at work on one partition of each of its topics (Kafka's `StreamTask`). Synchronous: whoever runs it feeds it records, has it
 * process and punctuate, and commits what it says. After an error it can only be closed.
 */
export class StreamTask implements TaskScope {
  readonly taskId: string;
  readonly partition: number;
  readonly applicationId: string;
  readonly metrics = new TaskMetrics();
  current: CurrentRecord | null = null;
  readonly defaultKeySerde: Serde<unknown> | null;
  readonly defaultValueSerde: Serde<unknown> | null;
  readonly #options: StreamTaskOptions;
  readonly #queues = new Map<string, RecordQueue>();
  readonly #reader: RecordReader;
  readonly #group: PartitionGroup;
  readonly #topology: RunningTopology;
  readonly #punctuations = new Punctuations();
  readonly #collector: RecordCollector;
  readonly #failures: FailurePolicy;
  /** By topic: the offset after the last record that was taken. */
  readonly #consumed = new Map<string, number>();
  readonly #processorMetadata = new Map<string, number>();
  #raw: RawRecord | null = null;
  #isCommitNeeded = false;
  #isCommitRequested = false;

  constructor(options: StreamTaskOptions) {
    const { taskId, partition, topology, config, output } = options;
    this.#options = options;
    this.taskId = taskId;
    this.partition = partition;
    this.applicationId = config['application.id'];
    this.defaultKeySerde = config['default.key.serde'] ?? null;
    this.defaultValueSerde = config['default.value.serde'] ?? null;
    this.#collector = new RecordCollector(output);
    this.#failures = new FailurePolicy({
      taskId,
      config,
      collector: this.#collector,
      dropped: (nodeName, reason) => this.dropped(nodeName, { reason }),
    });
    this.#topology = new RunningTopology({
      nodes: topology.nodes,
      stores: topology.stores,
      scope: this,
      collector: this.#collector,
      failures: this.#failures,
      raw: () => this.#raw,
    });
    this.#reader = {
      deserialize: (source, raw) => this.#topology.deserialize(source, raw),
      extractor: config['default.timestamp.extractor'] ?? failOnInvalidTimestamp,
      systemTimeMs: () => this.systemTimeMs(),
      skipped: (source, { timestamp, headers, ...raw }) =>
        this.dropped(source.name, { reason: 'negative-timestamp', record: { ...raw, timestamp, headers } }),
    };
    this.#group = new PartitionGroup([], config['max.task.idle.ms'] ?? 0);
    for (const topic of options.topics) this.addTopic(topic);
  }

  // What whoever runs it asks for

  get stores(): ReadonlyMap<string, RestorableStore> {
    return this.#topology.stores;
  }

  /** Opens the stores, empty; what they held is then given to `restore`. Those that another task has handed over hold it already. */
  openStores(handedOver: ReadonlyMap<string, RestorableStore> = new Map<string, RestorableStore>()): void {
    this.#topology.openStores(handedOver);
  }

  /** Takes records of a store's changelog, in offset order. */
  restore(storeName: string, records: readonly ChangelogRecord[]): void {
    const store = this.stores.get(storeName);
    if (store === undefined)
      throw new StreamsError('IllegalStateException', `${this.taskId} has no store ${storeName} to restore.`);
    store.restore(records);
  }

  /** Has a store begin anew, empty, before `start`. */
  emptyStore(storeName: string): void {
    this.#topology.emptyStore(storeName);
  }

  /** Takes what was committed beside the offset of one of its partitions: the times go on from there. */
  resumeFrom(topic: string, metadata: string | null): void {
    const { partitionTime, processorMetadata } = decodePartitionMetadata(metadata);
    const queue = this.#queues.get(topic);
    if (queue !== undefined) queue.partitionTime = partitionTime;
    this.#group.streamTime = partitionTime;
    for (const [key, value] of processorMetadata) this.addProcessorMetadata(key, value);
  }

  /** Initializes the processors. Its stores hold what they held. */
  start(): void {
    this.#guarded(`${this.taskId} could not be initialized.`, () => this.#topology.start());
  }

  /** The topics of which it reads a partition. */
  get topics(): readonly string[] {
    return [...this.#queues.keys()];
  }

  /** From now on it reads its partition of this topic too, which a pattern of its sources matches. */
  addTopic(topic: string): void {
    const sources = this.#options.topology.nodes.filter((node) => node.kind === 'source');
    const source = sourceOf(sources, topic);
    if (source === undefined)
      throw new StreamsError('IllegalStateException', `${this.taskId} has no source for the topic ${topic}.`);
    const queue = new RecordQueue(topic, source, this.#reader);
    this.#queues.set(topic, queue);
    this.#group.add(queue);
  }

  reads(topic: string): boolean {
    return this.#queues.has(topic);
  }

  /** Takes records of one of its partitions, in offset order. */
  addRecords(topic: string, records: readonly RawRecord[]): void {
    const queue = this.#queues.get(topic);
    if (queue === undefined)
      throw new StreamsError(
        'IllegalStateException',
        `${this.taskId} was given records of ${topic}, which it does not read.`,
      );
    queue.add(records);
    this.#group.filled(queue);
  }

  /** How many records of the topic wait here. */
  buffered(topic: string): number {
    return this.#queues.get(topic)?.size ?? 0;
  }

  /** How many records the broker has beyond those that were fetched (`max.task.idle.ms`). */
  setLag(topic: string, lag: number): void {
    this.#group.setLag(topic, lag);
  }

  get hasRecords(): boolean {
    return this.#group.hasRecords;
  }

  isProcessable(nowMs: number): boolean {
    return this.#group.hasRecords && this.#group.isReady(nowMs);
  }

  /** When something is to be done though no record comes: a wall-clock punctuation, or the end of waiting for an empty partition. */
  get dueMs(): number | null {
    const due = [this.#punctuations.nextWallClockMs, this.hasRecords ? this.#group.idleUntilMs : null];
    const known = due.filter((each) => each !== null);
    return known.length === 0 ? null : Math.min(...known);
  }

  /**
   * Processes the next record, the one with the smallest time of those that are first in their partitions. Tells whether there was one.
   * @throws StreamsError if a node fails and no handler says to go on
   */
  process(): boolean {
    const next = this.#group.take();
    if (next === null) return false;
    const { queue, record } = next;
    const { raw } = record;
    if (!record.isSkipped) this.#processOne(queue.source, record);
    this.#consumed.set(raw.topic, raw.offset + 1);
    this.#isCommitNeeded = true;
    return true;
  }

  /** Has the punctuations called that stream time has reached. */
  punctuateStreamTime(): boolean {
    const { streamTime } = this.#group;
    return streamTime !== -1 && this.#punctuate('stream-time', streamTime);
  }

  /** Has the punctuations called that the clock has reached. */
  punctuateSystemTime(): boolean {
    return this.#punctuate('wall-clock', this.systemTimeMs());
  }

  get isCommitNeeded(): boolean {
    return this.#isCommitNeeded;
  }

  get isCommitRequested(): boolean {
    return this.#isCommitRequested;
  }

  /** Flushes what caches hold back, which is then processed and sent, and tells what to commit once everything sent has arrived. */
  prepareCommit(): readonly TaskOffset[] {
    this.flushStores();
    return this.#isCommitNeeded ? this.#offsets() : [];
  }

  /** Whether a store of it holds results back: its changelog tells with a flush what it has let go of. */
  get holdsBack(): boolean {
    return [...this.stores.values()].some((store) => store.holdsBack === true);
  }

  /** Flushes what caches hold back, and tells the changelogs of what holds back nothing yet. */
  flushCaches(): void {
    this.#flush(false);
  }

  /** What a commit begins with; all of it where offsets are of no use. */
  flushStores(): void {
    // What caches pass on may come to wait.
    this.flushCaches();
    this.#flush(true);
  }

  /** What `prepareCommit` said is committed. */
  committed(): void {
    this.#isCommitNeeded = false;
    this.#isCommitRequested = false;
    this.metrics.committed();
  }

  /** Closes processors and stores. What was not committed comes again, here or elsewhere. */
  close(): void {
    this.#group.clear();
    this.#guarded(`${this.taskId} could not be closed.`, () => this.#topology.close());
  }

  /** As `close`, once everything is committed; but the stores stay as they are, for another task to go on with. */
  handOver(): ReadonlyMap<string, RestorableStore> {
    this.#group.clear();
    this.#guarded(`${this.taskId} could not be closed.`, () => this.#topology.closeProcessors());
    return this.stores;
  }

  // What its nodes ask for

  get isProcessing(): boolean {
    return this.current !== null;
  }

  get cache(): RecordCache | null {
    return this.#options.cache;
  }

  get streamTimeMs(): number {
    return this.#group.streamTime;
  }

  systemTimeMs(): number {
    return this.#options.clock.now();
  }

  store(name: string): StateStore | undefined {
    return this.stores.get(name) ?? this.#options.globalStores.get(name);
  }

  isGlobalStore(name: string): boolean {
    return this.#options.globalStores.has(name);
  }

  schedule(
    nodeName: string,
    intervalMs: number,
    type: PunctuationType,
    callback: (timestampMs: number) => void,
    startTimeMs?: number,
  ): Cancellable {
    const firstMs = startTimeMs ?? (type === 'stream-time' ? 0 : this.systemTimeMs() + intervalMs);
    return this.#punctuations.schedule(type, { nodeName, intervalMs, firstMs, callback });
  }

  requestCommit(): void {
    this.#isCommitRequested = true;
  }

  dropped(nodeName: string, record: DroppedRecord): void {
    this.metrics.dropped(record.reason);
    this.#options.observer?.dropped?.({
      ...record,
      taskId: this.taskId,
      node: nodeName,
      origin: this.current?.origin ?? null,
      timestamp: record.record?.timestamp ?? this.current?.timestamp ?? -1,
      streamTime: record.streamTime ?? this.streamTimeMs,
    });
  }

  logChange(
    storeName: string,
    key: Uint8Array,
    value: Uint8Array | null,
    timestamp: number,
    headers: RecordHeaders,
  ): void {
    const topic = this.#options.topology.changelogTopics.get(storeName)?.name;
    if (topic === undefined)
      throw new StreamsError('IllegalStateException', `The store ${storeName} has no changelog in ${this.taskId}.`);
    this.#collector.sendChange(topic, this.partition, key, value, timestamp, headers);
  }

  addProcessorMetadata(key: string, value: number): void {
    if (value > (this.#processorMetadata.get(key) ?? -Infinity)) this.#processorMetadata.set(key, value);
  }

  processorMetadata(key: string): number | null {
    return this.#processorMetadata.get(key) ?? null;
  }

  config(name: string): string | number | boolean | undefined {
    return plainConfig(this.#options.config, name);
  }

  #processOne(source: SourceNode, { raw, timestamp, key, value }: QueuedRecord): void {
    const { observer, clock } = this.#options;
    const { topic, partition, offset, headers } = raw;
    const startedMs = clock.now();
    const streamTime = this.streamTimeMs;
    this.current = { timestamp, headers, origin: { topic, partition, offset } };
    this.#raw = raw;
    try {
      this.#topology.process(source, { key, value, timestamp, headers });
    } catch (error) {
      const node = error instanceof ProcessingFailure ? error.nodeName : source.name;
      throw taskError(
        `Exception caught in process. taskId=${this.taskId}, processor=${node}, topic=${topic}, partition=${partition}, offset=${offset}`,
        error,
      );
    } finally {
      this.current = null;
      this.#raw = null;
    }
    const nowMs = clock.now();
    this.metrics.processed(nowMs, nowMs - startedMs, streamTime - timestamp);
    observer?.processed?.({ taskId: this.taskId, node: source.name, topic, partition, offset, timestamp, streamTime });
  }

  #punctuate(type: PunctuationType, nowMs: number): boolean {
    const hasRun = this.#punctuations.run(type, nowMs, (nodeName, timestamp, callback) => {
      const current: CurrentRecord = { timestamp, headers: [], origin: null };
      this.current = current;
      try {
        callback(timestamp);
      } catch (error) {
        this.#guarded(`Exception caught while punctuating processor '${nodeName}'.`, () =>
          this.#failures.notProcessed(nodeName, null, error, current, null),
        );
      } finally {
        this.current = null;
      }
      this.metrics.punctuated();
      this.#options.observer?.punctuated?.({ taskId: this.taskId, node: nodeName, type, timestamp });
    });
    if (hasRun) this.#isCommitNeeded = true;
    return hasRun;
  }

  /** As often as a record, in the test driver: without a closure. */
  #flush(holdingBack: boolean): void {
    try {
      for (const store of this.stores.values()) if ((store.holdsBack === true) === holdingBack) store.flush();
    } catch (error) {
      throw taskError(`${this.taskId} could not flush its stores.`, error);
    }
  }

  #offsets(): TaskOffset[] {
    return [...this.#consumed].map(([topic, consumed]) => {
      const queue = this.#queues.get(topic) as RecordQueue;
      const metadata = encodePartitionMetadata({
        partitionTime: queue.partitionTime,
        processorMetadata: this.#processorMetadata,
      });
      return { topic, partition: this.partition, offset: queue.head?.raw.offset ?? consumed, metadata };
    });
  }

  #guarded(what: string, body: () => void): void {
    try {
      body();
    } catch (error) {
      throw taskError(what, error);
    }
  }
}

/** The source that reads a topic: by name, or else by pattern. */
export function sourceOf(sources: readonly SourceNode[], topic: string): SourceNode | undefined {
  return (
    sources.find(({ topics }) => !(topics instanceof RegExp) && topics.includes(topic)) ??
    sources.find(({ topics }) => topics instanceof RegExp && matchesWhole(topics, topic))
  );
}

/** Whether the pattern matches the whole name, as Java's `matches` does. */
export function matchesWhole(pattern: RegExp, topic: string): boolean {
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, '')).test(topic);
}
