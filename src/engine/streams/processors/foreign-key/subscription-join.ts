import type { ProcessorSupplier } from '../../processor/processor.js';
import type { TaskContext } from '../../processor/task-context.js';
import type { ValueGetterSupplier } from '../table.js';
import type { ReceivedSubscription } from './subscription-receiver.js';
import type { SubscriptionResponse } from './subscription.js';

/** Below the receiver: answers a subscription with the right row as it is now (SubscriptionJoinProcessorSupplier). */
export function subscriptionJoin<K, FK, FV>({
  right,
}: {
  readonly right: ValueGetterSupplier<FK, FV>;
}): ProcessorSupplier<K, ReceivedSubscription<K, FK>, K, SubscriptionResponse<FV>> {
  return {
    get: () => {
      const getter = right.get();
      let context: TaskContext<K, SubscriptionResponse<FV>>;
      return {
        init(given) {
          context = given as TaskContext<K, SubscriptionResponse<FV>>;
          getter.init(context);
        },
        process({ key, value: { foreignKey, subscription }, timestamp: sentAt, headers }) {
          const { instruction, hash, primaryPartition } = subscription;
          if (instruction === 'delete') return;
          const row = foreignKey === null ? null : getter.get(foreignKey);
          if (instruction === 'answer-if-found' && row === null) return;
          const foreignValue = instruction === 'delete-and-answer' || row === null ? null : row.value;
          const timestamp = row === null ? sentAt : Math.max(sentAt, row.timestamp);
          context.forward({ key, value: { hash, foreignValue, primaryPartition }, timestamp, headers });
        },
        close: () => getter.close?.(),
      };
    },
  };
}
