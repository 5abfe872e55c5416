import type { Admin } from '../../client/admin.js';
import type { Kafka } from '../../client/kafka.js';
import { randomUuidBytes } from '../../environment/environment.js';
import type { Storage } from '../../environment/storage.js';
import { silentTracer, type Environment } from '../../environment/trace-events.js';
import { topicIdText } from '../../protocol/topic-id.js';
import type { Serde } from '../serdes.js';
import type { StateStore } from '../state/state-store.js';
import type { StoreBuilder } from '../state/store-builder.js';
import { checkConfig, type StreamsConfig } from '../streams-config.js';
import { StreamsError } from '../streams-error.js';
import { GlobalTask } from '../task/global-task.js';
import type { TaskMetricValues } from '../task/task-metrics.js';
import { processingId, type TaskObserver } from '../task/task-observer.js';
import type { BuiltTopology, StreamPartitioner } from '../topology/topology-node.js';
import type { ClientOverrides } from './client-overrides.js';
import { GlobalStores } from './global-stores.js';
import {
  queryableStore,
  type OpenStore,
  type QueryableStores,
  type QueryableStoreType,
} from './queries/queryable-store.js';
import { MetadataState, type KeyQueryMetadata, type StreamsMetadata } from './queries/streams-metadata.js';
import { historiesOf, StateCopies } from './state-copies.js';
import type { StateRestoreListener } from './state-restorer.js';
import { StreamThread } from './stream-thread.js';
import { isAtWork, mayBecome, type StreamsState } from './streams-state.js';
import type { TopicPlan } from './topic-plan.js';
import { InternalTopics } from './internal-topics.js';

/** Where the clients of an application come from: `Kafka`, or a log. */
export type KafkaClients = Pick<Kafka, 'producer' | 'consumer' | 'admin'>;

export interface KafkaStreamsOptions {
  /** The clients that an instance works with, by the name that they are to have in requests and traces. */
  readonly kafka: (clientId: string) => KafkaClients;
  /** A topology, or what makes one for an application. */
  readonly topology: BuiltTopology | { build(applicationId: string, config: StreamsConfig): BuiltTopology };
  readonly config: StreamsConfig;
  /** Names the instance in requests and traces; `<application.id>-<uuid>` by default. */
  readonly clientId?: string;
  /** Where copies of the state are kept, so that a restart reads only what is new of the changelogs; nowhere by default. Nobody else may use it meanwhile. */
  readonly storage?: Storage;
  /** What its clients do otherwise than by default. */
  readonly clients?: ClientOverrides;
}

/** What to do about an error that ends the processing: begin again with a new member, end this instance, or all of them (Kafka's `StreamThreadExceptionResponse`). */
export type UncaughtExceptionResponse = 'replace-thread' | 'shutdown-client' | 'shutdown-application';

export type StateListener = (newState: StreamsState, oldState: StreamsState) => void;

export interface CloseOptions {
  /** `remain-in-group` by default, as in Kafka: others get its tasks after its session, so that a quick restart moves nothing. */
  readonly groupMembershipOperation?: 'leave-group' | 'remain-in-group';
}

export interface StoreQueryParameters<Type extends QueryableStoreType> {
  readonly storeName: string;
  readonly type: Type;
  /** Only this partition; all that this instance has by default. */
  readonly partition?: number;
  /** Whether standbys, and stores that are still being restored, answer too. */
  readonly staleStoresEnabled?: boolean;
}

/** What is counted of one instance. */
export interface StreamsMetrics {
  readonly state: StreamsState;
  readonly tasks: Readonly<Record<string, TaskMetricValues>>;
  readonly global: TaskMetricValues | null;
  /** Records still to be restored, by changelog partition; -1 where that is not known yet. */
  readonly restoreLags: Readonly<Record<string, number>>;
}

