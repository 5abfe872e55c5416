import type { TableProcessorSupplier } from './table.js';

export interface TableReduceOptions<V> {
  readonly storeName: string;
  readonly adder: (aggregate: V, value: V) => V | null;
  readonly subtractor: (aggregate: V, value: V) => V | null;
}

/** As `tableAggregate`, with the first value of a group taken as it is (KTableReduce). */
export function tableReduce<K, V>(options: TableReduceOptions<V>): TableProcessorSupplier<K, V, V> {
  throw new Error(`not built: ${options.storeName}`);
}
