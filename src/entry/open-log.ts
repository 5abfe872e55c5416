import { proxy, releaseProxy, transfer, wrap } from 'comlink';
import type { Admin } from '../engine/client/admin.js';
import type { Consumer, ConsumerConfig } from '../engine/client/consumer.js';
import { Kafka, type KafkaConfig } from '../engine/client/kafka.js';
import type { Producer, ProducerConfig } from '../engine/client/producer.js';
import { browserEnvironment } from '../engine/platform/browser/browser-environment.js';
import { LogLock } from '../engine/platform/browser/log-lock.js';
import { PortNetwork } from '../engine/platform/browser/port-network.js';
import { workerEnd } from '../engine/platform/browser/worker-end.js';
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
  /** Takes the log from another tab that has it; that tab's log closes with reason `taken-over`. Default false. */
  readonly takeOver?: boolean;
  /**
   * How long to wait for another tab to let go of the log, in milliseconds. Default 300. A page that is just being left or reloaded is waited for in any
   * case, for up to 10 s.
   */
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
 * Opens the log of that name, with the broker in the worker that `startWorker` starts. One tab at a time has a log; rejects with a `PartitaError`:
 * `LOG_IN_USE` if it is another, unless told to take over; `STORAGE_UNAVAILABLE` where the browser refuses IndexedDB; `WORKER_FAILED` where the worker
 * does not start.
 */
export async function openLog(options: OpenOptions, startWorker: () => Worker): Promise<Partita> {
  const { name = 'default', storage = 'indexeddb', profile = 'kafka', takeOver = false, waitMs = 300 } = options;
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(name)) {
    throw new PartitaError(
      'INVALID_NAME',
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
    return await startBroker(lock, { name, storage, profile }, startWorker);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startBroker(
  lock: LogLock,
  { name, storage, profile }: Pick<BrokerHostOptions, 'name' | 'storage' | 'profile'>,
  startWorker: () => Worker,
): Promise<Partita> {
  const worker = startWorker();
  const host = wrap<BrokerHost>(worker);
  const life = workerEnd(worker);
  let reportFenced: () => void = () => {};
  const fenced = new Promise<void>((resolve) => (reportFenced = resolve));
  const starting = host.start({ name, storage, profile, lifeLock: life.lock }, proxy(reportFenced));
  const started = await Promise.race([starting, life.failed]);
  if (typeof started === 'string') {
    worker.terminate();
    throw new PartitaError('WORKER_FAILED', `${started} Serve worker.js beside the module, or name it by workerUrl.`);
  }
  if (!started.ok) {
    worker.terminate();
    const cause = fromErrorData(started.error);
    throw new PartitaError('STORAGE_UNAVAILABLE', `The log '${name}' could not be opened: ${cause.message}`, { cause });
  }
  let end: (closed: Closed) => void = () => {};
  const closed = new Promise<Closed>((resolve) => (end = resolve));
  const lost = life.watch();
  const environment = browserEnvironment();
  const network = new PortNetwork(
    environment,
    async () => {
      const { port1, port2 } = new MessageChannel();
      await host.connect(transfer(port2, [port2]));
      return port1;
    },
    closed.then(({ message }) => message),
  );
  const shutDown = async (how: Closed): Promise<void> => {
    end(how);
    await Promise.race([host.stop(), lost]);
    host[releaseProxy]();
    worker.terminate();
    lock.release();
  };
  let stopping: Promise<void> | undefined;
  const stop = (how: Closed): Promise<void> => (stopping ??= shutDown(how));
  const takenOver: Closed = { reason: 'taken-over', message: `Another tab took over the log '${name}'.` };
  void Promise.race([lock.stolen, fenced]).then(() => stop(takenOver));
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
