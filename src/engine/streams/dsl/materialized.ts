import type { Serde } from '../serdes.js';
import type { Named } from './named.js';

/** How a table is kept. */
export interface Materialized<K, V> extends Named {
  /** The store's name: to query it by, and so that it does not depend on what stands above it. */
  readonly as?: string;
  readonly key?: Serde<K>;
  readonly value?: Serde<V>;
  /** Of windowed stores, ms: how long windows can be read; at least the size (or gap) and the grace. */
  readonly retention?: number;
  /** `false`: no changelog, the store is lost with its task. Otherwise configuration of the changelog topic, by Kafka's names. */
  readonly logging?: boolean | Readonly<Record<string, string>>;
  /** `false`: every update is passed on at once, whatever the application's cache. */
  readonly caching?: boolean;
  /** Keeps what was there before, for joins by time (KIP-889). The history's length is in ms. */
  readonly versioned?: { readonly historyRetention: number; readonly segmentInterval?: number };
  /** Whether the store orders and expires as Kafka's in memory or as its persistent one. */
  readonly store?: 'memory' | 'persistent';
}

/** Whether anything is said of a store at all: where a table need not be kept, Kafka counts a store's number only then. */
export function saysHowToKeep(options: Materialized<unknown, unknown>): boolean {
  return Object.entries(options).some(([field, value]) => field !== 'name' && value !== undefined);
}
