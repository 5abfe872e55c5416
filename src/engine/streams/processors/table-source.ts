import type { AggregateProcessorSupplier } from './table.js';

/** The source of a table. Its state is kept once somebody needs it: a name to query by, a view or old values. */
export interface TableSourceSupplier<K, V> extends AggregateProcessorSupplier<K, V, K, V> {
  /** The store it keeps its state in; `null` as long as nobody needs one. Ask when the topology is complete. */
  readonly materializedAs: string | null;
}

export interface TableSourceOptions {
  /** The store's name if there is to be one. */
  readonly storeName: string;
  /** Whether there is to be one in any case. */
  readonly isMaterialized: boolean;
}

/** Turns the records of a topic into changes (KTableSource). The store may be a timestamped or a versioned one. */
export function tableSource<K, V>(options: TableSourceOptions): TableSourceSupplier<K, V> {
  throw new Error(`not built: ${options.storeName}`);
}
