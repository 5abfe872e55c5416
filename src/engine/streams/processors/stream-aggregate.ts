import type { AggregateProcessorSupplier } from './table.js';

export interface StreamAggregateOptions<K, V, A> {
  /** A timestamped key-value store, or a versioned one. */
  readonly storeName: string;
  readonly initializer: () => A | null;
  readonly aggregator: (key: K, value: V, aggregate: A | null) => A | null;
}

/** One aggregate a key (KStreamAggregate); counting is aggregating too. Records without key or value are dropped. */
export function streamAggregate<K, V, A>(
  options: StreamAggregateOptions<K, V, A>,
): AggregateProcessorSupplier<K, V, K, A> {
  throw new Error(`not built: ${options.storeName}`);
}
