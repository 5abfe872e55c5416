import type { ProcessorSupplier } from '../processor/processor.js';
import type { JoinWindowSpec } from './stream-stream-join.js';

export interface SelfJoinOptions<K, V, VOut> {
  readonly windows: JoinWindowSpec;
  readonly joiner: (key: K, left: V, right: V) => VOut;
  readonly storeName: string;
}

/** The inner join of a stream with itself in one node (KStreamKStreamSelfJoin), below a `joinWindow` of the same store. */
export function selfJoin<K, V, VOut>(options: SelfJoinOptions<K, V, VOut>): ProcessorSupplier<K, V, K, VOut> {
  throw new Error(`not built: ${options.storeName}`);
}
