import type { ProcessorContext, ProcessorSupplier } from '../processor/processor.js';
import type { WindowStore } from '../state/state-store.js';

/** Passes each record on, and then keeps it for the other side of a join (KStreamJoinWindow). */
export function joinWindow<K, V>({ storeName }: { readonly storeName: string }): ProcessorSupplier<K, V, K, V> {
  return {
    get: () => {
      let context: ProcessorContext<K, V>;
      let store: WindowStore<K, V>;
      return {
        init(given) {
          context = given;
          store = given.getStateStore(storeName) as WindowStore<K, V>;
        },
        process(record) {
          context.forward(record);
          if (record.key !== null) store.put(record.key, record.value, record.timestamp);
        },
      };
    },
  };
}
