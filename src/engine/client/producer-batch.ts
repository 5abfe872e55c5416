import type { Millis } from '../environment/environment.js';
import type { EventId } from '../environment/trace-events.js';
import type { CompressionType } from '../protocol/batch-header.js';
import { batchHeaderSize, encodeBatch, type RecordToEncode } from '../protocol/record-batch.js';
import type { Backoff } from './backoff.js';
import { sizeInBatch } from './record-size.js';
import type { Acknowledgement, SendCall } from './send-call.js';

/** What a send asks of the broker; records with other wishes do not share a batch. */
export interface Delivery {
  readonly acks: number;
  readonly timeoutMs: Millis;
  readonly compression: CompressionType;
}

/** The records that go to one partition together. It is kept until it is acknowledged or has failed; a retry sends the same bytes. */
export class ProducerBatch {
  readonly records: RecordToEncode[] = [];
  /** The ids of the records in the trace; empty when nobody watches. */
  readonly sends: EventId[] = [];
  /** How many bytes the batch has when it is encoded, header included, before it is compressed. */
  sizeInBytes = batchHeaderSize;
  backoff: Backoff | undefined;
  /** Not sent again before this time. */
  retryAtMs: Millis = 0;
  lastError: Error | undefined;
  readonly #calls: SendCall[] = [];
  readonly #firstIndexes: number[] = [];
  #baseTimestamp = 0;
  #recordCount = 0;
  #encoded: Uint8Array | undefined;
  #whenSettled: (() => void)[] = [];

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly delivery: Delivery,
    readonly createdAtMs: Millis,
    readonly sizeLimit: number,
  ) {}

  get recordCount(): number {
    return this.#recordCount;
  }

  get isFull(): boolean {
    return this.sizeInBytes >= this.sizeLimit;
  }

  /** Bytes that the record would add. */
  sizeOf(record: RecordToEncode): number {
    if (this.#recordCount === 0) return sizeInBatch(record, 0, 0);
    return sizeInBatch(record, this.#recordCount, record.timestamp - this.#baseTimestamp);
  }

  /** Whether the record may still come in: the first always may. */
  hasRoomFor(size: number): boolean {
    return this.#encoded === undefined && (this.#recordCount === 0 || this.sizeInBytes + size <= this.sizeLimit);
  }

  append(record: RecordToEncode, size: number, call: SendCall): void {
    if (this.#recordCount === 0) this.#baseTimestamp = record.timestamp;
    if (this.#calls[this.#calls.length - 1] !== call) {
      this.#calls.push(call);
      this.#firstIndexes.push(this.#recordCount);
    }
    this.records.push(record);
    this.#recordCount++;
    this.sizeInBytes += size;
  }

  /** The bytes of the batch; from now on nothing more comes in. */
  encode(): Uint8Array {
    this.#encoded ??= encodeBatch({ records: this.records, compression: this.delivery.compression });
    this.records.length = 0;
    return this.#encoded;
  }

  /** Tells the sends that their records are stored. */
  acknowledge(stored: Acknowledgement): void {
    this.#eachCall((call, index, count) => call.acknowledge(this.topic, this.partition, index, count, stored));
  }

  /** Tells the sends that their records were not stored, or that nobody knows. */
  fail(error: Error): void {
    this.#eachCall((call, _, count) => call.fail(error, count));
  }

  /** Resolves once it is acknowledged or has failed. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.#whenSettled.push(resolve));
  }

  /** For once: what is told settles the batch. */
  #eachCall(tell: (call: SendCall, firstIndex: number, count: number) => void): void {
    for (let at = 0; at < this.#calls.length; at++) {
      const first = this.#firstIndexes[at] as number;
      const next = this.#firstIndexes[at + 1] ?? this.#recordCount;
      tell(this.#calls[at] as SendCall, first, next - first);
    }
    for (const settle of this.#whenSettled) settle();
    this.#whenSettled = [];
  }
}
