import type { Millis } from '../environment/environment.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { AssignedPartitions, type AssignedPartition, type TopicPartition } from './assigned-partitions.js';
import type { ClientContext } from './broker-connection.js';
import { Cluster } from './cluster.js';
import { readingConfig, type ConsumerConfig } from './consumer-config.js';
import { consumerEvents, type ConsumerEventPayloads } from './consumer-events.js';
import { offsetOf, type EachBatchPayload, type EachMessagePayload, type Handler } from './delivery.js';
import { describeGroup, type GroupDescription } from './group-admin.js';
import { GroupCoordinator } from './group-coordinator.js';
import type { OffsetToCommit } from './group-offsets.js';
import type { Instrumentation, InstrumentationEvent, RemoveInstrumentationEventListener } from './instrumentation.js';
import { Lifetime } from './lifetime.js';
import { earliestTimestamp, latestTimestamp, listOffsets } from './list-offsets.js';
import type { GroupMembershipOperation } from './membership/membership.js';
import { PollLoop } from './poll-loop.js';
import { Poller } from './poller.js';
import { committedOffsets, type Reading, type ReadingConfig } from './reading.js';
import type { RebalanceListener } from './rebalance-listener.js';
import { RecordStream, type ConsumerRecord } from './record-stream.js';
import { checkReset, type AutoOffsetReset } from './reset-policy.js';
import { Subscription } from './subscription.js';

export interface ConsumerSubscribe {
  readonly topic?: string | RegExp;
  readonly topics?: readonly (string | RegExp)[];
  /** A pattern of RE2 that the broker matches (Kafka's `SubscriptionPattern`); for the group protocol `consumer` only. */
  readonly pattern?: string;
  /** true: `earliest`, false: `latest`; the consumer's `autoOffsetReset` when absent. */
  readonly fromBeginning?: boolean;
  /** In place of `fromBeginning`: any of Kafka's policies, for these topics. */
  readonly autoOffsetReset?: AutoOffsetReset;
  /** Hears of rebalances; one for the whole subscription, the last one that was given. */
  readonly rebalanceListener?: RebalanceListener;
  /** Whether it takes the place of what was subscribed to before, as in Kafka. By default it is added, as in KafkaJS. */
  readonly replace?: boolean;
}

export interface ConsumerRunConfig {
  /** Whether what handlers have finished is committed by itself; true by default. */
  readonly autoCommit?: boolean;
  /** 5 000 by default. null, without a threshold: after each batch. */
  readonly autoCommitInterval?: Millis | null;
  /** Commits after so many records; null by default. */
  readonly autoCommitThreshold?: number | null;
  /** Whether a batch is handled as a whole when `eachBatch` succeeds; true by default. */
  readonly eachBatchAutoResolve?: boolean;
  /** How many partitions are handled at a time; 1 by default: one record at a time, in the order of the fetch responses. */
  readonly partitionsConsumedConcurrently?: number;
  readonly eachMessage?: (payload: EachMessagePayload) => Promise<void>;
  readonly eachBatch?: (payload: EachBatchPayload) => Promise<void>;
}

export interface TopicPartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly metadata?: string | null;
}

/** An offset for a point in time; null where no record is as young. */
export interface OffsetForTime extends TopicPartition {
  readonly offset: string | null;
  /** The record's, in milliseconds since the epoch. */
  readonly timestamp: string | null;
}

/** How a consumer ends. */
export interface CloseOptions {
  /** `default`: a dynamic member leaves its group, a static one stays in it until its session ends (KIP-1092). */
  readonly groupMembershipOperation?: GroupMembershipOperation;
}

export interface TopicPartitionSelection {
  readonly topic: string;
  /** All when absent. */
  readonly partitions?: readonly number[];
}

/**
 * Reads topics, as a member of a group or partitions that it is told. In KafkaJS's shape it calls handlers (`run`), in that of Kafka's own consumer it is asked for
 * records (`poll`). With handlers a record is committed only after its handler has finished, with polls when the next poll begins: it may come again after a crash,
 * it is never skipped. Heartbeats go on by themselves; a user who does not go on for `maxPollInterval` loses the partitions.
 */
