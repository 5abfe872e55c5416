import type { Millis } from '../environment/environment.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { AssignedPartitions } from './assigned-partitions.js';
import type { Assignor } from './assignors/assignor.js';
import { rangeAssignor } from './assignors/range.js';
import type { RetryOptions } from './backoff.js';
import type { ClientContext } from './broker-connection.js';
import { Cluster } from './cluster.js';
import { consumerEvents, type ConsumerEventPayloads } from './consumer-events.js';
import { offsetOf, type EachBatchPayload, type EachMessagePayload, type Handler } from './delivery.js';
import { GroupCoordinator } from './group-coordinator.js';
import type { Instrumentation, InstrumentationEvent, RemoveInstrumentationEventListener } from './instrumentation.js';
import { Lifetime } from './lifetime.js';
import { PollLoop } from './poll-loop.js';
import { RecordStream, type ConsumerRecord } from './record-stream.js';
import { Subscription, type AutoOffsetReset } from './subscription.js';

/** How a consumer reads. Names are KafkaJS's where it has one, defaults are those of Kafka 4's own consumer. Times are in milliseconds. */
export interface ConsumerConfig {
  readonly groupId: string;
  /** Where reading begins without a usable committed offset: `latest` by default. A subscription's `fromBeginning` goes before it. */
  readonly autoOffsetReset?: AutoOffsetReset;
  /** The assignors that this member knows, best first; range by default. */
  readonly partitionAssigners?: readonly Assignor[];
  /** A name that makes the member static (KIP-345): it keeps its place while it is away for less than the session timeout. */
  readonly groupInstanceId?: string;
  /** Without a heartbeat for so long the member is out; 45 000 by default. */
  readonly sessionTimeout?: Millis;
  /** How long a rebalance waits for a member whose handler runs; 300 000 by default. */
  readonly rebalanceTimeout?: Millis;
  /** 3 000 by default. */
  readonly heartbeatInterval?: Millis;
  /** Metadata older than this is asked for again; 300 000 by default. */
  readonly metadataMaxAge?: Millis;
  /** Whether subscribing to an unknown topic may create it, if the broker allows it too; true by default. */
  readonly allowAutoTopicCreation?: boolean;
  /** How long the broker may wait for records; 500 by default. */
  readonly maxWaitTimeInMs?: Millis;
  /** 1 by default. */
  readonly minBytes?: number;
  /** 50 MiB by default. */
  readonly maxBytes?: number;
  /** 1 MiB by default. */
  readonly maxBytesPerPartition?: number;
  /** `restartOnFailure`: asked after a crash whether to run again; yes when absent. */
  readonly retry?: RetryOptions & { readonly restartOnFailure?: (error: Error) => Promise<boolean> };
}

export interface ConsumerSubscribe {
  readonly topic?: string | RegExp;
  readonly topics?: readonly (string | RegExp)[];
  /** true: `earliest`, false: `latest`; the consumer's `autoOffsetReset` when absent. */
  readonly fromBeginning?: boolean;
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

export interface TopicPartitionSelection {
  readonly topic: string;
  /** All when absent. */
  readonly partitions?: readonly number[];
}

/**
 * Reads topics as a member of a group, in KafkaJS's shape. A record is committed only after its handler has finished: it may come again after a crash, it
 * is never skipped. Heartbeats go on while handlers run; a rebalance waits for them, up to the rebalance timeout.
 */
export class Consumer {
  readonly events = consumerEvents;
  readonly #config: ConsumerConfig;
  readonly #cluster: Cluster;
  readonly #coordinator: GroupCoordinator;
  readonly #instrumentation: Instrumentation<ConsumerEventPayloads>;
  readonly #subscription = new Subscription();
  readonly #partitions = new AssignedPartitions();
  #state: 'new' | 'connected' | 'disconnected' = 'new';
  #loop: PollLoop | undefined;
  #running: Promise<void> | undefined;
  /** From `run` to `stop`. */
  #runTime: Lifetime | undefined;
  #stream: RecordStream | undefined;
  #deliveries = 0;

