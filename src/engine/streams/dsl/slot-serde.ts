import type { ProcessorSupplier } from '../processor/processor.js';
import type { TaskContext } from '../processor/task-context.js';
import type { SerdeSlot } from '../processors/serde-slot.js';
import type { Serde } from '../serdes.js';

/** A serde that may turn out to be the application's default. */
export function slotSerde<T>(slot: SerdeSlot<T>): Serde<T> {
  return {
    serialize: (topic, data, headers) => slot.bound.serialize(topic, data, headers),
    deserialize: (topic, bytes, headers) => slot.bound.deserialize(topic, bytes, headers),
  };
}

/** Fills the slot with the application's default serde of values, if it is empty, when the processor is opened. */
export function bindingValues<KIn, VIn, KOut, VOut, T>(
  supplier: ProcessorSupplier<KIn, VIn, KOut, VOut>,
  slot: SerdeSlot<T>,
): ProcessorSupplier<KIn, VIn, KOut, VOut> {
  return {
    get: () => {
      const processor = supplier.get();
      return {
        init: (context) => {
          slot.bind((context as TaskContext<KOut, VOut>).defaultValueSerde);
          processor.init?.(context);
        },
        process: (record) => processor.process(record),
        close: () => processor.close?.(),
      };
    },
  };
}
