import type { ProcessorContext, ProcessorSupplier } from '../processor/processor.js';
import type { Change } from './change.js';

/** The changes of a table as a stream of its new values. A change of key is a `selectKey` below it. */
export function tableToStream<K, V>(): ProcessorSupplier<K, Change<V>, K, V | null> {
  return {
    get: () => {
      let context: ProcessorContext<K, V | null>;
      return {
        init: (given) => void (context = given),
        process: ({ key, value, timestamp, headers }) =>
          context.forward({ key, value: value.newValue, timestamp, headers }),
      };
    },
  };
}
