import type { DecodedRecord, RecordHeader } from '../protocol/record-batch.js';

/** Headers on the way out: a name that came several times has an array. */
export interface ReceivedHeaders {
  readonly [name: string]: Uint8Array | null | readonly (Uint8Array | null)[];
}

/** A record as a handler gets it, in KafkaJS's shape. Bytes are views into what was fetched: copy what is to be kept or changed. */
export interface KafkaMessage {
  readonly key: Uint8Array | null;
  /** Null: a tombstone. */
  readonly value: Uint8Array | null;
  /** Milliseconds since the epoch. */
  readonly timestamp: string;
  /** As text, as in KafkaJS. */
  readonly offset: string;
  readonly headers: ReceivedHeaders;
  /** Always 0: Kafka has not defined any yet. */
  readonly attributes: number;
  /** Bytes of key and value. */
  readonly size: number;
}

/** The shape that handlers get. */
export function messageOf({ key, value, timestamp, offset, headers }: DecodedRecord): KafkaMessage {
  return {
    key,
    value,
    timestamp: String(timestamp),
    offset: String(offset),
    headers: headers.length === 0 ? noHeaders : headersOf(headers),
    attributes: 0,
    size: (key?.length ?? 0) + (value?.length ?? 0),
  };
}

// Without a prototype: a header may have any name.
const noHeaders = Object.freeze(Object.create(null) as ReceivedHeaders);

function headersOf(headers: readonly RecordHeader[]): ReceivedHeaders {
  const received = Object.create(null) as Record<string, Uint8Array | null | (Uint8Array | null)[]>;
  for (const { key, value } of headers) {
    const known = received[key];
    if (!(key in received)) received[key] = value;
    else if (Array.isArray(known)) known.push(value);
    else received[key] = [known as Uint8Array | null, value];
  }
  return received;
}
