import type { TaskContext } from '../processor/task-context.js';
import type { Change } from './change.js';
import { ChangeForwarder } from './change-forwarder.js';
import { derivedView } from './derived-view.js';
import { Materialization, type MaterializationOptions } from './materialization.js';
import { RowStore } from './row-store.js';
import type { TableProcessorSupplier, TableView } from './table.js';

export interface TableMapValuesOptions<K, V, VOut> extends MaterializationOptions {
  readonly parent: TableView<K, V>;
  /** Never sees a deleted row; `null` deletes the row. */
  readonly mapper: (value: V, key: K) => VOut | null;
}

/** Gives each row another value (KTableMapValues). */
export function tableMapValues<K, V, VOut>(
  options: TableMapValuesOptions<K, V, VOut>,
): TableProcessorSupplier<K, V, VOut> {
  const { parent, mapper, storeName } = options;
  const compute = (key: K, value: V | null) => (value === null ? null : mapper(value, key));
  const table = new Materialization<K, V, VOut>(parent, options, () =>
    derivedView(parent, (key, row) => {
      const value = row === null ? null : compute(key, row.value);
      return row === null || value === null ? null : { value, timestamp: row.timestamp };
    }),
  );
  return {
    get isVersioned() {
      return table.isVersioned;
    },
    view: () => table.view(),
    enableSendingOldValues: (force) => table.enableSendingOldValues(force),
    get: () => {
      let context: TaskContext<K, Change<VOut>>;
      let rows: RowStore<K, VOut> | null = null;
      let forwarder: ChangeForwarder<K, VOut>;
      return {
        init(given) {
          context = given as TaskContext<K, Change<VOut>>;
          if (storeName === null) return;
          rows = new RowStore(context, storeName);
          forwarder = new ChangeForwarder(context, context.getStateStore(storeName), () => table.sendsOldValues);
        },
        process({ key, value: change, timestamp, headers }) {
          const newValue = compute(key, change.newValue);
          if (rows === null) {
            const oldValue = table.sendsOldValues ? compute(key, change.oldValue) : null;
            context.forward({ key, value: { newValue, oldValue, isLatest: change.isLatest }, timestamp, headers });
            return;
          }
          const oldValue = table.sendsOldValues ? (rows.get(key)?.value ?? null) : null;
          const isLatest = rows.put(key, newValue, timestamp);
          if (isLatest !== 'rejected') forwarder.maybeForward(key, newValue, oldValue, isLatest, timestamp, headers);
        },
      };
    },
  };
}
