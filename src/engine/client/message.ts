import type { Millis } from '../environment/environment.js';
import type { EventId } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { batchHeaderSize, type RecordHeader, type RecordToEncode } from '../protocol/record-batch.js';
import { sizeInBatch } from './record-size.js';

/** Text is sent as UTF-8. */
export type MessageBytes = Uint8Array | string | null;

/** Headers on the way in: several values under one name make several headers. One without a value is `null` in an array. */
export interface Headers {
  readonly [name: string]: Uint8Array | string | readonly (Uint8Array | string | null)[] | undefined;
}

/** A record to send. A null value is a tombstone. */
export interface Message {
  /** Text goes as UTF-8. Records of one key go to one partition. */
  readonly key?: MessageBytes;
  readonly value: MessageBytes;
  /** Chosen by the partitioner when absent. */
  readonly partition?: number;
  readonly headers?: Headers;
  /** Milliseconds since the epoch, as text or number; now when absent. */
  readonly timestamp?: string | number;
  /** What the record is sent for: named as its cause in the trace. */
  readonly trace?: { readonly cause: EventId };
}

const utf8 = new TextEncoder();
const noHeaders: readonly RecordHeader[] = [];

/** The record that a message stands for. Throws INVALID_TIMESTAMP, and MESSAGE_TOO_LARGE for one that alone would be larger than `largestBytes`. */
export function recordOf(message: Message, now: Millis, largestBytes: number): RecordToEncode {
  const record: RecordToEncode = {
    key: bytesOf(message.key),
    value: bytesOf(message.value),
    headers: message.headers === undefined ? noHeaders : headersOf(message.headers),
    timestamp: message.timestamp === undefined ? now : timestampOf(message.timestamp),
  };
  const size = batchHeaderSize + sizeInBatch(record, 0, 0);
  if (size <= largestBytes) return record;
  throw new KafkaError(
    'MESSAGE_TOO_LARGE',
    `A record takes ${size} bytes, but at most ${largestBytes} may be sent at once. Send less in one record, or raise maxRequestSize, bufferMemory and the topic's max.message.bytes.`,
  );
}

function bytesOf(value: MessageBytes | undefined): Uint8Array | null {
  if (typeof value === 'string') return utf8.encode(value);
  if (value === undefined || value === null || value instanceof Uint8Array) return value ?? null;
  throw new KafkaError(
    'INVALID_REQUEST',
    `A message's key or value is of type ${typeof value}. Give a Uint8Array, a string or null.`,
  );
}

function timestampOf(given: string | number): number {
  const timestamp = Number(given);
  if (Number.isSafeInteger(timestamp) && timestamp >= 0) return timestamp;
  throw new KafkaError(
    'INVALID_TIMESTAMP',
    `A message has the timestamp ${given}. Give milliseconds since the epoch, an integer of 0 or more.`,
  );
}

function headersOf(headers: Headers): RecordHeader[] {
  return Object.entries(headers).flatMap(([key, values]) => {
    if (values === undefined) return [];
    const list = typeof values === 'string' || values instanceof Uint8Array ? [values] : values;
    return list.map((value) => ({ key, value: bytesOf(value) }));
  });
}
