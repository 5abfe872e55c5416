import type { TaskContext } from '../processor/task-context.js';
import type { Change } from './change.js';
import { ChangeForwarder } from './change-forwarder.js';
import { RowStore, storeView } from './row-store.js';
import type { AggregateProcessorSupplier } from './table.js';

export interface StreamReduceOptions<V> {
  /** A timestamped key-value store, or a versioned one. */
  readonly storeName: string;
  readonly isVersioned?: boolean;
  readonly reducer: (aggregate: V, value: V) => V | null;
}

/** One value a key, made of all the key's values; the first is taken as it is (KStreamReduce). */
export function streamReduce<K, V>(options: StreamReduceOptions<V>): AggregateProcessorSupplier<K, V, K, V> {
  const { storeName, reducer } = options;
  let sendsOldValues = false;
  return {
    isVersioned: options.isVersioned === true,
    view: () => storeView(storeName),
    enableSendingOldValues: () => (sendsOldValues = true),
    get: () => {
      let context: TaskContext<K, Change<V>>;
      let rows: RowStore<K, V>;
      let forwarder: ChangeForwarder<K, V>;
      return {
        init(given) {
          context = given as TaskContext<K, Change<V>>;
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
          const newValue = row === null ? value : reducer(row.value, value);
          const timestamp = row === null ? record.timestamp : Math.max(record.timestamp, row.timestamp);
          const isLatest = rows.put(key, newValue, timestamp);
          if (isLatest === 'rejected') return;
          forwarder.maybeForward(key, newValue, row?.value ?? null, isLatest, timestamp, headers);
        },
      };
    },
  };
}