/**
 * One instance of an application that processes streams (Kafka's `KafkaStreams`). Instances with the same `application.id` form a consumer group and share
 * the tasks. At least once: after a crash what was not committed is processed again.
 *
 * ```ts
 * const kafka = (clientId: string) => new Kafka(environment, { network, clientId });
 * const streams = new KafkaStreams(environment, { topology, kafka, config: { 'application.id': 'word-count' } });
 * await streams.start();
 * …
 * await streams.close();
 * ```
 */
export class KafkaStreams {
  readonly clientId: string;
  readonly #environment: Environment;
  readonly #options: KafkaStreamsOptions;
  readonly #topology: BuiltTopology;
  readonly #metadata: MetadataState;
  readonly #copies: StateCopies | null;
  readonly #admin: Admin;
  readonly #observer: TaskObserver;
  #state: StreamsState = 'CREATED';
  #stateListener: StateListener | undefined;
  #restoreListener: StateRestoreListener = {};
  #exceptionHandler: (error: Error) => UncaughtExceptionResponse = () => 'shutdown-client';
  #thread: StreamThread | undefined;
  #globalTask: GlobalTask | null = null;
  #global: GlobalStores | null = null;
  #running: Promise<void> = Promise.resolve();
  #isPaused = false;
  #leavesGroup = false;
  #closing: Promise<void> | undefined;
  #starting: Promise<void> | undefined;
  #response: UncaughtExceptionResponse = 'shutdown-client';
  #failure: Error | undefined;

