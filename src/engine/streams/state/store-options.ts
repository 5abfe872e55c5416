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
}
