import type { Millis, TimerHandle } from '../environment/environment.js';
import { silentTracer, type EventId } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { RecordToEncode } from '../protocol/record-batch.js';
import type { Accumulator } from './accumulator.js';
import { mostUnsettledBatches } from './batch-numbering.js';
import type { Cluster } from './cluster.js';
import type { Message } from './message.js';
import { TopicPartitions, type CustomPartitioner } from './partitioner.js';
import type { Delivery } from './producer-batch.js';
import type { SendCall } from './send-call.js';

/** Kafka's `metadata.max.idle.ms`. */
const metadataMaxIdleMs: Millis = 300_000;

/** The records of one send to one topic, on their way into batches. */
export interface Placement {
  readonly topic: string;
  readonly messages: readonly Message[];
  readonly records: readonly RecordToEncode[];
  readonly call: SendCall;
  readonly delivery: Delivery;
  readonly firstSend: number;
  /** What a custom partitioner has chosen. */
  partitions: readonly number[] | undefined;
  /** The first record that is not in a batch yet. */
  next: number;
  timer: TimerHandle | undefined;
}

export interface PlacerOptions {
  readonly partitioner: ReturnType<CustomPartitioner> | undefined;
  readonly batchSize: number;
  readonly bufferMemory: number;
  readonly maxBlockMs: Millis;
  readonly metadataMaxAgeMs: Millis;
  /** Called when the sender should look at what is due. */
  readonly drain: () => void;
}

/**
 * Chooses partitions and puts records into batches, at once where it can. What has to wait for metadata or memory waits topic by topic, in the order of the
 * sends, at most `maxBlockMs`.
 */
export class Placer {
  readonly #cluster: Cluster;
  readonly #accumulator: Accumulator;
  readonly #options: PlacerOptions;
  readonly #topics = new Map<string, TopicPartitions>();
  readonly #waiting = new Map<string, Placement[]>();
  readonly #loading = new Set<string>();
  readonly #isTraced: boolean;
  #isShort = false;
  #isDue = false;
  /** Whether a timer waits for the metadata to be too old, or it is asked for. */
  #isWatching = false;
  #lastUsedMs: Millis = 0;

  constructor(cluster: Cluster, accumulator: Accumulator, options: PlacerOptions) {
    this.#cluster = cluster;
    this.#accumulator = accumulator;
    this.#options = options;
    this.#isTraced = cluster.context.environment.tracer !== silentTracer;
  }

  /** Whether records wait for memory. */
  get isMemoryShort(): boolean {
    return this.#isShort;
  }

  /** The sends of which some records are not in a batch yet. */
  get waiting(): readonly SendCall[] {
    return [...this.#waiting.values()].flat().map(({ call }) => call);
  }

  /** Puts the records into batches, behind those to the same topic that wait already. */
  place(placement: Placement): void {
    const waiting = this.#waiting.get(placement.topic);
    if (waiting !== undefined) waiting.push(placement);
    else if (this.#fill(placement)) {
      this.#drainIfDue();
      return;
    } else this.#waiting.set(placement.topic, [placement]);
    placement.timer = this.#cluster.lifetime.timer(this.#options.maxBlockMs, () => this.#stopWaiting(placement));
    this.#drainIfDue();
  }

  /** Memory was freed: goes on with what waits. */
  placeWaiting(): void {
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
    this.#options.drain();
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
    if (queue.inFlight.length < mostUnsettledBatches && (batch.recordCount === 1 || batch.isFull)) this.#isDue = true;
  }

  /** Asks a custom partitioner, and refuses partitions that don't exist, before any record of the send is placed. */
  #checkPartitions(placement: Placement, topic: TopicPartitions): boolean {
    const { messages, records, call } = placement;
    try {
      if (this.#options.partitioner === undefined) topic.check(messages);
      else placement.partitions ??= topic.chooseBy(this.#options.partitioner, messages);
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
    this.#lastUsedMs = this.#now;
    this.#watchAge(metadata.loadedAtMs);
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      const random = this.#cluster.context.environment.random.fork(`partitioner:${name}`);
      topic = new TopicPartitions(metadata, random, this.#options.batchSize);
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

  /** Has metadata asked for when it is too old, between sends too: so a record finds partitions that were added long before it was sent. */
  #watchAge(loadedAtMs: Millis): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const { metadataMaxAgeMs } = this.#options;
    const dueInMs = Math.max(0, loadedAtMs + metadataMaxAgeMs - this.#now);
    this.#cluster.lifetime.timer(dueInMs, () => {
      // Who sends nothing any more asks for nothing.
      if (this.#now - this.#lastUsedMs > metadataMaxIdleMs) this.#isWatching = false;
      else void this.#refresh();
    });
  }

  async #refresh(): Promise<void> {
    try {
      await this.#cluster.refresh([...this.#topics.keys()]);
    } catch (error) {
      this.#cluster.context.logger.warn('The metadata could not be refreshed.', { error });
    }
    this.#isWatching = false;
    if (!this.#cluster.lifetime.isOver) this.#watchAge(this.#now);
  }

  #stopWaiting(placement: Placement): void {
    const waiting = this.#waiting.get(placement.topic) ?? [];
    waiting.splice(waiting.indexOf(placement), 1);
    if (waiting.length === 0) this.#waiting.delete(placement.topic);
    const found = this.#isShort
      ? `${this.#options.bufferMemory} bytes wait to be acknowledged, there is no memory for more. Await sends before you send more, or raise bufferMemory.`
      : `the metadata of ${placement.topic} could not be loaded. Check that the broker runs.`;
    const message = `Records for ${placement.topic} waited for ${this.#options.maxBlockMs} ms: ${found}`;
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

  get #now(): Millis {
    return this.#cluster.context.environment.clock.now();
  }
}
