import type { Remote } from 'comlink';
import { Broker } from '../engine/broker/broker.js';
import { HeapDisk, HeapStorage } from '../engine/environment/heap-storage.js';
import { StorageError, type StorageErrorCode } from '../engine/environment/storage.js';
import { browserEnvironment } from '../engine/platform/browser/browser-environment.js';
import type { IndexedDbStorage } from '../engine/platform/browser/indexeddb-storage.js';
import type { SpaceOptions } from '../engine/platform/browser/storage-space.js';
import { PortServer } from '../engine/platform/browser/port-server.js';
import { Candidate, type CandidateEnd } from '../engine/platform/browser/tabs/candidate.js';
import { loneLocks } from '../engine/platform/browser/tabs/leader-lock.js';
import type { TabBroker } from '../engine/platform/browser/tabs/reign.js';
import type { TabWorld } from '../engine/platform/browser/tabs/tab-world.js';
import { randomName } from '../engine/platform/browser/random-name.js';
import { holdWhileAlive } from '../engine/platform/browser/worker-end.js';
import { InProcessNetwork } from '../engine/protocol/in-process-network.js';
import { KafkaError, toErrorData } from '../engine/protocol/kafka-error.js';
import type { BrokerHost, BrokerHostOptions, BrokerPage, HostAnswer, HostFailure, Started } from './broker-host.js';
import { TabStore } from './tab-store.js';

const address = { host: 'worker', port: 0 };

/** How much of what the browser says it gives a log takes, and how much where it does not say. */
const usualShare = 0.8;
const usualBytes = 1e9;
/** How much in memory. */
const usualMemoryBytes = 256e6;

/** This tab's part in a log: its broker, or the way to the one in another tab. */
export class WorkerBroker implements BrokerHost {
  private candidate: Candidate | undefined;

  async live(lock: string): Promise<void> {
    await holdWhileAlive(lock);
  }

  start(options: BrokerHostOptions, page: BrokerPage): Promise<Started> {
    return new Promise((resolve) => {
      let hasStarted = false;
      const { environment, ...world } = worldOf(options, page);
      const store = new TabStore(options.name, environment.timers, page as unknown as Remote<BrokerPage>);
      const begun = (started: Started): boolean => {
        if (hasStarted) return false;
        hasStarted = true;
        resolve(started);
        return true;
      };
      this.candidate = new Candidate({ environment, ...world }, options.name, {
        waitMs: options.waitMs,
        // What is lost while the log is open was not known to whoever allowed to begin anew.
        startBroker: (onFenced) =>
          startBroker(options, onFenced, (database) =>
            store.open(database, options.ifLost === 'begin-anew' && !hasStarted),
          ),
        onRole: (role) => {
          if (!begun({ ok: true, role, lost: store.lost })) page.roleChanged(role);
        },
        onTermEnd: (term, why) => page.termEnded(term, why),
        onEnd: (end) => {
          const failure = failureOf(end);
          if (!begun({ ok: false, failure })) page.ended(failure);
        },
      });
      this.candidate.start(options);
    });
  }

  connect(port: MessagePort): Promise<HostAnswer<{ readonly term: number }>> {
    return answered(async (candidate) => ({ term: await candidate.connect(port) }), this.candidate);
  }

  takeOver(): Promise<HostAnswer> {
    return answered(async (candidate) => {
      await candidate.takeOver();
      return {};
    }, this.candidate);
  }

  async stop(): Promise<void> {
    await this.candidate?.stop();
  }
}

/** Errors cross to the page as data: Comlink would lose their classes. */
async function answered<Answer>(
  call: (candidate: Candidate) => Promise<Answer>,
  candidate: Candidate | undefined,
): Promise<HostAnswer<Answer>> {
  try {
    if (candidate === undefined)
      throw new KafkaError('BROKER_NOT_AVAILABLE', 'The worker was not told to start. Start it first.');
    return { ok: true, ...(await call(candidate)) };
  } catch (error) {
    return { ok: false, error: toErrorData(error) };
  }
}

