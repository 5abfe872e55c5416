import type { Millis } from '../environment/environment.js';
import type { EventId } from '../environment/trace-events.js';
import type { RecordToEncode } from '../protocol/record-batch.js';
import { ProducerBatch, type Delivery } from './producer-batch.js';
import type { SendCall } from './send-call.js';

/** The batches of one partition, oldest first. At most one of them is in flight, so that a retry can't overtake. */
export class PartitionQueue {
  readonly waiting: ProducerBatch[] = [];
  inFlight: ProducerBatch | undefined;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}
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

  /** When the partition's first batch is to be sent: now or earlier means at once, Infinity not before the one in flight is settled. */
  dueAt(queue: PartitionQueue, isMemoryShort: boolean): Millis {
    const [first] = queue.waiting;
    if (first === undefined || queue.inFlight !== undefined) return Infinity;
    if (first.backoff !== undefined) return first.retryAtMs;
    if (first.isFull || queue.waiting.length > 1 || this.#flushes > 0 || isMemoryShort) return first.createdAtMs;
    return first.createdAtMs + this.#options.lingerMs;
  }

  /** Takes the partition's first batch: it is in flight until `settle` or `putBack`. */
  take(queue: PartitionQueue): ProducerBatch {
    const batch = queue.waiting.shift() as ProducerBatch;
    queue.inFlight = batch;
    return batch;
  }

  /** The batch in flight is to be sent again, before those that came after it. */
  putBack(queue: PartitionQueue): void {
    if (queue.inFlight !== undefined) queue.waiting.unshift(queue.inFlight);
    queue.inFlight = undefined;
  }

  /** The batch is done with, in flight or not: its memory is free. */
  settle(queue: PartitionQueue, batch: ProducerBatch): void {
    if (queue.inFlight === batch) queue.inFlight = undefined;
    else queue.waiting.splice(queue.waiting.indexOf(batch), 1);
    this.#usedBytes -= batch.sizeInBytes;
    if (queue.inFlight === undefined && queue.waiting.length === 0) this.#open.delete(queue);
  }
}
