/** A value that is there: operators that drop records without a value never show `null` to a function. */
export type Present<V> = Exclude<V, null>;
