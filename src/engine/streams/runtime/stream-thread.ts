import type { Admin } from '../../client/admin.js';
import type { TopicPartition } from '../../client/assigned-partitions.js';
import type { Consumer } from '../../client/consumer.js';
import type { Producer } from '../../client/producer.js';
import type { AutoOffsetReset as ClientReset } from '../../client/reset-policy.js';
import { sleep } from '../../environment/environment.js';
import { silentTracer, type Environment, type EventId } from '../../environment/trace-events.js';
import { KafkaError } from '../../protocol/kafka-error.js';
import type { StateStore } from '../state/state-store.js';
import type { StreamsConfig } from '../streams-config.js';
import { StreamsError } from '../streams-error.js';
import type { TaskOffset } from '../task/stream-task.js';
import { processingId, type TaskObserver } from '../task/task-observer.js';
import type { AutoOffsetReset, BuiltTopology, SourceNode } from '../topology/topology-node.js';
import type { AssignmentData } from './assignor/assignor-data.js';
import { streamsAssignor } from './assignor/streams-assignor.js';
import type { ClientOverrides } from './client-overrides.js';
import type { KafkaClients, UncaughtExceptionResponse } from './kafka-streams.js';
import { InternalTopics } from './internal-topics.js';
import { RepartitionPurge } from './repartition-purge.js';
import type { StateCopies } from './state-copies.js';
import { StateRestorer, type StateRestoreListener } from './state-restorer.js';
import { TaskManager } from './task-manager.js';
import { TaskProducer } from './task-producer.js';
import type { TopicPlan } from './topic-plan.js';

export interface StreamThreadOptions {
  readonly environment: Environment;
  readonly topology: BuiltTopology;
  readonly config: StreamsConfig;
  /** Clients of the thread, and, under a name of their own, of its restorer. */
  readonly kafka: KafkaClients;
  readonly restoreKafka: KafkaClients;
  readonly admin: Admin;
  readonly overrides: ClientOverrides;
  readonly clientId: string;
  readonly copies: StateCopies | null;
  readonly globalStores: ReadonlyMap<string, StateStore>;
  readonly restoreListener: StateRestoreListener;
  readonly observer: TaskObserver;
  readonly isPaused: () => boolean;
  /** It has begun to give up or take over tasks. */
  readonly onRebalance: () => void;
  /** It fails, and is about to end: what is to become of the application. */
  readonly onFailure: (error: Error) => UncaughtExceptionResponse;
  /** All its tasks run. */
  readonly onRunning: () => void;
  readonly onAssignment: (data: AssignmentData) => void;
}

const pollMsByDefault = 100;
const commitIntervalMsByDefault = 30_000;
const recordsPerPoll = 1_000;
/** How long the last commit is tried for. */
const longestLastCommitMs = 10_000;
/** How long it goes on without letting others have the event loop. */
const turnMs = 20;

/** The group has moved on without this member: its tasks may run elsewhere already (Kafka's `TaskMigratedException`). */
const migratedErrors: ReadonlySet<string> = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'FENCED_MEMBER_EPOCH',
]);

/** One member of an application's group, and the tasks that it runs: polls, processes, punctuates, commits (Kafka's `StreamThread`). */
export class StreamThread {
  readonly #options: StreamThreadOptions;
  readonly #consumer: Consumer;
  readonly #producer: Producer;
  readonly #restorer: StateRestorer;
  readonly #topics: InternalTopics;
  readonly #purge: RepartitionPurge;
  readonly tasks: TaskManager;
  #plan: TopicPlan | undefined;
  #isStopping = false;
  #wantsShutdown = false;
  #failure: Error | undefined;
  #lastCommitMs: number;
  #turnBeganMs: number;
  #standbys: readonly string[] | undefined;

