import type { ProcessorSupplier } from '../../processor/processor.js';
import type { TaskContext } from '../../processor/task-context.js';
import type { TimestampedKeyValueStore } from '../../state/state-store.js';
import type { CombinedKeys } from './combined-key.js';
import type { Subscription } from './subscription.js';

/** A subscription with the foreign key that it is for. */
export interface ReceivedSubscription<K, FK> {
  readonly foreignKey: FK | null;
  readonly subscription: Subscription<K>;
}

export type SubscriptionStore<K> = TimestampedKeyValueStore<Uint8Array, Subscription<K>>;

/** Below the subscription topic: keeps the subscriptions beside the right table (SubscriptionReceiveProcessorSupplier). */
export function subscriptionReceiver<K, FK>({
  storeName,
  keys,
  bind,
}: {
  readonly storeName: string;
  readonly keys: CombinedKeys<K, FK>;
  readonly bind: (context: TaskContext) => void;
}): ProcessorSupplier<FK | null, Subscription<K>, K, ReceivedSubscription<K, FK>> {
  return {
    get: () => {
      let context: TaskContext<K, ReceivedSubscription<K, FK>>;
      let store: SubscriptionStore<K>;
      return {
        init(given) {
          context = given as TaskContext<K, ReceivedSubscription<K, FK>>;
          bind(given as TaskContext);
          store = given.getStateStore(storeName) as SubscriptionStore<K>;
        },
        process(record) {
          const { key: foreignKey, value: subscription, timestamp, headers } = record;
          const { instruction, primaryKey } = subscription;
          if (foreignKey === null && instruction !== 'answer-always') {
            context.dropped({ reason: 'null-foreign-key', record });
            return;
          }
          if (foreignKey !== null) {
            const isDeleted = instruction === 'delete' || instruction === 'delete-and-answer';
            store.put(keys.bytesOf(foreignKey, primaryKey), isDeleted ? null : { value: subscription, timestamp });
          }
          context.forward({ key: primaryKey, value: { foreignKey, subscription }, timestamp, headers });
        },
      };
    },
  };
}
