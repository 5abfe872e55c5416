import type { ProcessorSupplier } from '../processor/processor.js';
import type { Serde } from '../serdes.js';
import type { RestorableStore } from '../state/state-store.js';
import type { StoreBuilder } from '../state/store-builder.js';
import type { StreamPartitioner } from '../topology/topology-node.js';
import type { Change } from './change.js';
import type { TableView } from './table.js';

export interface ForeignKeyJoinOptions<K, V, FK, FV, VOut> {
  readonly kind: 'inner' | 'left';
  readonly left: TableView<K, V>;
  readonly right: TableView<FK, FV>;
  readonly foreignKey: (key: K, value: V) => FK | null;
  readonly joiner: (value: V | null, foreignValue: FV | null) => VOut | null;
  /** `null`: the application's default. */
  readonly keySerde: Serde<K> | null;
  readonly valueSerde: Serde<V> | null;
  readonly foreignKeySerde: Serde<FK> | null;
  readonly foreignValueSerde: Serde<FV> | null;
  /** Of the store of subscriptions, beside the right table. */
  readonly subscriptionStoreName: string;
  /** The topic names, without the application's id, that keys and values are serialized for: Kafka's `…-fk`, `…-pk` and `…-vh`. */
  readonly foreignKeyTopic: string;
  readonly primaryKeyTopic: string;
  readonly valueHashTopic: string;
}

/** The nodes of a foreign key join, in order, and what its two topics are written with. */
export interface ForeignKeyJoin<K, V, FK, FV, VOut> {
  /** Below the left table; writes to the subscription topic. */
  readonly sender: ProcessorSupplier<K, Change<V>, FK, unknown>;
  /** Below the source of the subscription topic; connected to the subscription store. */
  readonly receiver: ProcessorSupplier<FK, unknown, unknown, unknown>;
  /** Below the receiver; connected to `right.view().storeNames`. */
  readonly subscriptionJoin: ProcessorSupplier<unknown, unknown, K, unknown>;
  /** Below the right table; connected to the subscription store. */
  readonly foreignTableJoin: ProcessorSupplier<FK, Change<FV>, K, unknown>;
  /** Below the source of the response topic; connected to `left.view().storeNames`. */
  readonly resolver: ProcessorSupplier<K, unknown, K, VOut | null>;
  readonly subscriptionStore: StoreBuilder<RestorableStore>;
  readonly subscriptionSerde: Serde<unknown>;
  readonly responseSerde: Serde<unknown>;
  /** Of the response topic: where the row came from. */
  readonly responsePartitioner: StreamPartitioner;
}

/** KIP-213. */
export function foreignKeyJoin<K, V, FK, FV, VOut>(
  options: ForeignKeyJoinOptions<K, V, FK, FV, VOut>,
): ForeignKeyJoin<K, V, FK, FV, VOut> {
  throw new Error(`not built: ${options.subscriptionStoreName}`);
}
