import type { TableProcessorSupplier, TableView } from './table.js';

/** How much may be held back, and what is done when it is more: let the oldest go early, or stop the application. */
export interface BufferConfig {
  readonly maxRecords: number | null;
  readonly maxBytes: number | null;
  readonly whenFull: 'emit-early' | 'shut-down';
}

export type SuppressUntil =
  /** Until stream time is `graceMs` past the end of the window; the grace found above in the topology. */
  | { readonly kind: 'window-closes'; readonly graceMs: number }
  /** Until stream time is so much past the time of the first update. */
  | { readonly kind: 'time-limit'; readonly waitMs: number };

export interface SuppressOptions<K, V> {
  readonly parent: TableView<K, V>;
  readonly until: SuppressUntil;
  readonly buffer: BufferConfig;
  /** Of `suppressionBufferBuilder`. */
  readonly storeName: string;
}

/** Holds back the updates of a table (KTableSuppressProcessor). */
export function suppress<K, V>(options: SuppressOptions<K, V>): TableProcessorSupplier<K, V, V> {
  throw new Error(`not built: ${options.storeName}`);
}
