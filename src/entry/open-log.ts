import type { ImportReport } from '../engine/archive/transfer-request.js';
import type { Admin } from '../engine/client/admin.js';
import type { ConsumerConfig } from '../engine/client/consumer-config.js';
import type { Consumer } from '../engine/client/consumer.js';
import type { Kafka, KafkaConfig } from '../engine/client/kafka.js';
import type { Producer, ProducerConfig } from '../engine/client/producer.js';
import { browserEnvironment } from '../engine/platform/browser/browser-environment.js';
import { PortNetwork } from '../engine/platform/browser/port-network.js';
import { PortTransfers } from '../engine/platform/browser/transfer/transfer-client.js';
import type { TabRole } from '../engine/platform/browser/tabs/candidate.js';
import type { Network } from '../engine/protocol/connection.js';
import { LogTab, type Closed, type LogStorage } from './log-tab.js';
import { PageKafka } from './page-kafka.js';
import { PartitaError } from './partita-error.js';
import {
  exportTopics,
  importTopics,
  type ExportOptions,
  type ImportOptions,
  type ImportSource,
} from './topic-transfer.js';

export type { Closed, LogStorage, TabRole };

/** How to open a log. All fields may be left out. Tabs that open the same log should say the same: what counts is what the tab says that runs the broker. */
export interface OpenOptions {
  /** Names the log; one page may open several. Default `default`. Letters, digits, `.`, `_` and `-`, 1 to 249 of them. */
  readonly name?: string;
  /** `indexeddb` (default) keeps everything in this browser, for all tabs; `memory` is the page's alone and forgotten with it. */
  readonly storage?: 'indexeddb' | 'memory';
  /** `kafka` (default) has Kafka's own defaults; `classroom` and `test` shorten its delays. */
  readonly profile?: 'kafka' | 'classroom' | 'test';
  /** Has the broker run in this tab, even if it runs in another now. Default false. */
  readonly takeOver?: boolean;
  /** How long to wait, in milliseconds, for another tab to let go of the log where it can't be reached. Default 300. */
  readonly waitMs?: number;
  /**
   * What to do where the browser has no IndexedDB, or refuses it: `fail` (default) rejects with `STORAGE_UNAVAILABLE`; `memory` opens the log in memory, and `storage` of the open log says
   * so. It is then this page's alone and forgotten with it, whatever is acknowledged.
   */
  readonly ifUnavailable?: 'fail' | 'memory';
  /**
   * What to do when the browser has lost what the log held (its database was deleted, evicted, or could not be read any more): `fail` (default) rejects with `STORE_LOST` and creates nothing;
   * `begin-anew` begins with an empty log, and `storage` of the open log says so.
   */
  readonly ifLost?: 'fail' | 'begin-anew';
  /**
   * How many bytes the log may hold; from four fifths of that on what retention lets go is deleted at once, and nothing else ever. Default: four fifths of what the browser says it gives,
   * or 1 GB where it does not say; 256 MB in memory.
   */
  readonly budgetBytes?: number;
}

