import type { Serde } from '../serdes.js';
import type { RestorableStore } from './state-store.js';

export type StoreKind =
  | { readonly kind: 'key-value'; readonly timestamped: boolean }
  | {
      readonly kind: 'window';
      readonly timestamped: boolean;
      readonly retentionMs: number;
      readonly windowSizeMs: number;
      /** Several values of one key and time are kept (joins). */
      readonly retainDuplicates: boolean;
    }
  | { readonly kind: 'session'; readonly retentionMs: number }
  | { readonly kind: 'versioned'; readonly historyRetentionMs: number }
  | { readonly kind: 'buffer' };

/** What a store is made of, and how its changelog is to be configured (Kafka's `StoreBuilder` and `StoreFactory`). */
export interface StoreBuilder<S extends RestorableStore = RestorableStore> {
  readonly name: string;
  readonly store: StoreKind;
  readonly loggingEnabled: boolean;
  /** What the user set for the changelog topic, over what the kind of store gives. */
  readonly logConfig: Readonly<Record<string, string>>;
  readonly cachingEnabled: boolean;
  readonly inMemory: boolean;
  build(serdes?: { readonly key?: Serde<unknown> | null; readonly value?: Serde<unknown> | null }): S;
}
