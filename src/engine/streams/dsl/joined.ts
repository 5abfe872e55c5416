import type { Serde } from '../serdes.js';
import type { Named } from './named.js';

/** How a stream is joined with a table. */
export interface Joined<K, V> extends Named {
  /** Of the repartition topic, if there must be one. */
  readonly key?: Serde<K>;
  readonly value?: Serde<V>;
  /** How long the stream's records wait for the table to catch up, ms; the table must be versioned (KIP-923). */
  readonly grace?: number;
}

/** How two streams are joined. */
export interface StreamJoined<K, V, VO> extends Named {
  readonly key?: Serde<K>;
  readonly value?: Serde<V>;
  readonly other?: Serde<VO>;
  /** The names of the stores begin with it. */
  readonly storeName?: string;
  /** `false`: no changelogs. Otherwise configuration of the changelog topics, by Kafka's names. */
  readonly logging?: boolean | Readonly<Record<string, string>>;
  readonly store?: 'memory' | 'persistent';
}
