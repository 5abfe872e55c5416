import type { Millis } from '../environment/environment.js';
import { compressionTypes } from '../protocol/batch-header.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { Accumulator } from './accumulator.js';
import type { RetryOptions } from './backoff.js';
import { mostUnsettledBatches } from './batch-numbering.js';
import type { ClientContext } from './broker-connection.js';
import { Cluster } from './cluster.js';
import type {
  Instrumentation,
  InstrumentationEvent,
  RemoveInstrumentationEventListener,
  RequestEventPayload,
} from './instrumentation.js';
import { recordOf, type Message } from './message.js';
import type { CustomPartitioner } from './partitioner.js';
import { Placer, type Placement } from './placer.js';
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
  /**
   * Whether the broker stores each record once and in sequence, whatever has to be sent again; true by default, as Kafka's. Without it, or with `acks` other than -1, a
   * retry after a lost answer may store records twice. If it is set to true, what would not be idempotent is refused.
   */
  readonly idempotent?: boolean;
  /** Requests without an answer, to each broker; 5 by default, and at most 5 for an idempotent producer. Without idempotence a partition has one at a time. */
  readonly maxInFlightRequests?: number;
  /** How batches are tried again; what is not said here is as the client's `retry` says. Unless one of them gives `retries`, only the delivery timeout limits them. With 0 the producer is not idempotent. */
  readonly retry?: RetryOptions;
  /** Metadata older than this is asked for again, in milliseconds; 300 000 by default. */
  readonly metadataMaxAge?: Millis;
  /** Whether sending to an unknown topic may create it, if the broker allows it too; true by default. */
  readonly allowAutoTopicCreation?: boolean;
}

/** The codecs that batches may be compressed with, by KafkaJS's names; the numbers are the protocol's. */
export const CompressionTypes = { None: 0, GZIP: 1, Snappy: 2, LZ4: 3, ZSTD: 4 } as const;

export type CompressionCode = (typeof CompressionTypes)[keyof typeof CompressionTypes];

/** Records for one topic, and how to send them. */
export interface ProducerRecord {
  readonly topic: string;
  readonly messages: readonly Message[];
  /** -1 (default): acknowledged when durable; 1: when appended; 0: not at all. */
  readonly acks?: -1 | 0 | 1;
  /** How long the broker may take, in milliseconds; 30 000 by default. */
  readonly timeout?: Millis;
  /** One of `CompressionTypes`; none by default. */
  readonly compression?: CompressionCode;
}

/** Records for one of several topics. */
export interface TopicMessages {
  readonly topic: string;
  readonly messages: readonly Message[];
}

/** Records for several topics, and how to send them: `acks`, `timeout` and `compression` as with one topic. */
export interface ProducerBatchRecord {
  readonly topicMessages: readonly TopicMessages[];
  readonly acks?: -1 | 0 | 1;
  readonly timeout?: Millis;
  readonly compression?: CompressionCode;
}

