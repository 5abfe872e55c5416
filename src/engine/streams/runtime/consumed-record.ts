import type { ReceivedHeaders } from '../../client/kafka-message.js';
import type { ConsumerRecord } from '../../client/record-stream.js';
import type { RecordHeaders } from '../processor/record.js';
import type { RawRecord } from '../task/raw-record.js';

const noHeaders: RecordHeaders = [];

/** A record as tasks take it. */
export function rawRecordOf({ topic, partition, offset, timestamp, key, value, headers }: ConsumerRecord): RawRecord {
  return {
    topic,
    partition,
    offset: Number(offset),
    timestamp: Number(timestamp),
    key,
    value,
    headers: headersOfMessage(headers),
  };
}

/** Headers in the order of their names' first coming. */
export function headersOfMessage(headers: ReceivedHeaders): RecordHeaders {
  const names = Object.keys(headers);
  if (names.length === 0) return noHeaders;
  return names.flatMap((name) => {
    const values = headers[name] as Uint8Array | null | readonly (Uint8Array | null)[];
    return values === null || values instanceof Uint8Array
      ? [[name, values] as const]
      : values.map((value) => [name, value] as const);
  });
}
