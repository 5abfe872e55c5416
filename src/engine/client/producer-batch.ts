import type { Millis } from '../environment/environment.js';
import type { EventId } from '../environment/trace-events.js';
import type { CompressionType } from '../protocol/batch-header.js';
import { batchHeaderSize, encodeBatch, renumberBatch, type RecordToEncode } from '../protocol/record-batch.js';
import type { Backoff } from './backoff.js';
import type { BatchBuffers } from './batch-buffers.js';
import type { ProducerIdentity } from './producer-identity.js';
import { sizeInBatch } from './record-size.js';
import type { Acknowledgement, SendCall } from './send-call.js';

/** What a send asks of the broker; records with other wishes do not share a batch. */
export interface Delivery {
  readonly acks: number;
  readonly timeoutMs: Millis;
  readonly compression: CompressionType;
  /** Whether the batches are numbered, so that the broker stores each once. */
  readonly isIdempotent: boolean;
}

/** By what a broker tells a batch from others of its producer. */
export interface BatchNumbers {
  readonly identity: ProducerIdentity;
  /** The number of the first record. */
  readonly baseSequence: number;
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
  /** Since when it waits. A clock that is before it was set back since. */
  waitsSinceMs: Millis;
  lastError: Error | undefined;
  readonly #calls: SendCall[] = [];
  readonly #firstIndexes: number[] = [];
  readonly #parts: number[] = [];
  #baseTimestamp = 0;
  #recordCount = 0;
  #encoded: Uint8Array | undefined;
  #numbers: BatchNumbers | undefined;
  #isClosed = false;
  #isSent = false;
  #timesSent = 0;
  #mayBeStored = false;
  #mightBeBefore = false;
  #whenSettled: (() => void)[] = [];

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly delivery: Delivery,
    readonly createdAtMs: Millis,
    readonly sizeLimit: number,
  ) {
    this.waitsSinceMs = createdAtMs;
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  /** Undefined until an idempotent producer has numbered it. */
  get numbers(): BatchNumbers | undefined {
    return this.#numbers;
  }

  /** Whether it has left under the numbers that it has. */
  get isSent(): boolean {
    return this.#isSent;
  }

  /** Whether an attempt has, or may have, stored it. */
  get mayBeStored(): boolean {
    return this.#mayBeStored;
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
    return !this.#isClosed && (this.#recordCount === 0 || this.sizeInBytes + size <= this.sizeLimit);
  }

  append(record: RecordToEncode, size: number, call: SendCall): void {
    if (this.#recordCount === 0) this.#baseTimestamp = record.timestamp;
    if (this.#calls[this.#calls.length - 1] !== call) {
      this.#calls.push(call);
      this.#firstIndexes.push(this.#recordCount);
      this.#parts.push(call.beginPart());
    }
    this.records.push(record);
    this.#recordCount++;
    this.sizeInBytes += size;
  }

  /** Nothing more comes in. */
  close(): void {
    this.#isClosed = true;
  }

  /** It leaves: nobody knows whether it is stored until there is an answer. */
  send(): void {
    this.#isSent = true;
    this.#timesSent++;
    this.#mightBeBefore = this.#mayBeStored;
    this.#mayBeStored = true;
  }

  /** The broker has not stored it at this attempt; `isUnknown`: nor at one before, or it would have known its numbers. */
  refuse(isUnknown: boolean): void {
    this.#mayBeStored = !isUnknown && this.#mightBeBefore;
  }

  /** Gives the batch its numbers, or others. */
  number(numbers: BatchNumbers): void {
    this.#numbers = numbers;
    this.#isSent = false;
    if (this.#encoded !== undefined) this.#encoded = renumberBatch(this.#encoded, headerNumbers(numbers));
  }

  /** The bytes of the batch, which must be closed. */
  encode(buffers: BatchBuffers): Uint8Array {
    const numbers = this.#numbers === undefined ? {} : headerNumbers(this.#numbers);
    this.#encoded ??= encodeBatch(
      { records: this.records, compression: this.delivery.compression, ...numbers },
      buffers,
    );
    this.records.length = 0;
    return this.#encoded;
  }

  /** The broker has answered that it is stored: its memory is free, unless an earlier attempt may still be on its way. */
  release(buffers: BatchBuffers): void {
    if (this.#encoded === undefined || this.#timesSent > 1) return;
    buffers.giveBack(this.#encoded);
    this.#encoded = undefined;
  }

  /** Tells the sends that their records are stored. */
  acknowledge(stored: Acknowledgement): void {
    this.#eachCall((call, part, index, count) =>
      call.acknowledge(this.topic, this.partition, part, index, count, stored),
    );
  }

  /** Tells the sends that their records were not stored, or that nobody knows. */
  fail(error: Error): void {
    this.#eachCall((call, _part, _index, count) => call.fail(error, count));
  }

  /** Resolves once it is acknowledged or has failed. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.#whenSettled.push(resolve));
  }

  /** For once: what is told settles the batch. */
  #eachCall(tell: (call: SendCall, part: number, firstIndex: number, count: number) => void): void {
    for (let at = 0; at < this.#calls.length; at++) {
      const first = this.#firstIndexes[at] as number;
      const next = this.#firstIndexes[at + 1] ?? this.#recordCount;
      tell(this.#calls[at] as SendCall, this.#parts[at] as number, first, next - first);
    }
    for (const settle of this.#whenSettled) settle();
    this.#whenSettled = [];
  }
}

function headerNumbers({ identity, baseSequence }: BatchNumbers) {
  return { producerId: identity.producerId, producerEpoch: identity.epoch, baseSequence };
}
