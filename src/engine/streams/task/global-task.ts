import type { Clock } from '../../environment/environment.js';
import type { Cancellable } from '../processor/processor.js';
import type { DroppedRecord } from '../processor/task-context.js';
import type { Serde } from '../serdes.js';
import type { RecordCache } from '../state/record-cache.js';
import type { RestorableStore, StateStore } from '../state/state-store.js';
import { plainConfig, type StreamsConfig } from '../streams-config.js';
import { StreamsError } from '../streams-error.js';
import type { GlobalTopology, SourceNode } from '../topology/topology-node.js';
import { FailurePolicy } from './failure-policy.js';
import type { CurrentRecord, TaskScope } from './node-context.js';
import type { RawRecord } from './raw-record.js';
import { RecordCollector } from './record-collector.js';
import { RunningTopology } from './running-topology.js';
import { sourceOf } from './stream-task.js';
import { ProcessingFailure, taskError } from './task-failure.js';
import { TaskMetrics } from './task-metrics.js';
import type { TaskObserver } from './task-observer.js';
import { failOnInvalidTimestamp } from './timestamp-extractors.js';

export interface GlobalTaskOptions {
  readonly topology: GlobalTopology;
  readonly config: StreamsConfig;
  readonly clock: Clock;
  readonly observer?: TaskObserver;
  /** What its stores share with those of the tasks, where one thread runs both. */
  readonly cache?: RecordCache | null;
}

/**
 * The global tables and stores of an instance, kept up from all partitions of their topics (Kafka's `GlobalStateUpdateTask`). They have no changelog: at the
 * start everything in their topics is processed again.
 */
export class GlobalTask implements TaskScope {
  readonly taskId = '-1_-1';
  readonly applicationId: string;
  readonly metrics = new TaskMetrics();
  readonly streamTimeMs = -1;
  readonly cache: RecordCache | null;
  /** Whoever reads its stores does so on its thread, or there is no cache. */
  readonly isProcessing = true;
  readonly defaultKeySerde: Serde<unknown> | null;
  readonly defaultValueSerde: Serde<unknown> | null;
  current: CurrentRecord | null = null;
  readonly #options: GlobalTaskOptions;
  readonly #topology: RunningTopology;
  readonly #sources: readonly SourceNode[];
  readonly #partitionTimes = new Map<string, number>();
  #raw: RawRecord | null = null;

  constructor(options: GlobalTaskOptions) {
    const { topology, config } = options;
    this.#options = options;
    this.cache = options.cache ?? null;
    this.applicationId = config['application.id'];
    this.defaultKeySerde = config['default.key.serde'] ?? null;
    this.defaultValueSerde = config['default.value.serde'] ?? null;
    this.#sources = topology.nodes.filter((node) => node.kind === 'source');
    const collector = new RecordCollector({ send: () => undefined });
    this.#topology = new RunningTopology({
      nodes: topology.nodes,
      stores: topology.stores,
      scope: this,
      collector,
      failures: new FailurePolicy({
        taskId: this.taskId,
        config,
        collector,
        dropped: (nodeName, reason) => this.dropped(nodeName, { reason }),
      }),
      raw: () => this.#raw,
    });
  }

  get stores(): ReadonlyMap<string, RestorableStore> {
    return this.#topology.stores;
  }

  start(): void {
    this.#topology.openStores(new Map());
    this.#topology.start();
  }

  /** @throws StreamsError if a node fails and no handler says to go on */
  process(raw: RawRecord): void {
    const source = sourceOf(this.#sources, raw.topic);
    if (source === undefined)
      throw new StreamsError('IllegalStateException', `There is no global source for the topic ${raw.topic}.`);
    const read = this.#topology.deserialize(source, raw);
    if (read === null) return;
    const timestamp = this.#timestampOf(source, raw, read);
    const { topic, partition, offset, headers } = raw;
    if (timestamp < 0) {
      this.dropped(source.name, { reason: 'negative-timestamp' });
      return;
    }
    this.current = { timestamp, headers, origin: { topic, partition, offset } };
    this.#raw = raw;
    try {
      this.#topology.process(source, { ...read, timestamp, headers });
      for (const store of this.stores.values()) store.flush();
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
    const nowMs = this.systemTimeMs();
    this.metrics.processed(nowMs, 0, 0);
  }

  close(): void {
    this.#topology.close();
  }

  systemTimeMs(): number {
    return this.#options.clock.now();
  }

  store(name: string): StateStore | undefined {
    return this.stores.get(name);
  }

  isGlobalStore(): boolean {
    return true;
  }

  /** @throws StreamsError IllegalStateException: global processors have no punctuations */
  schedule(nodeName: string): Cancellable {
    throw new StreamsError(
      'IllegalStateException',
      `${nodeName} is a global processor: schedule() is not supported there.`,
    );
  }

  /** Nothing to commit: everything is read again at the start. */
  requestCommit(): void {
    return;
  }

  dropped(nodeName: string, record: DroppedRecord): void {
    this.metrics.dropped(record.reason);
    this.#options.observer?.dropped?.({
      ...record,
      taskId: this.taskId,
      node: nodeName,
      origin: this.current?.origin ?? null,
      timestamp: record.record?.timestamp ?? this.current?.timestamp ?? -1,
      streamTime: record.streamTime ?? -1,
    });
  }

  /** The topic itself is the changelog. */
  logChange(): void {
    return;
  }

  addProcessorMetadata(): void {
    return;
  }

  processorMetadata(): number | null {
    return null;
  }

  config(name: string): string | number | boolean | undefined {
    return plainConfig(this.#options.config, name);
  }

  #timestampOf(source: SourceNode, raw: RawRecord, read: { readonly key: unknown; readonly value: unknown }): number {
    const extract =
      source.timestampExtractor ?? this.#options.config['default.timestamp.extractor'] ?? failOnInvalidTimestamp;
    const at = `${raw.topic}-${raw.partition}`;
    const partitionTime = this.#partitionTimes.get(at) ?? -1;
    const timestamp = extract({ ...raw, ...read }, partitionTime, this.systemTimeMs());
    if (timestamp > partitionTime) this.#partitionTimes.set(at, timestamp);
    return timestamp;
  }
}
