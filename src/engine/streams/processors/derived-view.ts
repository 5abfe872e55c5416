import type { ValueAndTimestamp } from '../state/state-store.js';
import type { TableView, ValueGetterSupplier } from './table.js';

/** The view of a table without a store: what its parent holds, computed anew. */
export function derivedView<K, V, VOut>(
  parent: TableView<K, V>,
  compute: (key: K, row: ValueAndTimestamp<V> | null) => ValueAndTimestamp<VOut> | null,
): ValueGetterSupplier<K, VOut> {
  const parentView = parent.view();
  return {
    storeNames: parentView.storeNames,
    get: () => {
      const getter = parentView.get();
      return {
        init: (context) => getter.init(context),
        get: (key) => compute(key, getter.get(key)),
        getAsOf: (key, timestamp) => compute(key, getter.getAsOf(key, timestamp)),
        get isVersioned() {
          return getter.isVersioned;
        },
        close: () => getter.close?.(),
      };
    },
  };
}
