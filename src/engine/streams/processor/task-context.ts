import type { Serde } from '../serdes.js';
import type { RecordCache } from '../state/record-cache.js';
import type { ProcessorContext } from './processor.js';
import type { RecordHeaders, RecordOrigin, StreamRecord } from './record.js';

/**
 * What the processors of the DSL and the stores may ask for beyond what users see
 * (Kafka's `InternalProcessorContext`). One per processor node and task.
 */
export interface TaskContext<K = unknown, V = unknown> extends ProcessorContext<K, V> {
  readonly nodeName: string;
  /** What is being processed; stores take the timestamp and headers of what they write to the changelog from it. */
  readonly current: {
    readonly timestamp: number;
    readonly headers: RecordHeaders;
    readonly origin: RecordOrigin | null;
  };
  /** Whether a record or a punctuation is being processed; if not, it is somebody from outside who reads. */
  readonly isProcessing: boolean;
  /** Calls `body` as if a record of this time, these headers and origin were being processed: caches and buffers forward what they held back so. */
  during(current: TaskContext['current'], body: () => void): void;
  /** Counts a record that is skipped (`dropped-records-total`) and says why, for the log and the trace. */
  dropped(reason: DroppedRecord): void;
  /**
   * Appends to the changelog of a store of this task: the partition is the task's. A `null` value is a tombstone, a `null`
   * timestamp the producer's own.
   */
  logChange(
    storeName: string,
    key: Uint8Array,
    value: Uint8Array | null,
    timestamp: number | null,
    headers: RecordHeaders,
  ): void;
  /** A number that is committed with the offsets and so survives the task (Kafka's `ProcessorMetadata`); the larger wins. */
  addProcessorMetadata(key: string, value: number): void;
  /** What was committed under this key, by whoever ran the task before; `null` if nothing was. */
  processorMetadata(key: string): number | null;
  /** Whether anything in the topology listens below this node: no child, no need to forward. */
  readonly hasChildren: boolean;
  /** The nodes below this one, in the order in which they were attached. */
  readonly children: readonly string[];
  /** What the caching stores of the thread share (`statestore.cache.max.bytes`); `null` if there is none. */
  readonly cache: RecordCache | null;
  /** The serdes of the application's configuration, for what was built without its own. */
  readonly defaultKeySerde: Serde<unknown> | null;
  readonly defaultValueSerde: Serde<unknown> | null;
  /** The value of a configuration of the application, by its Kafka name. */
  config(name: string): string | number | boolean | undefined;
}

export type DroppedReason =
  | 'null-key'
  | 'null-value'
  | 'null-key-or-value'
  | 'late-record'
  | 'expired-window'
  | 'negative-timestamp'
  | 'stale-response'
  | 'null-foreign-key'
  | 'not-deserialized'
  | 'failed';

/** A record that was skipped, and why. */
export interface DroppedRecord {
  readonly reason: DroppedReason;
  /** Of a window that was closed: its bounds, and the stream time that closed it. */
  readonly window?: { readonly start: number; readonly end: number };
  readonly streamTime?: number;
  readonly record?: StreamRecord<unknown, unknown>;
}
