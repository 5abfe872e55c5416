import type { Millis, TimerHandle } from '../environment/environment.js';
import { silentTracer, type EventId } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { RecordToEncode } from '../protocol/record-batch.js';
import { Accumulator } from './accumulator.js';
import type { RetryOptions } from './backoff.js';
import type { ClientContext } from './broker-connection.js';
import { Cluster } from './cluster.js';
import type {
  Instrumentation,
  InstrumentationEvent,
  RemoveInstrumentationEventListener,
  RequestEventPayload,
} from './instrumentation.js';
import { recordOf, type Message } from './message.js';
import { TopicPartitions, type CustomPartitioner } from './partitioner.js';
import type { Delivery } from './producer-batch.js';
import { SendCall, type RecordMetadata } from './send-call.js';
import { Sender } from './sender.js';

/** How a producer sends. Names are KafkaJS's where it has one, defaults are those of Kafka 4's own producer. */
export interface ProducerConfig {
  /** Decides where every message goes; Kafka's own partitioner when absent. */
  readonly createPartitioner?: CustomPartitioner;
  /** How long a batch waits for more records, in milliseconds; 5 by default, as Kafka 4. 0 sends as soon as nothing is in the way. */
  readonly lingerMs?: Millis;
  /** Bytes up to which records share a batch; 16 384 by default. With 0 every record has its own, and one without a key chooses its partition anew. */
  readonly batchSize?: number;
  /** Bytes that may wait to be acknowledged; 32 MiB by default. A send beyond it waits. */
  readonly bufferMemory?: number;
  /** The longest wait for memory, in milliseconds; 60 000 by default. */
  readonly maxBlockMs?: Millis;
  /** Bytes of the largest request, and of the largest record; 1 MiB by default. */
  readonly maxRequestSize?: number;
  /** How long a record may stay unacknowledged, in milliseconds, retries included; 120 000 by default. */
  readonly deliveryTimeoutMs?: Millis;
  /** Requests without an answer, to each broker; 5 by default. A partition never has more than one. */
  readonly maxInFlightRequests?: number;
  /** How batches are tried again. Unless `retries` is given, only the delivery timeout limits them. */
  readonly retry?: RetryOptions;
  /** Metadata older than this is asked for again, in milliseconds; 300 000 by default. */
  readonly metadataMaxAge?: Millis;
  /** Whether sending to an unknown topic may create it, if the broker allows it too; true by default. */
  readonly allowAutoTopicCreation?: boolean;
}

export interface ProducerRecord {
  readonly topic: string;
  readonly messages: readonly Message[];
  /** -1 (default): acknowledged when durable; 1: when appended; 0: not at all. */
  readonly acks?: -1 | 0 | 1;
  /** How long the broker may take, in milliseconds; 30 000 by default. */
  readonly timeout?: Millis;
}

export interface TopicMessages {
  readonly topic: string;
  readonly messages: readonly Message[];
}

export interface ProducerBatchRecord {
  readonly topicMessages: readonly TopicMessages[];
  readonly acks?: -1 | 0 | 1;
  readonly timeout?: Millis;
}

export const producerEvents = {
  CONNECT: 'producer.connect',
  DISCONNECT: 'producer.disconnect',
  REQUEST: 'producer.network.request',
} as const;

/** What each of the producer's events tells. */
export interface ProducerEventPayloads {
  readonly 'producer.connect': null;
  readonly 'producer.disconnect': null;
  readonly 'producer.network.request': RequestEventPayload;
}

/** The records of one send to one topic, on their way into batches. */
interface Placement {
  readonly topic: string;
  readonly messages: readonly Message[];
  readonly records: readonly RecordToEncode[];
  readonly call: SendCall;
  readonly delivery: Delivery;
  readonly firstSend: number;
  partitions: readonly number[] | undefined;
  next: number;
  timer: TimerHandle | undefined;
}

/**
 * Sends records, in KafkaJS's shape: `send` resolves when its records are acknowledged. Records to one partition are stored in the order in which they were
 * sent, retries included, because a partition has one batch in flight at a time; that ends when producers become idempotent. A retry after a lost
 * answer may store a batch twice. Once `send` has returned, the bytes of its messages must not be changed.
 */
