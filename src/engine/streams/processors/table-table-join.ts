import type { ProcessorSupplier } from '../processor/processor.js';
import type { Change } from './change.js';
import type { JoinKind } from './join-kind.js';
import type { TableProcessorSupplier, TableView } from './table.js';

export interface TableTableJoinOptions<K, L, R, VOut> {
  readonly kind: JoinKind;
  readonly left: TableView<K, L>;
  readonly right: TableView<K, R>;
  readonly joiner: (key: K, left: L | null, right: R | null) => VOut | null;
  /** Of the result, if it is kept. */
  readonly storeName: string | null;
}

/** The nodes of a join of two tables. */
export interface TableTableJoin<K, L, R, VOut> {
  /** Below the left table; reads the right one: connect it to `right.view().storeNames`. */
  readonly leftJoin: TableProcessorSupplier<K, L, VOut>;
  readonly rightJoin: TableProcessorSupplier<K, R, VOut>;
  /** Below both (KTableKTableJoinMerger). */
  readonly merger: TableProcessorSupplier<K, VOut, VOut> & ProcessorSupplier<K, Change<VOut>, K, Change<VOut>>;
}

/** KTableKTableInnerJoin, -LeftJoin and -OuterJoin. */
export function tableTableJoin<K, L, R, VOut>(
  options: TableTableJoinOptions<K, L, R, VOut>,
): TableTableJoin<K, L, R, VOut> {
  throw new Error(`not built: ${String(options.storeName)}`);
}
