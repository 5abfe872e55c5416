import type { AggregateProcessorSupplier } from './table.js';

export interface StreamReduceOptions<V> {
  readonly storeName: string;
  readonly reducer: (aggregate: V, value: V) => V | null;
}

/** One value a key, made of all the key's values; the first is taken as it is (KStreamReduce). */
export function streamReduce<K, V>(options: StreamReduceOptions<V>): AggregateProcessorSupplier<K, V, K, V> {
  throw new Error(`not built: ${options.storeName}`);
}
