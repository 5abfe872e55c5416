import type { Windowed } from '../state/state-store.js';
import type { AggregateProcessorSupplier } from './table.js';
import type { EmitStrategy } from './window-aggregate.js';

export interface SessionWindowSpec {
  readonly gapMs: number;
  readonly graceMs: number;
}

export interface SessionWindowAggregateOptions<K, V, A> {
  readonly storeName: string;
  readonly windows: SessionWindowSpec;
  readonly emit: EmitStrategy;
  readonly initializer: () => A | null;
  readonly aggregator: (key: K, value: V, aggregate: A | null) => A | null;
  readonly merger: (key: K, one: A | null, other: A | null) => A | null;
  readonly lateChild?: string;
}

/** One aggregate for each key and session (KStreamSessionWindowAggregate). */
export function sessionWindowAggregate<K, V, A>(
  options: SessionWindowAggregateOptions<K, V, A>,
): AggregateProcessorSupplier<K, V, Windowed<K>, A> {
  throw new Error(`not built: ${options.storeName}`);
}
