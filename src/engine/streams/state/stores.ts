import type { Serde } from '../serdes.js';
import type {
  KeyValueStore,
  RestorableStore,
  SessionStore,
  TimestampedKeyValueStore,
  TimestampedWindowStore,
  VersionedKeyValueStore,
  WindowStore,
} from './state-store.js';
import type { StoreBuilder } from './store-builder.js';
import type { StoreOptions } from './store-options.js';

export interface WindowStoreOptions<K, V> extends StoreOptions<K, V> {
  readonly retentionMs: number;
  readonly windowSizeMs: number;
  readonly retainDuplicates?: boolean;
  /** Whether a persistent one keeps its order by time first, as Kafka has it below `on-window-close`. */
  readonly timeOrdered?: boolean;
}

export interface SessionStoreOptions<K, V> extends StoreOptions<K, V> {
  readonly retentionMs: number;
  readonly timeOrdered?: boolean;
}

export interface VersionedStoreOptions<K, V> extends StoreOptions<K, V> {
  readonly historyRetentionMs: number;
  /** Ms of history in one segment; Kafka's default follows from the retention. */
  readonly segmentIntervalMs?: number;
}

export function keyValueStoreBuilder<K, V>(
  options: StoreOptions<K, V>,
): StoreBuilder<KeyValueStore<K, V> & RestorableStore> {
  throw new Error(`not built: ${options.name}`);
}

/** What tables and aggregations are kept in. */
export function timestampedKeyValueStoreBuilder<K, V>(
  options: StoreOptions<K, V>,
): StoreBuilder<TimestampedKeyValueStore<K, V> & RestorableStore> {
  throw new Error(`not built: ${options.name}`);
}

export function windowStoreBuilder<K, V>(
  options: WindowStoreOptions<K, V>,
): StoreBuilder<WindowStore<K, V> & RestorableStore> {
  throw new Error(`not built: ${options.name}`);
}

/** What windowed aggregations are kept in. */
export function timestampedWindowStoreBuilder<K, V>(
  options: WindowStoreOptions<K, V>,
): StoreBuilder<TimestampedWindowStore<K, V> & RestorableStore> {
  throw new Error(`not built: ${options.name}`);
}

export function sessionStoreBuilder<K, V>(
  options: SessionStoreOptions<K, V>,
): StoreBuilder<SessionStore<K, V> & RestorableStore> {
  throw new Error(`not built: ${options.name}`);
}

export function versionedKeyValueStoreBuilder<K, V>(
  options: VersionedStoreOptions<K, V>,
): StoreBuilder<VersionedKeyValueStore<K, V> & RestorableStore> {
  throw new Error(`not built: ${options.name}`);
}

/** What `suppress` holds back. The serdes are those of its table, the key's a windowed one below windows. */
export function suppressionBufferBuilder<K, V>(options: StoreOptions<K, V>): StoreBuilder<RestorableStore> {
  throw new Error(`not built: ${options.name}`);
}

/** Stream records that wait for a versioned table (KIP-923). */
export function joinGraceBufferBuilder<K, V>(
  options: StoreOptions<K, V> & { readonly graceMs: number },
): StoreBuilder<RestorableStore> {
  throw new Error(`not built: ${options.name}`);
}

/** The records of both sides of a left or outer join that have found no partner yet. */
export function outerJoinStoreBuilder<K, L, R>(
  options: Omit<StoreOptions<K, L>, 'valueSerde'> & {
    readonly leftSerde: Serde<L> | null;
    readonly rightSerde: Serde<R> | null;
    /** Of the join: before + after + grace. */
    readonly retentionMs: number;
    readonly windowSizeMs: number;
  },
): StoreBuilder<RestorableStore> {
  throw new Error(`not built: ${options.name}`);
}
