import type { ProcessorSupplier } from '../processor/processor.js';
import type { Change } from './change.js';
import type { TableView, ValueGetterSupplier } from './table.js';

export interface TableRepartitionMapOptions<K, V, KOut, VOut> {
  readonly parent: TableView<K, V>;
  readonly mapper: (key: K, value: V) => readonly [KOut | null, VOut | null] | null;
}

export interface TableRepartitionMapSupplier<K, V, KOut, VOut> extends ProcessorSupplier<
  K,
  Change<V>,
  KOut,
  Change<VOut>
> {
  view(): ValueGetterSupplier<K, readonly [KOut | null, VOut | null] | null>;
}

/**
 * Sends the rows of a table on under the keys they are to be grouped by (KTableRepartitionMap). It makes its parent send old
 * values; what it passes on is to be written with `changeSerde`.
 */
export function tableRepartitionMap<K, V, KOut, VOut>(
  options: TableRepartitionMapOptions<K, V, KOut, VOut>,
): TableRepartitionMapSupplier<K, V, KOut, VOut> {
  throw new Error(`not built: ${String(options)}`);
}
