import { Broker, type BrokerOptions } from '../../../../src/engine/broker/broker.js';
import { MemoryStorage } from '../../../../src/engine/environment/memory-storage.js';
import type { Environment } from '../../../../src/engine/environment/trace-events.js';
import { KafkaServer, type ListenerOptions } from '../../../../src/engine/platform/node/kafka-server.js';
import { nodeEnvironment } from '../../../../src/engine/platform/node/node-environment.js';
import { RawClient } from './raw-client.js';

/** A broker on memory behind a port of this machine. */
export class ServedBroker {
  private constructor(
    readonly broker: Broker,
    readonly server: KafkaServer,
    readonly logged: readonly string[],
  ) {}

  static async start(
    options: Partial<ListenerOptions> & {
      readonly environment?: Environment;
      readonly broker?: Partial<BrokerOptions>;
    } = {},
  ): Promise<ServedBroker> {
    const { environment = nodeEnvironment() } = options;
    const logged: string[] = [];
    const log = (message: string) => logged.push(message);
    const server = await KafkaServer.listen(environment, { port: 0, log, ...options });
    const broker = await Broker.start(environment, {
      storage: new MemoryStorage(),
      profile: 'test',
      advertised: server.address,
      ...options.broker,
    });
    server.serve(broker);
    return new ServedBroker(broker, server, logged);
  }

  get port(): number {
    return this.server.address.port;
  }

  get bootstrap(): string {
    return `127.0.0.1:${this.port}`;
  }

  connect(): Promise<RawClient> {
    return RawClient.connect(this.port);
  }

  async stop(): Promise<void> {
    await Promise.all([this.broker.stop(), this.server.stop(500)]);
  }
}