export class Consumer {
  readonly events = consumerEvents;
  readonly #config: ConsumerConfig;
  readonly #readingConfig: ReadingConfig;
  readonly #cluster: Cluster;
  readonly #coordinator: GroupCoordinator | undefined;
  readonly #instrumentation: Instrumentation<ConsumerEventPayloads>;
  readonly #subscription: Subscription;
  readonly #partitions = new AssignedPartitions();
  #isAssignedByHand = false;
  #state: 'new' | 'connected' | 'disconnected' = 'new';
  #loop: PollLoop | undefined;
  #running: Promise<void> | undefined;
  #poller: Poller | undefined;
  /** From `run` to `stop`. */
  #runTime: Lifetime | undefined;
  #stream: RecordStream | undefined;
  #deliveries = 0;

  /** Throws INVALID_CONFIG for settings that there are not, or that don't go together. */
  constructor(context: ClientContext, instrumentation: Instrumentation<ConsumerEventPayloads>, config: ConsumerConfig) {
    this.#config = config;
    this.#readingConfig = readingConfig(config);
    this.#cluster = new Cluster(context, { allowAutoTopicCreation: config.allowAutoTopicCreation ?? true });
    this.#coordinator = config.groupId === undefined ? undefined : new GroupCoordinator(this.#cluster, config.groupId);
    this.#subscription = new Subscription(this.#resetByDefault);
    this.#instrumentation = instrumentation;
  }