const producerEvents = {
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

/**
 * Sends records, in KafkaJS's shape: `send` resolves when its records are acknowledged, and rejects with an `UndeliveredError` that says whether they may be stored
 * all the same. Records to one partition are stored in the order in which they were sent, retries included; each of them once, unless idempotence is
 * switched off. Once `send` has returned, the bytes of its messages must not be changed.
 */
export class Producer {
  /** The names of its events, for `on`. */
  readonly events = producerEvents;
  readonly #cluster: Cluster;
  readonly #instrumentation: Instrumentation<ProducerEventPayloads>;
  readonly #accumulator: Accumulator;
  readonly #sender: Sender;
  readonly #placer: Placer;
  readonly #deliveries: Delivery[] = [];
  readonly #largestRecord: number;
  readonly #isIdempotent: boolean;
  readonly #mustBeIdempotent: boolean;
  #state: 'new' | 'connected' | 'disconnecting' | 'disconnected' = 'new';
  #sends = 0;

  constructor(
    context: ClientContext,
    instrumentation: Instrumentation<ProducerEventPayloads>,
    config: ProducerConfig = {},
  ) {
    this.#cluster = new Cluster(context, { allowAutoTopicCreation: config.allowAutoTopicCreation ?? true });
    this.#instrumentation = instrumentation;
    // The client's options hold where the producer has none of its own.
    const { retry } = context;
    this.#isIdempotent = isIdempotent({ ...config, retry });
    this.#mustBeIdempotent = config.idempotent === true;
    const batchSize = config.batchSize ?? 16_384;
    const bufferMemory = config.bufferMemory ?? 32 * 1024 * 1024;
    const maxRequestSize = config.maxRequestSize ?? 1024 * 1024;
    this.#largestRecord = Math.min(maxRequestSize, bufferMemory);
    this.#accumulator = new Accumulator({ batchSize, lingerMs: config.lingerMs ?? 5, bufferMemory });
    this.#placer = new Placer(this.#cluster, this.#accumulator, {
      partitioner: config.createPartitioner?.(),
      batchSize,
      bufferMemory,
      maxBlockMs: config.maxBlockMs ?? 60_000,
      metadataMaxAgeMs: config.metadataMaxAge ?? 300_000,
      drain: () => this.#sender.drain(),
    });
    this.#sender = new Sender(this.#cluster, this.#accumulator, {
      maxInFlightRequests: config.maxInFlightRequests ?? 5,
      maxRequestSize,
      deliveryTimeoutMs: config.deliveryTimeoutMs ?? 120_000,
      retry,
      isMemoryShort: () => this.#placer.isMemoryShort,
      onSettled: () => this.#placer.placeWaiting(),
    });
  }

  /** Finds the cluster. Rejects when no broker answers, after the retries. */
  async connect(): Promise<void> {
    if (this.#state === 'connected') return;
    if (this.#state !== 'new') throw this.#notConnected();
    await this.#cluster.connect();
    this.#state = 'connected';
    if (this.#isIdempotent) this.#sender.prepareIdentity();
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

  /** Whether records that are sent with acks -1 are stored once. */
  isIdempotent(): boolean {
    return this.#isIdempotent;
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
  send({ topic, messages, acks, timeout, compression }: ProducerRecord): Promise<RecordMetadata[]> {
    const call = new SendCall(messages.length);
    try {
      const delivery = this.#delivery(acks ?? -1, timeout ?? 30_000, compression ?? CompressionTypes.None);
      this.#placer.place(this.#prepare(topic, messages, call, delivery));
    } catch (error) {
      call.fail(error as Error, messages.length);
    }
    return call.settled;
  }

  /** As `send`, to several topics. */
  sendBatch({ topicMessages, acks, timeout, compression }: ProducerBatchRecord): Promise<RecordMetadata[]> {
    const recordCount = topicMessages.reduce((count, { messages }) => count + messages.length, 0);
    const call = new SendCall(recordCount);
    try {
      const delivery = this.#delivery(acks ?? -1, timeout ?? 30_000, compression ?? CompressionTypes.None);
      const placements = topicMessages.map(({ topic, messages }) => this.#prepare(topic, messages, call, delivery));
      for (const placement of placements) this.#placer.place(placement);
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
      const placed = this.#placer.waiting.map((call) => call.settled.then(settled, settled));
      const batches = [...this.#accumulator.open].flatMap(({ inFlight, waiting }) => [...inFlight, ...waiting]);
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
    const now = this.#cluster.context.environment.clock.now();
    const records = messages.map((message) => recordOf(message, now, this.#largestRecord));
    const firstSend = this.#sends;
    this.#sends += records.length;
    return { topic, messages, records, call, delivery, firstSend, partitions: undefined, next: 0, timer: undefined };
  }

  #delivery(acks: number, timeoutMs: Millis, code: CompressionCode): Delivery {
    const compression = compressionTypes[code];
    if (compression === undefined)
      throw new KafkaError(
        'UNSUPPORTED_COMPRESSION_TYPE',
        `${String(code)} is no compression type. Use one of CompressionTypes: None, GZIP, Snappy, LZ4, ZSTD.`,
      );
    if (this.#mustBeIdempotent && acks !== -1)
      throw new KafkaError(
        'INVALID_CONFIG',
        `Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence. The send has acks ${acks}: use -1, or make a producer with idempotent false.`,
      );
    const isWanted = (known: Delivery) =>
      known.acks === acks && known.timeoutMs === timeoutMs && known.compression === compression;
    const known = this.#deliveries.find(isWanted);
    if (known !== undefined) return known;
    const delivery = { acks, timeoutMs, compression, isIdempotent: this.#isIdempotent && acks === -1 };
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
}

/** Whether this producer is idempotent. Throws INVALID_CONFIG, with Kafka's words, for settings with which it can't be. */
function isIdempotent({ idempotent, retry, maxInFlightRequests = 5 }: ProducerConfig): boolean {
  if (idempotent === false) return false;
  if (maxInFlightRequests > mostUnsettledBatches)
    throw new KafkaError(
      'INVALID_CONFIG',
      `To use the idempotent producer, maxInFlightRequests must be set to at most ${mostUnsettledBatches}. Current value is ${maxInFlightRequests}. Lower it, or set idempotent to false.`,
    );
  if (retry?.retries !== 0) return true;
  if (idempotent === undefined) return false;
  throw new KafkaError(
    'INVALID_CONFIG',
    'Must set retries to non-zero when using the idempotent producer. Leave retry.retries out, or set idempotent to false.',
  );
}
