import type { ProcessorContext, ProcessorSupplier } from '../processor/processor.js';

/** Passes on everything as it is: where streams are merged, and below each branch (PassThrough). */
export function passThrough<K, V>(): ProcessorSupplier<K, V, K, V> {
  return {
    get: () => {
      let context: ProcessorContext<K, V>;
      return {
        init: (given) => void (context = given),
        process: (record) => context.forward(record),
      };
    },
  };
}
