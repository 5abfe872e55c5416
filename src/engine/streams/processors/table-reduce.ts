import { groupedTable } from './table-aggregate.js';
import type { TableProcessorSupplier } from './table.js';

export interface TableReduceOptions<V> {
  /** A timestamped key-value store, or a versioned one. */
  readonly storeName: string;
  readonly isVersioned?: boolean;
  readonly adder: (aggregate: V, value: V) => V | null;
  readonly subtractor: (aggregate: V, value: V) => V | null;
}

/** As `tableAggregate`, with the first value of a group taken as it is (KTableReduce). */
export function tableReduce<K, V>(options: TableReduceOptions<V>): TableProcessorSupplier<K, V, V> {
  const { adder, subtractor } = options;
  return groupedTable(options, (_key, { newValue, oldValue }, aggregate) => {
    const rest = oldValue !== null && aggregate !== null ? subtractor(aggregate, oldValue) : aggregate;
    if (newValue === null) return rest;
    return rest === null ? newValue : adder(rest, newValue);
  });
}
