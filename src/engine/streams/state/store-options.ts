import type { Serde } from '../serdes.js';

/** What every store is asked for with. */
export interface StoreOptions<K, V> {
  readonly name: string;
  /** `null`: the application's default. */
  readonly keySerde: Serde<K> | null;
  readonly valueSerde: Serde<V> | null;
  /** Whether it orders and expires as Kafka's in-memory store or as its persistent one (RocksDB). */
  readonly inMemory?: boolean;
  readonly cachingEnabled?: boolean;
  /** Whether changes go to a changelog topic; they do unless `false`. */
  readonly loggingEnabled?: boolean;
  /** Configuration of that topic. */
  readonly logConfig?: Readonly<Record<string, string>>;
  /** Whether a change has the headers of its record in the changelog, as changes of the stores of joins have. */
  readonly logsHeaders?: boolean;
}

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

export interface JoinGraceBufferOptions<K, V> extends StoreOptions<K, V> {
  readonly graceMs: number;
}

/** Of the records of both sides of a join that have found no partner yet. */
export interface OuterJoinStoreOptions<K, L, R> extends Omit<StoreOptions<K, never>, 'valueSerde'> {
  readonly leftSerde: Serde<L> | null;
  readonly rightSerde: Serde<R> | null;
  /** Of the join: before + after + grace. */
  readonly retentionMs: number;
  readonly windowSizeMs: number;
}
