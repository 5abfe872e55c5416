import type {
  KeyValueStore,
  SessionStore,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  VersionedRecord,
  Windowed,
  WindowStore,
} from '../../state/state-store.js';

/** What interactive queries may do with a key-value store (Kafka's `ReadOnlyKeyValueStore`). */
export type ReadOnlyKeyValueStore<K, V> = Pick<
  KeyValueStore<K, V>,
  'get' | 'range' | 'reverseRange' | 'all' | 'reverseAll' | 'prefixScan' | 'approximateNumEntries'
>;

export type ReadOnlyWindowStore<K, V> = Pick<
  WindowStore<K, V>,
  'fetch' | 'fetchRange' | 'backwardFetchRange' | 'fetchKeys' | 'fetchAll' | 'all'
>;

export type ReadOnlySessionStore<K, V> = Pick<SessionStore<K, V>, 'fetch' | 'fetchKeys' | 'fetchSession' | 'all'>;

export type ReadOnlyVersionedStore<K, V> = Pick<VersionedKeyValueStore<K, V>, 'get' | 'versions'>;

/** One store after the other: of each key all is in one of them, since a key belongs to one partition. */
export class CompositeKeyValueStore<K, V> implements ReadOnlyKeyValueStore<K, V> {
  readonly #stores: readonly ReadOnlyKeyValueStore<K, V>[];

  constructor(stores: readonly ReadOnlyKeyValueStore<K, V>[]) {
    this.#stores = stores;
  }

  get(key: K): V | null {
    return firstFound(this.#stores, (store) => store.get(key));
  }

  /** Each partition's keys in order, one partition after the other. */
  range(from: K | null, to: K | null): IterableIterator<readonly [K, V]> {
    return chained(this.#stores, (store) => store.range(from, to));
  }

  reverseRange(from: K | null, to: K | null): IterableIterator<readonly [K, V]> {
    return chained(this.#stores, (store) => store.reverseRange(from, to));
  }

  all(): IterableIterator<readonly [K, V]> {
    return chained(this.#stores, (store) => store.all());
  }

  reverseAll(): IterableIterator<readonly [K, V]> {
    return chained(this.#stores, (store) => store.reverseAll());
  }

  prefixScan(prefix: Uint8Array): IterableIterator<readonly [K, V]> {
    return chained(this.#stores, (store) => store.prefixScan(prefix));
  }

  approximateNumEntries(): number {
    return this.#stores.reduce((sum, store) => sum + store.approximateNumEntries(), 0);
  }
}

export class CompositeWindowStore<K, V> implements ReadOnlyWindowStore<K, V> {
  readonly #stores: readonly ReadOnlyWindowStore<K, V>[];

  constructor(stores: readonly ReadOnlyWindowStore<K, V>[]) {
    this.#stores = stores;
  }

  fetch(key: K, windowStart: number): V | null {
    return firstFound(this.#stores, (store) => store.fetch(key, windowStart));
  }

  fetchRange(key: K, from: number, to: number): IterableIterator<readonly [windowStart: number, value: V]> {
    return chained(this.#stores, (store) => store.fetchRange(key, from, to));
  }

  backwardFetchRange(key: K, from: number, to: number): IterableIterator<readonly [windowStart: number, value: V]> {
    return chained(this.#stores, (store) => store.backwardFetchRange(key, from, to));
  }

  fetchKeys(keyFrom: K | null, keyTo: K | null, from: number, to: number): IterableIterator<readonly [Windowed<K>, V]> {
    return chained(this.#stores, (store) => store.fetchKeys(keyFrom, keyTo, from, to));
  }

  fetchAll(from: number, to: number): IterableIterator<readonly [Windowed<K>, V]> {
    return chained(this.#stores, (store) => store.fetchAll(from, to));
  }

  all(): IterableIterator<readonly [Windowed<K>, V]> {
    return chained(this.#stores, (store) => store.all());
  }
}

export class CompositeSessionStore<K, V> implements ReadOnlySessionStore<K, V> {
  readonly #stores: readonly ReadOnlySessionStore<K, V>[];

  constructor(stores: readonly ReadOnlySessionStore<K, V>[]) {
    this.#stores = stores;
  }

  fetch(key: K): IterableIterator<readonly [Windowed<K>, V]> {
    return chained(this.#stores, (store) => store.fetch(key));
  }

  fetchKeys(keyFrom: K | null, keyTo: K | null): IterableIterator<readonly [Windowed<K>, V]> {
    return chained(this.#stores, (store) => store.fetchKeys(keyFrom, keyTo));
  }

  fetchSession(key: K, start: number, end: number): V | null {
    return firstFound(this.#stores, (store) => store.fetchSession(key, start, end));
  }

  all(): IterableIterator<readonly [Windowed<K>, V]> {
    return chained(this.#stores, (store) => store.all());
  }
}

export class CompositeVersionedStore<K, V> implements ReadOnlyVersionedStore<K, V> {
  readonly #stores: readonly ReadOnlyVersionedStore<K, V>[];

  constructor(stores: readonly ReadOnlyVersionedStore<K, V>[]) {
    this.#stores = stores;
  }

  get(key: K, asOfTimestamp?: number): VersionedRecord<V> | null {
    return firstFound(this.#stores, (store) => store.get(key, asOfTimestamp));
  }

  versions(key: K, from: number, to: number, order?: 'ascending' | 'descending'): IterableIterator<VersionedRecord<V>> {
    return chained(this.#stores, (store) => store.versions(key, from, to, order));
  }
}

/** The values of a store that keeps timestamps beside them. */
export function withoutTimestamps<K, V>(
  store: ReadOnlyKeyValueStore<K, ValueAndTimestamp<V>>,
): ReadOnlyKeyValueStore<K, V> {
  return {
    get: (key) => store.get(key)?.value ?? null,
    range: (from, to) => values(store.range(from, to)),
    reverseRange: (from, to) => values(store.reverseRange(from, to)),
    all: () => values(store.all()),
    reverseAll: () => values(store.reverseAll()),
    prefixScan: (prefix) => values(store.prefixScan(prefix)),
    approximateNumEntries: () => store.approximateNumEntries(),
  };
}

/** The values of a window store that keeps timestamps beside them. */
export function windowsWithoutTimestamps<K, V>(
  store: ReadOnlyWindowStore<K, ValueAndTimestamp<V>>,
): ReadOnlyWindowStore<K, V> {
  return {
    fetch: (key, start) => store.fetch(key, start)?.value ?? null,
    fetchRange: (key, from, to) => values(store.fetchRange(key, from, to)),
    backwardFetchRange: (key, from, to) => values(store.backwardFetchRange(key, from, to)),
    fetchKeys: (keyFrom, keyTo, from, to) => values(store.fetchKeys(keyFrom, keyTo, from, to)),
    fetchAll: (from, to) => values(store.fetchAll(from, to)),
    all: () => values(store.all()),
  };
}

function* values<At, V>(entries: Iterable<readonly [At, ValueAndTimestamp<V>]>): IterableIterator<readonly [At, V]> {
  for (const [at, { value }] of entries) yield [at, value];
}

function* chained<Store, Entry>(
  stores: readonly Store[],
  read: (store: Store) => Iterable<Entry>,
): IterableIterator<Entry> {
  for (const store of stores) yield* read(store);
}

function firstFound<Store, Value>(stores: readonly Store[], read: (store: Store) => Value | null): Value | null {
  for (const store of stores) {
    const found = read(store);
    if (found !== null) return found;
  }
  return null;
}
