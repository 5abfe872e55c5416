import type { ProcessorSupplier } from '../processor/processor.js';
import type { TaskContext } from '../processor/task-context.js';
import type { ValueAndTimestamp } from '../state/state-store.js';
import type { Change } from './change.js';

/** Reads the value a table has for a key now; computed through the parents where the table has no store of its own. */
export interface ValueGetter<K, V> {
  init(context: TaskContext): void;
  get(key: K): ValueAndTimestamp<V> | null;
  /** Only if `isVersioned`. */
  getAsOf(key: K, timestamp: number): ValueAndTimestamp<V> | null;
  readonly isVersioned: boolean;
  close?(): void;
}

export interface ValueGetterSupplier<K, V> {
  get(): ValueGetter<K, V>;
  /** The stores that must be connected to whoever reads through this. */
  readonly storeNames: readonly string[];
}

/** What the node of a table offers to the nodes below it. */
export interface TableView<K, V> {
  /** Whether it keeps its history, itself or in the tables it is computed from (KIP-914): then only its latest values count below. */
  readonly isVersioned: boolean;
  view(): ValueGetterSupplier<K, V>;
  /**
   * From now on old values are passed on too.
   * @param force also where that needs a store that the table does not have: then it asks its parents
   * @returns whether old values will be passed on
   */
  enableSendingOldValues(force: boolean): boolean;
}

/** A node of a table: takes changes of its parent and passes on its own. */
export interface TableProcessorSupplier<K, VIn, VOut>
  extends ProcessorSupplier<K, Change<VIn>, K, Change<VOut>>, TableView<K, VOut> {}

/** A node that makes a table of a stream: a table's source, or an aggregation (its key may be windowed). */
export interface AggregateProcessorSupplier<KIn, VIn, KOut, VOut>
  extends ProcessorSupplier<KIn, VIn, KOut, Change<VOut>>, TableView<KOut, VOut> {}