function failureOf(end: CandidateEnd): HostFailure {
  if (end.kind !== 'failed') return { kind: end.kind };
  const error = isRefused(end.error) ? locksRefused(end.error) : end.error;
  return { kind: 'storage', error: toErrorData(error), code: storageCode(error) };
}

function isRefused(error: unknown): error is DOMException {
  return error instanceof DOMException && error.name === 'SecurityError';
}

/** A browser that keeps storage from a page keeps its Web Locks from it too, and they are asked for first. */
function locksRefused(error: DOMException): StorageError {
  return new StorageError('unavailable', `The browser refuses storage to this page: ${error.message}`, {
    cause: error,
  });
}

/** The storage's own code, where a storage failed. */
function storageCode(error: unknown): StorageErrorCode | undefined {
  if (error instanceof StorageError) return error.code;
  return error instanceof Error && error.cause !== undefined ? storageCode(error.cause) : undefined;
}

/** What is in memory belongs to this tab alone, and without Web Locks tabs can't find each other: then each acts as if there were no other. */
function worldOf({ storage, hub, lifeLock }: BrokerHostOptions, page: BrokerPage): TabWorld {
  const isAlone = storage === 'memory' || !('locks' in navigator);
  return {
    environment: browserEnvironment(),
    locks: isAlone ? loneLocks : navigator.locks,
    isAlone,
    life: lifeLock,
    hub: isAlone ? undefined : hub === 'shared' ? `shared:${self.location.href}` : hub && `service:${hub.service}`,
    openHub: (mark) => (page as unknown as Remote<BrokerPage>).openHub(mark),
    openBroadcast: (name) => new BroadcastChannel(name),
    openChannel: () => new MessageChannel(),
    newId: randomName,
  };
}

type OpenStore = (options: Parameters<TabStore['open']>[0]) => Promise<IndexedDbStorage>;

async function startBroker(
  { name, storage, profile, budgetBytes }: BrokerHostOptions,
  onFenced: () => void,
  openStore: OpenStore,
): Promise<TabBroker> {
  const fenced = (): void => {
    // Nobody shall hear what a broker says that can't write: for its clients it is lost.
    network?.disconnect();
    onFenced();
  };
  let network: InProcessNetwork | undefined;
  let broker: Broker | undefined;
  const budget = budgetBytes ?? (storage === 'memory' ? usualMemoryBytes : await usualBudget());
  const space: SpaceOptions = { budgetBytes: budget, onPressure: () => broker?.makeSpace() };
  const disk =
    storage === 'memory' ? new HeapStorage(new HeapDisk(budget)) : await openStore({ onFenced: fenced, space });
  try {
    const environment = browserEnvironment();
    const started = (broker = await Broker.start(environment, {
      storage: disk,
      clusterId: name,
      profile,
      advertised: address,
      availableBytes: async () => {
        const left = Math.max(0, budget - disk.usedBytes);
        return storage === 'memory' ? left : Math.min(left, (await originSpace()).left ?? left);
      },
    }));
    const connected = (network = new InProcessNetwork({ brokers: [{ address, handler: started }] }));
    const ports = new PortServer(connected, { service: started, timers: environment.timers });
    return {
      serve: (port) => ports.serve(port),
      stop: async () => {
        ports.drain();
        await started.stop();
        connected.disconnect();
        await disk.close();
      },
    };
  } catch (error) {
    await disk.close();
    throw error;
  }
}

/** How much a log may hold if nobody says. Browsers tell of more than they give, so that this is the upper limit and not the only one. */
async function usualBudget(): Promise<number> {
  const { quota } = await originSpace();
  return quota === undefined ? usualBytes : Math.floor(quota * usualShare);
}

/** What the browser says that this origin may store in all, and may still store, in bytes; nothing where it says nothing. */
async function originSpace(): Promise<{ readonly quota?: number; readonly left?: number }> {
  if (!('storage' in navigator)) return {};
  const { quota, usage } = await navigator.storage.estimate().catch((): StorageEstimate => ({}));
  return quota === undefined || usage === undefined ? {} : { quota, left: quota - usage };
}
