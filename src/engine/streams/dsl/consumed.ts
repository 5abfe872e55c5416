import type { Serde } from '../serdes.js';
import type { AutoOffsetReset, ConsumedRecord } from '../topology/topology-node.js';
import type { Named } from './named.js';

/** How a topic is read. */
export interface Consumed<K, V> extends Named {
  /** Without: the application's default serde. */
  readonly key?: Serde<K>;
  readonly value?: Serde<V>;
  /** The event time of a record, ms; without: the application's default extractor. */
  readonly timestamp?: (record: ConsumedRecord<K, V>, partitionTimeMs: number, systemTimeMs: number) => number;
  /** Where to begin if the application has committed nothing yet. */
  readonly reset?: AutoOffsetReset;
}
