import type { ProcessorSupplier } from '../processor/processor.js';
import type { StreamRecord } from '../processor/record.js';
import type { TaskContext } from '../processor/task-context.js';
import { JoinGraceBuffer } from '../state/join-grace-buffer.js';
import { StreamsError } from '../streams-error.js';
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

/**
 * Joins each record of a stream with the table's row of its key (KStreamKTableJoin): with the row of its own time if the table is
 * versioned, else with the row as it is now.
 */
export function streamTableJoin<K, V, T, VOut>(
  options: StreamTableJoinOptions<K, V, T, VOut>,
): ProcessorSupplier<K, V, K, VOut> {
  const { kind, table, joiner, bufferStoreName } = options;
  return {
    get: () => {
      const getter = table.get();
      let context: TaskContext<K, VOut>;
      let buffer: JoinGraceBuffer<K, V> | null = null;

      function join({ key, value, timestamp, headers }: StreamRecord<K, V>): void {
        const row = key === null ? null : getter.isVersioned ? getter.getAsOf(key, timestamp) : getter.get(key);
        if (row === null && kind === 'inner') return;
        const joined = joiner(key, value, row === null ? null : row.value);
        context.forward({ key, value: joined, timestamp, headers });
      }

      return {
        init(given) {
          context = given as TaskContext<K, VOut>;
          getter.init(context);
          if (bufferStoreName === null) return;
          if (!getter.isVersioned) {
            throw new StreamsError(
              'IllegalArgumentException',
              'KTable must be versioned to use a grace period in a stream table join.',
            );
          }
          const store = given.getStateStore(bufferStoreName);
          buffer = store instanceof JoinGraceBuffer ? (store as JoinGraceBuffer<K, V>) : null;
        },
        process(record) {
          const { key, value } = record;
          // Without a key there is no row to wait for, so a buffer does not take it (Kafka fails there).
          const isPreserved = kind === 'left' && buffer === null;
          if (value === null || (key === null && !isPreserved)) {
            context.dropped({ reason: 'null-key-or-value', record });
            return;
          }
          if (buffer?.put(record) !== true) {
            join(record);
            return;
          }
          buffer.evict((bufferedKey, bufferedValue, held) => {
            const { timestamp, headers } = held;
            context.during(held, () => join({ key: bufferedKey, value: bufferedValue, timestamp, headers }));
          });
        },
        close: () => getter.close?.(),
      };
    },
  };
}
