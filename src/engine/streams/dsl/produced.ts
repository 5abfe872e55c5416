import type { Serde } from '../serdes.js';
import type { Named } from './named.js';

/** How a topic is written. */
export interface Produced<K, V> extends Named {
  /** Without: the stream's own serde, or the application's default. */
  readonly key?: Serde<K>;
  readonly value?: Serde<V>;
  /** The partition for a record, `null` for the default partitioner's, or several to send it to each (KIP-837). */
  readonly partitioner?: (topic: string, key: K, value: V, partitions: number) => number | null | readonly number[];
}

/** How a stream is sent through a topic of the application's own. */
export interface Repartitioned<K, V> extends Produced<K, V> {
  /** A number of partitions of its own; without it is that of what the stream came from. */
  readonly partitions?: number;
}
