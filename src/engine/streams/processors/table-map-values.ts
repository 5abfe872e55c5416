import type { TableProcessorSupplier, TableView } from './table.js';

export interface TableMapValuesOptions<K, V, VOut> {
  readonly parent: TableView<K, V>;
  /** Never sees a deleted row. */
  readonly mapper: (value: V, key: K) => VOut | null;
  readonly storeName: string | null;
}

/** Gives each row another value (KTableMapValues). */
export function tableMapValues<K, V, VOut>(
  options: TableMapValuesOptions<K, V, VOut>,
): TableProcessorSupplier<K, V, VOut> {
  throw new Error(`not built: ${String(options.storeName)}`);
}
