import type { BrokerPort } from '../engine/platform/browser/port-network.js';
import type { TabRole } from '../engine/platform/browser/tabs/candidate.js';
import { KafkaError, fromErrorData } from '../engine/protocol/kafka-error.js';
import type { BrokerHostOptions, HostFailure } from '../workers/broker-host.js';
import { PageHub } from './page-hub.js';
import { PartitaError, type PartitaErrorCode } from './partita-error.js';
import { PageMarks } from './page-marks.js';
import { watchSleep } from './page-sleep.js';
import { TabWorker, type NotStarted } from './tab-worker.js';

/** Why a log is no longer open in a tab. */
export interface Closed {
  /** `closed`: by `close`; `taken-over`: others write to its storage now; `worker-lost`: the broker's worker has ended; `storage-failed`: see `error`. */
  readonly reason: 'closed' | 'taken-over' | 'worker-lost' | 'storage-failed';
  /** The same in a sentence for people. */
  readonly message: string;
  /** Of a storage that failed: how. */
  readonly error?: PartitaError;
}

/** What a log is kept in. */
export interface LogStorage {
  /** `memory`: it is this page's alone, and forgotten with it. */
  readonly kind: 'indexeddb' | 'memory';
  /** What was put up with because the options allow it: `STORAGE_UNAVAILABLE`, so that the log is in memory, or `STORE_LOST`, so that it has begun anew. */
  readonly problem?: PartitaError;
}

export interface LogTabOptions extends Omit<BrokerHostOptions, 'lifeLock' | 'hub'> {
  /** What to do where the browser has no IndexedDB. */
  readonly ifUnavailable: 'fail' | 'memory';
}

/** A worker that ends by itself is started again, but not more often than this within `restartsWithinMs`. */
const mostRestarts = 3;
const restartsWithinMs = 60_000;

/** A log that is open in this tab: its worker, and the next one if that dies. */
export class LogTab {
  /** Resolves, never rejects. */
  readonly closed: Promise<Closed>;
  role: TabRole = 'client';
  storage: LogStorage;
  private readonly roleListeners = new Set<(role: TabRole) => void>();
  private worker: Promise<TabWorker> | undefined;
  private settleClosed: (closed: Closed) => void = () => {};
  private end: Closed | undefined;
  private stopped: Promise<void> = Promise.resolve();
  private restarts: number[] = [];
  /** While the page sleeps: has it go on. */
  private wake: (() => void) | undefined;
  private stopWatching = (): void => {};

  private constructor(
    private options: LogTabOptions,
    private readonly hub: PageHub,
    private readonly startWorker: () => Worker,
  ) {
    this.storage = { kind: options.storage };
    this.closed = new Promise((resolve) => (this.settleClosed = resolve));
  }

  /** Resolves once there is a broker, here or in another tab. Rejects with a `PartitaError`. */
  static async open(options: LogTabOptions, startWorker: () => Worker): Promise<LogTab> {
    const tab = new LogTab(options, await PageHub.find(), startWorker);
    tab.worker = tab.start(options.takeOver).catch((error: unknown) => tab.startInMemory(error));
    const { role, lost } = await tab.worker;
    if (lost !== undefined) tab.storage = { kind: 'indexeddb', problem: new PartitaError('STORE_LOST', lost) };
    // What was allowed was allowed for now: what is lost later is another loss.
    tab.options = { ...tab.options, ifLost: 'fail' };
    tab.changeRole(role);
    tab.watchSleep();
    return tab;
  }

  /** A port to the broker. Waits while there is none. */
  async connect(): Promise<BrokerPort> {
    return await (await this.running()).connect();
  }

  /** Calls `listener` at each change of `role`, until the function that this returns is called. */
  onRoleChange(listener: (role: TabRole) => void): () => void {
    this.roleListeners.add(listener);
    return () => this.roleListeners.delete(listener);
  }

  async takeOver(): Promise<void> {
    await (await this.running()).takeOver();
  }

  async close(): Promise<void> {
    const message = `The log '${this.options.name}' was closed.`;
    this.finish({ reason: 'closed', message });
    await this.stopped;
  }

  private async running(): Promise<TabWorker> {
    const worker = await this.worker?.catch(() => undefined);
    if (worker === undefined || this.end !== undefined)
      throw new KafkaError('BROKER_NOT_AVAILABLE', this.end?.message ?? `The log '${this.options.name}' is not open.`);
    return worker;
  }

  /** In memory there is no other tab, and nothing that could be refused. */
  private async startInMemory(problem: unknown): Promise<TabWorker> {
    const isUnavailable = problem instanceof PartitaError && problem.code === 'STORAGE_UNAVAILABLE';
    if (!isUnavailable || this.options.ifUnavailable === 'fail') throw problem;
    this.options = { ...this.options, storage: 'memory' };
    this.storage = { kind: 'memory', problem };
    return await this.start(false);
  }

