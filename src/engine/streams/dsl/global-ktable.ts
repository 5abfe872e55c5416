import type { ValueGetterSupplier } from '../processors/table.js';

/** A table that every instance of the application has whole. Streams are joined with it by any key, without a repartition. */
export class GlobalKTable<K, V> {
  /** @internal */
  constructor(
    /** @internal */
    readonly view: ValueGetterSupplier<K, V>,
    /** The name to query its store by, if it was given one. */
    readonly queryableStoreName: string | null,
  ) {}
}
