import type { ProcessorContext, ProcessorSupplier } from '../processor/processor.js';

/** Makes what a processor forwards keep the key of the record it was given (Kafka's `FixedKeyProcessor`). */
export function fixedKey<K, V, VOut>(supplier: ProcessorSupplier<K, V, K, VOut>): ProcessorSupplier<K, V, K, VOut> {
  return {
    stores: supplier.stores,
    get: () => {
      const processor = supplier.get();
      let current: { readonly key: K } | null = null;
      return {
        init: (context) => {
          const forward: ProcessorContext<K, VOut>['forward'] = (record, child) =>
            context.forward(current === null ? record : { ...record, key: current.key }, child);
          processor.init?.(
            new Proxy(context, {
              get: (target, property): unknown => {
                if (property === 'forward') return forward;
                const value: unknown = Reflect.get(target, property, target);
                return typeof value === 'function' ? (value.bind(target) as unknown) : value;
              },
            }),
          );
        },
        process: (record) => {
          current = record;
          try {
            processor.process(record);
          } finally {
            current = null;
          }
        },
        close: () => processor.close?.(),
      };
    },
  };
}
