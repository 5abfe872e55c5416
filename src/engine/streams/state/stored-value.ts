/** A value in a store: its bytes, as the changelog has them, and the timestamp of the record that made it. */
export interface StoredValue {
  readonly bytes: Uint8Array;
  readonly timestamp: number;
}
