import type { Remote } from 'comlink';
import { Broker } from '../engine/broker/broker.js';
import { MemoryStorage } from '../engine/environment/memory-storage.js';
import { browserEnvironment } from '../engine/platform/browser/browser-environment.js';
import { IndexedDbStorage } from '../engine/platform/browser/indexeddb-storage.js';
import { PortServer } from '../engine/platform/browser/port-server.js';
import { Candidate, type CandidateEnd } from '../engine/platform/browser/tabs/candidate.js';
import { loneLocks } from '../engine/platform/browser/tabs/leader-lock.js';
import type { TabBroker } from '../engine/platform/browser/tabs/reign.js';
import type { TabWorld } from '../engine/platform/browser/tabs/tab-world.js';
import { holdWhileAlive } from '../engine/platform/browser/worker-end.js';
import { InProcessNetwork } from '../engine/protocol/in-process-network.js';
import { KafkaError, toErrorData } from '../engine/protocol/kafka-error.js';
import type { BrokerHost, BrokerHostOptions, BrokerPage, HostAnswer, HostFailure, Started } from './broker-host.js';

const address = { host: 'worker', port: 0 };

/** This tab's part in a log: its broker, or the way to the one in another tab. */
export class WorkerBroker implements BrokerHost {
  private candidate: Candidate | undefined;

  async live(lock: string): Promise<void> {
    await holdWhileAlive(lock);
  }

  start(options: BrokerHostOptions, page: BrokerPage): Promise<Started> {
    return new Promise((resolve) => {
      let hasStarted = false;
      const begun = (started: Started): boolean => {
        if (hasStarted) return false;
        hasStarted = true;
        resolve(started);
        return true;
      };
      this.candidate = new Candidate(worldOf(options, page), options.name, {
        waitMs: options.waitMs,
        startBroker: (onFenced) => startBroker(options, onFenced),
        onRole: (role) => {
          if (!begun({ ok: true, role })) page.roleChanged(role);
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
  return end.kind === 'failed' ? { kind: 'storage', error: toErrorData(end.error) } : { kind: end.kind };
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
    newId: () => crypto.randomUUID(),
  };
}

async function startBroker({ name, storage, profile }: BrokerHostOptions, onFenced: () => void): Promise<TabBroker> {
  const fenced = (): void => {
    // Nobody shall hear what a broker says that can't write: for its clients it is lost.
    network?.disconnect();
    onFenced();
  };
  let network: InProcessNetwork | undefined;
  const disk =
    storage === 'memory'
      ? new MemoryStorage()
      : await IndexedDbStorage.open({ name: `partita:${name}`, onFenced: fenced });
  try {
    const environment = browserEnvironment();
    const broker = await Broker.start(environment, {
      storage: disk,
      clusterId: name,
      profile,
      advertised: address,
      availableBytes: storage === 'memory' ? async () => undefined : availableBytes,
    });
    const connected = (network = new InProcessNetwork({ brokers: [{ address, handler: broker }] }));
    const ports = new PortServer(connected, { service: broker, timers: environment.timers });
    return {
      serve: (port) => ports.serve(port),
      stop: async () => {
        ports.drain();
        await broker.stop();
        connected.disconnect();
        await disk.close();
      },
    };
  } catch (error) {
    await disk.close();
    throw error;
  }
}

/** What the browser says that this origin may still store. */
async function availableBytes(): Promise<number | undefined> {
  if (!('storage' in navigator)) return undefined;
  const { quota, usage } = await navigator.storage.estimate();
  return quota === undefined || usage === undefined ? undefined : quota - usage;
}