  /** Finds the cluster. Rejects when no broker answers, after the retries. */
  async connect(): Promise<void> {
    if (this.#state === 'connected') return;
    if (this.#state === 'disconnected') throw this.#notConnected();
    await this.#cluster.connect();
    this.#state = 'connected';
    this.#instrumentation.emit('consumer.connect', null);
  }

  /** Stops, then closes the connections. Waits for nothing but handlers that run; a poll that waits is rejected. */
  async disconnect(options: CloseOptions = {}): Promise<void> {
    await this.stop(options);
    if (this.#state === 'disconnected') return;
    this.#state = 'disconnected';
    this.#cluster.disconnect(this.#notConnected());
    this.#instrumentation.emit('consumer.disconnect', null);
  }

  /** Subscribes to topics, by name or pattern; the group shares their partitions out. Only before `run`, or while it polls. */
  async subscribe(subscribe: ConsumerSubscribe): Promise<void> {
    const { topic, topics, pattern, fromBeginning, rebalanceListener, replace = false } = subscribe;
    if (this.#running !== undefined)
      throw new KafkaError('INVALID_REQUEST', 'The consumer runs. Subscribe before run().');
    if (this.#isAssignedByHand) throw exclusive();
    this.#requireGroup();
    const wanted = [...(topics ?? []), ...(topic === undefined ? [] : [topic])];
    if (wanted.length === 0 && pattern === undefined)
      throw new KafkaError('INVALID_REQUEST', 'No topic is named. Give topic, topics or pattern.');
    if (pattern !== undefined && this.#readingConfig.groupProtocol === 'classic') {
      throw new KafkaError(
        'INVALID_REQUEST',
        "The broker matches patterns only for the group protocol consumer. Set groupProtocol to 'consumer', or subscribe by a RegExp, which is matched here.",
      );
    }
    const byBeginning = fromBeginning === undefined ? undefined : fromBeginning ? 'earliest' : 'latest';
    const reset = subscribe.autoOffsetReset ?? byBeginning ?? this.#resetByDefault;
    checkReset(reset);
    const { listener } = this.#subscription;
    if (replace) this.#subscription.clear();
    for (const each of wanted) this.#subscription.add(each, reset);
    if (pattern !== undefined) this.#subscription.addBrokerPattern(pattern, reset);
    this.#subscription.listener = rebalanceListener ?? listener;
    this.#poller?.reading.rejoin('the subscription has changed');
  }

  /** What is subscribed to: names, and patterns as text. */
  subscription(): string[] {
    const { brokerPattern } = this.#subscription;
    return [...this.#subscription.described, ...(brokerPattern === null ? [] : [brokerPattern])];
  }

  /** Gives up what is subscribed to or assigned, and leaves the group. */
  async unsubscribe(): Promise<void> {
    await this.#stop('default', 'the consumer unsubscribed from all topics');
    this.#subscription.clear();
    this.#isAssignedByHand = false;
    this.#partitions.remove(this.#partitions.all);
  }

  /**
   * Reads these partitions, whoever else does: without a membership. With a `groupId` offsets can be committed for it, as long as it has no members. What was assigned
   * before and is not named is given up.
   */
  assign(partitions: readonly TopicPartition[]): void {
    if (!this.#subscription.isEmpty) throw exclusive();
    this.#isAssignedByHand = true;
    const wanted = (at: TopicPartition): boolean =>
      partitions.some(({ topic, partition }) => topic === at.topic && partition === at.partition);
    this.#partitions.remove(this.#partitions.all.filter((each) => !wanted(each)));
    for (const assigned of this.#partitions.add(partitions)) {
      assigned.isReady = true;
      assigned.isAwaitingListener = false;
    }
    this.#reading?.signal.raise();
  }

  /** The partitions that it reads at present. */
  assignment(): TopicPartition[] {
    return this.#partitions.all.map(({ topic, partition }) => ({ topic, partition }));
  }

  /** Joins the group and hands out records until `stop`. Resolves once it has joined for the first time; rejects if it fails before and is not to run again. */
  async run(config: ConsumerRunConfig): Promise<void> {
    await this.#start(handlerOf(config), config);
  }

  /**
   * The records, one at a time. A record counts as handled when the loop asks for the next one, and may then be committed; leaving the loop stops the
   * consumer, and the record of that turn comes again. Takes the place of `run`; of its options those about commits hold.
   */
  records(
    config: Pick<ConsumerRunConfig, 'autoCommit' | 'autoCommitInterval' | 'autoCommitThreshold'> = {},
  ): AsyncIterableIterator<ConsumerRecord> {
    const stream: RecordStream = new RecordStream(
      () => this.#start({ kind: 'message', eachMessage: (payload) => stream.handle(payload) }, config, stream),
      () => this.stop(),
    );
    return stream;
  }

  /**
   * Records, as soon as there are any, at most `maxPollRecords`; none after `timeoutMs` without any. The first poll joins the group. Asking again says that what came before is
   * handled: it is committed then if `autoCommitInterval` is over, before partitions are given up, and at the end. Takes the place of `run`. One at a time. Rejects with what
   * went wrong since the last poll; most often it helps to poll again.
   */
  async poll(timeoutMs: Millis): Promise<ConsumerRecord[]> {
    this.#requireStartable();
    return await this.#requirePoller().poll(timeoutMs);
  }

  /** Has the poll that waits, or else the next one, return at once with what it has. */
  wakeup(): void {
    this.#poller?.wakeUp();
  }

  /**
   * Hands out nothing more, waits for handlers that run, commits what they did and leaves the group. It can run again. Don't await it in a handler, which
   * it waits for; in a loop over `records()` it may be awaited: the record of that turn comes again.
   */
  async stop({ groupMembershipOperation = 'default' }: CloseOptions = {}): Promise<void> {
    await this.#stop(groupMembershipOperation);
  }

  /** Says that it leaves its group, and waits and commits nothing: for a page or process that ends now. What was handled since the last commit comes again. */
  leaveAtOnce(): void {
    this.#reading?.leaveAtOnce('its page or process ends');
  }

  /** Commits offsets: the next to be read. Rejects if the group has moved on, or has given the partitions to others; the records then come again. */
  async commitOffsets(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    const parsed = parsedOffsets(offsets);
    if (this.#poller !== undefined || this.#isAssignedByHand) await this.commitSync(offsets);
    else await this.#requireLoop('Commit').commit(parsed);
  }

  /** Commits offsets, or what the polls have returned, after the commits that are under way. Rejects, with REBALANCE_IN_PROGRESS, while the member joins: poll, then commit again. */
  async commitSync(offsets?: readonly TopicPartitionOffset[]): Promise<void> {
    this.#requireGroup();
    await this.#requirePoller().commitSync(offsets && parsedOffsets(offsets));
  }

  /** Commits as `commitSync`, without being waited for and without being tried again. `onComplete` hears of the outcome. */
  commitAsync(
    offsets?: readonly TopicPartitionOffset[],
    onComplete?: (error: Error | null, offsets: readonly TopicPartitionOffset[]) => void,
  ): void {
    this.#requireGroup();
    const poller = this.#requirePoller();
    const parsed = offsets === undefined ? this.#partitions.uncommitted() : parsedOffsets(offsets);
    const told = parsed.map(({ offset, ...rest }) => ({ ...rest, offset: String(offset) }));
    poller.commitAsync(parsed).then(
      () => onComplete?.(null, told),
      (error: unknown) => {
        this.#cluster.context.logger.warn('Offsets could not be committed.', { error });
        onComplete?.(error as Error, told);
      },
    );
  }

  /** Reads on from this offset. What was fetched is dropped; of a partition that is not assigned to this member it holds once it is. */
  seek({ topic, partition, offset }: TopicPartitionOffset): void {
    const parsed = offsetOf(offset);
    if (this.#isAssignedByHand || this.#poller !== undefined) {
      this.#partitions.seek(topic, partition, parsed);
      this.#reading?.signal.raise();
      return;
    }
    const loop = this.#requireLoop('Seek');
    this.#partitions.seek(topic, partition, parsed);
    loop.wake();
  }

  /** Reads these partitions, all that are assigned if none are named, from their first record that is still there. */
  async seekToBeginning(partitions: readonly TopicPartition[] = this.assignment()): Promise<void> {
    await this.#seekTo(partitions, earliestTimestamp);
  }

  /** Reads of these partitions, all that are assigned if none are named, only what comes from now on. */
  async seekToEnd(partitions: readonly TopicPartition[] = this.assignment()): Promise<void> {
    await this.#seekTo(partitions, latestTimestamp);
  }

  /** The offset of the next record of an assigned partition; finds it out if it is not known yet. */
  async position({ topic, partition }: TopicPartition): Promise<string> {
    const assigned = this.#requireAssigned(topic, partition);
    if (assigned.position === undefined) {
      const reading = this.#loop?.reading ?? this.#requirePoller().reading;
      await reading.find(assigned);
    }
    return String(assigned.position ?? -1);
  }

  /** What the group has committed for these partitions: the next offset to read, null where it has nothing. */
  async committed(
    partitions: readonly TopicPartition[],
  ): Promise<(TopicPartition & { readonly offset: string | null; readonly metadata: string | null })[]> {
    this.#requireConnected();
    const found = await committedOffsets(this.#requireGroup(), partitions);
    return partitions.map(({ topic, partition }) => {
      const committed = found.find((each) => each.topic === topic && each.partition === partition);
      if (committed === undefined || committed.offset < 0) return { topic, partition, offset: null, metadata: null };
      return { topic, partition, offset: String(committed.offset), metadata: committed.metadata };
    });
  }

  /** How many offsets lie between the position of an assigned partition and the end of what it can read; undefined as long as that is not known here. */
  currentLag({ topic, partition }: TopicPartition): number | undefined {
    const { position, endOffset } = this.#requireAssigned(topic, partition);
    return position === undefined || endOffset < 0 ? undefined : Math.max(0, endOffset - position);
  }

  /** For each partition its first record with this timestamp (milliseconds since the epoch) or a later one. */
  async offsetsForTimes(
    queries: readonly (TopicPartition & { readonly timestamp: number })[],
  ): Promise<OffsetForTime[]> {
    this.#requireConnected();
    const negative = queries.find(({ timestamp }) => timestamp < 0);
    if (negative !== undefined) {
      throw new KafkaError(
        'INVALID_REQUEST',
        `The timestamp ${negative.timestamp} is negative. Give milliseconds since the epoch; for the ends there are beginningOffsets() and endOffsets().`,
      );
    }
    const found = await listOffsets(this.#cluster, queries, { isolationLevel: this.#readingConfig.isolationLevel });
    return found.map(({ topic, partition, offset, timestamp }) => {
      const isThere = offset >= 0;
      return {
        topic,
        partition,
        offset: isThere ? String(offset) : null,
        timestamp: isThere ? String(timestamp) : null,
      };
    });
  }

  /** The first offsets that are still there. */
  async beginningOffsets(partitions: readonly TopicPartition[]): Promise<TopicPartitionOffset[]> {
    return await this.#ends(partitions, earliestTimestamp);
  }

  /** The offsets that the next records get; with `read_committed`, the ends of what is decided. */
  async endOffsets(partitions: readonly TopicPartition[]): Promise<TopicPartitionOffset[]> {
    return await this.#ends(partitions, latestTimestamp);
  }

  /** Who it is in its group at present: generation (or epoch) -1 while it is nobody. */
  groupMetadata(): {
    readonly groupId: string;
    readonly memberId: string;
    readonly generationId: number;
    readonly groupInstanceId: string | null;
  } {
    const { groupId } = this.#requireGroup();
    const membership = this.#reading?.membership;
    return {
      groupId,
      memberId: membership?.memberId ?? '',
      generationId: membership?.generationId ?? -1,
      groupInstanceId: this.#readingConfig.groupInstanceId,
    };
  }

  /** The group with its members, as the broker sees it. */
  async describeGroup(): Promise<GroupDescription> {
    this.#requireConnected();
    return await describeGroup(this.#requireGroup());
  }

  /** Has the group rebalance; in the group protocol `consumer` that is the broker's business, and nothing happens. */
  enforceRebalance(reason?: string): void {
    this.#reading?.rejoin(reason ?? 'rebalance enforced by user');
  }

  /** Hands out nothing of these partitions until `resume`. They stay assigned. */
  pause(selections: readonly TopicPartitionSelection[]): void {
    for (const { topic, partitions } of selections) this.#partitions.pause(topic, partitions);
  }

  resume(selections: readonly TopicPartitionSelection[]): void {
    for (const { topic, partitions } of selections) this.#partitions.resume(topic, partitions);
    this.#reading?.signal.raise();
  }

  paused(): { topic: string; partitions: number[] }[] {
    return this.#partitions.paused();
  }

  /** Calls `listener` at each event of the type, until the returned function is called. */
  on<Type extends keyof ConsumerEventPayloads>(
    type: Type,
    listener: (event: InstrumentationEvent<ConsumerEventPayloads[Type]>) => void,
  ): RemoveInstrumentationEventListener {
    return this.#instrumentation.on(type, listener);
  }

  get #reading(): Reading | undefined {
    return this.#loop?.reading ?? this.#poller?.reading;
  }

  /** Resolves with the first join. `stream` is told when it has stopped, and why if it failed. */
  async #start(handler: Handler, config: ConsumerRunConfig, stream?: RecordStream): Promise<void> {
    this.#requireStartable();
    if (this.#poller !== undefined)
      throw new KafkaError('INVALID_REQUEST', 'The consumer is being polled. Stop it before run().');
    const runTime = new Lifetime(this.#cluster.context.environment.timers, this.#cluster.lifetime);
    this.#runTime = runTime;
    this.#stream = stream;
    await new Promise<void>((joined, failed: (error: Error) => void) => {
      this.#running = this.#runLoops(runTime, handler, config, joined).then(
        () => this.#ended(joined),
        (error: unknown) => this.#ended(() => failed(error as Error), error as Error),
      );
    });
  }

  async #stop(operation: GroupMembershipOperation, reason?: string): Promise<void> {
    const poller = this.#poller;
    this.#poller = undefined;
    await poller?.close(operation, reason);
    if (this.#running === undefined) return;
    this.#runTime?.end(new KafkaError('BROKER_NOT_AVAILABLE', 'The consumer was stopped.'));
    this.#loop?.stop(operation, reason);
    this.#stream?.abandon();
    await this.#running;
  }

  #ended(settleStart: () => void, failure?: Error): void {
    const stream = this.#stream;
    this.#running = undefined;
    this.#loop = undefined;
    this.#stream = undefined;
    this.#instrumentation.emit('consumer.stop', null);
    settleStart();
    stream?.end(failure);
  }

  /** Runs until it is stopped, again after a crash if that may help. */
  async #runLoops(runTime: Lifetime, handler: Handler, config: ConsumerRunConfig, onJoined: () => void): Promise<void> {
    const { groupId = '' } = this.#config;
    const backoff = this.#cluster.backoff({ ...this.#cluster.context.retry, retries: Infinity });
    const isStopped = (): boolean => runTime.isOver;
    while (!isStopped()) {
      this.#loop = this.#newLoop(handler, config);
      try {
        await this.#loop.run(onJoined);
      } catch (error) {
        const restart = !isStopped() && (await this.#mayRestart(error as Error));
        this.#cluster.context.logger.error(`The consumer of group ${groupId} crashed.`, { error, restart });
        this.#instrumentation.emit('consumer.crash', { error: error as Error, groupId, restart });
        if (!restart) throw error;
        // Rejects when it is stopped meanwhile.
        await runTime.sleep(backoff.next()).catch(() => undefined);
      }
    }
  }

  /** What can't get better by itself is not tried again: a handler that throws can, a setting that the broker refuses can't. */
  async #mayRestart(error: Error): Promise<boolean> {
    const canHelp = error instanceof KafkaError && (error.retriable || error.code === 'UNKNOWN_SERVER_ERROR');
    return canHelp && ((await this.#config.retry?.restartOnFailure?.(error)) ?? true);
  }

  #newLoop(handler: Handler, config: ConsumerRunConfig): PollLoop {
    return new PollLoop({
      ...this.#readingOptions(),
      handler,
      autoCommit: {
        autoCommit: (config.autoCommit ?? true) && this.#coordinator !== undefined,
        intervalMs: config.autoCommitInterval === undefined ? 5_000 : config.autoCommitInterval,
        threshold: config.autoCommitThreshold ?? null,
      },
      partitionsConsumedConcurrently: config.partitionsConsumedConcurrently ?? 1,
    });
  }

  #readingOptions() {
    return {
      ...this.#readingConfig,
      cluster: this.#cluster,
      coordinator: this.#coordinator,
      isSubscribed: !this.#isAssignedByHand,
      subscription: this.#subscription,
      partitions: this.#partitions,
      instrumentation: this.#instrumentation,
      nextDelivery: () => this.#deliveries++,
    };
  }

  #requirePoller(): Poller {
    this.#requireConnected();
    if (this.#running !== undefined)
      throw new KafkaError('INVALID_REQUEST', 'The consumer runs, so it can not be polled. Stop it first.');
    this.#poller ??= new Poller({
      ...this.#readingOptions(),
      autoCommit: (this.#config.autoCommit ?? true) && this.#coordinator !== undefined,
      autoCommitIntervalMs: this.#config.autoCommitInterval ?? 5_000,
      maxPollRecords: this.#config.maxPollRecords ?? 500,
    });
    return this.#poller;
  }

  async #seekTo(partitions: readonly TopicPartition[], timestamp: number): Promise<void> {
    for (const { topic, partition } of partitions) this.#requireAssigned(topic, partition);
    for (const { topic, partition, offset } of await this.#ends(partitions, timestamp))
      this.#partitions.seek(topic, partition, Number(offset));
    this.#reading?.signal.raise();
  }

  async #ends(partitions: readonly TopicPartition[], timestamp: number): Promise<TopicPartitionOffset[]> {
    this.#requireConnected();
    const queries = partitions.map(({ topic, partition }) => ({ topic, partition, timestamp }));
    const found = await listOffsets(this.#cluster, queries, { isolationLevel: this.#readingConfig.isolationLevel });
    return found.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) }));
  }

  #requireAssigned(topic: string, partition: number): AssignedPartition {
    const assigned = this.#partitions.get(topic, partition);
    if (assigned !== undefined) return assigned;
    throw new KafkaError(
      'INVALID_REQUEST',
      `${topic}-${partition} is not assigned to this consumer. It has ${this.#partitions.all.map((each) => `${each.topic}-${each.partition}`).join(', ') || 'nothing'}.`,
    );
  }

  #requireStartable(): void {
    this.#requireConnected();
    if (this.#subscription.isEmpty && !this.#isAssignedByHand) {
      throw new KafkaError(
        'INVALID_REQUEST',
        'No topic is subscribed to, and no partition assigned. Call subscribe() or assign() first.',
      );
    }
    if (this.#running !== undefined)
      throw new KafkaError('INVALID_REQUEST', 'The consumer runs already. Stop it first.');
  }

  #requireLoop(what: string): PollLoop {
    if (this.#loop !== undefined) return this.#loop;
    throw new KafkaError('INVALID_REQUEST', `The consumer does not run. ${what} after run(), or after poll().`);
  }

  #requireGroup(): GroupCoordinator {
    if (this.#coordinator !== undefined) return this.#coordinator;
    throw new KafkaError(
      'INVALID_GROUP_ID',
      'A consumer without a group can only read partitions that are assigned, and commits nothing. Give it a groupId.',
    );
  }

  #requireConnected(): void {
    if (this.#state !== 'connected') throw this.#notConnected();
  }

  get #resetByDefault(): AutoOffsetReset {
    return this.#config.autoOffsetReset ?? 'latest';
  }

  #notConnected(): KafkaError {
    return new KafkaError(
      'INVALID_REQUEST',
      this.#state === 'new'
        ? 'The consumer is not connected. Await connect() first.'
        : 'The consumer is disconnected. Make a new one.',
    );
  }
}

function exclusive(): KafkaError {
  return new KafkaError(
    'INVALID_REQUEST',
    'Subscription to topics and assignment of partitions exclude each other. Call unsubscribe() in between.',
  );
}

function parsedOffsets(offsets: readonly TopicPartitionOffset[]): OffsetToCommit[] {
  return offsets.map((each) => ({ ...each, offset: offsetOf(each.offset) }));
}

function handlerOf({ eachMessage, eachBatch, eachBatchAutoResolve }: ConsumerRunConfig): Handler {
  if (eachMessage !== undefined && eachBatch === undefined) return { kind: 'message', eachMessage };
  if (eachBatch !== undefined && eachMessage === undefined)
    return { kind: 'batch', eachBatch, autoResolve: eachBatchAutoResolve ?? true };
  throw new KafkaError('INVALID_REQUEST', 'run() needs a handler. Give either eachMessage or eachBatch.');
}
