import { JoinGraceBuffer } from './join-grace-buffer.js';
import { BytesKeyValueStore } from './key-value-store.js';
import { OuterJoinStore } from './outer-join-store.js';
import { BytesSessionStore } from './session-store.js';
import type {
  KeyValueStore,
  RestorableStore,
  SessionStore,
  TimestampedKeyValueStore,
  TimestampedWindowStore,
  VersionedKeyValueStore,
  WindowStore,
} from './state-store.js';
import type { StoreBuilder, StoreKind } from './store-builder.js';
import type {
  JoinGraceBufferOptions,
  OuterJoinStoreOptions,
  SessionStoreOptions,
  StoreOptions,
  VersionedStoreOptions,
  WindowStoreOptions,
} from './store-options.js';
import { SuppressionBuffer } from './suppression-buffer.js';
import { plainValues, timestampedValues } from './value-codec.js';
import { BytesVersionedStore } from './versioned-store.js';
import { BytesWindowStore } from './window-store.js';

export function keyValueStoreBuilder<K, V>(
  options: StoreOptions<K, V>,
): StoreBuilder<KeyValueStore<K, V> & RestorableStore> {
  return builder(
    { kind: 'key-value', timestamped: false },
    options,
    (given) => new BytesKeyValueStore<K, V, V>(given, ({ serde, topic }) => plainValues(serde, topic)),
  );
}

/** What tables and aggregations are kept in. */
export function timestampedKeyValueStoreBuilder<K, V>(
  options: StoreOptions<K, V>,
): StoreBuilder<TimestampedKeyValueStore<K, V> & RestorableStore> {
  return builder(
    { kind: 'key-value', timestamped: true },
    options,
    (given) => new BytesKeyValueStore(given, ({ serde, topic }) => timestampedValues(serde, topic)),
  );
}

export function windowStoreBuilder<K, V>(
  options: WindowStoreOptions<K, V>,
): StoreBuilder<WindowStore<K, V> & RestorableStore> {
  return builder(
    windowStore(options, false),
    options,
    (given) => new BytesWindowStore<K, V, V>(given, ({ serde, topic }) => plainValues(serde, topic)),
  );
}

/** What windowed aggregations are kept in. */
export function timestampedWindowStoreBuilder<K, V>(
  options: WindowStoreOptions<K, V>,
): StoreBuilder<TimestampedWindowStore<K, V> & RestorableStore> {
  return builder(
    windowStore(options, true),
    options,
    (given) => new BytesWindowStore(given, ({ serde, topic }) => timestampedValues(serde, topic)),
  );
}

export function sessionStoreBuilder<K, V>(
  options: SessionStoreOptions<K, V>,
): StoreBuilder<SessionStore<K, V> & RestorableStore> {
  return builder(
    { kind: 'session', retentionMs: options.retentionMs },
    options,
    (given) => new BytesSessionStore<K, V>(given),
  );
}

export function versionedKeyValueStoreBuilder<K, V>(
  options: VersionedStoreOptions<K, V>,
): StoreBuilder<VersionedKeyValueStore<K, V> & RestorableStore> {
  return builder(
    { kind: 'versioned', historyRetentionMs: options.historyRetentionMs },
    options,
    (given) => new BytesVersionedStore<K, V>(given),
  );
}

/** What `suppress` holds back. The serdes are those of its table, the key's a windowed one below windows. */
export function suppressionBufferBuilder<K, V>(options: StoreOptions<K, V>): StoreBuilder<SuppressionBuffer<K, V>> {
  return builder({ kind: 'buffer' }, options, (given) => new SuppressionBuffer<K, V>(given));
}

/** Stream records that wait for a versioned table (KIP-923). */
export function joinGraceBufferBuilder<K, V>(
  options: JoinGraceBufferOptions<K, V>,
): StoreBuilder<JoinGraceBuffer<K, V>> {
  return builder({ kind: 'buffer' }, options, (given) => new JoinGraceBuffer<K, V>(given));
}

/** The records of both sides of a left or outer join that have found no partner yet. */
export function outerJoinStoreBuilder<K, L, R>(
  options: OuterJoinStoreOptions<K, L, R>,
): StoreBuilder<OuterJoinStore<K, L, R>> {
  return builder(
    { kind: 'buffer' },
    { ...options, valueSerde: null },
    ({ keySerde }) => new OuterJoinStore<K, L, R>({ ...options, keySerde }),
  );
}

function windowStore<K, V>(options: WindowStoreOptions<K, V>, timestamped: boolean): StoreKind {
  const { retentionMs, windowSizeMs, retainDuplicates = false } = options;
  return { kind: 'window', timestamped, retentionMs, windowSizeMs, retainDuplicates };
}

function builder<K, V, Options extends StoreOptions<K, V>, S extends RestorableStore>(
  store: StoreKind,
  options: Options,
  make: (options: Options) => S,
): StoreBuilder<S> {
  return {
    name: options.name,
    store,
    loggingEnabled: options.loggingEnabled !== false,
    logConfig: options.logConfig ?? {},
    cachingEnabled: options.cachingEnabled === true,
    inMemory: options.inMemory === true,
    build: (serdes) =>
      make({
        ...options,
        keySerde: options.keySerde ?? serdes?.key ?? null,
        valueSerde: options.valueSerde ?? serdes?.value ?? null,
      }),
  };
}
