import { expose } from 'comlink';
import { Broker } from '../engine/broker/broker.js';
import { MemoryStorage } from '../engine/environment/memory-storage.js';
import { browserEnvironment } from '../engine/platform/browser/browser-environment.js';
import { IndexedDbStorage } from '../engine/platform/browser/indexeddb-storage.js';
import { holdWhileAlive } from '../engine/platform/browser/worker-end.js';
import { servePort } from '../engine/platform/browser/port-server.js';
import { InProcessNetwork } from '../engine/protocol/in-process-network.js';
import { KafkaError, toErrorData } from '../engine/protocol/kafka-error.js';
import type { BrokerHost, BrokerHostOptions, Started } from './broker-host.js';

const address = { host: 'worker', port: 0 };

/** One broker on one storage, in this worker. */
class WorkerBroker implements BrokerHost {
  private running:
    { readonly broker: Broker; readonly network: InProcessNetwork; readonly close: () => Promise<void> } | undefined;

  async start(options: BrokerHostOptions, onFenced: () => void): Promise<Started> {
    await holdWhileAlive(options.lifeLock);
    try {
      const environment = browserEnvironment();
      const storage =
        options.storage === 'memory'
          ? new MemoryStorage()
          : await IndexedDbStorage.open({ name: `partita:${options.name}`, onFenced });
      const broker = await Broker.start(environment, {
        storage,
        clusterId: options.name,
        profile: options.profile,
        advertised: address,
      });
      const network = new InProcessNetwork({ brokers: [{ address, handler: broker }] });
      this.running = { broker, network, close: () => storage.close() };
      return { ok: true };
    } catch (error) {
      return { ok: false, error: toErrorData(error) };
    }
  }

  async connect(port: MessagePort): Promise<void> {
    if (this.running === undefined)
      throw new KafkaError('BROKER_NOT_AVAILABLE', 'The broker of this worker is not running.');
    await servePort(port, this.running.network);
  }

  async stop(): Promise<void> {
    const running = this.running;
    this.running = undefined;
    if (running === undefined) return;
    await running.broker.stop();
    running.network.disconnect();
    await running.close();
  }
}

expose(new WorkerBroker());
