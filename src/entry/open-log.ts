import type { Admin } from '../engine/client/admin.js';
import type { Consumer, ConsumerConfig } from '../engine/client/consumer.js';
import { Kafka, type KafkaConfig } from '../engine/client/kafka.js';
import type { Producer, ProducerConfig } from '../engine/client/producer.js';
import { browserEnvironment } from '../engine/platform/browser/browser-environment.js';
import { PortNetwork } from '../engine/platform/browser/port-network.js';
import type { TabRole } from '../engine/platform/browser/tabs/candidate.js';
import type { Network } from '../engine/protocol/connection.js';
import { LogTab, type Closed } from './log-tab.js';
import { PartitaError } from './partita-error.js';

export type { Closed, TabRole };

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
}

/** An open log: clients of a broker that runs in a worker, of this tab or of another. */
export interface Partita {
  readonly name: string;
  /**
   * `broker`: the log's broker runs in this tab. `client`: in another. It changes when the tab that runs it is closed, crashes or sleeps, or when another takes it over; producers, consumers
   * and admins go on, in every tab.
   */
  readonly role: TabRole;
  /** Calls `listener` at each change of `role`, until the function that this returns is called. */
  onRoleChange(listener: (role: TabRole) => void): () => void;
  /** Brings the broker to this tab, where it runs as long as the tab lives or another takes it over. Resolves when it runs here. */
  takeOver(): Promise<void>;
  producer(config?: ProducerConfig): Producer;
  consumer(config: ConsumerConfig): Consumer;
  admin(): Admin;
  /** A client of its own name or settings. */
  kafka(config?: Omit<KafkaConfig, 'network'>): Kafka;
  /** What clients connect through: for requests of the protocol itself. */
  readonly network: Network;
  /** Resolves, never rejects, when the log is no longer open here, with why. Every call is then settled with an error. */
  readonly closed: Promise<Closed>;
  /** Closes the log in this tab. If the broker runs here, it ends after everything acknowledged is written, and goes on in another tab. Disconnect clients first. */
  close(): Promise<void>;
}

/**
 * Opens the log of that name, with the worker that `startWorker` starts. Its broker runs in one tab at a time; in the others the worker passes their connections on to it. Rejects with a
 * `PartitaError`: `STORAGE_UNAVAILABLE` where the browser refuses IndexedDB; `WORKER_FAILED` where the worker does not start; `LOG_IN_USE` if another tab has the log and the browser
 * gives no way to reach that.
 */
export async function openLog(options: OpenOptions, startWorker: () => Worker): Promise<Partita> {
  const { name = 'default', storage = 'indexeddb', profile = 'kafka', takeOver = false, waitMs = 300 } = options;
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(name)) {
    throw new PartitaError(
      'INVALID_NAME',
      `The log's name is '${name}'; 1 to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-' were expected.`,
    );
  }
  const tab = await LogTab.open({ name, storage, profile, takeOver, waitMs }, startWorker);
  const environment = browserEnvironment();
  const network = new PortNetwork(environment, () => tab.connect());
  const kafka = (config: Omit<KafkaConfig, 'network'> = {}): Kafka => new Kafka(environment, { ...config, network });
  const own = kafka({ clientId: 'partita' });
  return {
    name,
    get role() {
      return tab.role;
    },
    onRoleChange: (listener) => tab.onRoleChange(listener),
    takeOver: () => tab.takeOver(),
    network,
    closed: tab.closed,
    kafka,
    producer: (config) => own.producer(config),
    consumer: (config) => own.consumer(config),
    admin: () => own.admin(),
    close: () => tab.close(),
  };
}
