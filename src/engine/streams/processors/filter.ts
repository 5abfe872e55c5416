import type { ProcessorContext, ProcessorSupplier } from '../processor/processor.js';

/** Passes on the records for which the predicate holds; with `not`, the others (KStreamFilter). */
export function filter<K, V>({
  predicate,
  not = false,
}: {
  readonly predicate: (key: K, value: V) => boolean;
  readonly not?: boolean;
}): ProcessorSupplier<K, V, K, V> {
  return {
    get: () => {
      let context: ProcessorContext<K, V>;
      return {
        init: (given) => void (context = given),
        process: (record) => {
          if (predicate(record.key, record.value) !== not) context.forward(record);
        },
      };
    },
  };
}
