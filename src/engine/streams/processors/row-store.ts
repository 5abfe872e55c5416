import type { TaskContext } from '../processor/task-context.js';
import type { TimestampedKeyValueStore, ValueAndTimestamp } from '../state/state-store.js';
import { BytesVersionedStore } from '../state/versioned-store.js';
import type { ValueGetterSupplier } from './table.js';

/** The store of a table, whether it keeps the latest values or their history (Kafka's KeyValueStoreWrapper). */
export class RowStore<K, V> {
  private readonly versioned: BytesVersionedStore<K, V> | null;
  private readonly latest: TimestampedKeyValueStore<K, V>;

  constructor(context: TaskContext, storeName: string) {
    const store = context.getStateStore(storeName);
    this.versioned = store instanceof BytesVersionedStore ? (store as BytesVersionedStore<K, V>) : null;
    this.latest = store as TimestampedKeyValueStore<K, V>;
  }

  get isVersioned(): boolean {
    return this.versioned !== null;
  }

  get(key: K): ValueAndTimestamp<V> | null {
    return this.versioned === null ? this.latest.get(key) : this.versioned.get(key);
  }

  getAsOf(key: K, timestamp: number): ValueAndTimestamp<V> | null {
    return this.versioned === null ? this.latest.get(key) : this.versioned.get(key, timestamp);
  }

  /** Whether it is the latest value now; `'rejected'` if it is older than the history that is kept. */
  put(key: K, value: V | null, timestamp: number): boolean | 'rejected' {
    if (this.versioned !== null) {
      const validTo = this.versioned.put(key, value, timestamp);
      return validTo === 'rejected' ? 'rejected' : validTo === 'latest';
    }
    this.latest.put(key, value === null ? null : { value, timestamp });
    return true;
  }
}

/** The view of a table that has a store. */
export function storeView<K, V>(storeName: string): ValueGetterSupplier<K, V> {
  return {
    storeNames: [storeName],
    get: () => {
      let rows: RowStore<K, V>;
      return {
        init: (context) => void (rows = new RowStore(context, storeName)),
        get: (key) => rows.get(key),
        getAsOf: (key, timestamp) => rows.getAsOf(key, timestamp),
        get isVersioned() {
          return rows.isVersioned;
        },
      };
    },
  };
}
