import type { Millis, TimerHandle } from '../environment/environment.js';
import type { EventId } from '../environment/trace-events.js';
import type { ResponseOf } from '../protocol/apis.js';
import { errorByCode } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { Accumulator, PartitionQueue } from './accumulator.js';
import type { RetryOptions } from './backoff.js';
import type { BrokerConnection } from './broker-connection.js';
import type { Cluster } from './cluster.js';
import { groupBy } from './group-by.js';
import type { ProducerBatch } from './producer-batch.js';
import type { Acknowledgement } from './send-call.js';

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

/** A batch on its way, with the partition that it came from. */
interface Shipment {
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
}

/**
 * Sends what is due, one request for each leader, and settles it (Kafka's `Sender`). A partition has at most one batch in flight: without idempotence
 * more would let a retry put an older batch behind a newer one. Every batch is settled within the delivery timeout.
 */
export class Sender {
  readonly #cluster: Cluster;
  readonly #accumulator: Accumulator;
  readonly #options: SenderOptions;
  readonly #inFlight = new Map<number, number>();
  #wakeUp: { readonly atMs: Millis; readonly timer: TimerHandle } | undefined;
  #isRefreshing = false;

  constructor(cluster: Cluster, accumulator: Accumulator, options: SenderOptions) {
    this.#cluster = cluster;
    this.#accumulator = accumulator;
    this.#options = options;
  }

