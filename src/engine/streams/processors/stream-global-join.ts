import type { ProcessorSupplier } from '../processor/processor.js';
import type { TaskContext } from '../processor/task-context.js';
import type { ValueGetterSupplier } from './table.js';

export interface StreamGlobalJoinOptions<K, V, KTable, T, VOut> {
  readonly kind: 'inner' | 'left';
  readonly table: ValueGetterSupplier<KTable, T>;
  readonly keyMapper: (key: K, value: V) => KTable | null;
  readonly joiner: (key: K, value: V, tableValue: T | null) => VOut;
}

/**
 * Joins each record of a stream with the row of a global table that its key and value name (KStreamGlobalKTableJoin). A left join
 * keeps a record that names no row.
 */
export function streamGlobalJoin<K, V, KTable, T, VOut>({
  kind,
  table,
  keyMapper,
  joiner,
}: StreamGlobalJoinOptions<K, V, KTable, T, VOut>): ProcessorSupplier<K, V, K, VOut> {
  return {
    get: () => {
      const getter = table.get();
      let context: TaskContext<K, VOut>;
      return {
        init(given) {
          context = given as TaskContext<K, VOut>;
          getter.init(context);
        },
        process(record) {
          const { key, value, timestamp, headers } = record;
          const tableKey = keyMapper(key, value);
          if (value === null || (tableKey === null && kind === 'inner')) {
            context.dropped({ reason: 'null-key-or-value', record });
            return;
          }
          const row = tableKey === null ? null : getter.get(tableKey);
          if (row === null && kind === 'inner') return;
          const joined = joiner(key, value, row === null ? null : row.value);
          context.forward({ key, value: joined, timestamp, headers });
        },
        close: () => getter.close?.(),
      };
    },
  };
}
