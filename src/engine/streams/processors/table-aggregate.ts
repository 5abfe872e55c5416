import type { TaskContext } from '../processor/task-context.js';
import { StreamsError } from '../streams-error.js';
import type { Change } from './change.js';
import { ChangeForwarder } from './change-forwarder.js';
import { RowStore, storeView } from './row-store.js';
import type { TableProcessorSupplier } from './table.js';

export interface TableAggregateOptions<K, V, A> {
  /** A timestamped key-value store, or a versioned one. */
  readonly storeName: string;
  readonly isVersioned?: boolean;
  readonly initializer: () => A | null;
  readonly adder: (key: K, value: V, aggregate: A | null) => A | null;
  readonly subtractor: (key: K, value: V, aggregate: A) => A | null;
}

/** One aggregate for each group of a table's rows (KTableAggregate): the old value is taken out, then the new one put in. */
export function tableAggregate<K, V, A>(options: TableAggregateOptions<K, V, A>): TableProcessorSupplier<K, V, A> {
  const { initializer, adder, subtractor } = options;
  return groupedTable(options, (key, { newValue, oldValue }, aggregate) => {
    const rest = oldValue !== null && aggregate !== null ? subtractor(key, oldValue, aggregate) : aggregate;
    if (newValue === null) return rest;
    return adder(key, newValue, rest ?? initializer());
  });
}

/** What aggregating and reducing a grouped table have in common. */
export function groupedTable<K, V, A>(
  { storeName, isVersioned = false }: { readonly storeName: string; readonly isVersioned?: boolean },
  apply: (key: K, change: Change<V>, aggregate: A | null) => A | null,
): TableProcessorSupplier<K, V, A> {
  let sendsOldValues = false;
  return {
    isVersioned,
    view: () => storeView(storeName),
    enableSendingOldValues: () => (sendsOldValues = true),
    get: () => {
      let rows: RowStore<K, A>;
      let forwarder: ChangeForwarder<K, A>;
      return {
        init(given) {
          const context = given as TaskContext<K, Change<A>>;
          rows = new RowStore(context, storeName);
          forwarder = new ChangeForwarder(context, context.getStateStore(storeName), () => sendsOldValues);
        },
        process({ key, value: change, timestamp: recordTime, headers }) {
          if (key === null) {
            throw new StreamsError(
              'StreamsException',
              `Record key for a grouped KTable with state ${storeName} should not be null.`,
            );
          }
          const row = rows.get(key);
          const oldValue = row?.value ?? null;
          const newValue = apply(key, change, oldValue);
          const timestamp = row === null ? recordTime : Math.max(recordTime, row.timestamp);
          const isLatest = rows.put(key, newValue, timestamp);
          if (isLatest !== 'rejected') forwarder.maybeForward(key, newValue, oldValue, isLatest, timestamp, headers);
        },
      };
    },
  };
}
