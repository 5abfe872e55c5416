import type { TaskContext } from '../processor/task-context.js';

/**
 * State of one task, read and written synchronously in memory. What is durable about it is its changelog; whoever runs the
 * task may keep a copy of it behind (a checkpoint).
 */
export interface StateStore {
  readonly name: string;
  init(context: TaskContext): void;
  /** Passes on what a cache held back. */
  flush(): void;
  close(): void;
  /** Whether the store was built to outlive its task without its changelog. */
  readonly persistent: boolean;
  readonly isOpen: boolean;
}

/** What a task needs of a store to bring it back: the raw records of its changelog in offset order. */
export interface RestorableStore extends StateStore {
  /** Whether its changelog hears only with a flush what it has let go of, once the results have arrived. */
  readonly holdsBack?: boolean;
  /** Takes records of the changelog; forwards and logs nothing. */
  restore(records: readonly ChangelogRecord[]): void;
}

export interface ChangelogRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  readonly timestamp: number;
  readonly headers: readonly (readonly [string, Uint8Array | null])[];
}

export interface KeyValueStore<K, V> extends StateStore {
  get(key: K): V | null;
  /** A `null` value deletes. */
  put(key: K, value: V | null): void;
  putIfAbsent(key: K, value: V): V | null;
  delete(key: K): V | null;
  /** In the order of the keys' bytes, both ends included; `null` is open. */
  range(from: K | null, to: K | null): IterableIterator<readonly [K, V]>;
  reverseRange(from: K | null, to: K | null): IterableIterator<readonly [K, V]>;
  all(): IterableIterator<readonly [K, V]>;
  reverseAll(): IterableIterator<readonly [K, V]>;
  prefixScan(prefix: Uint8Array): IterableIterator<readonly [K, V]>;
  approximateNumEntries(): number;
}

export interface ValueAndTimestamp<V> {
  readonly value: V;
  readonly timestamp: number;
}

/** What tables are kept in: values with the timestamp of the record that made them (KIP-258). */
export type TimestampedKeyValueStore<K, V> = KeyValueStore<K, ValueAndTimestamp<V>>;

export interface Window {
  /** Inclusive, ms. */
  readonly start: number;
  /** Exclusive for time windows, inclusive for sliding and session windows, ms. */
  readonly end: number;
}

export interface Windowed<K> {
  readonly key: K;
  readonly window: Window;
}

export interface WindowStore<K, V> extends StateStore {
  readonly windowSizeMs: number;
  readonly retentionMs: number;
  put(key: K, value: V | null, windowStart: number): void;
  /** With `to`: all windows of the key that start in [from, to], both included, ascending. */
  fetch(key: K, windowStart: number): V | null;
  fetchRange(key: K, from: number, to: number): IterableIterator<readonly [windowStart: number, value: V]>;
  backwardFetchRange(key: K, from: number, to: number): IterableIterator<readonly [windowStart: number, value: V]>;
  /** The windows of the keys in [keyFrom, keyTo], `null` is open: by key and then time; in memory by time and then key. */
  fetchKeys(keyFrom: K | null, keyTo: K | null, from: number, to: number): IterableIterator<readonly [Windowed<K>, V]>;
  backwardFetchKeys(
    keyFrom: K | null,
    keyTo: K | null,
    from: number,
    to: number,
  ): IterableIterator<readonly [Windowed<K>, V]>;
  fetchAll(from: number, to: number): IterableIterator<readonly [Windowed<K>, V]>;
  backwardFetchAll(from: number, to: number): IterableIterator<readonly [Windowed<K>, V]>;
  all(): IterableIterator<readonly [Windowed<K>, V]>;
  backwardAll(): IterableIterator<readonly [Windowed<K>, V]>;
}

export type TimestampedWindowStore<K, V> = WindowStore<K, ValueAndTimestamp<V>>;

export interface SessionStore<K, V> extends StateStore {
  readonly retentionMs: number;
  put(session: Windowed<K>, aggregate: V | null): void;
  remove(session: Windowed<K>): void;
  /** The sessions of the key that end at or after `earliestEnd` and start at or before `latestStart`, ascending. */
  findSessions(key: K, earliestEnd: number, latestStart: number): IterableIterator<readonly [Windowed<K>, V]>;
  backwardFindSessions(key: K, earliestEnd: number, latestStart: number): IterableIterator<readonly [Windowed<K>, V]>;
  /** The same for the keys in [keyFrom, keyTo]; `null` is open. */
  findSessionsOfKeys(
    keyFrom: K | null,
    keyTo: K | null,
    earliestEnd: number,
    latestStart: number,
  ): IterableIterator<readonly [Windowed<K>, V]>;
  /** All sessions that end in [earliestEnd, latestEnd], for emission on close: by end, then as Kafka orders them. */
  findSessionsEnding(earliestEnd: number, latestEnd: number): IterableIterator<readonly [Windowed<K>, V]>;
  fetchSession(key: K, start: number, end: number): V | null;
  fetch(key: K): IterableIterator<readonly [Windowed<K>, V]>;
  backwardFetch(key: K): IterableIterator<readonly [Windowed<K>, V]>;
  fetchKeys(keyFrom: K | null, keyTo: K | null): IterableIterator<readonly [Windowed<K>, V]>;
  all(): IterableIterator<readonly [Windowed<K>, V]>;
}

export interface VersionedRecord<V> {
  readonly value: V;
  readonly timestamp: number;
  /** Exclusive; `null` while it is the latest. */
  readonly validTo: number | null;
}

/** KIP-889. */
export interface VersionedKeyValueStore<K, V> extends StateStore {
  readonly historyRetentionMs: number;
  /** The time until which the row is valid; `'latest'` if none is later, `'rejected'` if it is older than the history. */
  put(key: K, value: V | null, timestamp: number): number | 'latest' | 'rejected';
  delete(key: K, timestamp: number): VersionedRecord<V> | null;
  get(key: K, asOfTimestamp?: number): VersionedRecord<V> | null;
  /** KIP-960/968: versions valid in [from, to]. */
  versions(key: K, from: number, to: number, order?: 'ascending' | 'descending'): IterableIterator<VersionedRecord<V>>;
}
