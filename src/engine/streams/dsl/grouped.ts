import type { Serde } from '../serdes.js';
import type { Named } from './named.js';

/** How a stream or table is grouped. The name is that of the repartition topic too, if there must be one. */
export interface Grouped<K, V> extends Named {
  readonly key?: Serde<K>;
  readonly value?: Serde<V>;
}
