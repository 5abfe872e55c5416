import type { ProcessorSupplier } from '../processor/processor.js';
import type { RecordHeaders } from '../processor/record.js';
import type { TaskContext } from '../processor/task-context.js';
import { StreamsError } from '../streams-error.js';
import type { Change } from './change.js';
import { sameKey } from './same-key.js';
import type { TableView } from './table.js';

export interface TableRepartitionMapOptions<K, V, KOut, VOut> {
  readonly parent: TableView<K, V>;
  readonly mapper: (key: K, value: V) => readonly [KOut | null, VOut | null] | null;
}

/** What a table is grouped by: its rows under new keys. */
export type TableRepartitionMapSupplier<K, V, KOut, VOut> = ProcessorSupplier<K, Change<V>, KOut, Change<VOut>>;

/**
 * Sends the rows of a table on under the keys they are to be grouped by (KTableRepartitionMap). What stays under its key goes as
 * one change, else the old value goes before the new one (KIP-904). A pair without key or value is left out. It makes its
 * parent send old values; what it passes on is to be written with `changeSerde`.
 */
export function tableRepartitionMap<K, V, KOut, VOut>({
  parent,
  mapper,
}: TableRepartitionMapOptions<K, V, KOut, VOut>): TableRepartitionMapSupplier<K, V, KOut, VOut> {
  parent.enableSendingOldValues(true);
  const pairOf = (key: K, value: V | null) => {
    const [newKey, newValue] = (value === null ? null : mapper(key, value)) ?? [null, null];
    return newKey === null || newValue === null ? null : { key: newKey, value: newValue };
  };
  return {
    get: () => {
      let context: TaskContext<KOut, Change<VOut>>;
      const send = (
        key: KOut,
        newValue: VOut | null,
        oldValue: VOut | null,
        { timestamp, headers }: { timestamp: number; headers: RecordHeaders },
      ) => context.forward({ key, value: { newValue, oldValue, isLatest: true }, timestamp, headers });
      return {
        init: (given) => void (context = given as TaskContext<KOut, Change<VOut>>),
        process(record) {
          const { key, value: change } = record;
          if (key === null) {
            throw new StreamsError('StreamsException', 'Record key for the grouping KTable should not be null.');
          }
          // Groups are made of the latest values.
          if (parent.isVersioned && !change.isLatest) return;
          const added = pairOf(key, change.newValue);
          const removed = pairOf(key, change.oldValue);
          if (added !== null && removed !== null && sameKey(added.key, removed.key)) {
            send(removed.key, added.value, removed.value, record);
            return;
          }
          if (removed !== null) send(removed.key, null, removed.value, record);
          if (added !== null) send(added.key, added.value, null, record);
        },
      };
    },
  };
}
