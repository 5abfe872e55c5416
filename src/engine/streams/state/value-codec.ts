import type { Serde } from '../serdes.js';
import type { ValueAndTimestamp } from './state-store.js';
import type { StoredValue } from './stored-value.js';

/** Turns what users put into a store into what it keeps and back. Values are kept as bytes, so that nobody can change them from outside. */
export interface ValueCodec<W> {
  /** What stands before the bytes of the value in Kafka's stores: its timestamp, if it has one. */
  readonly headBytes: number;
  /** @param timestamp of the record that is being processed */
  encode(value: W, timestamp: number): StoredValue;
  decode(stored: StoredValue): W;
}

/** Of a store that keeps values and nothing else. */
export function plainValues<V>(serde: Serde<V>, topic: string): ValueCodec<V> {
  return {
    headBytes: 0,
    encode: (value, timestamp) => ({ bytes: serde.serialize(topic, value), timestamp }),
    decode: ({ bytes }) => serde.deserialize(topic, bytes),
  };
}

/** Of a store that keeps values with timestamps of their own (KIP-258). */
export function timestampedValues<V>(serde: Serde<V>, topic: string): ValueCodec<ValueAndTimestamp<V>> {
  return {
    headBytes: 8,
    encode: ({ value, timestamp }) => ({ bytes: serde.serialize(topic, value), timestamp }),
    decode: ({ bytes, timestamp }) => ({ value: serde.deserialize(topic, bytes), timestamp }),
  };
}
