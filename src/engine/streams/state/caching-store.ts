import type { TaskContext } from '../processor/task-context.js';
import type { RecordHeaders } from '../processor/record.js';
import type { HeldContext } from './record-cache.js';

/** Hears of what a cache lets go: for a key the latest value and the one before the first update that was held back. */
export type FlushListener<K, W> = (
  key: K,
  newValue: W | null,
  oldValue: W | null,
  timestamp: number,
  headers: RecordHeaders,
) => void;

/** A store that may hold updates back (`withCachingEnabled`). */
export interface CachingStore<K, W> {
  /** @returns whether the store holds back; if not, the listener never hears of anything and whoever puts passes on. */
  setFlushListener(listener: FlushListener<K, W>): boolean;
}

/** The context that an update is held back with. */
export function heldContext({ current: { timestamp, headers, origin } }: TaskContext): HeldContext {
  return { timestamp, headers, origin };
}
