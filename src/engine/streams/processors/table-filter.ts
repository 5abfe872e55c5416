import type { TableProcessorSupplier, TableView } from './table.js';

export interface TableFilterOptions<K, V> {
  readonly parent: TableView<K, V>;
  readonly predicate: (key: K, value: V) => boolean;
  readonly not?: boolean;
  /** The store that its result is kept in, if any. */
  readonly storeName: string | null;
}

/** Keeps the rows for which the predicate holds (KTableFilter). */
export function tableFilter<K, V>(options: TableFilterOptions<K, V>): TableProcessorSupplier<K, V, V> {
  throw new Error(`not built: ${String(options.storeName)}`);
}
