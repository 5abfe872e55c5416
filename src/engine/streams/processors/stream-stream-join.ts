import type { ProcessorSupplier } from '../processor/processor.js';
import type { TaskContext } from '../processor/task-context.js';
import { OuterJoinStore } from '../state/outer-join-store.js';
import type { WindowStore } from '../state/state-store.js';
import type { JoinKind } from './join-kind.js';
import { JoinTime } from './join-time.js';
import { joinWindow } from './join-window.js';
import { StreamJoinSide, type StreamJoinSideOptions } from './stream-join-side.js';

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

/**
 * KStreamKStreamJoin. The results of both sides meet in a `passThrough`. A record without a partner goes out once stream time is
 * past its window and the grace, with the headers of the record that moved the time.
 */
export function streamStreamJoin<K, L, R, VOut>(
  options: StreamStreamJoinOptions<K, L, R, VOut>,
): StreamStreamJoin<K, L, R, VOut> {
  const { kind, windows, joiner, leftStoreName, rightStoreName } = options;
  const lookahead = { left: windows.afterMs, right: windows.beforeMs };
  const times = new Map<string, JoinTime>();
  return {
    leftWindow: joinWindow({ storeName: leftStoreName }),
    rightWindow: joinWindow({ storeName: rightStoreName }),
    leftJoin: joinSide<K, L, R, VOut>(rightStoreName, options.outerStoreName, times, {
      side: 'left',
      isPreserved: kind !== 'inner',
      beforeMs: windows.beforeMs,
      afterMs: windows.afterMs,
      graceMs: windows.graceMs,
      lookahead,
      joiner,
    }),
    rightJoin: joinSide<K, R, L, VOut>(leftStoreName, options.outerStoreName, times, {
      side: 'right',
      isPreserved: kind === 'outer',
      beforeMs: windows.afterMs,
      afterMs: windows.beforeMs,
      graceMs: windows.graceMs,
      lookahead,
      joiner: (key, right, left) => joiner(key, left, right),
    }),
  };
}

function joinSide<K, VThis, VOther, VOut>(
  otherStoreName: string,
  outerStoreName: string | null,
  times: Map<string, JoinTime>,
  options: StreamJoinSideOptions<K, VThis, VOther, VOut>,
): ProcessorSupplier<K, VThis, K, VOut> {
  return {
    get: () => {
      let taskId: string;
      let join: StreamJoinSide<K, VThis, VOther, VOut>;
      return {
        init(given) {
          const context = given as TaskContext<K, VOut>;
          taskId = context.taskId;
          let time = times.get(taskId);
          if (time === undefined) {
            time = new JoinTime(context);
            times.set(taskId, time);
          }
          const store = outerStoreName === null ? null : context.getStateStore(outerStoreName);
          const outerStore =
            store instanceof OuterJoinStore ? (store as OuterJoinStore<K, VThis | VOther, VThis | VOther>) : null;
          const otherStore = context.getStateStore(otherStoreName) as WindowStore<K, VOther>;
          join = new StreamJoinSide(context, options, otherStore, outerStore, time);
        },
        process: (record) => join.process(record),
        close: () => void times.delete(taskId),
      };
    },
  };
}
