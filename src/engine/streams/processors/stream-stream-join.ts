import type { ProcessorSupplier } from '../processor/processor.js';
import type { JoinKind } from './join-kind.js';

/** The window of a join, seen from the left record: the right one may be this much earlier or later. May be negative, not both. */
export interface JoinWindowSpec {
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly graceMs: number;
}

export interface StreamStreamJoinOptions<K, L, R, VOut> {
  readonly kind: JoinKind;
  readonly windows: JoinWindowSpec;
  readonly joiner: (key: K, left: L | null, right: R | null) => VOut;
  /** Window stores that keep duplicates. */
  readonly leftStoreName: string;
  readonly rightStoreName: string;
  /** Of `outerJoinStoreBuilder`; `null` for an inner join. */
  readonly outerStoreName: string | null;
}

/** The nodes of a join of two streams, in the order in which they are attached: each side's window above its join. */
export interface StreamStreamJoin<K, L, R, VOut> {
  /** Passes on, then keeps (KStreamJoinWindow); connected to the left store. */
  readonly leftWindow: ProcessorSupplier<K, L, K, L>;
  readonly rightWindow: ProcessorSupplier<K, R, K, R>;
  /** Takes the left side's records; connected to the right store and the outer one. */
  readonly leftJoin: ProcessorSupplier<K, L, K, VOut>;
  readonly rightJoin: ProcessorSupplier<K, R, K, VOut>;
}

/** KStreamKStreamJoin. The results of both sides meet in a `passThrough`. */
export function streamStreamJoin<K, L, R, VOut>(
  options: StreamStreamJoinOptions<K, L, R, VOut>,
): StreamStreamJoin<K, L, R, VOut> {
  throw new Error(`not built: ${options.leftStoreName}`);
}
