import {
  keyValueStoreBuilder,
  sessionStoreBuilder,
  timestampedKeyValueStoreBuilder,
  timestampedWindowStoreBuilder,
  versionedKeyValueStoreBuilder,
  windowStoreBuilder,
} from '../engine/streams/state/stores.js';

/** Builders of stores for processors of one's own (Kafka's `Stores`). */
export const Stores = {
  keyValueStoreBuilder,
  timestampedKeyValueStoreBuilder,
  versionedKeyValueStoreBuilder,
  windowStoreBuilder,
  timestampedWindowStoreBuilder,
  sessionStoreBuilder,
};
