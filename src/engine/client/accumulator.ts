import type { Millis } from '../environment/environment.js';
import type { EventId } from '../environment/trace-events.js';
import type { RecordToEncode } from '../protocol/record-batch.js';
import { BatchNumbering } from './batch-numbering.js';
import { ProducerBatch, type Delivery } from './producer-batch.js';
import type { ProducerIdentity } from './producer-identity.js';
import type { SendCall } from './send-call.js';

/** The batches of one partition, oldest first. */
export class PartitionQueue {
  readonly waiting: ProducerBatch[] = [];
  /** Sent and not answered, in the order in which they were sent. */
  readonly inFlight: ProducerBatch[] = [];
  readonly numbering = new BatchNumbering();

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  /** The one that has been there longest. */
  get oldest(): ProducerBatch | undefined {
    let oldest = this.waiting[0];
    for (const batch of this.inFlight)
      if (oldest === undefined || batch.createdAtMs < oldest.createdAtMs) oldest = batch;
    return oldest;
  }

  /**
   * The batch that may be sent next. Idempotent ones follow one another, since the broker keeps their sequence; any other is alone on its way, or a retry could put
   * an older batch behind a newer one.
   */
  next(identity: ProducerIdentity | undefined): ProducerBatch | undefined {
    const { waiting, inFlight, numbering } = this;
    // Those that have numbers stand before those that have none.
    for (const batch of waiting) {
      if (batch.numbers === undefined) break;
      if (numbering.mayRepeat(batch)) return batch;
    }
    const [first] = waiting;
    if (first === undefined || first.numbers !== undefined) return undefined;
    if (!first.delivery.isIdempotent) return inFlight.length + numbering.unsettled.length === 0 ? first : undefined;
    if (identity === undefined || !numbering.mayNumber(identity)) return undefined;
    return inFlight.every(({ delivery }) => delivery.isIdempotent) ? first : undefined;
  }
}

export interface AccumulatorOptions {
  readonly batchSize: number;
  readonly lingerMs: Millis;
  readonly bufferMemory: number;
}

/** Gathers records into batches, by partition, and counts the memory that they take (Kafka's `RecordAccumulator`). */
export class Accumulator {
  readonly #options: AccumulatorOptions;
  readonly #open = new Set<PartitionQueue>();
  #usedBytes = 0;
  #flushes = 0;

  constructor(options: AccumulatorOptions) {
    this.#options = options;
  }

  /** Partitions that have batches, waiting or in flight, in the order in which they came to have them. */
  get open(): ReadonlySet<PartitionQueue> {
    return this.#open;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Whether so many more bytes fit into the memory. What is larger than the whole memory fits when nothing else is there. */
  hasMemoryFor(bytes: number): boolean {
    return this.#usedBytes === 0 || this.#usedBytes + bytes <= this.#options.bufferMemory;
  }

  /** Puts the record into the partition's last batch, or into a new one. Gives that batch. */
  append(
    queue: PartitionQueue,
    record: RecordToEncode,
    call: SendCall,
    delivery: Delivery,
    now: Millis,
    send: EventId | undefined,
  ): ProducerBatch {
    let batch = queue.waiting[queue.waiting.length - 1];
    let size = batch === undefined ? 0 : batch.sizeOf(record);
    if (batch === undefined || batch.delivery !== delivery || !batch.hasRoomFor(size)) {
      batch = new ProducerBatch(queue.topic, queue.partition, delivery, now, this.#options.batchSize);
      size = batch.sizeOf(record);
      this.#usedBytes += batch.sizeInBytes;
      queue.waiting.push(batch);
      this.#open.add(queue);
    }
    batch.append(record, size, call);
    if (send !== undefined) batch.sends.push(send);
    this.#usedBytes += size;
    return batch;
  }

  /** From now until `endFlush` everything is due. */
  beginFlush(): void {
    this.#flushes++;
  }

  endFlush(): void {
    this.#flushes--;
  }

  /** When the batch, which may be sent, is to be sent: now or earlier means at once. */
  dueAt(queue: PartitionQueue, batch: ProducerBatch, isMemoryShort: boolean): Millis {
    if (batch.backoff !== undefined) return batch.retryAtMs;
    if (batch.isFull || queue.waiting.length > 1 || this.#flushes > 0 || isMemoryShort) return batch.createdAtMs;
    return batch.createdAtMs + this.#options.lingerMs;
  }

  /** Takes a batch that waits: it is in flight until `settle` or `putBack`. An idempotent one gets its numbers. */
  take(queue: PartitionQueue, batch: ProducerBatch, identity: ProducerIdentity | undefined): void {
    queue.waiting.splice(queue.waiting.indexOf(batch), 1);
    batch.close();
    if (batch.delivery.isIdempotent && batch.numbers === undefined && identity !== undefined)
      queue.numbering.number(batch, identity);
    queue.inFlight.push(batch);
  }

  /** A batch in flight is to be sent again: before those that came after it. */
  putBack(queue: PartitionQueue, batch: ProducerBatch): void {
    queue.inFlight.splice(queue.inFlight.indexOf(batch), 1);
    const { unsettled } = queue.numbering;
    const place = unsettled.indexOf(batch);
    const behind = queue.waiting.findIndex((other) => {
      const at = unsettled.indexOf(other);
      return at < 0 || at > place;
    });
    queue.waiting.splice(behind < 0 ? queue.waiting.length : behind, 0, batch);
  }

  /** The batch is done with, in flight or not: its memory is free. */
  settle(queue: PartitionQueue, batch: ProducerBatch): void {
    const from = queue.inFlight.includes(batch) ? queue.inFlight : queue.waiting;
    from.splice(from.indexOf(batch), 1);
    this.#usedBytes -= batch.sizeInBytes;
    if (queue.inFlight.length === 0 && queue.waiting.length === 0) this.#open.delete(queue);
  }
}