/** An open log: clients of a broker that runs in a worker, of this tab or of another. */
export interface Partita {
  /** The name that it was opened by. */
  readonly name: string;
  /**
   * `broker`: the log's broker runs in this tab. `client`: in another. It changes when the tab that runs it is closed, crashes or sleeps, or when another takes it over; producers, consumers
   * and admins go on, in every tab.
   */
  readonly role: TabRole;
  /** What the log is kept in, and what was put up with for that. */
  readonly storage: LogStorage;
  /** Calls `listener` at each change of `role`, until the function that this returns is called. */
  onRoleChange(listener: (role: TabRole) => void): () => void;
  /** Brings the broker to this tab, where it runs as long as the tab lives or another takes it over. Resolves when it runs here. */
  takeOver(): Promise<void>;
  /** A producer of this log, as `kafka().producer` makes it. */
  producer(config?: ProducerConfig): Producer;
  /** A consumer of this log, as `kafka().consumer` makes it. */
  consumer(config: ConsumerConfig): Consumer;
  /** An admin client of this log, as `kafka().admin` makes it. */
  admin(): Admin;
  /** A client of its own name or settings. */
  kafka(config?: Omit<KafkaConfig, 'network'>): Kafka;
  /**
   * Exports topics as one file, a tar with Kafka's own segments in it: their records with offsets, timestamps and headers, their configs, and what groups have committed for them.
   * What it holds is fixed when this resolves, while appends go on. The stream is read as fast as its bytes are taken; after a minute in which nobody takes any it fails.
   *
   * ```ts
   * const topics = await log.exportTopics({ topics: ['orders'] });
   * const blob = await new Response(topics).blob();
   * ```
   *
   * Rejects, or the stream fails, with an `ArchiveError`: `UNKNOWN_TOPIC`, `DAMAGED` (the log itself), `LOG_CHANGED`, `STALLED`; with a `KafkaError` if the broker moves to another tab
   * meanwhile, then export again.
   */
  exportTopics(options?: ExportOptions): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  /**
   * Imports what was exported. Everything in it is looked at and put aside before anything changes, then all its topics are there at once, with the offsets that they had; what is
   * refused, cancelled or cut off leaves nothing. A transaction that was open in the export is aborted.
   *
   * ```ts
   * const { topics } = await log.importTopics(fileInput.files[0], { rename: { orders: 'orders-of-may' } });
   * ```
   *
   * Rejects with an `ArchiveError` that says where in the file something is wrong, what was found and what was expected: `NOT_AN_EXPORT`, `DAMAGED`, `INVALID`, `TOO_LARGE`, `UNSUPPORTED_VERSION`,
   * `TOPIC_EXISTS`, `NO_SPACE`, `STALLED`. Rejects with a `KafkaError` if the broker moves to another tab meanwhile: if the topics are there it has happened, else nothing has.
   */
  importTopics(source: ImportSource, options?: ImportOptions): Promise<ImportReport>;
  /** What clients connect through: for requests of the protocol itself. */
  readonly network: Network;
  /** Resolves, never rejects, when the log is no longer open here, with why. Every call is then settled with an error. */
  readonly closed: Promise<Closed>;
  /** Closes the log in this tab. If the broker runs here, it ends after everything acknowledged is written, and goes on in another tab. Disconnect clients first. */
  close(): Promise<void>;
}

/**
 * Opens the log of that name, with the worker that `startWorker` starts. Its broker runs in one tab at a time; in the others the worker passes their connections on to it. Rejects with a
 * `PartitaError`, whose codes say what each is for.
 */
export async function openLog(options: OpenOptions, startWorker: () => Worker): Promise<Partita> {
  const { name = 'default', storage = 'indexeddb', profile = 'kafka', takeOver = false, waitMs = 300 } = options;
  const { ifUnavailable = 'fail', ifLost = 'fail', budgetBytes } = options;
  if (!('Worker' in globalThis)) {
    throw new PartitaError(
      'WORKER_FAILED',
      "There are no workers here: a log is opened in a browser. Where pages are rendered by a server, open it in the browser only; a broker or a client in Node comes from 'partita/node'.",
    );
  }
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(name)) {
    throw new PartitaError(
      'INVALID_NAME',
      `The log's name is '${name}'; 1 to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-' were expected.`,
    );
  }
  if (budgetBytes !== undefined && !(Number.isSafeInteger(budgetBytes) && budgetBytes > 0)) {
    throw new PartitaError(
      'INVALID_OPTION',
      `budgetBytes is ${budgetBytes}; a whole number of bytes, 1 or more, was expected.`,
    );
  }
  const tab = await LogTab.open(
    { name, storage, profile, takeOver, waitMs, ifUnavailable, ifLost, budgetBytes },
    startWorker,
  );
  const environment = browserEnvironment();
  const network = new PortNetwork(environment, () => tab.connect());
  const kafka = (config: Omit<KafkaConfig, 'network'> = {}): Kafka =>
    new PageKafka(environment, { ...config, network });
  const own = kafka({ clientId: 'partita' });
  const transfers = new PortTransfers(environment.timers, () => network.openTransfer());
  return {
    name,
    get role() {
      return tab.role;
    },
    get storage() {
      return tab.storage;
    },
    onRoleChange: (listener) => tab.onRoleChange(listener),
    takeOver: () => tab.takeOver(),
    network,
    closed: tab.closed,
    kafka,
    producer: (config) => own.producer(config),
    consumer: (config) => own.consumer(config),
    admin: () => own.admin(),
    exportTopics: (options = {}) => exportTopics(transfers, options),
    importTopics: (source, options = {}) => importTopics(transfers, source, options),
    close: () => tab.close(),
  };
}
