import type { ProcessorSupplier } from '../processor/processor.js';
import type { TaskContext } from '../processor/task-context.js';
import type { Serde } from '../serdes.js';
import type { StoreBuilder } from '../state/store-builder.js';
import { timestampedKeyValueStoreBuilder } from '../state/stores.js';
import type { StreamPartitioner } from '../topology/topology-node.js';
import type { Change } from './change.js';
import { CombinedKeys } from './foreign-key/combined-key.js';
import { foreignTableJoin } from './foreign-key/foreign-table-join.js';
import { murmur3 } from './foreign-key/murmur3.js';
import { responseResolver } from './foreign-key/response-resolver.js';
import { subscriptionJoin } from './foreign-key/subscription-join.js';
import { subscriptionReceiver } from './foreign-key/subscription-receiver.js';
import { subscriptionSender } from './foreign-key/subscription-sender.js';
import { responseSerde, subscriptionSerde, type SubscriptionResponse } from './foreign-key/subscription.js';
import { SerdeSlot } from './serde-slot.js';
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
  readonly inMemory?: boolean;
  /** The topic names, without the application's id, that keys and values are serialized for: Kafka's `…-fk`, `…-pk` and `…-vh`. */
  readonly foreignKeyTopic: string;
  readonly primaryKeyTopic: string;
  readonly valueHashTopic: string;
}

/** The nodes of a foreign key join, in order, and what its two topics are written with. */
export interface ForeignKeyJoin<K, V, FK, FV, VOut> {
  /** Below the left table; writes to the subscription topic. */
  readonly sender: ProcessorSupplier<K, Change<V>, FK>;
  /** Below the source of the subscription topic; connected to the subscription store. */
  readonly receiver: ProcessorSupplier<FK>;
  /** Below the receiver; connected to `right.view().storeNames`. */
  readonly subscriptionJoin: ProcessorSupplier<unknown, unknown, K>;
  /** Below the right table; connected to the subscription store. */
  readonly foreignTableJoin: ProcessorSupplier<FK, Change<FV>, K>;
  /** Below the source of the response topic; connected to `left.view().storeNames`. */
  readonly resolver: ProcessorSupplier<K, unknown, K, VOut | null>;
  readonly subscriptionStore: StoreBuilder;
  readonly subscriptionSerde: Serde<unknown>;
  readonly responseSerde: Serde<unknown>;
  /** Of the response topic: where the row came from. */
  readonly responsePartitioner: StreamPartitioner;
}

/**
 * KIP-213: rows of the left table subscribe, under the foreign key, to rows of the right one, and are answered under their own
 * key. Both tables are made to send old values.
 */
export function foreignKeyJoin<K, V, FK, FV, VOut>(
  options: ForeignKeyJoinOptions<K, V, FK, FV, VOut>,
): ForeignKeyJoin<K, V, FK, FV, VOut> {
  const { kind, left, right, foreignKey, joiner, subscriptionStoreName: storeName } = options;
  const keySerde = new SerdeSlot(options.keySerde, 'the keys of the left table of a foreign key join');
  const valueSerde = new SerdeSlot(options.valueSerde, 'the values of the left table of a foreign key join');
  const foreignKeySerde = new SerdeSlot(options.foreignKeySerde, 'the keys of the right table of a foreign key join');
  const foreignValueSerde = new SerdeSlot(
    options.foreignValueSerde,
    'the values of the right table of a foreign key join',
  );
  let prefix = '';
  const bind = (context: TaskContext) => {
    prefix = `${context.applicationId}-`;
    keySerde.bind(context.defaultKeySerde);
    foreignKeySerde.bind(context.defaultKeySerde);
    valueSerde.bind(context.defaultValueSerde);
    foreignValueSerde.bind(context.defaultValueSerde);
  };
  const primaryKeyTopic = () => prefix + options.primaryKeyTopic;
  const hash = (value: V) => murmur3(valueSerde.bound.serialize(prefix + options.valueHashTopic, value));
  const keys = new CombinedKeys(foreignKeySerde, () => prefix + options.foreignKeyTopic, keySerde, primaryKeyTopic);
  const serde = subscriptionSerde(keySerde, primaryKeyTopic);
  right.enableSendingOldValues(true);
  left.enableSendingOldValues(true);
  return {
    sender: subscriptionSender({ kind, left, foreignKey, keys, hash, bind }),
    receiver: subscriptionReceiver({ storeName, keys, bind }),
    subscriptionJoin: subscriptionJoin<K, FK, FV>({ right: right.view() }),
    foreignTableJoin: foreignTableJoin<K, FK, FV>({ right, storeName, keys, bind }),
    resolver: responseResolver({ kind, left: left.view(), hash, joiner, bind }),
    subscriptionStore: timestampedKeyValueStoreBuilder({
      name: storeName,
      keySerde: bytesSerde,
      valueSerde: serde,
      inMemory: options.inMemory ?? false,
      logsHeaders: true,
    }),
    subscriptionSerde: serde,
    responseSerde: responseSerde(foreignValueSerde),
    responsePartitioner: (_topic, _key, value) => (value as SubscriptionResponse<FV>).primaryPartition,
  };
}

const bytesSerde: Serde<Uint8Array> = {
  serialize: (_topic, bytes) => bytes,
  deserialize: (_topic, bytes) => bytes,
};
