import type { ProcessorContext, ProcessorSupplier } from '../processor/processor.js';

/** Gives each record another value (KStreamMapValues). */
export function mapValues<K, V, VOut>({
  mapper,
}: {
  readonly mapper: (value: V, key: K) => VOut;
}): ProcessorSupplier<K, V, K, VOut> {
  return {
    get: () => {
      let context: ProcessorContext<K, VOut>;
      return {
        init: (given) => void (context = given),
        process: ({ key, value, timestamp, headers }) =>
          context.forward({ key, value: mapper(value, key), timestamp, headers }),
      };
    },
  };
}
