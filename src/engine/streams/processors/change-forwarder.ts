import type { RecordHeaders, StreamRecord } from '../processor/record.js';
import type { CachingStore } from '../state/caching-store.js';
import type { StateStore, ValueAndTimestamp } from '../state/state-store.js';
import type { Change } from './change.js';

/**
 * Passes on the changes of a table that has a store; if the store holds updates back, only when it lets them go (Kafka's
 * TimestampedTupleForwarder).
 */
export class ChangeForwarder<K, V> {
  private readonly isHeldBack: boolean;

  constructor(
    private readonly target: { forward(record: StreamRecord<K, Change<V>>): void },
    store: StateStore,
    private readonly sendsOldValues: () => boolean,
  ) {
    const caching = cachingStore<K, ValueAndTimestamp<V>>(store);
    this.isHeldBack =
      caching?.setFlushListener((key, newRow, oldRow, timestamp, headers) => {
        const newValue = newRow === null ? null : newRow.value;
        const oldValue = oldRow === null ? null : oldRow.value;
        this.forward(key, newValue, oldValue, true, newRow?.timestamp ?? timestamp, headers);
      }) ?? false;
  }

  maybeForward(
    key: K,
    newValue: V | null,
    oldValue: V | null,
    isLatest: boolean,
    timestamp: number,
    headers: RecordHeaders,
  ): void {
    if (!this.isHeldBack) this.forward(key, newValue, oldValue, isLatest, timestamp, headers);
  }

  private forward(
    key: K,
    newValue: V | null,
    oldValue: V | null,
    isLatest: boolean,
    timestamp: number,
    headers: RecordHeaders,
  ): void {
    const value = { newValue, oldValue: this.sendsOldValues() ? oldValue : null, isLatest };
    this.target.forward({ key, value, timestamp, headers });
  }
}

/** The store as one that may hold back, if it is of a kind that can. */
export function cachingStore<K, W>(store: StateStore): CachingStore<K, W> | null {
  return 'setFlushListener' in store ? (store as StateStore & CachingStore<K, W>) : null;
}
