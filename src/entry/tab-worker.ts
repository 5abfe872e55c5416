import { proxy, releaseProxy, transfer, wrap, type Remote } from 'comlink';
import type { BrokerPort } from '../engine/platform/browser/port-network.js';
import { workerEnd } from '../engine/platform/browser/worker-end.js';
import { KafkaError, fromErrorData } from '../engine/protocol/kafka-error.js';
import type { BrokerHost, BrokerHostOptions, BrokerPage, HostAnswer, HostFailure } from '../workers/broker-host.js';
import type { TabRole } from '../engine/platform/browser/tabs/candidate.js';
import type { PageHub } from './page-hub.js';
import type { PageMarks } from './page-marks.js';

export interface TabWorkerListeners {
  readonly onRole: (role: TabRole) => void;
  /** There will be no broker for this tab any more. */
  readonly onEnd: (failure: HostFailure) => void;
  /** The worker itself is gone. */
  readonly onLost: (message: string) => void;
}

/** How long a worker may take to load its script and run it. */
const longestStartMs = 60_000;

/** How a worker could not be started: its script did not run, or there is no broker for it. */
export type NotStarted =
  { readonly kind: 'worker'; readonly message: string } | { readonly kind: 'host'; readonly failure: HostFailure };

/** One worker of a tab, from when there is a broker, in it or elsewhere, until it ends. */
export class TabWorker {
  private readonly listeners = new Set<{ readonly term: number; readonly lost: (message: string) => void }>();
  private readonly calls = new Set<(message: string) => void>();
  /** Terms up to this one are over, and why. */
  private over = { term: 0, why: '' };
  private isEnded = false;

  private constructor(
    private readonly worker: Worker,
    private readonly host: Remote<BrokerHost>,
    readonly role: TabRole,
    /** What was lost, if another store was begun in its place. */
    readonly lost: string | undefined,
  ) {}

  static async start(
    worker: Worker,
    options: Omit<BrokerHostOptions, 'lifeLock' | 'hub'>,
    hub: PageHub,
    marks: PageMarks,
    listeners: TabWorkerListeners,
  ): Promise<TabWorker | NotStarted> {
    const host = wrap<BrokerHost>(worker);
    const life = workerEnd(worker);
    let endTerm: BrokerPage['termEnded'] = () => {};
    let latestRole: TabRole | undefined;
    const page = {
      roleChanged: (role: TabRole) => {
        latestRole = role;
        listeners.onRole(role);
      },
      termEnded: (term: number, why: string) => endTerm(term, why),
      ended: (failure: HostFailure) => listeners.onEnd(failure),
      storeOpened: (incarnation: string) => marks.write(incarnation),
      rememberedStore: () => marks.read(),
      openHub: async (mark: Parameters<PageHub['open']>[0]) => {
        const port = await hub.open(mark);
        return port && transfer(port, [port]);
      },
    };
    const notStarted = (reason: NotStarted): NotStarted => {
      worker.terminate();
      return reason;
    };
    const problem = await problemOf(host.live(life.lock), life.failed);
    if (problem !== undefined) return notStarted({ kind: 'worker', message: problem });
    const lost = life.watch();
    const starting = host.start({ ...options, hub: hub.own, lifeLock: life.lock }, proxy(page) as never);
    const started = await Promise.race([starting, lost]);
    if (typeof started === 'string') return notStarted({ kind: 'worker', message: started });
    if (!started.ok) return notStarted({ kind: 'host', failure: started.failure });
    // The worker's answer and what it tells the page since come over two ports, in any order.
    const tab = new TabWorker(worker, host, latestRole ?? started.role, started.lost);
    endTerm = (term, why) => tab.endTerms(term, why);
    void lost.then((message) => {
      if (tab.finish(message)) listeners.onLost(message);
    });
    return tab;
  }

  /** A port to the broker. Waits until there is one. */
  async connect(): Promise<BrokerPort> {
    const { port1, port2 } = new MessageChannel();
    const { term } = await this.call((host) => host.connect(transfer(port2, [port2])));
    return {
      port: port1,
      onLost: (lost) => {
        if (term <= this.over.term) {
          lost(this.over.why);
          return () => {};
        }
        const listener = { term, lost };
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
    };
  }

  async takeOver(): Promise<void> {
    await this.call((host) => host.takeOver());
  }

  /** Ends it after what is acknowledged is written. Everything that waits is settled with `message`. */
  async stop(message: string): Promise<void> {
    const stopped = async (host: Remote<BrokerHost>): Promise<HostAnswer> => {
      await host.stop();
      return { ok: true };
    };
    // A worker that is gone has stopped.
    await this.call(stopped).catch(() => undefined);
    this.finish(message);
  }

  /** Ends it at once, whatever it is doing. Everything that waits is settled with `message`. */
  kill(message: string): void {
    this.finish(message);
  }

  /** Asks the worker for something; rejects with NETWORK_EXCEPTION if it ends before it has answered. */
  private async call<Answer>(ask: (host: Remote<BrokerHost>) => Promise<HostAnswer<Answer>>): Promise<Answer> {
    const answered = await new Promise<HostAnswer<Answer>>((resolve, reject) => {
      const lost = (message: string): void => reject(new KafkaError('NETWORK_EXCEPTION', message));
      if (this.isEnded) return lost(this.over.why);
      this.calls.add(lost);
      void ask(this.host)
        .then(resolve, reject)
        .finally(() => this.calls.delete(lost));
    });
    if (!answered.ok) throw fromErrorData(answered.error);
    return answered;
  }

  private endTerms(term: number, why: string): void {
    if (term <= this.over.term) return;
    this.over = { term, why };
    for (const listener of [...this.listeners]) {
      if (listener.term > term) continue;
      this.listeners.delete(listener);
      listener.lost(why);
    }
  }

  /** False if it was over already. */
  private finish(message: string): boolean {
    if (this.isEnded) return false;
    this.isEnded = true;
    this.endTerms(Infinity, message);
    for (const lost of [...this.calls]) lost(message);
    this.host[releaseProxy]();
    this.worker.terminate();
    return true;
  }
}

/** What keeps a worker from living; undefined once it lives. One that is ended before it can say so gives no sign. */
async function problemOf(living: Promise<void>, failed: Promise<string>): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`The worker did not start within ${longestStartMs} ms.`), longestStartMs);
  });
  const problem = await Promise.race([living.then(() => undefined), failed, late]);
  clearTimeout(timer);
  return problem;
}
