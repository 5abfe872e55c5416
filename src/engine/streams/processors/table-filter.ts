import type { TaskContext } from '../processor/task-context.js';
import type { Change } from './change.js';
import { ChangeForwarder } from './change-forwarder.js';
import { derivedView } from './derived-view.js';
import { Materialization, type MaterializationOptions } from './materialization.js';
import { RowStore } from './row-store.js';
import type { TableProcessorSupplier, TableView } from './table.js';

export interface TableFilterOptions<K, V> extends MaterializationOptions {
  readonly parent: TableView<K, V>;
  readonly predicate: (key: K, value: V) => boolean;
  readonly not?: boolean;
}

/**
 * Keeps the rows for which the predicate holds, and deletes those for which it does not (KTableFilter). Where old values are
 * known, nothing goes on of a row that was not there and is not there now.
 */
export function tableFilter<K, V>(options: TableFilterOptions<K, V>): TableProcessorSupplier<K, V, V> {
  const { parent, predicate, not = false, storeName } = options;
  const passes = (key: K, value: V) => predicate(key, value) !== not;
  const compute = (key: K, value: V | null) => (value !== null && passes(key, value) ? value : null);
  const table = new Materialization<K, V, V>(parent, options, () =>
    derivedView(parent, (key, row) => (row !== null && passes(key, row.value) ? row : null)),
  );
  // They spare those below tombstones of rows that never passed.
  table.sendOldValuesIfKnown();
  return {
    get isVersioned() {
      return table.isVersioned;
    },
    view: () => table.view(),
    enableSendingOldValues: (force) => table.enableSendingOldValues(force),
    get: () => {
      let context: TaskContext<K, Change<V>>;
      let rows: RowStore<K, V> | null = null;
      let forwarder: ChangeForwarder<K, V>;
      return {
        init(given) {
          context = given as TaskContext<K, Change<V>>;
          if (storeName === null) return;
          rows = new RowStore(context, storeName);
          forwarder = new ChangeForwarder(context, context.getStateStore(storeName), () => table.sendsOldValues);
        },
        process({ key, value: change, timestamp, headers }) {
          const newValue = compute(key, change.newValue);
          const oldRow = () => (rows === null ? compute(key, change.oldValue) : (rows.get(key)?.value ?? null));
          const oldValue = table.sendsOldValues ? oldRow() : null;
          if (!parent.isVersioned && table.sendsOldValues && oldValue === null && newValue === null) return;
          if (rows === null) {
            const value = { newValue, oldValue, isLatest: change.isLatest };
            context.forward({ key, value, timestamp, headers });
            return;
          }
          const isLatest = rows.put(key, newValue, timestamp);
          if (isLatest !== 'rejected') forwarder.maybeForward(key, newValue, oldValue, isLatest, timestamp, headers);
        },
      };
    },
  };
}
