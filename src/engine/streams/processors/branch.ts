import type { ProcessorContext, ProcessorSupplier } from '../processor/processor.js';

/** Passes each record to the child of the first predicate that holds, else to the default's, else nowhere (KStreamBranch). */
export function branch<K, V>({
  predicates,
  childNames,
  defaultChildName = null,
}: {
  readonly predicates: readonly ((key: K, value: V) => boolean)[];
  /** One for each predicate. */
  readonly childNames: readonly string[];
  readonly defaultChildName?: string | null;
}): ProcessorSupplier<K, V, K, V> {
  return {
    get: () => {
      let context: ProcessorContext<K, V>;
      return {
        init: (given) => void (context = given),
        process: (record) => {
          const first = predicates.findIndex((predicate) => predicate(record.key, record.value));
          const child = first < 0 ? defaultChildName : childNames[first];
          if (child != null) context.forward(record, child);
        },
      };
    },
  };
}