  /** @throws StreamsError ConfigException for a configuration that cannot be; TopologyException if the topology cannot be built, or reads nothing */
  constructor(environment: Environment, options: KafkaStreamsOptions) {
    const { topology, config, storage } = options;
    checkConfig(config);
    const applicationId = config['application.id'];
    this.#environment = environment;
    this.#options = options;
    this.#topology = 'build' in topology ? topology.build(applicationId, config) : topology;
    if (this.#topology.subTopologies.length === 0 && this.#topology.global === null)
      throw new StreamsError(
        'TopologyException',
        'Invalid topology: Topology has no stream threads and no global threads, must subscribe to at least one source topic or global table.',
      );
    this.clientId = options.clientId ?? `${applicationId}-${topicIdText(randomUuidBytes(environment.random))}`;
    this.#metadata = new MetadataState(this.#topology);
    this.#copies =
      storage === undefined
        ? null
        : new StateCopies(storage, environment.clock, applicationId, historiesOf(this.#topology));
    this.#admin = this.#kafka('admin').admin();
    this.#observer = this.#makeObserver();
  }

  get state(): StreamsState {
    return this.#state;
  }

  /** Why it is in the state ERROR; `null` otherwise. */
  get failure(): Error | null {
    return this.#failure ?? null;
  }

  /** Hears of each change of the state. Before `start`. */
  setStateListener(listener: StateListener): void {
    this.#requireCreated('Set the state listener');
    this.#stateListener = listener;
  }

  /** Hears how stores are brought back. Before `start`. */
  setGlobalStateRestoreListener(listener: StateRestoreListener): void {
    this.#requireCreated('Set the restore listener');
    this.#restoreListener = listener;
  }

  /** Decides what is done about an error that ends the processing. Before `start`. */
  setUncaughtExceptionHandler(handler: (error: Error) => UncaughtExceptionResponse): void {
    this.#requireCreated('Set the uncaught exception handler');
    this.#exceptionHandler = handler;
  }

  /**
   * Makes the internal topics, loads global stores, then joins the group and processes until `close`. Resolves when it has begun to join.
   * @throws StreamsError if the topology or its topics are to blame; the state is ERROR then
   */
  async start(): Promise<void> {
    this.#requireCreated('Start it');
    this.#setState('REBALANCING');
    this.#starting = this.#begin();
    await this.#starting;
  }

  async #begin(): Promise<void> {
    try {
      await this.#admin.connect();
      await this.#startGlobal();
      if (this.#topology.subTopologies.length === 0) {
        this.#setState('RUNNING');
        return;
      }
      const thread = this.#newThread();
      await thread.open();
      this.#thread = thread;
    } catch (error) {
      this.#failed(error as Error);
      await this.#end('ERROR');
      throw error;
    }
    this.#running = this.#work(this.#thread);
  }

  /** Commits, closes its tasks, and ends. */
  async close({ groupMembershipOperation = 'remain-in-group' }: CloseOptions = {}): Promise<void> {
    if (this.#closing !== undefined) return await this.#closing;
    this.#leavesGroup = groupMembershipOperation === 'leave-group';
    this.#closing = this.#shutDown();
    await this.#closing;
  }

  /**
   * Forgets the copies of the state that are kept here; the next start reads the changelogs. Not while it runs.
   * @throws StreamsError IllegalStateException while it runs
   */
  async cleanUp(): Promise<void> {
    if (this.#state !== 'CREATED' && this.#state !== 'NOT_RUNNING' && this.#state !== 'ERROR')
      throw new StreamsError(
        'IllegalStateException',
        `Cannot clean up while running: the state is ${this.#state}. Close it first.`,
      );
    await this.#copies?.clear();
  }

  /** Processes nothing more until `resume`; it stays a member of its group (KIP-834). */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /**
   * A store to be read, over all partitions that this instance has (interactive queries). Ask anew after a rebalance.
   * @throws StreamsError StreamsNotStartedException, UnknownStateStoreException, and InvalidStateStoreException while its tasks move or are restored
   */
  store<Type extends QueryableStoreType, K = unknown, V = unknown>(
    query: StoreQueryParameters<Type>,
  ): QueryableStores<K, V>[Type] {
    const { storeName, type } = query;
    if (this.#state === 'CREATED')
      throw new StreamsError(
        'StreamsNotStartedException',
        'KafkaStreams has not been started, you can retry after calling start().',
      );
    if (!isAtWork(this.#state))
      throw new StreamsError('InvalidStateStoreException', `The stores cannot be read: the state is ${this.#state}.`);
    const global = this.#topology.global?.stores.find(({ name }) => name === storeName);
    const found = global === undefined ? this.#localStores(query) : this.#globalStores(global);
    if (found.length === 0)
      throw new StreamsError(
        'InvalidStateStoreException',
        `The state store, ${storeName}, may have migrated to another instance, or is still being restored. Ask again later, or the instance that queryMetadataForKey names.`,
      );
    return queryableStore<Type, K, V>(type, storeName, found);
  }

  /**
   * Which instance has a key of a store.
   * @param by the serde of the key, or the partitioner that the records were written by
   * @throws StreamsError UnknownStateStoreException
   */
  async queryMetadataForKey<K>(storeName: string, key: K, by: Serde<K> | StreamPartitioner): Promise<KeyQueryMetadata> {
    this.#requireAtWork();
    return this.#metadata.ofKey(storeName, key, by, await this.#plan());
  }

  /** Every instance of the application, as the last assignment told. */
  metadataForAllStreamsClients(): readonly StreamsMetadata[] {
    this.#requireAtWork();
    return this.#metadata.all;
  }

  /** The instances that have partitions of a store. */
  streamsMetadataForStore(storeName: string): readonly StreamsMetadata[] {
    this.#requireAtWork();
    return this.#metadata.withStore(storeName);
  }

  /** The tasks that this instance has, and whether they process already. */
  localTasks(): readonly {
    readonly taskId: string;
    readonly role: 'active' | 'standby';
    readonly isRunning: boolean;
  }[] {
    const { active, standby } = this.#thread?.tasks ?? {
      active: new Map<string, never>(),
      standby: new Map<string, never>(),
    };
    return [
      ...[...active].map(([taskId, { isRunning }]: [string, { isRunning: boolean }]) => ({
        taskId,
        role: 'active' as const,
        isRunning,
      })),
      ...[...standby.keys()].map((taskId) => ({ taskId, role: 'standby' as const, isRunning: true })),
    ];
  }

  metrics(): StreamsMetrics {
    const nowMs = this.#environment.clock.now();
    const tasks = [...(this.#thread?.tasks.active ?? [])].map(([taskId, { task }]) => [
      taskId,
      task.metrics.values(nowMs),
    ]);
    return {
      state: this.#state,
      tasks: Object.fromEntries(tasks) as Record<string, TaskMetricValues>,
      global: this.#globalTask?.metrics.values(nowMs) ?? null,
      restoreLags: Object.fromEntries(this.#thread?.restoreLags() ?? []),
    };
  }

  async #work(first: StreamThread): Promise<void> {
    for (let thread = first; ;) {
      try {
        await thread.run();
        return;
      } catch (error) {
        if (this.#response !== 'replace-thread') return this.#endAfter(error as Error);
      }
      this.#setState('REBALANCING');
      try {
        thread = this.#newThread();
        this.#thread = thread;
        await thread.open();
      } catch (error) {
        return this.#endAfter(error as Error);
      }
    }
  }

  /** Asks the application what is to be done, unless it is closing or another instance has asked all of them to end. */
  #responseTo(error: Error): UncaughtExceptionResponse {
    const isDecided = this.#closing !== undefined || error.name === 'ShutdownRequested';
    this.#response = isDecided ? 'shutdown-client' : this.#exceptionHandler(error);
    return this.#response;
  }

  #endAfter(error: Error): void {
    this.#failed(error);
    this.#closing ??= this.#end('ERROR');
  }

  async #shutDown(): Promise<void> {
    // What has begun to start is let start, and then stopped.
    await this.#starting?.catch(() => undefined);
    if (this.#state === 'ERROR') return;
    this.#setState('PENDING_SHUTDOWN');
    if (this.#thread !== undefined) this.#thread.leavesGroup = this.#leavesGroup;
    this.#thread?.stop();
    await this.#running;
    await this.#end(this.#failure === undefined ? 'NOT_RUNNING' : 'ERROR');
  }

  async #stopAndFail(): Promise<void> {
    this.#thread?.stop();
    await this.#running;
    await this.#end('ERROR');
  }

  async #end(state: 'NOT_RUNNING' | 'ERROR'): Promise<void> {
    await this.#global?.close();
    await this.#admin.disconnect();
    if (state === 'ERROR') this.#setState('PENDING_ERROR');
    this.#setState(this.#state === 'PENDING_SHUTDOWN' ? 'NOT_RUNNING' : state);
  }

  #failed(error: Error): void {
    this.#failure ??= error;
  }

  async #startGlobal(): Promise<void> {
    const { global } = this.#topology;
    if (global === null) return;
    const { config, clients } = this.#options;
    const { clock, timers } = this.#environment;
    const task = new GlobalTask({ topology: global, config, clock, observer: this.#observer });
    const consumer = this.#kafka('global-consumer').consumer({
      ...clients?.globalConsumer,
      autoOffsetReset: 'earliest',
      allowAutoTopicCreation: false,
    });
    await consumer.connect();
    this.#globalTask = task;
    this.#global = new GlobalStores(consumer, timers, task);
    const { topics } = await this.#admin.fetchTopicMetadata({ topics: [...global.sourceTopics] });
    await this.#global.load(
      topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionId }) => ({ topic: name, partition: partitionId })),
      ),
    );
    this.#global.start((error) => {
      this.#failed(error);
      this.#closing ??= this.#stopAndFail();
    });
  }

  #newThread(): StreamThread {
    const { config, clients = {} } = this.#options;
    return new StreamThread({
      environment: this.#environment,
      topology: this.#topology,
      config,
      kafka: this.#kafka(''),
      restoreKafka: this.#kafka('restore-consumer'),
      admin: this.#admin,
      overrides: clients,
      clientId: this.clientId,
      copies: this.#copies,
      globalStores: this.#globalTask?.stores ?? new Map<string, StateStore>(),
      restoreListener: this.#restoreListener,
      observer: this.#observer,
      isPaused: () => this.#isPaused,
      onRebalance: () => this.#setState('REBALANCING'),
      onFailure: (error) => this.#responseTo(error),
      onRunning: () => this.#setState('RUNNING'),
      onAssignment: (data) => this.#metadata.assigned(data),
    });
  }

  #kafka(part: string): KafkaClients {
    return this.#options.kafka(part === '' ? this.clientId : `${this.clientId}-${part}`);
  }

  #setState(state: StreamsState): void {
    const before = this.#state;
    if (before === state || !mayBecome(before, state)) return;
    this.#state = state;
    const application = this.#options.config['application.id'];
    this.#environment.tracer.emit({
      kind: 'application-state-changed',
      client: this.clientId,
      application,
      from: before,
      to: state,
    });
    this.#stateListener?.(state, before);
  }

  #makeObserver(): TaskObserver {
    const { clock, tracer } = this.#environment;
    if (tracer === silentTracer) return {};
    const instance = { client: this.clientId, application: this.#options.config['application.id'] };
    return {
      processed: ({ taskId, ...record }) =>
        tracer.emit({
          kind: 'record-processed',
          id: processingId(this.clientId, taskId, record, clock.now()),
          ...instance,
          task: taskId,
          ...record,
        }),
      dropped: ({ taskId, node, reason, timestamp, streamTime, origin, window }) =>
        tracer.emit({
          kind: 'record-dropped',
          ...instance,
          task: taskId,
          node,
          reason,
          timestamp,
          streamTime,
          ...(origin !== null && { origin }),
          ...(window !== undefined && { window }),
        }),
      punctuated: ({ taskId, node, type, timestamp }) =>
        tracer.emit({ kind: 'punctuated', ...instance, task: taskId, node, clock: type, timestamp }),
    };
  }

  #localStores({
    storeName,
    partition,
    staleStoresEnabled = false,
  }: StoreQueryParameters<QueryableStoreType>): OpenStore[] {
    const builders = this.#topology.subTopologies.flatMap(({ stores }) => stores);
    const builder = builders.find(({ name }) => name === storeName);
    if (builder === undefined)
      throw new StreamsError('UnknownStateStoreException', `The topology has no store ${storeName}.`);
    const { active, standby } = this.#thread?.tasks ?? {
      active: new Map<string, never>(),
      standby: new Map<string, never>(),
    };
    const running = [...active.values()].filter(({ isRunning }) => isRunning || staleStoresEnabled);
    const tasks = [...running, ...(staleStoresEnabled ? standby.values() : [])].map(({ task }) => task);
    return tasks
      .filter((task) => partition === undefined || task.partition === partition)
      .flatMap(({ stores }) => stores.get(storeName) ?? [])
      .map((store) => ({ store, kind: builder.store }));
  }

  #globalStores(builder: StoreBuilder): OpenStore[] {
    const store = this.#globalTask?.stores.get(builder.name);
    return store === undefined ? [] : [{ store, kind: builder.store }];
  }

  async #plan(): Promise<TopicPlan> {
    return await new InternalTopics(
      this.#admin,
      this.#topology,
      this.#options.config['replication.factor'] ?? -1,
    ).prepare();
  }

  #requireCreated(what: string): void {
    if (this.#state !== 'CREATED')
      throw new StreamsError('IllegalStateException', `${what} before start(), once: the state is ${this.#state}.`);
  }

  #requireAtWork(): void {
    if (!isAtWork(this.#state))
      throw new StreamsError(
        'StreamsNotStartedException',
        `The application does not run: its state is ${this.#state}.`,
      );
  }
}