  constructor(context: ClientContext, instrumentation: Instrumentation<ConsumerEventPayloads>, config: ConsumerConfig) {
    this.#config = config;
    this.#cluster = new Cluster(context, { allowAutoTopicCreation: config.allowAutoTopicCreation ?? true });
    this.#coordinator = new GroupCoordinator(this.#cluster, config.groupId);
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

  /** Stops, then closes the connections. Waits for nothing but handlers that run. */
  async disconnect(): Promise<void> {
    await this.stop();
    if (this.#state === 'disconnected') return;
    this.#state = 'disconnected';
    this.#cluster.disconnect(this.#notConnected());
    this.#instrumentation.emit('consumer.disconnect', null);
  }

  /** Adds topics, by name or pattern. Only before `run`. */
  async subscribe({ topic, topics, fromBeginning }: ConsumerSubscribe): Promise<void> {
    if (this.#running !== undefined)
      throw new KafkaError('INVALID_REQUEST', 'The consumer runs. Subscribe before run().');
    const wanted = [...(topics ?? []), ...(topic === undefined ? [] : [topic])];
    if (wanted.length === 0) throw new KafkaError('INVALID_REQUEST', 'No topic is named. Give topic or topics.');
    const byDefault = this.#config.autoOffsetReset ?? 'latest';
    const reset = fromBeginning === undefined ? byDefault : fromBeginning ? 'earliest' : 'latest';
    for (const each of wanted) this.#subscription.add(each, reset);
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
   * Hands out nothing more, waits for handlers that run, commits what they did and leaves the group. It can run again. Don't await it in a handler, which
   * it waits for; in a loop over `records()` it may be awaited: the record of that turn comes again.
   */
  async stop(): Promise<void> {
    if (this.#running === undefined) return;
    this.#runTime?.end(new KafkaError('BROKER_NOT_AVAILABLE', 'The consumer was stopped.'));
    this.#loop?.stop();
    this.#stream?.abandon();
    await this.#running;
  }

  /** Commits offsets: the next to be read. Rejects if the group has moved on; the records then come again. */
  async commitOffsets(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    const parsed = offsets.map((each) => ({ ...each, offset: offsetOf(each.offset) }));
    await this.#requireLoop('Commit').commit(parsed);
  }

  /** Reads on from this offset. What was fetched is dropped; of a partition that is not assigned to this member it holds once it is. */
  seek({ topic, partition, offset }: TopicPartitionOffset): void {
    const loop = this.#requireLoop('Seek');
    this.#partitions.seek(topic, partition, offsetOf(offset));
    loop.wake();
  }

  /** Hands out nothing of these partitions until `resume`. They stay assigned. */
  pause(selections: readonly TopicPartitionSelection[]): void {
    for (const { topic, partitions } of selections) this.#partitions.pause(topic, partitions);
  }

  resume(selections: readonly TopicPartitionSelection[]): void {
    for (const { topic, partitions } of selections) this.#partitions.resume(topic, partitions);
    this.#loop?.wake();
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

  /** Resolves with the first join. `stream` is told when it has stopped, and why if it failed. */
  async #start(handler: Handler, config: ConsumerRunConfig, stream?: RecordStream): Promise<void> {
    if (this.#state !== 'connected') throw this.#notConnected();
    if (this.#subscription.isEmpty)
      throw new KafkaError('INVALID_REQUEST', 'No topic is subscribed to. Call subscribe() first.');
    if (this.#running !== undefined)
      throw new KafkaError('INVALID_REQUEST', 'The consumer runs already. Stop it first.');
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
    const { groupId, retry } = this.#config;
    const backoff = this.#cluster.backoff({ ...retry, retries: Infinity });
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
      coordinator: this.#coordinator,
      subscription: this.#subscription,
      partitions: this.#partitions,
      instrumentation: this.#instrumentation,
      handler,
      autoCommit: {
        autoCommit: config.autoCommit ?? true,
        intervalMs: config.autoCommitInterval === undefined ? 5_000 : config.autoCommitInterval,
        threshold: config.autoCommitThreshold ?? null,
      },
      nextDelivery: () => this.#deliveries++,
      partitionsConsumedConcurrently: config.partitionsConsumedConcurrently ?? 1,
      assignors: this.#config.partitionAssigners ?? [rangeAssignor],
      groupInstanceId: this.#config.groupInstanceId ?? null,
      sessionTimeoutMs: this.#config.sessionTimeout ?? 45_000,
      rebalanceTimeoutMs: this.#config.rebalanceTimeout ?? 300_000,
      heartbeatIntervalMs: this.#config.heartbeatInterval ?? 3_000,
      metadataMaxAgeMs: this.#config.metadataMaxAge ?? 300_000,
      allowAutoTopicCreation: this.#config.allowAutoTopicCreation ?? true,
      maxWaitMs: this.#config.maxWaitTimeInMs ?? 500,
      minBytes: this.#config.minBytes ?? 1,
      maxBytes: this.#config.maxBytes ?? 50 * 1024 * 1024,
      maxBytesPerPartition: this.#config.maxBytesPerPartition ?? 1024 * 1024,
    });
  }

  #requireLoop(what: string): PollLoop {
    if (this.#loop !== undefined) return this.#loop;
    throw new KafkaError('INVALID_REQUEST', `The consumer does not run. ${what} after run().`);
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

function handlerOf({ eachMessage, eachBatch, eachBatchAutoResolve }: ConsumerRunConfig): Handler {
  if (eachMessage !== undefined && eachBatch === undefined) return { kind: 'message', eachMessage };
  if (eachBatch !== undefined && eachMessage === undefined)
    return { kind: 'batch', eachBatch, autoResolve: eachBatchAutoResolve ?? true };
  throw new KafkaError('INVALID_REQUEST', 'run() needs a handler. Give either eachMessage or eachBatch.');
}
