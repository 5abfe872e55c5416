import type { ProcessorSupplier } from '../processor/processor.js';
import type { ValueGetterSupplier } from './table.js';

export interface StreamGlobalJoinOptions<K, V, KTable, T, VOut> {
  readonly kind: 'inner' | 'left';
  readonly table: ValueGetterSupplier<KTable, T>;
  readonly keyMapper: (key: K, value: V) => KTable | null;
  readonly joiner: (key: K, value: V, tableValue: T | null) => VOut;
}

/** Joins each record of a stream with the row of a global table that its key and value name (KStreamGlobalKTableJoin). */
export function streamGlobalJoin<K, V, KTable, T, VOut>(
  options: StreamGlobalJoinOptions<K, V, KTable, T, VOut>,
): ProcessorSupplier<K, V, K, VOut> {
  throw new Error(`not built: ${options.kind}`);
}
