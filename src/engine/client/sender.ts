import type { Millis, TimerHandle } from '../environment/environment.js';
import type { EventId } from '../environment/trace-events.js';
import type { ResponseOf } from '../protocol/apis.js';
import type { ErrorName } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { Accumulator, PartitionQueue } from './accumulator.js';
import { BatchBuffers } from './batch-buffers.js';
import type { RetryOptions } from './backoff.js';
import type { BrokerConnection } from './broker-connection.js';
import type { TopicMetadata } from './cluster-metadata.js';
import type { Cluster } from './cluster.js';
import { groupBy } from './group-by.js';
import { answersTo, produceRequest, refusal, type PartitionAnswer, type Shipment } from './produce-exchange.js';
import type { ProducerBatch } from './producer-batch.js';
import { ProducerIdentities } from './producer-identity.js';
import type { Acknowledgement } from './send-call.js';
import { UndeliveredError } from './undelivered-error.js';

export interface SenderOptions {
  readonly maxInFlightRequests: number;
  readonly maxRequestSize: number;
  readonly deliveryTimeoutMs: Millis;
  readonly retry: RetryOptions;
  /** Whether records wait for memory: then nothing lingers. */
  readonly isMemoryShort: () => boolean;
  /** Called when batches were settled and their memory is free. */
  readonly onSettled: () => void;
}

/** After these answers a batch may be stored all the same. */
const uncertainErrors: ReadonlySet<ErrorName> = new Set([
  'UNKNOWN_SERVER_ERROR',
  'NETWORK_EXCEPTION',
  'REQUEST_TIMED_OUT',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'NOT_LEADER_OR_FOLLOWER',
  'KAFKA_STORAGE_ERROR',
]);

