import type { RestorableStore } from './state-store.js';

/** What can be seen of a buffer: how full it is, and the time of what leaves it first. */
export interface BufferStore extends RestorableStore {
  readonly numRecords: number;
  /** As Kafka estimates them: keys, values and the contexts of the records. */
  readonly bufferBytes: number;
  /** `null` while it is empty. */
  readonly minTimestamp: number | null;
}
