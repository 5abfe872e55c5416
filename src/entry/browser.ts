import type { Storage as StateStorage } from '../engine/environment/storage.js';
import { IndexedDbStorage } from '../engine/platform/browser/indexeddb-storage.js';
import { openLog, type OpenOptions, type Partita } from './open-log.js';

export { PartitaError, type PartitaErrorCode } from './partita-error.js';
export { KafkaError } from '../engine/protocol/kafka-error.js';
export { UndeliveredError } from '../engine/client/undelivered-error.js';
export { ConfigResourceTypes } from '../engine/client/config-admin.js';
export { PartitionAssigners } from '../engine/client/assignors/partition-assigners.js';
export type { Assignor } from '../engine/client/assignors/assignor.js';
export type { ConsumerConfig } from '../engine/client/consumer-config.js';
export type { OffsetReset } from '../engine/client/offset-reset.js';
export type { RebalanceListener } from '../engine/client/rebalance-listener.js';
export type { ConsumerRecord } from '../engine/client/record-stream.js';
export { CompressionTypes } from '../engine/client/producer.js';
export { WebSocketKafka, type WebSocketKafkaConfig } from './websocket-kafka.js';
export type { Closed, LogStorage, Partita, TabRole } from './open-log.js';
export type { Storage as StateStorage } from '../engine/environment/storage.js';
export { ArchiveError, describeExport } from './topic-transfer.js';
export type {
  ArchiveErrorCode,
  ExportDescription,
  ExportOptions,
  ImportOptions,
  ImportReport,
  ImportSource,
  TransferProgress,
} from './topic-transfer.js';

/** How to open a log from outside this package. */
export interface OpenPartitaOptions extends OpenOptions {
  /** Where `worker.js` of this package is served, if not beside the module that holds this function. */
  readonly workerUrl?: string | URL;
}

/**
 * Opens a log of this origin: a durable, partitioned, replayable one with Kafka's semantics, run by a broker in a worker on IndexedDB.
 *
 * ```ts
 * const log = await openPartita();
 * const producer = log.producer();
 * await producer.connect();
 * await producer.send({ topic: 'orders', messages: [{ key: 'order-1', value: 'placed' }] });
 * ```
 *
 * Every tab of the origin may open it: the broker runs in one of them, and moves to another when that goes. Rejects with a `PartitaError`, whose `code` says why; none of them has
 * changed anything that is stored.
 */
export function openPartita({ workerUrl, ...options }: OpenPartitaOptions = {}): Promise<Partita> {
  return openLog(options, () =>
    workerUrl === undefined
      ? new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'partita' })
      : new Worker(workerUrl, { type: 'module', name: 'partita' }),
  );
}

/** Where a streams application keeps copies of its state: in a database of its own of this origin, which whoever opens it last has. Close it after the application. */
export function openStateDatabase(name: string): Promise<StateStorage> {
  return IndexedDbStorage.open({ name });
}
