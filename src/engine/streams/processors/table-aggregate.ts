import type { TableProcessorSupplier } from './table.js';

export interface TableAggregateOptions<K, V, A> {
  readonly storeName: string;
  readonly initializer: () => A | null;
  readonly adder: (key: K, value: V, aggregate: A | null) => A | null;
  readonly subtractor: (key: K, value: V, aggregate: A | null) => A | null;
}

/** One aggregate for each group of a table's rows (KTableAggregate): the old value is taken out, then the new one put in. */
export function tableAggregate<K, V, A>(options: TableAggregateOptions<K, V, A>): TableProcessorSupplier<K, V, A> {
  throw new Error(`not built: ${options.storeName}`);
}