  /** Sends what is due now, and sets the timer for what is due next. */
  drain(): void {
    const now = this.#now;
    this.#expire(now);
    const ready: Shipment[] = [];
    const leaders = new Map<PartitionQueue, number>();
    let nextAtMs = Infinity;
    let isLeaderMissing = false;
    for (const queue of this.#accumulator.open) {
      const dueAt = this.#accumulator.dueAt(queue, this.#options.isMemoryShort());
      const oldest = queue.inFlight ?? queue.waiting[0];
      if (oldest !== undefined) nextAtMs = Math.min(nextAtMs, oldest.createdAtMs + this.#options.deliveryTimeoutMs);
      if (dueAt > now) {
        nextAtMs = Math.min(nextAtMs, dueAt);
        continue;
      }
      const batch = queue.waiting[0] as ProducerBatch;
      const leader = this.#cluster.leaderOf(queue.topic, queue.partition);
      if (leader === undefined) {
        isLeaderMissing = true;
        nextAtMs = Math.min(nextAtMs, this.#postpone(batch, leaderless(queue)));
      } else {
        leaders.set(queue, leader);
        ready.push({ queue, batch });
      }
    }
    for (const [leader, shipments] of groupBy(ready, ({ queue }) => leaders.get(queue) as number))
      this.#sendTo(leader, shipments);
    if (isLeaderMissing) this.#refreshMetadata();
    this.#wakeAt(nextAtMs);
  }

  /** Fails everything that was not acknowledged yet. */
  failAll(error: KafkaError): void {
    this.#wakeUp?.timer.cancel();
    for (const queue of [...this.#accumulator.open]) {
      for (const batch of [queue.inFlight, ...queue.waiting]) if (batch !== undefined) this.#fail(queue, batch, error);
    }
    this.#options.onSettled();
  }

  /** As many requests as may be in flight to the node; records of one request have the same wishes. */
  #sendTo(leader: number, shipments: readonly Shipment[]): void {
    for (const alike of groupBy(shipments, ({ batch }) => batch.delivery).values()) {
      for (let rest = alike; rest.length > 0;) {
        const inFlight = this.#inFlight.get(leader) ?? 0;
        if (inFlight >= this.#options.maxInFlightRequests) return;
        const count = this.#countThatFits(rest);
        const taken = rest.slice(0, count);
        rest = rest.slice(count);
        for (const { queue } of taken) this.#accumulator.take(queue);
        this.#inFlight.set(leader, inFlight + 1);
        void this.#send(leader, taken).finally(() => {
          this.#inFlight.set(leader, (this.#inFlight.get(leader) ?? 1) - 1);
          this.#options.onSettled();
          if (!this.#cluster.lifetime.isOver) this.drain();
        });
      }
    }
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
  async #send(leader: number, shipments: readonly Shipment[]): Promise<void> {
    try {
      const connection = await this.#cluster.connectionTo(leader);
      const response = await this.#request(connection, shipments);
      this.#settle(shipments, response);
    } catch (error) {
      for (const shipment of shipments) this.#failOrRetry(shipment, error as Error);
      if (!this.#cluster.lifetime.isOver) this.#refreshMetadata();
    }
  }

  async #request(
    connection: BrokerConnection,
    shipments: readonly Shipment[],
  ): Promise<ResponseOf<'Produce'> | undefined> {
    const { delivery, sends } = (shipments[0] as Shipment).batch;
    const byTopic = groupBy(shipments, ({ queue }) => queue.topic);
    const topics = [...byTopic.keys()].map((topic) => this.#cluster.topic(topic));
    const response = await connection.send(
      'Produce',
      {
        acks: delivery.acks,
        timeoutMs: delivery.timeoutMs,
        topicData: topics.map(({ name, topicId }) => ({
          name,
          topicId,
          partitionData: (byTopic.get(name) ?? []).map(({ queue, batch }) => ({
            index: queue.partition,
            records: batch.encode(),
          })),
        })),
      },
      {
        cause: sends[0],
        maxVersion: topics.every(({ hasTopicId }) => hasTopicId) ? Infinity : 12,
        onSend: (request) => this.#traceBatches(request, shipments),
      },
    );
    return delivery.acks === 0 ? undefined : response;
  }

  #settle(shipments: readonly Shipment[], response: ResponseOf<'Produce'> | undefined): void {
    if (response === undefined) {
      const unknown = { baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 };
      for (const shipment of shipments) this.#acknowledge(shipment, unknown);
      return;
    }
    const left = new Map(
      shipments.map((shipment) => [nameOf(shipment.queue.topic, shipment.queue.partition), shipment]),
    );
    let isStale = false;
    for (const { name, topicId, partitionResponses } of response.responses) {
      const topic = this.#cluster.metadata.nameOf(name, topicId) ?? '';
      for (const partition of partitionResponses) {
        const shipment = left.get(nameOf(topic, partition.index));
        if (shipment === undefined) continue;
        left.delete(nameOf(topic, partition.index));
        if (partition.errorCode === 0) {
          this.#acknowledge(shipment, {
            baseOffset: Number(partition.baseOffset),
            logAppendTimeMs: Number(partition.logAppendTimeMs),
            logStartOffset: Number(partition.logStartOffset),
          });
        } else {
          const error = refusal(shipment.batch, partition);
          isStale ||= error.retriable;
          this.#failOrRetry(shipment, error);
        }
      }
    }
    for (const shipment of left.values()) {
      const { topic, partition } = shipment.queue;
      this.#failOrRetry(
        shipment,
        new KafkaError('UNKNOWN_SERVER_ERROR', `The Produce response says nothing of ${topic}-${partition}.`),
      );
    }
    if (isStale) this.#refreshMetadata();
  }

  #acknowledge({ queue, batch }: Shipment, stored: Acknowledgement): void {
    if (queue.inFlight !== batch) return;
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
    batch.acknowledge(stored);
  }

  #failOrRetry({ queue, batch }: Shipment, error: Error): void {
    if (queue.inFlight !== batch) return;
    const mayRetry = error instanceof KafkaError && error.retriable && batch.backoff?.isExhausted !== true;
    if (!mayRetry || this.#options.retry.retries === 0 || this.#cluster.lifetime.isOver) {
      this.#fail(queue, batch, error);
      return;
    }
    this.#postpone(batch, error);
    this.#accumulator.putBack(queue);
  }

  /** Has the batch wait before it is tried again; gives until when. */
  #postpone(batch: ProducerBatch, error: Error): Millis {
    batch.lastError = error;
    batch.backoff ??= this.#cluster.backoff({ retries: Infinity, ...this.#options.retry });
    batch.retryAtMs = this.#now + batch.backoff.next();
    return batch.retryAtMs;
  }

  #fail(queue: PartitionQueue, batch: ProducerBatch, error: Error): void {
    this.#accumulator.settle(queue, batch);
    batch.fail(error);
  }

  /** Fails what was not acknowledged within the delivery timeout. */
  #expire(now: Millis): void {
    const { deliveryTimeoutMs } = this.#options;
    let hasExpired = false;
    for (const queue of [...this.#accumulator.open]) {
      for (;;) {
        const batch = queue.inFlight ?? queue.waiting[0];
        if (batch === undefined || batch.createdAtMs + deliveryTimeoutMs > now) break;
        const what = `${batch.recordCount} record(s) for ${queue.topic}-${queue.partition}`;
        const message = `${what} were not acknowledged within ${deliveryTimeoutMs} ms. They may or may not be stored. Check that the broker runs, or raise deliveryTimeoutMs.`;
        const cause = batch.lastError;
        this.#fail(queue, batch, new KafkaError('REQUEST_TIMED_OUT', message, cause === undefined ? {} : { cause }));
        hasExpired = true;
      }
    }
    if (hasExpired) this.#options.onSettled();
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
    // One that comes too early does no harm, and need not be set anew each time.
    if (this.#wakeUp !== undefined && this.#wakeUp.atMs <= atMs && atMs !== Infinity) return;
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

function nameOf(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

function leaderless({ topic, partition }: PartitionQueue): KafkaError {
  return new KafkaError('LEADER_NOT_AVAILABLE', `${topic}-${partition} has no leader that is known.`);
}

function refusal(
  batch: ProducerBatch,
  { errorCode, errorMessage }: { readonly errorCode: number; readonly errorMessage: string | null },
): KafkaError {
  const { name, message } = errorByCode(errorCode);
  const advice =
    name === 'MESSAGE_TOO_LARGE' && batch.recordCount > 1
      ? ` Lower batchSize below the topic's max.message.bytes: the batch of ${batch.recordCount} records has ${batch.sizeInBytes} bytes.`
      : '';
  return new KafkaError(
    name,
    `Records for ${batch.topic}-${batch.partition} were refused: ${errorMessage ?? message}${advice}`,
  );
}