/** With these a broker says that it misses batches before this one. */
const gapErrors: ReadonlySet<ErrorName> = new Set(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID']);

/**
 * Sends what is due, several requests at a time to each leader, and settles it (Kafka's `Sender`). Batches of one partition are stored in their sequence: idempotent ones
 * because the broker checks their numbers, others because they go one at a time. Every batch is settled within the delivery timeout.
 */
export class Sender {
  readonly #cluster: Cluster;
  readonly #accumulator: Accumulator;
  readonly #options: SenderOptions;
  readonly #identities: ProducerIdentities;
  readonly #inFlight = new Map<number, number>();
  readonly #buffers = new BatchBuffers();
  /** Requests to one node are handed over to the connection in their sequence. */
  readonly #handedOver = new Map<number, Promise<void>>();
  #wakeUp: { readonly atMs: Millis; readonly timer: TimerHandle } | undefined;
  #isRefreshing = false;
  #isDraining = false;

  constructor(cluster: Cluster, accumulator: Accumulator, options: SenderOptions) {
    this.#cluster = cluster;
    this.#accumulator = accumulator;
    this.#options = options;
    this.#identities = new ProducerIdentities(cluster, (failure) => this.#identityChanged(failure));
  }

  /** Gets the id that idempotent batches need, ahead of the first one. */
  prepareIdentity(): void {
    this.#identities.obtain();
  }

  /** Sends what is due now, and sets the timer for what is due next. */
  drain(): void {
    // What is settled on the way frees memory, and that brings the next batches: they are seen in the next turn.
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      this.#expire(this.#now);
      while (this.#sendNext());
    } finally {
      this.#isDraining = false;
    }
  }

  /** Fails everything that was not acknowledged yet. */
  failAll(error: KafkaError): void {
    this.#wakeUp?.timer.cancel();
    for (const { queue, batch } of this.#everything()) this.#fail(queue, batch, error);
    this.#options.onSettled();
  }

  /** Sends the next batch of each partition, if it is due. False when nothing could be sent: then what is due next is waited for. */
  #sendNext(): boolean {
    const now = this.#now;
    const ready: Shipment[] = [];
    const leaders = new Map<PartitionQueue, number>();
    let nextAtMs = Infinity;
    let isLeaderMissing = false;
    for (const queue of this.#accumulator.open) {
      const { oldest } = queue;
      if (oldest !== undefined) nextAtMs = Math.min(nextAtMs, oldest.createdAtMs + this.#options.deliveryTimeoutMs);
      this.#renumber(queue);
      if (queue.waiting[0]?.delivery.isIdempotent === true) this.#identities.obtain();
      const batch = queue.next(this.#identities.current);
      if (batch === undefined) continue;
      const dueAt = this.#accumulator.dueAt(queue, batch, this.#options.isMemoryShort());
      // A clock that was set back must not hold it up until it has caught up.
      if (dueAt > now && now >= batch.waitsSinceMs) {
        nextAtMs = Math.min(nextAtMs, dueAt);
        continue;
      }
      const leader = this.#cluster.leaderOf(queue.topic, queue.partition);
      if (leader === undefined) {
        isLeaderMissing = true;
        nextAtMs = Math.min(nextAtMs, this.#postpone(batch, leaderless(queue)));
      } else {
        leaders.set(queue, leader);
        ready.push({ queue, batch });
      }
    }
    let isSent = false;
    for (const [leader, shipments] of groupBy(ready, ({ queue }) => leaders.get(queue) as number))
      isSent = this.#sendTo(leader, shipments) || isSent;
    if (isLeaderMissing) this.#refreshMetadata();
    if (!isSent) this.#wakeAt(nextAtMs);
    return isSent;
  }

  /** Has a partition in which a gap has come about go on in another epoch. */
  #renumber({ numbering }: PartitionQueue): void {
    if (!numbering.isReadyForEpoch) return;
    const { current } = this.#identities;
    // Another partition may have raised it already.
    const identity = numbering.identity === current ? this.#identities.raiseEpoch() : current;
    if (identity !== undefined) numbering.beginEpoch(identity);
  }

  #identityChanged(failure: KafkaError | undefined): void {
    if (failure !== undefined) {
      for (const { queue, batch } of this.#everything())
        if (batch.delivery.isIdempotent && !queue.inFlight.includes(batch)) this.#fail(queue, batch, failure);
      this.#options.onSettled();
    }
    this.drain();
  }

  /** As many requests as may be in flight to the node; records of one request have the same wishes. Tells whether any was sent. */
  #sendTo(leader: number, shipments: readonly Shipment[]): boolean {
    let isSent = false;
    for (const alike of groupBy(shipments, ({ batch }) => batch.delivery).values()) {
      for (let rest = alike; rest.length > 0;) {
        const inFlight = this.#inFlight.get(leader) ?? 0;
        if (inFlight >= this.#options.maxInFlightRequests) return isSent;
        const count = this.#countThatFits(rest);
        const taken = rest.slice(0, count);
        rest = rest.slice(count);
        for (const { queue, batch } of taken) this.#accumulator.take(queue, batch, this.#identities.current);
        this.#inFlight.set(leader, inFlight + 1);
        isSent = true;
        void this.#send(leader, taken).finally(() => {
          this.#inFlight.set(leader, (this.#inFlight.get(leader) ?? 1) - 1);
          this.#options.onSettled();
          if (!this.#cluster.lifetime.isOver) this.drain();
        });
      }
    }
    return isSent;
  }

  #countThatFits(shipments: readonly Shipment[]): number {
    let bytes = 0;
    let count = 0;
    for (const { batch } of shipments) {
      bytes += batch.sizeInBytes;
      if (count > 0 && bytes > this.#options.maxRequestSize) break;
      count++;
    }
    return count;
  }

  /** Never rejects: what goes wrong settles or delays the batches. */
  async #send(leader: number, taken: readonly Shipment[]): Promise<void> {
    const before = this.#handedOver.get(leader);
    let handOver = (): void => undefined;
    this.#handedOver.set(leader, new Promise((resolve) => (handOver = resolve)));
    let shipments = taken;
    try {
      await before;
      const connection = await this.#cluster.connectionTo(leader);
      shipments = this.#thoseInTurn(taken);
      if (shipments.length === 0) return;
      const topics = [...new Set(shipments.map(({ queue }) => queue.topic))].map((name) => this.#cluster.topic(name));
      const answering = this.#request(connection, topics, shipments);
      handOver();
      this.#settle(topics, shipments, await answering);
    } catch (error) {
      for (const shipment of shipments) this.#failOrRetry(shipment, error as Error);
      if (!this.#cluster.lifetime.isOver) this.#refreshMetadata();
    } finally {
      handOver();
    }
  }

  /**
   * Without those that are no longer waited for, and those whose predecessors have come back meanwhile, because the connection was lost: a broker that does not know the
   * producer would take any batch for its first. They wait until it is their turn again.
   */
  #thoseInTurn(shipments: readonly Shipment[]): Shipment[] {
    return shipments.filter(({ queue, batch }) => {
      if (!queue.inFlight.includes(batch)) return false;
      if (batch.numbers === undefined || queue.numbering.mayFollow(batch, queue.inFlight)) return true;
      this.#accumulator.putBack(queue, batch);
      return false;
    });
  }

  async #request(
    connection: BrokerConnection,
    topics: readonly TopicMetadata[],
    shipments: readonly Shipment[],
  ): Promise<ResponseOf<'Produce'> | undefined> {
    const { delivery, sends } = (shipments[0] as Shipment).batch;
    const response = await connection.send('Produce', produceRequest(topics, shipments, this.#buffers), {
      cause: sends[0],
      maxVersion: topics.every(({ hasTopicId }) => hasTopicId) ? Infinity : 12,
      onSend: (request) => {
        for (const { batch } of shipments) batch.send();
        this.#traceBatches(request, shipments);
      },
    });
    return delivery.acks === 0 ? undefined : response;
  }

  #settle(
    topics: readonly TopicMetadata[],
    shipments: readonly Shipment[],
    response: ResponseOf<'Produce'> | undefined,
  ): void {
    if (response === undefined) {
      for (const shipment of shipments) this.#acknowledge(shipment, unknownPlace);
      return;
    }
    let isStale = false;
    const answers = answersTo(topics, shipments, response);
    for (const [shipment, answer] of answers) isStale = this.#settleOne(shipment, answer) || isStale;
    for (const shipment of shipments) {
      if (answers.has(shipment)) continue;
      const { topic, partition } = shipment.queue;
      const message = `The Produce response says nothing of ${topic}-${partition}.`;
      this.#failOrRetry(shipment, new KafkaError('UNKNOWN_SERVER_ERROR', message));
    }
    if (isStale) this.#refreshMetadata();
  }

  /** Tells whether the answer speaks for newer metadata. */
  #settleOne(shipment: Shipment, answer: PartitionAnswer): boolean {
    if (answer.errorCode === 0) {
      const isWaitedFor = shipment.queue.inFlight.includes(shipment.batch);
      this.#acknowledge(shipment, {
        baseOffset: Number(answer.baseOffset),
        logAppendTimeMs: Number(answer.logAppendTimeMs),
        logStartOffset: Number(answer.logStartOffset),
      });
      if (isWaitedFor) shipment.batch.release(this.#buffers);
      return false;
    }
    const error = refusal(shipment.batch, answer);
    // Older brokers do not know any more where it is stored.
    if (error.code === 'DUPLICATE_SEQUENCE_NUMBER') this.#acknowledge(shipment, unknownPlace);
    else {
      if (!uncertainErrors.has(error.code)) shipment.batch.refuse(gapErrors.has(error.code));
      this.#failOrRetry(shipment, error);
    }
    return error.retriable;
  }

  #acknowledge({ queue, batch }: Shipment, stored: Acknowledgement): void {
    if (!queue.inFlight.includes(batch)) return;
    const { tracer } = this.#cluster.context.environment;
    if (stored.baseOffset >= 0) {
      for (let index = 0; index < batch.sends.length; index++) {
        tracer.emit({
          kind: 'record-acknowledged',
          cause: batch.sends[index] as EventId,
          client: this.#cluster.context.clientId,
          topic: queue.topic,
          partition: queue.partition,
          offset: stored.baseOffset + index,
        });
      }
    }
    this.#accumulator.settle(queue, batch);
    for (const before of batch.numbers === undefined ? [] : queue.numbering.acknowledge(batch)) {
      this.#accumulator.settle(queue, before);
      before.acknowledge(unknownPlace);
    }
    batch.acknowledge(stored);
  }

  #failOrRetry({ queue, batch }: Shipment, error: Error): void {
    if (!queue.inFlight.includes(batch)) return;
    if (!this.#mayRetry(queue, batch, error)) {
      this.#fail(queue, batch, error);
      return;
    }
    this.#postpone(batch, error);
    this.#accumulator.putBack(queue, batch);
  }

  #mayRetry(queue: PartitionQueue, batch: ProducerBatch, error: Error): boolean {
    if (!(error instanceof KafkaError) || this.#cluster.lifetime.isOver) return false;
    const isGap = batch.numbers !== undefined && gapErrors.has(error.code);
    if (isGap) queue.numbering.missesBefore(batch);
    return (isGap || error.retriable) && batch.backoff?.isExhausted !== true && this.#options.retry.retries !== 0;
  }

  /** Has the batch wait before it is tried again; gives until when. */
  #postpone(batch: ProducerBatch, error: Error): Millis {
    batch.lastError = error;
    batch.backoff ??= this.#cluster.backoff({ retries: Infinity, ...this.#options.retry });
    batch.waitsSinceMs = this.#now;
    batch.retryAtMs = batch.waitsSinceMs + batch.backoff.next();
    return batch.retryAtMs;
  }

  #fail(queue: PartitionQueue, batch: ProducerBatch, error: Error): void {
    this.#accumulator.settle(queue, batch);
    if (batch.numbers !== undefined) queue.numbering.giveUp(batch);
    batch.fail(
      error instanceof KafkaError
        ? new UndeliveredError(error.code, error.message, batch.mayBeStored, { cause: error.cause })
        : error,
    );
  }

  /** Fails what was not acknowledged within the delivery timeout. */
  #expire(now: Millis): void {
    const { deliveryTimeoutMs } = this.#options;
    let hasExpired = false;
    for (const queue of [...this.#accumulator.open]) {
      for (;;) {
        const batch = queue.oldest;
        if (batch === undefined || batch.createdAtMs + deliveryTimeoutMs > now) break;
        const what = `${batch.recordCount} record(s) for ${queue.topic}-${queue.partition}`;
        const outcome = batch.mayBeStored ? 'They may or may not be stored.' : 'They are not stored.';
        const message = `${what} were not acknowledged within ${deliveryTimeoutMs} ms. ${outcome} Check that the broker runs, or raise deliveryTimeoutMs.`;
        const cause = batch.lastError;
        this.#fail(queue, batch, new KafkaError('REQUEST_TIMED_OUT', message, cause === undefined ? {} : { cause }));
        hasExpired = true;
      }
    }
    if (hasExpired) this.#options.onSettled();
  }

  /** Every batch there is, those of each partition from the oldest on. */
  #everything(): Shipment[] {
    return [...this.#accumulator.open].flatMap((queue) =>
      [...queue.inFlight, ...queue.waiting].map((batch) => ({ queue, batch })),
    );
  }

  /** Learns who leads now, in the background; what is due is sent afterwards. */
  #refreshMetadata(): void {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    const topics = [...new Set([...this.#accumulator.open].map(({ topic }) => topic))];
    const { logger, lifetime } = this.#cluster.context;
    void this.#cluster
      .retry('refresh the metadata', () => this.#cluster.refresh(topics))
      .catch((error: unknown) => logger.warn('The metadata could not be refreshed.', { error }))
      .then(() => {
        this.#isRefreshing = false;
        if (!lifetime.isOver) this.drain();
      });
  }

  #wakeAt(atMs: Millis): void {
    // One that comes too early does no harm, and need not be set anew each time; one whose time has passed was set before the clock was put forward, and may come late.
    const before = this.#wakeUp?.atMs ?? Infinity;
    if (before <= atMs && before > this.#now && atMs !== Infinity) return;
    this.#wakeUp?.timer.cancel();
    this.#wakeUp = undefined;
    if (atMs === Infinity) return;
    const timer = this.#cluster.lifetime.timer(Math.max(0, atMs - this.#now), () => {
      this.#wakeUp = undefined;
      this.drain();
    });
    this.#wakeUp = { atMs, timer };
  }

  #traceBatches(request: EventId, shipments: readonly Shipment[]): void {
    const { environment, clientId } = this.#cluster.context;
    for (const { queue, batch } of shipments) {
      if (batch.sends.length === 0) continue;
      environment.tracer.emit({
        kind: 'batch-sent',
        cause: batch.sends[0] as EventId,
        client: clientId,
        request,
        sends: batch.sends,
        topic: queue.topic,
        partition: queue.partition,
      });
    }
  }

  get #now(): Millis {
    return this.#cluster.context.environment.clock.now();
  }
}

/** It is stored, but nobody says where. */
const unknownPlace: Acknowledgement = { baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 };

function leaderless({ topic, partition }: PartitionQueue): KafkaError {
  return new KafkaError('LEADER_NOT_AVAILABLE', `${topic}-${partition} has no leader that is known.`);
}
