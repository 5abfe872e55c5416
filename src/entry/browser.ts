import { wrap, transfer, releaseProxy } from 'comlink';
import { Kafka, type KafkaConfig } from '../engine/client/kafka.js';
import type { Admin } from '../engine/client/admin.js';
import type { Consumer, ConsumerConfig } from '../engine/client/consumer.js';
import type { Producer, ProducerConfig } from '../engine/client/producer.js';
import { browserEnvironment } from '../engine/platform/browser/browser-environment.js';
import { LogLock } from '../engine/platform/browser/log-lock.js';
import { PortNetwork } from '../engine/platform/browser/port-network.js';
import type { Network } from '../engine/protocol/connection.js';
import { fromErrorData } from '../engine/protocol/kafka-error.js';
import type { BrokerHost, BrokerHostOptions } from '../workers/broker-host.js';
import { PartitaError } from './partita-error.js';

/** How to open a log. All fields may be left out. */
export interface OpenOptions {
  /** Names the log; one page may open several. Default `default`. Letters, digits, `.`, `_` and `-`, 1 to 249 of them. */
  readonly name?: string;
  /** `indexeddb` (default) keeps everything in this browser; `memory` forgets it with the page. */
  readonly storage?: 'indexeddb' | 'memory';
  /** `kafka` (default) has Kafka's own defaults; `classroom` and `test` shorten its delays. */
  readonly profile?: 'kafka' | 'classroom' | 'test';
  /** Where `worker.js` of this package is served, if not beside the module that holds this function. */
  readonly workerUrl?: string | URL;
  /** Takes the log from another tab that has it; that tab's log closes with reason `taken-over`. Default false. */
  readonly takeOver?: boolean;
  /** How long to wait for another tab to let go, in milliseconds. Default 500: enough for a page that is being reloaded. */
  readonly waitMs?: number;
}

/** An open log: a broker in a worker, and clients of it. */
export interface Partita {
  readonly name: string;
  producer(config?: ProducerConfig): Producer;
  consumer(config: ConsumerConfig): Consumer;
  admin(): Admin;
  /** A client of its own name or settings. */
  kafka(config?: Omit<KafkaConfig, 'network'>): Kafka;
  /** What clients connect through: for requests of the protocol itself. */
  readonly network: Network;
  /** Resolves, never rejects, when the log is no longer open here, with why. Every call is then settled with an error. */
  readonly closed: Promise<Closed>;
  /** Ends the broker after everything acknowledged is written. Disconnect clients first. */
  close(): Promise<void>;
}

export interface Closed {
  readonly reason: 'closed' | 'taken-over' | 'worker-lost';
  readonly message: string;
}

/**
 * Opens the log `name` of this origin: starts its broker in a worker, on IndexedDB. One tab at a time has a log; rejects with `LOG_IN_USE` if it is
 * another, unless told to take over. Rejects with `STORAGE_UNAVAILABLE` where the browser refuses IndexedDB and `WORKER_FAILED` where the worker does
 * not start.
 */
export async function openPartita(options: OpenOptions = {}): Promise<Partita> {
  const { name = 'default', storage = 'indexeddb', profile = 'kafka', takeOver = false, waitMs = 500 } = options;
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(name)) {
    throw new PartitaError(
      'STORAGE_UNAVAILABLE',
      `The log's name is '${name}'; 1 to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-' were expected.`,
    );
  }
  const lock = await LogLock.take(`partita:${name}`, { waitMs, steal: takeOver });
  if (lock === undefined) {
    throw new PartitaError(
      'LOG_IN_USE',
      `Another tab has the log '${name}' open. Close it there, or open it here with takeOver: true; both may not write at once.`,
    );
  }
  try {
    return await startBroker(lock, { name, storage, profile, workerUrl: options.workerUrl });
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startBroker(
  lock: LogLock,
  {
    name,
    storage,
    profile,
    workerUrl,
  }: Pick<BrokerHostOptions, 'name' | 'storage' | 'profile'> & { workerUrl: string | URL | undefined },
): Promise<Partita> {
  const worker =
    workerUrl === undefined
      ? new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'partita' })
      : new Worker(workerUrl, { type: 'module', name: 'partita' });
  const host = wrap<BrokerHost>(worker);
  const lifeLock = `partita-worker:${crypto.randomUUID()}`;
  const failed = new Promise<string>((resolve) => {
    worker.onerror = (event) => {
      event.preventDefault();
      resolve(
        `The worker failed: ${event.message || 'its script could not be loaded'}. Serve worker.js beside the module, or name it by workerUrl.`,
      );
    };
  });
  const started = await Promise.race([host.start({ name, storage, profile, lifeLock }), failed]);
  if (typeof started === 'string') throw new PartitaError('WORKER_FAILED', started);
  if (!started.ok) {
    worker.terminate();
    const cause = fromErrorData(started.error);
    throw new PartitaError('STORAGE_UNAVAILABLE', `The log '${name}' could not be opened: ${cause.message}`, { cause });
  }
  const lost = Promise.race([failed, workerEnded(lifeLock)]);
  const environment = browserEnvironment();
  const network = new PortNetwork(
    environment,
    async () => {
      const { port1, port2 } = new MessageChannel();
      await host.connect(transfer(port2, [port2]));
      return port1;
    },
    lost,
  );
  let end: (closed: Closed) => void = () => {};
  const closed = new Promise<Closed>((resolve) => (end = resolve));
  const stop = async (how: Closed): Promise<void> => {
    end(how);
    await Promise.race([host.stop(), lost]);
    host[releaseProxy]();
    worker.terminate();
    lock.release();
  };
  void lock.stolen.then(() => stop({ reason: 'taken-over', message: `Another tab took over the log '${name}'.` }));
  void lost.then((message) => {
    end({ reason: 'worker-lost', message });
    lock.release();
  });
  const kafka = (config: Omit<KafkaConfig, 'network'> = {}): Kafka => new Kafka(environment, { ...config, network });
  const own = kafka({ clientId: 'partita' });
  return {
    name,
    network,
    closed,
    kafka,
    producer: (config) => own.producer(config),
    consumer: (config) => own.consumer(config),
    admin: () => own.admin(),
    close: () => stop({ reason: 'closed', message: `The log '${name}' was closed.` }),
  };
}

/** Resolves when the worker that held `lifeLock` is gone: a worker that dies gives no other sign. */
async function workerEnded(lifeLock: string): Promise<string> {
  if (!('locks' in navigator)) return await new Promise<never>(() => {});
  return await navigator.locks.request(
    lifeLock,
    () => 'The worker ended. Open the log again: everything acknowledged is stored.',
  );
}