  constructor(options: StreamThreadOptions) {
    const { environment, topology, config, kafka, restoreKafka, admin, overrides, copies, observer } = options;
    this.#options = options;
    this.#topics = new InternalTopics(admin, topology, config['replication.factor'] ?? -1);
    this.#producer = kafka.producer({ lingerMs: 100, ...overrides.producer });
    this.#consumer = kafka.consumer({
      autoOffsetReset: (config['auto.offset.reset'] as ClientReset | undefined) ?? 'earliest',
      maxPollRecords: recordsPerPoll,
      ...overrides.consumer,
      groupId: config['application.id'],
      autoCommit: false,
      allowAutoTopicCreation: false,
      partitionAssigners: [
        streamsAssignor({
          server: config['application.server'] ?? null,
          standbyReplicas: config['num.standby.replicas'] ?? 0,
          plan: async () => (this.#plan = await this.#topics.prepare()),
          standbyTasks: () => [...this.tasks.standby.keys()],
          wantsShutdown: () => this.#wantsShutdown,
          onAssignment: (data) => this.#heard(data),
        }),
      ],
    });
    const restoreConsumer = restoreKafka.consumer({
      maxPollRecords: recordsPerPoll,
      ...overrides.restoreConsumer,
      autoOffsetReset: 'earliest',
      allowAutoTopicCreation: false,
    });
    this.#restorer = new StateRestorer(restoreConsumer, environment.timers, {
      listener: options.restoreListener,
      failed: (error) => this.#fail(error),
    });
    this.tasks = new TaskManager({
      config,
      clock: environment.clock,
      consumer: this.#consumer,
      producer: new TaskProducer({
        producer: this.#producer,
        config,
        clock: environment.clock,
        countPartitions: (topic) => this.#countPartitions(topic),
        dropped: (taskId, node) => this.tasks.active.get(taskId)?.task.dropped(node, { reason: 'failed' }),
        changed: (taskId, record, offset) => this.#changed(taskId, record, offset),
        ...(environment.tracer !== silentTracer && { cause: (taskId: string) => this.#processing(taskId) }),
      }),
      restorer: this.#restorer,
      copies,
      globalStores: options.globalStores,
      observer,
      plan: () => this.#requirePlan(),
      onAssigned: (task, role) =>
        this.#trace({
          kind: 'task-assigned',
          task: task.id,
          role,
          partitions: task.topics.map((topic) => ({ topic, partition: task.partition })),
        }),
      onRestored: (task, records) => this.#trace({ kind: 'task-restored', task: task.id, records }),
      onEnded: (task, role, reason) => this.#trace({ kind: 'task-ended', task, role, reason }),
      wake: () => this.#consumer.wakeup(),
    });
    this.#purge = new RepartitionPurge(admin, topology, environment.clock, config['repartition.purge.interval.ms']);
    this.#lastCommitMs = environment.clock.now();
    this.#turnBeganMs = environment.clock.now();
  }

  /** Who it is in its group at present. */
  get memberId(): string {
    return this.#consumer.groupMetadata().memberId;
  }

  /** Records still to be restored, by changelog partition; -1 where that is not known yet. */
  restoreLags(): ReadonlyMap<string, number> {
    return this.#restorer.lags();
  }

  /** Connects, and makes sure that the topics are there. Rejects with a StreamsError if the topology or its topics are to blame. */
  async open(): Promise<void> {
    try {
      this.#plan = await this.#prepareTopics();
      await Promise.all([this.#producer.connect(), this.#consumer.connect(), this.#restorer.connect()]);
      this.#restorer.start();
      await this.#subscribe();
    } catch (error) {
      await this.#close(error);
      throw error;
    }
  }

  /** Joins the group and works until `stop`. Rejects with what it fails with; everything is closed either way. */
  async run(): Promise<void> {
    let failure: unknown;
    try {
      while (!this.#isStopping) await this.#step();
      await this.#commitAtTheEnd();
    } catch (error) {
      failure = error;
      if (this.#options.onFailure(error as Error) === 'shutdown-application') await this.#tellTheOthers();
    }
    await this.#close(failure);
    if (failure !== undefined) throw failure as Error;
  }

  /** Asks the leader, in a rebalance, to have every instance shut down. */
  async #tellTheOthers(): Promise<void> {
    const { clock } = this.#options.environment;
    this.#wantsShutdown = true;
    await this.tasks.closeAll('failed');
    const untilMs = clock.now() + longestLastCommitMs;
    this.#consumer.enforceRebalance('the application is to be shut down');
    try {
      while (clock.now() < untilMs) await this.#poll();
    } catch {
      // It has been told, as the others are; or it cannot be reached, and they go on without it.
    }
  }

  /** Has `run` commit, close its tasks and end. */
  stop(): void {
    this.#isStopping = true;
    this.#consumer.wakeup();
  }

  /** Whether it leaves the group at its end, or only after its session (Kafka's default, so that a restart moves nothing). */
  leavesGroup = false;

  async #step(): Promise<void> {
    const records = await this.#poll();
    this.#throwFailure();
    this.tasks.addRecords(records);
    await this.#followStandbys();
    await this.#prepareTasks();
    this.tasks.startRestored();
    if (this.tasks.isRunning) this.#options.onRunning();
    if (!this.#options.isPaused()) this.tasks.process();
    this.#throwFailure();
    await this.#commitIfDue();
    await this.#giveWay();
  }

  async #prepareTasks(): Promise<void> {
    try {
      await this.tasks.prepare();
    } catch (error) {
      // With the next turn again; nothing of these tasks is read before.
      if (!(error instanceof KafkaError) || !error.retriable) throw error;
    }
  }

  async #poll() {
    try {
      return await this.#consumer.poll(this.#pollMs());
    } catch (error) {
      const cause = error instanceof KafkaError && error.cause instanceof StreamsError ? error.cause : error;
      if (cause instanceof KafkaError && cause.retriable) return [];
      throw cause;
    }
  }

  #pollMs(): number {
    const { config, environment } = this.#options;
    if (this.#isStopping || this.#wantsShutdown) return config['poll.ms'] ?? pollMsByDefault;
    if (this.tasks.isProcessable && !this.#options.isPaused()) return 0;
    const longest = config['poll.ms'] ?? pollMsByDefault;
    const now = environment.clock.now();
    const due = Math.min(this.tasks.dueMs ?? Infinity, this.#lastCommitMs + this.#commitIntervalMs);
    // Never 0 where nothing can be processed: time has to go on.
    return Math.max(1, Math.min(longest, due - now));
  }

  async #subscribe(): Promise<void> {
    const { topology } = this.#options;
    const rebalanceListener = {
      onPartitionsAssigned: (partitions: readonly TopicPartition[]) => this.#assigned(partitions),
      onPartitionsRevoked: (partitions: readonly TopicPartition[]) => this.#revoked(partitions),
      onPartitionsLost: (partitions: readonly TopicPartition[]) => {
        this.#options.onRebalance();
        this.tasks.lose(partitions);
      },
    };
    const sources = topology.subTopologies.flatMap(({ nodes }) => nodes.filter((node) => node.kind === 'source'));
    for (const source of sources) {
      const autoOffsetReset = clientReset(source.offsetReset);
      await this.#consumer.subscribe({
        topics: namesOf(source),
        rebalanceListener,
        ...(autoOffsetReset !== undefined && { autoOffsetReset }),
      });
    }
  }

  async #assigned(partitions: readonly TopicPartition[]): Promise<void> {
    this.#options.onRebalance();
    const { tasks } = this.#requirePlan();
    const known = new Set(tasks.flatMap(({ topics, partition }) => topics.map((topic) => `${topic}-${partition}`)));
    // The leader has seen topics or partitions that were not there when this instance planned.
    if (partitions.some(({ topic, partition }) => !known.has(`${topic}-${partition}`)))
      this.#plan = await this.#topics.prepare();
    this.tasks.assign(partitions);
  }

  async #revoked(partitions: readonly TopicPartition[]): Promise<void> {
    if (partitions.length === 0) return;
    this.#options.onRebalance();
    try {
      await this.tasks.revoke(partitions);
    } catch (error) {
      // Nothing is lost: whoever runs them next begins where they were committed last.
      if (!(error instanceof KafkaError)) throw error;
    }
  }

  #heard(data: AssignmentData): void {
    if (data.error !== null) throw new StreamsError(data.error.name, data.error.message);
    this.#standbys = data.standby;
    this.#options.onAssignment(data);
  }

  /** Standbys are taken up after what the assignment brings has been, so that no task is both. */
  async #followStandbys(): Promise<void> {
    const standbys = this.#standbys;
    if (standbys === undefined) return;
    this.#standbys = undefined;
    await this.tasks.setStandbys(standbys);
  }

  async #commitIfDue(): Promise<void> {
    const { clock } = this.#options.environment;
    const isDue = clock.now() - this.#lastCommitMs >= this.#commitIntervalMs;
    if (isDue || this.tasks.isCommitRequested) await this.#commit();
  }

  /** Tells whether nothing is left to be committed. */
  async #commit(): Promise<boolean> {
    this.#lastCommitMs = this.#options.environment.clock.now();
    try {
      const offsets = await this.tasks.commit();
      if (offsets.length > 0) this.#committed(offsets);
      return true;
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      // The group has moved on: the next poll tells what is lost.
      if (migratedErrors.has(error.code)) await this.tasks.closeAll('lost');
      // Later, after the rebalance or when the broker is back.
      else if (error.code !== 'REBALANCE_IN_PROGRESS' && !error.retriable) throw error;
      return migratedErrors.has(error.code);
    }
  }

  /** A rebalance that is under way does not take commits; it is waited for, or what was processed would be processed again elsewhere. */
  async #commitAtTheEnd(): Promise<void> {
    const { clock } = this.#options.environment;
    const untilMs = clock.now() + longestLastCommitMs;
    while (!(await this.#commit()) && clock.now() < untilMs) await this.#poll();
  }

  #committed(offsets: readonly TaskOffset[]): void {
    this.#trace({ kind: 'tasks-committed', tasks: [...this.tasks.active.keys()] });
    this.#purge.committed(offsets);
  }

  get #commitIntervalMs(): number {
    return this.#options.config['commit.interval.ms'] ?? commitIntervalMsByDefault;
  }

  /** Lets others have the event loop: polls that find what was fetched before do not wait for anything. */
  async #giveWay(): Promise<void> {
    const { clock, timers } = this.#options.environment;
    if (clock.now() - this.#turnBeganMs < turnMs) return;
    await sleep(timers, 0);
    this.#turnBeganMs = clock.now();
  }

  async #close(failure: unknown): Promise<void> {
    await this.tasks
      .closeAll(failure === undefined ? 'closed' : 'failed')
      .catch((error: unknown) => this.#fail(error as Error));
    const groupMembershipOperation = this.leavesGroup ? 'leave-group' : 'remain-in-group';
    await Promise.allSettled([
      this.#consumer.disconnect({ groupMembershipOperation }),
      this.#restorer.close(),
      this.#producer.disconnect(),
    ]);
    await this.#purge.ended();
  }

  /** Tries again while the cluster is not ready; what it refuses is thrown. */
  async #prepareTopics(): Promise<TopicPlan> {
    const retryMs = 300;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#topics.prepare();
      } catch (error) {
        if (!(error instanceof KafkaError) || !error.retriable || attempt === 100) throw error;
        await sleep(this.#options.environment.timers, retryMs);
      }
    }
  }

  async #countPartitions(topic: string): Promise<number> {
    const planned = this.#plan?.partitionsOf.get(topic);
    if (planned !== undefined) return planned;
    const { topics } = await this.#options.admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length ?? 0;
  }

  #changed(
    taskId: string,
    record: Parameters<ConstructorParameters<typeof TaskProducer>[0]['changed']>[1],
    offset: number,
  ): void {
    const { copies, config } = this.#options;
    const { key } = record;
    if (copies === null && (config['num.standby.replicas'] ?? 0) === 0) return;
    const changelogs = this.tasks.active.get(taskId)?.planned.subTopology.changelogTopics;
    const storeName = [...(changelogs ?? [])].find(([, { name }]) => name === record.topic)?.[0];
    if (storeName === undefined || key === null) return;
    this.tasks.changed(taskId, storeName, offset);
    copies?.add(taskId, storeName, [{ ...record, key }], offset + 1);
  }

  /** The record that a task is processing at this moment, as the trace will name it. */
  #processing(taskId: string): EventId | undefined {
    const { environment, clientId } = this.#options;
    const origin = this.tasks.active.get(taskId)?.task.current?.origin ?? null;
    return origin === null ? undefined : processingId(clientId, taskId, origin, environment.clock.now());
  }

  #requirePlan(): TopicPlan {
    if (this.#plan === undefined)
      throw new StreamsError('IllegalStateException', 'The topics have not been planned yet.');
    return this.#plan;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#consumer.wakeup();
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  #trace(event: StreamsEvent): void {
    const { environment, clientId, config } = this.#options;
    environment.tracer.emit({ ...event, client: clientId, application: config['application.id'] });
  }
}

type TraceEvent = Parameters<Environment['tracer']['emit']>[0];
type WithoutInstance<Event> = Event extends unknown ? Omit<Event, 'client' | 'application'> : never;
/** What happens to tasks, without whose they are. */
type StreamsEvent = WithoutInstance<
  Extract<TraceEvent, { kind: 'task-assigned' | 'task-restored' | 'task-ended' | 'tasks-committed' }>
>;

function namesOf({ topics }: SourceNode): (string | RegExp)[] {
  return topics instanceof RegExp
    ? [new RegExp(`^(?:${topics.source})$`, topics.flags.replace(/[gy]/g, ''))]
    : [...topics];
}

function clientReset(reset: AutoOffsetReset | null): ClientReset | undefined {
  if (reset === null) return undefined;
  return typeof reset === 'string' ? reset : `by_duration:PT${reset.byDurationMs / 1000}S`;
}
