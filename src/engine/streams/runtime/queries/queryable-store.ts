import type { StoreKind } from '../../state/store-builder.js';
import type { StateStore, ValueAndTimestamp } from '../../state/state-store.js';
import { StreamsError } from '../../streams-error.js';
import {
  CompositeKeyValueStore,
  CompositeSessionStore,
  CompositeVersionedStore,
  CompositeWindowStore,
  windowsWithoutTimestamps,
  withoutTimestamps,
  type ReadOnlyKeyValueStore,
  type ReadOnlySessionStore,
  type ReadOnlyVersionedStore,
  type ReadOnlyWindowStore,
} from './read-only-stores.js';

/** What a store is asked as (Kafka's `QueryableStoreTypes`). */
export interface QueryableStores<K, V> {
  readonly keyValue: ReadOnlyKeyValueStore<K, V>;
  readonly timestampedKeyValue: ReadOnlyKeyValueStore<K, ValueAndTimestamp<V>>;
  readonly window: ReadOnlyWindowStore<K, V>;
  readonly timestampedWindow: ReadOnlyWindowStore<K, ValueAndTimestamp<V>>;
  readonly session: ReadOnlySessionStore<K, V>;
  readonly versioned: ReadOnlyVersionedStore<K, V>;
}

export type QueryableStoreType = keyof QueryableStores<unknown, unknown>;

/** A store of one task, as its builder describes it. */
export interface OpenStore {
  readonly store: StateStore;
  readonly kind: StoreKind;
}

/**
 * The stores of one name that this instance has, one for each of its tasks, as one to be read.
 * @throws StreamsError InvalidStateStoreException if they are of another type
 */
export function queryableStore<Type extends QueryableStoreType, K, V>(
  type: Type,
  storeName: string,
  stores: readonly OpenStore[],
): QueryableStores<K, V>[Type] {
  const makers: { [T in QueryableStoreType]: () => QueryableStores<K, V>[T] } = {
    keyValue: () =>
      new CompositeKeyValueStore(
        stores.map(({ store, kind }) =>
          kind.kind === 'key-value' && kind.timestamped
            ? withoutTimestamps(store as unknown as ReadOnlyKeyValueStore<K, ValueAndTimestamp<V>>)
            : (store as unknown as ReadOnlyKeyValueStore<K, V>),
        ),
      ),
    timestampedKeyValue: () =>
      new CompositeKeyValueStore(
        stores.map(({ store }) => store as unknown as ReadOnlyKeyValueStore<K, ValueAndTimestamp<V>>),
      ),
    window: () =>
      new CompositeWindowStore(
        stores.map(({ store, kind }) =>
          kind.kind === 'window' && kind.timestamped
            ? windowsWithoutTimestamps(store as unknown as ReadOnlyWindowStore<K, ValueAndTimestamp<V>>)
            : (store as unknown as ReadOnlyWindowStore<K, V>),
        ),
      ),
    timestampedWindow: () =>
      new CompositeWindowStore(
        stores.map(({ store }) => store as unknown as ReadOnlyWindowStore<K, ValueAndTimestamp<V>>),
      ),
    session: () => new CompositeSessionStore(stores.map(({ store }) => store as unknown as ReadOnlySessionStore<K, V>)),
    versioned: () =>
      new CompositeVersionedStore(stores.map(({ store }) => store as unknown as ReadOnlyVersionedStore<K, V>)),
  };
  const wrong = stores.find(({ kind }) => !answersAs(kind, type));
  if (wrong !== undefined)
    throw new StreamsError(
      'InvalidStateStoreException',
      `Cannot get state store ${storeName} as ${type}: it is of the kind ${wrong.kind.kind}${'timestamped' in wrong.kind && wrong.kind.timestamped ? ', with timestamps' : ''}.`,
    );
  return makers[type]();
}

function answersAs(kind: StoreKind, type: QueryableStoreType): boolean {
  if (type === 'keyValue') return kind.kind === 'key-value';
  if (type === 'timestampedKeyValue') return kind.kind === 'key-value' && kind.timestamped;
  if (type === 'window') return kind.kind === 'window';
  if (type === 'timestampedWindow') return kind.kind === 'window' && kind.timestamped;
  return kind.kind === type;
}
