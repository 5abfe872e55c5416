import type { ProcessorContext, ProcessorSupplier } from '../processor/processor.js';

/** Shows each record to `action` and passes it on as it is (KStreamPeek). */
export function peek<K, V>({ action }: { readonly action: (key: K, value: V) => void }): ProcessorSupplier<K, V, K, V> {
  return {
    get: () => {
      let context: ProcessorContext<K, V>;
      return {
        init: (given) => void (context = given),
        process: (record) => {
          action(record.key, record.value);
          context.forward(record);
        },
      };
    },
  };
}

/** Shows each record to `action`; nothing goes on from here. */
export function foreach<K, V>({
  action,
}: {
  readonly action: (key: K, value: V) => void;
}): ProcessorSupplier<K, V, never, never> {
  return { get: () => ({ process: ({ key, value }) => action(key, value) }) };
}
