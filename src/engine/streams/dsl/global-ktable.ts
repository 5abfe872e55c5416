import type { ValueGetterSupplier } from '../processors/table.js';

/** A table that every instance of the application has whole. Streams are joined with it by any key, without a repartition. */
export class GlobalKTable<K, V> {
  readonly #view: ValueGetterSupplier<K, V>;
  /** The name to query its store by, if it was given one. */
  readonly queryableStoreName: string | null;

  /** @internal */
  constructor(view: ValueGetterSupplier<K, V>, queryableStoreName: string | null) {
    this.#view = view;
    this.queryableStoreName = queryableStoreName;
  }

  /** @internal */
  static viewOf<K, V>(table: GlobalKTable<K, V>): ValueGetterSupplier<K, V> {
    return table.#view;
  }
}
