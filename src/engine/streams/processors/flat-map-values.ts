import type { ProcessorContext, ProcessorSupplier } from '../processor/processor.js';

/** Makes any number of records of each, with its key (KStreamFlatMapValues). */
export function flatMapValues<K, V, VOut>({
  mapper,
}: {
  readonly mapper: (value: V, key: K) => Iterable<VOut>;
}): ProcessorSupplier<K, V, K, VOut> {
  return {
    get: () => {
      let context: ProcessorContext<K, VOut>;
      return {
        init: (given) => void (context = given),
        process: ({ key, value, timestamp, headers }) => {
          for (const newValue of mapper(value, key)) context.forward({ key, value: newValue, timestamp, headers });
        },
      };
    },
  };
}