  private async start(takeOver: boolean): Promise<TabWorker> {
    const { options } = this;
    const listeners = {
      onRole: (role: TabRole) => this.changeRole(role),
      onEnd: (failure: HostFailure) => this.finish(closedBy(failure, this.options.name)),
      onLost: (message: string) => this.restart(message),
    };
    const marks = new PageMarks(options.name);
    const started = await TabWorker.start(this.startWorker(), { ...options, takeOver }, this.hub, marks, listeners);
    if (started instanceof TabWorker) return started;
    throw errorOf(started, this.options.name);
  }

  /** Everything that was acknowledged is stored, so that another worker can go on. */
  private restart(message: string): void {
    if (this.end !== undefined) return;
    const now = performance.now();
    this.restarts = this.restarts.filter((at) => now - at < restartsWithinMs);
    if (this.restarts.length >= mostRestarts) return this.finish({ reason: 'worker-lost', message });
    this.restarts.push(now);
    this.goOnWith(this.start(false), message);
  }

  private goOnWith(worker: Promise<TabWorker>, why: string): void {
    this.changeRole('client');
    this.worker = worker;
    worker.then(
      ({ role }) => this.changeRole(role),
      (error: unknown) => this.finish({ reason: 'worker-lost', message: `${why} ${(error as Error).message}` }),
    );
  }

  /**
   * A worker that is frozen keeps the lock, and may keep the database locked, until the others find out. So it ends before the page sleeps, and another begins afterwards: what is stored
   * is all that counts.
   */
  private watchSleep(): void {
    // What is in memory would be lost.
    if (this.options.storage === 'memory') return;
    this.stopWatching = watchSleep(
      () => this.sleep(),
      () => this.wake?.(),
    );
  }

  private sleep(): void {
    if (this.end !== undefined || this.wake !== undefined) return;
    const message = 'The browser has put this page to sleep, and its connection to the log ended.';
    this.worker?.then(
      (worker) => worker.kill(message),
      () => undefined,
    );
    const awake = new Promise<void>((resolve) => (this.wake = resolve));
    const started = awake.then(() => {
      this.wake = undefined;
      return this.start(false);
    });
    this.goOnWith(started, message);
  }

  private changeRole(role: TabRole): void {
    if (role === this.role || this.end !== undefined) return;
    this.role = role;
    for (const listener of this.roleListeners) listener(role);
  }

  private finish(closed: Closed): void {
    if (this.end !== undefined) return;
    this.end = closed;
    this.settleClosed(closed);
    this.stopWatching();
    const running = this.wake === undefined ? this.worker?.catch(() => undefined) : undefined;
    this.stopped = Promise.resolve(running).then((worker) => worker?.stop(closed.message));
  }
}

function closedBy(failure: HostFailure, name: string): Closed {
  if (failure.kind !== 'storage') return { reason: 'taken-over', message: `Another tab took over the log '${name}'.` };
  const error = storageError(failure, `The log '${name}' could not be opened again`);
  return { reason: 'storage-failed', message: error.message, error };
}

type StorageFailure = HostFailure & { readonly kind: 'storage' };

/** The codes of the storage that an app can do something about; all others are `STORAGE_UNAVAILABLE`. */
const codes: Partial<Record<NonNullable<StorageFailure['code']>, PartitaErrorCode>> = {
  corrupt: 'STORAGE_CORRUPT',
  lost: 'STORE_LOST',
  'upgrade-blocked': 'UPGRADE_BLOCKED',
  'version-too-new': 'VERSION_TOO_NEW',
};

function storageError({ error, code }: StorageFailure, what: string): PartitaError {
  const cause = fromErrorData(error);
  const known = code === undefined ? undefined : codes[code];
  return new PartitaError(known ?? 'STORAGE_UNAVAILABLE', `${what}: ${error.message}`, { cause });
}

function errorOf(notStarted: NotStarted, name: string): PartitaError {
  if (notStarted.kind === 'worker') {
    const advice = 'Serve worker.js beside the module, or name it by workerUrl.';
    return new PartitaError('WORKER_FAILED', `${notStarted.message} ${advice}`);
  }
  const { failure } = notStarted;
  if (failure.kind === 'storage') return storageError(failure, `The log '${name}' could not be opened`);
  return new PartitaError(
    'LOG_IN_USE',
    `Another tab has the log '${name}' open, and this browser gives no way to reach it: that takes shared workers, or a service worker of the app that runs worker.js. Close it there, or open it here with takeOver: true.`,
  );
}
