import type { Windowed } from '../state/state-store.js';
import type { AggregateProcessorSupplier } from './table.js';
import type { EmitStrategy } from './window-aggregate.js';

export interface SlidingWindowSpec {
  readonly timeDifferenceMs: number;
  readonly graceMs: number;
}

export interface SlidingWindowAggregateOptions<K, V, A> {
  readonly storeName: string;
  readonly windows: SlidingWindowSpec;
  readonly emit: EmitStrategy;
  readonly initializer: () => A | null;
  readonly aggregator: (key: K, value: V, aggregate: A | null) => A | null;
  readonly lateChild?: string;
}

/** One aggregate for each key and each window that the records themselves make (KStreamSlidingWindowAggregate). */
export function slidingWindowAggregate<K, V, A>(
  options: SlidingWindowAggregateOptions<K, V, A>,
): AggregateProcessorSupplier<K, V, Windowed<K>, A> {
  throw new Error(`not built: ${options.storeName}`);
}
