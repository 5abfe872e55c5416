import type { TaskContext } from '../processor/task-context.js';
import type { Change } from './change.js';
import { ChangeForwarder } from './change-forwarder.js';
import { RowStore, storeView } from './row-store.js';
import type { AggregateProcessorSupplier } from './table.js';

export interface StreamAggregateOptions<K, V, A> {
  /** A timestamped key-value store, or a versioned one. */
  readonly storeName: string;
  readonly isVersioned?: boolean;
  readonly initializer: () => A | null;
  readonly aggregator: (key: K, value: V, aggregate: A | null) => A | null;
}

/**
 * One aggregate a key (KStreamAggregate); counting is aggregating too. Records without key or value are dropped. The old value
 * of a key's first result is what the initializer gave.
 */
export function streamAggregate<K, V, A>(
  options: StreamAggregateOptions<K, V, A>,
): AggregateProcessorSupplier<K, V, K, A> {
  const { storeName, initializer, aggregator } = options;
  let sendsOldValues = false;
  return {
    isVersioned: options.isVersioned === true,
    view: () => storeView(storeName),
    enableSendingOldValues: () => (sendsOldValues = true),
    get: () => {
      let context: TaskContext<K, Change<A>>;
      let rows: RowStore<K, A>;
      let forwarder: ChangeForwarder<K, A>;
      return {
        init(given) {
          context = given as TaskContext<K, Change<A>>;
          rows = new RowStore(context, storeName);
          forwarder = new ChangeForwarder(context, context.getStateStore(storeName), () => sendsOldValues);
        },
        process(record) {
          const { key, value, headers } = record;
          if (key === null || value === null) {
            context.dropped({ reason: 'null-key-or-value', record });
            return;
          }
          const row = rows.get(key);
          const oldValue = row === null ? initializer() : row.value;
          const newValue = aggregator(key, value, oldValue);
          const timestamp = row === null ? record.timestamp : Math.max(record.timestamp, row.timestamp);
          const isLatest = rows.put(key, newValue, timestamp);
          if (isLatest !== 'rejected') forwarder.maybeForward(key, newValue, oldValue, isLatest, timestamp, headers);
        },
      };
    },
  };
}
