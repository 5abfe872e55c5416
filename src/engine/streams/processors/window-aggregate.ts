import type { Windowed } from '../state/state-store.js';
import type { AggregateProcessorSupplier } from './table.js';

/** When results of windows go out: with every update, or once when a window closes (KIP-825). */
export type EmitStrategy = 'on-window-update' | 'on-window-close';

export interface TimeWindowSpec {
  readonly sizeMs: number;
  readonly advanceMs: number;
  readonly graceMs: number;
}

export interface WindowAggregateOptions<K, V, A> {
  /** A timestamped window store; with `on-window-close` one made with `timeOrdered`. */
  readonly storeName: string;
  readonly windows: TimeWindowSpec;
  readonly emit: EmitStrategy;
  readonly initializer: () => A | null;
  readonly aggregator: (key: K, value: V, aggregate: A | null) => A | null;
  /** The child that gets the records which every one of their windows refused, as they came; no other child sees them and it sees nothing else (`lateTo`). */
  readonly lateChild?: string;
}

/** One aggregate for each key and window, tumbling or hopping (KStreamWindowAggregate). A reducer is an aggregator that takes the first value as it is. */
export function windowAggregate<K, V, A>(
  options: WindowAggregateOptions<K, V, A>,
): AggregateProcessorSupplier<K, V, Windowed<K>, A> {
  throw new Error(`not built: ${options.storeName}`);
}
