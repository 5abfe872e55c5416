import type { ProcessorContext, ProcessorSupplier } from '../processor/processor.js';

/** Gives each record another key and value (KStreamMap). */
export function map<K, V, KOut, VOut>({
  mapper,
}: {
  readonly mapper: (key: K, value: V) => readonly [KOut, VOut];
}): ProcessorSupplier<K, V, KOut, VOut> {
  return {
    get: () => {
      let context: ProcessorContext<KOut, VOut>;
      return {
        init: (given) => void (context = given),
        process: ({ key, value, timestamp, headers }) => {
          const [newKey, newValue] = mapper(key, value);
          context.forward({ key: newKey, value: newValue, timestamp, headers });
        },
      };
    },
  };
}

/** Gives each record another key. */
export function selectKey<K, V, KOut>({
  mapper,
}: {
  readonly mapper: (key: K, value: V) => KOut;
}): ProcessorSupplier<K, V, KOut, V> {
  return {
    get: () => {
      let context: ProcessorContext<KOut, V>;
      return {
        init: (given) => void (context = given),
        process: ({ key, value, timestamp, headers }) =>
          context.forward({ key: mapper(key, value), value, timestamp, headers }),
      };
    },
  };
}
