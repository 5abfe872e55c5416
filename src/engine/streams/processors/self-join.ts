import type { ProcessorSupplier } from '../processor/processor.js';
import type { TaskContext } from '../processor/task-context.js';
import type { WindowStore } from '../state/state-store.js';
import type { JoinWindowSpec } from './stream-stream-join.js';

export interface SelfJoinOptions<K, V, VOut> {
  readonly windows: JoinWindowSpec;
  readonly joiner: (key: K, left: V, right: V) => VOut;
  readonly storeName: string;
}

/**
 * The inner join of a stream with itself in one node (KStreamKStreamSelfJoin), below a `joinWindow` of the same store. The results
 * come in the order in which an inner join of two streams gives them.
 */
export function selfJoin<K, V, VOut>({
  windows: { beforeMs, afterMs, graceMs },
  joiner,
  storeName,
}: SelfJoinOptions<K, V, VOut>): ProcessorSupplier<K, V, K, VOut> {
  const retentionMs = beforeMs + afterMs + graceMs;
  return {
    get: () => {
      let context: TaskContext<K, VOut>;
      let store: WindowStore<K, V>;
      let streamTime = -1;
      return {
        init(given) {
          context = given as TaskContext<K, VOut>;
          store = given.getStateStore(storeName) as WindowStore<K, V>;
        },
        process(record) {
          const { key, value, timestamp, headers } = record;
          if (key === null || value === null) {
            context.dropped({ reason: 'null-key-or-value', record });
            return;
          }
          if (timestamp > streamTime) streamTime = timestamp;
          // With itself it is joined unless it has expired, before those that come later.
          let joinsItself = timestamp > streamTime - retentionMs + 1;
          const forward = (left: V, right: V, at: number) =>
            context.forward({ key, value: joiner(key, left, right), timestamp: Math.max(timestamp, at), headers });
          const earliest = Math.max(0, timestamp - beforeMs);
          for (const [at, other] of store.fetchRange(key, earliest, Math.max(0, timestamp + afterMs))) {
            forward(value, other, at);
          }
          const earliestLeft = Math.max(0, timestamp - afterMs);
          for (const [at, other] of store.fetchRange(key, earliestLeft, Math.max(0, timestamp + beforeMs))) {
            if (joinsItself && at > timestamp) {
              joinsItself = false;
              forward(value, value, timestamp);
            }
            forward(other, value, at);
          }
          if (joinsItself) forward(value, value, timestamp);
        },
      };
    },
  };
}
