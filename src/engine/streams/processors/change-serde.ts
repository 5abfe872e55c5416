import type { Serde } from '../serdes.js';
import type { Change } from './change.js';

/** The changes of a table in the repartition topic of a grouping (Kafka's ChangedSerializer, KIP-904). */
export function changeSerde<V>(inner: Serde<V>): Serde<Change<V>> {
  throw new Error(`not built: ${String(inner)}`);
}
