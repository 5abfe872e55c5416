import type { ProcessorSupplier } from '../../processor/processor.js';
import type { TaskContext } from '../../processor/task-context.js';
import type { Change } from '../change.js';
import type { TableView } from '../table.js';
import type { CombinedKeys } from './combined-key.js';
import type { SubscriptionStore } from './subscription-receiver.js';
import type { SubscriptionResponse } from './subscription.js';

/** Below the right table: tells each left row that subscribed to a row of its change (ForeignTableJoinProcessorSupplier). */
export function foreignTableJoin<K, FK, FV>({
  right,
  storeName,
  keys,
  bind,
}: {
  readonly right: TableView<FK, FV>;
  readonly storeName: string;
  readonly keys: CombinedKeys<K, FK>;
  readonly bind: (context: TaskContext) => void;
}): ProcessorSupplier<FK, Change<FV>, K, SubscriptionResponse<FV>> {
  return {
    get: () => {
      let context: TaskContext<K, SubscriptionResponse<FV>>;
      let store: SubscriptionStore<K>;
      return {
        init(given) {
          context = given as TaskContext<K, SubscriptionResponse<FV>>;
          bind(given as TaskContext);
          store = given.getStateStore(storeName) as SubscriptionStore<K>;
        },
        process(record) {
          const { key: foreignKey, value: change, timestamp, headers } = record;
          if (foreignKey === null) {
            context.dropped({ reason: 'null-key', record });
            return;
          }
          if (right.isVersioned && !change.isLatest) {
            context.dropped({ reason: 'late-record', record });
            return;
          }
          for (const [combined, { value: subscription }] of store.prefixScan(keys.prefixOf(foreignKey))) {
            const { hash, primaryPartition } = subscription;
            const value = { hash, foreignValue: change.newValue, primaryPartition };
            context.forward({ key: keys.primaryKeyOf(combined), value, timestamp, headers });
          }
        },
      };
    },
  };
}
