import type { TaskContext } from '../processor/task-context.js';
import type { Change } from './change.js';
import { ChangeForwarder } from './change-forwarder.js';
import { RowStore, storeView } from './row-store.js';
import type { AggregateProcessorSupplier } from './table.js';

/** The source of a table. Its state is kept once somebody needs it: a name to query by, a view or old values. */
export interface TableSourceSupplier<K, V> extends AggregateProcessorSupplier<K, V | null, K, V> {
  /** The store it keeps its state in; `null` as long as nobody needs one. Ask when the topology is complete. */
  readonly materializedAs: string | null;
}

export interface TableSourceOptions {
  /** The store's name if there is to be one. */
  readonly storeName: string;
  /** Whether there is to be one in any case. */
  readonly isMaterialized: boolean;
  /** Whether the store is a versioned one. */
  readonly isVersioned?: boolean;
}

/** Turns the records of a topic into changes (KTableSource). A record without a key is dropped, one without a value deletes. */
export function tableSource<K, V>(options: TableSourceOptions): TableSourceSupplier<K, V> {
  let isMaterialized = options.isMaterialized;
  let sendsOldValues = false;
  return {
    get materializedAs() {
      return isMaterialized ? options.storeName : null;
    },
    get isVersioned() {
      return isMaterialized && options.isVersioned === true;
    },
    view() {
      isMaterialized = true;
      return storeView(options.storeName);
    },
    enableSendingOldValues(force) {
      if (!force && !isMaterialized) return false;
      isMaterialized = true;
      sendsOldValues = true;
      return true;
    },
    get: () => {
      let context: TaskContext<K, Change<V>>;
      let rows: RowStore<K, V> | null = null;
      let forwarder: ChangeForwarder<K, V>;
      return {
        init(given) {
          context = given as TaskContext<K, Change<V>>;
          if (!isMaterialized) return;
          rows = new RowStore(context, options.storeName);
          forwarder = new ChangeForwarder(context, context.getStateStore(options.storeName), () => sendsOldValues);
        },
        process(record) {
          const { key, value, timestamp, headers } = record;
          if (key === null) {
            context.dropped({ reason: 'null-key', record });
            return;
          }
          if (rows === null) {
            const change = { newValue: value, oldValue: null, isLatest: true };
            context.forward({ key, value: change, timestamp, headers });
            return;
          }
          const oldValue = sendsOldValues ? (rows.get(key)?.value ?? null) : null;
          const isLatest = rows.put(key, value, timestamp);
          if (isLatest !== 'rejected') forwarder.maybeForward(key, value, oldValue, isLatest, timestamp, headers);
        },
      };
    },
  };
}