export class Producer {
  readonly events = producerEvents;
  readonly #cluster: Cluster;
  readonly #instrumentation: Instrumentation<ProducerEventPayloads>;
  readonly #accumulator: Accumulator;
  readonly #sender: Sender;
  readonly #partitioner: ReturnType<CustomPartitioner> | undefined;
  readonly #topics = new Map<string, TopicPartitions>();
  readonly #waiting = new Map<string, Placement[]>();
  readonly #deliveries: Delivery[] = [];
  readonly #loading = new Set<string>();
  readonly #isTraced: boolean;
  readonly #batchSize: number;
  readonly #bufferMemory: number;
  readonly #maxBlockMs: Millis;
  readonly #largestRecord: number;
  readonly #metadataMaxAge: Millis;
  #state: 'new' | 'connected' | 'disconnecting' | 'disconnected' = 'new';
  #sends = 0;
  #isShort = false;
  #isDue = false;
  #isRefreshing = false;

  constructor(
    context: ClientContext,
    instrumentation: Instrumentation<ProducerEventPayloads>,
    config: ProducerConfig = {},
  ) {
    this.#cluster = new Cluster(context, { allowAutoTopicCreation: config.allowAutoTopicCreation ?? true });
    this.#instrumentation = instrumentation;
    this.#isTraced = context.environment.tracer !== silentTracer;
    this.#partitioner = config.createPartitioner?.();
    this.#batchSize = config.batchSize ?? 16_384;
    this.#bufferMemory = config.bufferMemory ?? 32 * 1024 * 1024;
    this.#maxBlockMs = config.maxBlockMs ?? 60_000;
    this.#metadataMaxAge = config.metadataMaxAge ?? 300_000;
    const maxRequestSize = config.maxRequestSize ?? 1024 * 1024;
    this.#largestRecord = Math.min(maxRequestSize, this.#bufferMemory);
    this.#accumulator = new Accumulator({
      batchSize: this.#batchSize,
      lingerMs: config.lingerMs ?? 5,
      bufferMemory: this.#bufferMemory,
    });
    this.#sender = new Sender(this.#cluster, this.#accumulator, {
      maxInFlightRequests: config.maxInFlightRequests ?? 5,
      maxRequestSize,
      deliveryTimeoutMs: config.deliveryTimeoutMs ?? 120_000,
      retry: config.retry ?? {},
      isMemoryShort: () => this.#isShort,
      onSettled: () => this.#placeWaiting(),
    });
  }

  /** Finds the cluster. Rejects when no broker answers, after the retries. */
  async connect(): Promise<void> {
    if (this.#state === 'connected') return;
    if (this.#state !== 'new') throw this.#notConnected();
    await this.#cluster.connect();
    this.#state = 'connected';
    this.#instrumentation.emit('producer.connect', null);
  }

  /** Sends what waits, then closes the connections. Sends that are still unacknowledged after the delivery timeout are rejected. */
  async disconnect(): Promise<void> {
    if (this.#state === 'disconnected' || this.#state === 'disconnecting') return;
    this.#state = 'disconnecting';
    await this.flush();
    this.#state = 'disconnected';
    this.#cluster.disconnect(this.#notConnected());
    this.#sender.failAll(this.#notConnected());
    this.#instrumentation.emit('producer.disconnect', null);
  }

  isIdempotent(): boolean {
    return false;
  }

  /** Calls `listener` at each event of the type, until the returned function is called. */
  on<Type extends keyof ProducerEventPayloads>(
    type: Type,
    listener: (event: InstrumentationEvent<ProducerEventPayloads[Type]>) => void,
  ): RemoveInstrumentationEventListener {
    return this.#instrumentation.on(type, listener);
  }

  /**
   * Sends records to one topic. Resolves with one entry for each partition that got some, its base offset that of the send's first record there. Rejects
   * with the first failure, also if other records were stored; a message that can't be sent rejects before any is.
   */
  send({ topic, messages, acks, timeout }: ProducerRecord): Promise<RecordMetadata[]> {
    const delivery = this.#delivery(acks ?? -1, timeout ?? 30_000);
    const call = new SendCall(messages.length);
    try {
      this.#place(this.#prepare(topic, messages, call, delivery));
    } catch (error) {
      call.fail(error as Error, messages.length);
    }
    return call.settled;
  }

  /** As `send`, to several topics. */
  sendBatch({ topicMessages, acks, timeout }: ProducerBatchRecord): Promise<RecordMetadata[]> {
    const delivery = this.#delivery(acks ?? -1, timeout ?? 30_000);
    const recordCount = topicMessages.reduce((count, { messages }) => count + messages.length, 0);
    const call = new SendCall(recordCount);
    try {
      const placements = topicMessages.map(({ topic, messages }) => this.#prepare(topic, messages, call, delivery));
      for (const placement of placements) this.#place(placement);
    } catch (error) {
      call.fail(error as Error, recordCount);
    }
    return call.settled;
  }

  /** Sends what waits at once. Resolves when everything that was sent before is settled, acknowledged or not. */
  async flush(): Promise<void> {
    const settled = (): void => undefined;
    this.#accumulator.beginFlush();
    try {
      const placed = [...this.#waiting.values()].flat().map(({ call }) => call.settled.then(settled, settled));
      const batches = [...this.#accumulator.open].flatMap(({ inFlight, waiting }) =>
        inFlight === undefined ? waiting : [inFlight, ...waiting],
      );
      const done = Promise.all([...placed, ...batches.map((batch) => batch.settled())]);
      this.#sender.drain();
      await done;
    } finally {
      this.#accumulator.endFlush();
    }
  }

  /** Turns messages into records. Throws for one that can't be sent. */
  #prepare(topic: string, messages: readonly Message[], call: SendCall, delivery: Delivery): Placement {
    if (this.#state !== 'connected') throw this.#notConnected();
    const now = this.#now;
    const records = messages.map((message) => recordOf(message, now, this.#largestRecord));
    const firstSend = this.#sends;
    this.#sends += records.length;
    return { topic, messages, records, call, delivery, firstSend, partitions: undefined, next: 0, timer: undefined };
  }

  /** Puts the records into batches, behind those to the same topic that wait already. */
  #place(placement: Placement): void {
    const waiting = this.#waiting.get(placement.topic);
    if (waiting !== undefined) waiting.push(placement);
    else if (this.#fill(placement)) {
      this.#drainIfDue();
      return;
    } else this.#waiting.set(placement.topic, [placement]);
    placement.timer = this.#cluster.lifetime.timer(this.#maxBlockMs, () => this.#stopWaiting(placement));
    this.#drainIfDue();
  }

  #placeWaiting(): void {
    this.#isShort = false;
    for (const topic of [...this.#waiting.keys()]) this.#placeWaitingFor(topic);
  }

  #placeWaitingFor(topic: string): void {
    const waiting = this.#waiting.get(topic);
    if (waiting === undefined) return;
    while (waiting.length > 0 && this.#fill(waiting[0] as Placement)) waiting.shift()?.timer?.cancel();
    if (waiting.length === 0) this.#waiting.delete(topic);
    this.#drainIfDue();
  }

  /** Puts in as many as there is memory for. False if some are left, for want of memory or of metadata. */
  #fill(placement: Placement): boolean {
    const topic = this.#topic(placement.topic);
    if (topic === undefined) return false;
    if (placement.next === 0 && !this.#checkPartitions(placement, topic)) return true;
    const now = this.#now;
    for (; placement.next < placement.records.length; placement.next++) {
      const record = placement.records[placement.next] as RecordToEncode;
      if (!this.#accumulator.hasMemoryFor((record.key?.length ?? 0) + (record.value?.length ?? 0))) {
        this.#isShort = true;
        this.#isDue = true;
        return false;
      }
      this.#append(placement, record, topic, now);
    }
    return true;
  }

  #drainIfDue(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#sender.drain();
  }

  /** The sender has to look at a new batch, and at one that has become full. */
  #append(placement: Placement, record: RecordToEncode, topic: TopicPartitions, now: Millis): void {
    const message = placement.messages[placement.next] as Message;
    const chosen = placement.partitions?.[placement.next] ?? topic.choose(message, record);
    const partition = chosen === -1 ? topic.sticky.partition(topic.available) : chosen;
    const queue = topic.queue(partition);
    const send = this.#isTraced ? this.#traceSend(placement, partition, record) : undefined;
    const before = queue.waiting[queue.waiting.length - 1]?.sizeInBytes ?? 0;
    const batch = this.#accumulator.append(queue, record, placement.call, placement.delivery, now, send);
    if (chosen === -1) {
      const appended = batch.recordCount === 1 ? batch.sizeInBytes : batch.sizeInBytes - before;
      topic.sticky.produced(appended, batch.isFull);
    }
    if (queue.inFlight === undefined && (batch.recordCount === 1 || batch.isFull)) this.#isDue = true;
  }

  /** Asks a custom partitioner, and refuses partitions that don't exist, before any record of the send is placed. */
  #checkPartitions(placement: Placement, topic: TopicPartitions): boolean {
    const { messages, records, call } = placement;
    try {
      if (this.#partitioner === undefined) topic.check(messages);
      else placement.partitions ??= topic.chooseBy(this.#partitioner, messages);
      return true;
    } catch (error) {
      call.fail(error as Error, records.length);
      return false;
    }
  }

  /** The topic's partitions, or undefined while they are being asked for. */
  #topic(name: string): TopicPartitions | undefined {
    const metadata = this.#cluster.metadata.topics.get(name);
    if (metadata === undefined) {
      this.#load(name);
      return undefined;
    }
    if (this.#now - metadata.loadedAtMs > this.#metadataMaxAge) this.#refresh();
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      const random = this.#cluster.context.environment.random.fork(`partitioner:${name}`);
      topic = new TopicPartitions(metadata, random, this.#batchSize);
      this.#topics.set(name, topic);
    } else if (topic.metadata !== metadata) topic.metadata = metadata;
    return topic;
  }

  /** Asks for the topic's metadata; then places what waits for it, or fails it. */
  #load(name: string): void {
    if (this.#loading.has(name)) return;
    this.#loading.add(name);
    void this.#cluster.load([name]).then(
      () => {
        this.#loading.delete(name);
        this.#placeWaitingFor(name);
      },
      (error: unknown) => {
        this.#loading.delete(name);
        const waiting = this.#waiting.get(name) ?? [];
        this.#waiting.delete(name);
        for (const placement of waiting) this.#giveUp(placement, error as Error);
      },
    );
  }

  #refresh(): void {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    const { logger } = this.#cluster.context;
    void this.#cluster
      .refresh([...this.#topics.keys()])
      .catch((error: unknown) => logger.warn('The metadata could not be refreshed.', { error }))
      .finally(() => (this.#isRefreshing = false));
  }

  #stopWaiting(placement: Placement): void {
    const waiting = this.#waiting.get(placement.topic) ?? [];
    waiting.splice(waiting.indexOf(placement), 1);
    if (waiting.length === 0) this.#waiting.delete(placement.topic);
    const found = this.#isShort
      ? `${this.#bufferMemory} bytes wait to be acknowledged, there is no memory for more. Await sends before you send more, or raise bufferMemory.`
      : `the metadata of ${placement.topic} could not be loaded. Check that the broker runs.`;
    const message = `Records for ${placement.topic} waited for ${this.#maxBlockMs} ms: ${found}`;
    this.#giveUp(placement, new KafkaError('REQUEST_TIMED_OUT', message));
  }

  #giveUp(placement: Placement, error: Error): void {
    placement.timer?.cancel();
    placement.call.fail(error, placement.records.length - placement.next);
  }

  #traceSend(placement: Placement, partition: number, record: RecordToEncode): EventId {
    const { environment, clientId } = this.#cluster.context;
    const send = placement.firstSend + placement.next;
    const id = `send:${clientId}:${send}`;
    const cause = placement.messages[placement.next]?.trace?.cause;
    environment.tracer.emit({
      kind: 'record-sent',
      id,
      ...(cause === undefined ? {} : { cause }),
      client: clientId,
      send,
      hasKey: record.key !== null,
      topic: placement.topic,
      partition,
    });
    return id;
  }

  #delivery(acks: number, timeoutMs: Millis): Delivery {
    for (const known of this.#deliveries) if (known.acks === acks && known.timeoutMs === timeoutMs) return known;
    const delivery = { acks, timeoutMs };
    this.#deliveries.push(delivery);
    return delivery;
  }

  #notConnected(): KafkaError {
    return new KafkaError(
      'INVALID_REQUEST',
      this.#state === 'new'
        ? 'The producer is not connected. Await connect() first.'
        : 'The producer is disconnected. Make a new one.',
    );
  }

  get #now(): Millis {
    return this.#cluster.context.environment.clock.now();
  }
}
