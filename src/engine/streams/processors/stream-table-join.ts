import type { ProcessorSupplier } from '../processor/processor.js';
import type { ValueGetterSupplier } from './table.js';

export interface StreamTableJoinOptions<K, V, T, VOut> {
  readonly kind: 'inner' | 'left';
  readonly table: ValueGetterSupplier<K, T>;
  readonly joiner: (key: K, value: V, tableValue: T | null) => VOut;
  /** Stream records wait so long for the table to catch up; the table must be versioned then. `null` for no waiting. */
  readonly graceMs: number | null;
  /** Of `joinGraceBufferBuilder`, with a grace. */
  readonly bufferStoreName: string | null;
}

/** Joins each record of a stream with the table's row of its key (KStreamKTableJoin). */
export function streamTableJoin<K, V, T, VOut>(
  options: StreamTableJoinOptions<K, V, T, VOut>,
): ProcessorSupplier<K, V, K, VOut> {
  throw new Error(`not built: ${String(options.bufferStoreName)}`);
}
