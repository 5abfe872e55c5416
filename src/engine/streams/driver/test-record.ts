import type { RecordHeaders } from '../processor/record.js';

/** A record that goes into a topology under test, or that came out of it (Kafka's `TestRecord`). */
export interface TestRecord<K, V> {
  readonly key: K | null;
  readonly value: V | null;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly headers: RecordHeaders;
}
