import type { ProcessorContext, ProcessorSupplier } from '../processor/processor.js';

/** Makes any number of records of each; each goes all the way down before the next (KStreamFlatMap). */
export function flatMap<K, V, KOut, VOut>({
  mapper,
}: {
  readonly mapper: (key: K, value: V) => Iterable<readonly [KOut, VOut]>;
}): ProcessorSupplier<K, V, KOut, VOut> {
  return {
    get: () => {
      let context: ProcessorContext<KOut, VOut>;
      return {
        init: (given) => void (context = given),
        process: ({ key, value, timestamp, headers }) => {
          for (const [newKey, newValue] of mapper(key, value)) {
            context.forward({ key: newKey, value: newValue, timestamp, headers });
          }
        },
      };
    },
  };
}
