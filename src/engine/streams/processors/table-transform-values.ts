import type { ProcessorContext } from '../processor/processor.js';
import type { TableProcessorSupplier, TableView } from './table.js';

/** Gives rows another value, with stores at hand (Kafka's ValueTransformerWithKey). */
export interface ValueTransformer<K, V, VOut> {
  init?(context: ProcessorContext): void;
  transform(key: K, value: V | null): VOut | null;
  close?(): void;
}

export interface TableTransformValuesOptions<K, V, VOut> {
  readonly parent: TableView<K, V>;
  readonly transformer: () => ValueTransformer<K, V, VOut>;
  readonly storeName: string | null;
  /** What the transformer asks for, so that whoever reads through this table is connected to it too. */
  readonly stateStoreNames?: readonly string[];
}

/** KTableTransformValues. */
export function tableTransformValues<K, V, VOut>(
  options: TableTransformValuesOptions<K, V, VOut>,
): TableProcessorSupplier<K, V, VOut> {
  throw new Error(`not built: ${String(options.storeName)}`);
}
