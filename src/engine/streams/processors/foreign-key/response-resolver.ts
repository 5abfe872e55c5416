import type { ProcessorSupplier } from '../../processor/processor.js';
import type { TaskContext } from '../../processor/task-context.js';
import type { ValueGetterSupplier } from '../table.js';
import type { SubscriptionResponse } from './subscription.js';

export interface ResponseResolverOptions<K, V, FV, VOut> {
  readonly kind: 'inner' | 'left';
  readonly left: ValueGetterSupplier<K, V>;
  readonly hash: (value: V) => Uint8Array;
  readonly joiner: (value: V | null, foreignValue: FV | null) => VOut | null;
  readonly bind: (context: TaskContext) => void;
}

/**
 * Below the response topic: joins the answer with the left row, if that still is the row that asked
 * (ResponseJoinProcessorSupplier). An answer to an earlier version of the row is dropped: its own is under way.
 */
export function responseResolver<K, V, FV, VOut>({
  kind,
  left,
  hash,
  joiner,
  bind,
}: ResponseResolverOptions<K, V, FV, VOut>): ProcessorSupplier<K, SubscriptionResponse<FV>, K, VOut | null> {
  return {
    get: () => {
      const getter = left.get();
      let context: TaskContext<K, VOut | null>;
      return {
        init(given) {
          context = given as TaskContext<K, VOut | null>;
          bind(given as TaskContext);
          getter.init(context);
        },
        process(record) {
          const { key, value: response, timestamp, headers } = record;
          const row = getter.get(key);
          if (!sameHash(response.hash, row === null ? null : hash(row.value))) {
            context.dropped({ reason: 'stale-response', record });
            return;
          }
          const isDeleted = response.foreignValue === null && (kind === 'inner' || row === null);
          const value = isDeleted ? null : joiner(row === null ? null : row.value, response.foreignValue);
          context.forward({ key, value, timestamp, headers });
        },
        close: () => getter.close?.(),
      };
    },
  };
}

function sameHash(one: Uint8Array | null, other: Uint8Array | null): boolean {
  if (one === null || other === null) return one === other;
  return one.every((byte, at) => byte === other[at]);
}
