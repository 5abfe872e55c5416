/** A record's headers, in order; a key may occur more than once. */
export type RecordHeaders = readonly (readonly [key: string, value: Uint8Array | null])[];

/** What processors pass on (Kafka's `processor.api.Record`). A missing key or value is `null`. */
export interface StreamRecord<K, V> {
  readonly key: K;
  readonly value: V;
  /** Milliseconds since the epoch, never negative. */
  readonly timestamp: number;
  readonly headers: RecordHeaders;
}

/** Where the record that is being processed came from (Kafka's `RecordMetadata`). */
export interface RecordOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}
