import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { Environment } from '../../environment/trace-events.js';
import type { BrokerAddress, Connection, Network } from '../../protocol/connection.js';
import { KafkaError } from '../../protocol/kafka-error.js';
import { webHashing } from '../../wire/sasl/hashing.js';
import type { SaslOptions } from '../../wire/sasl/sasl-client.js';
import { WireConnection } from '../../wire/wire-connection.js';
import { parseAddress } from './parse-address.js';
import { SocketPipe } from './socket-pipe.js';

export interface TcpNetworkOptions {
  /** Where to begin: `host:port`. Metadata tells of the others. */
  readonly brokers: readonly string[];
  /** `true`: TLS as the system trusts it; or what Node's `tls.connect` takes. */
  readonly ssl?: boolean | ConnectionOptions;
  /** Who the client is, where brokers ask for that. */
  readonly sasl?: SaslOptions;
  /** The longest wait for a connection, in milliseconds; 10 000 by default. */
  readonly connectionTimeout?: number;
}

/** The network of real brokers: TCP, with TLS and SASL where they ask for it. */
export class TcpNetwork implements Network {
  readonly bootstrap: readonly BrokerAddress[];
  private connections = 0;

  constructor(
    private readonly environment: Environment,
    private readonly options: TcpNetworkOptions,
  ) {
    this.bootstrap = options.brokers.map(parseAddress);
  }

  async connect(address: BrokerAddress): Promise<Connection> {
    const { sasl, connectionTimeout = 10_000 } = this.options;
    const peer = `${address.host}:${address.port}`;
    const { timers } = this.environment;
    const connection = new WireConnection(`tcp-client-${this.connections++}`, peer, timers);
    const socket = this.dial(address);
    const pipe = new SocketPipe(socket);
    pipe.deliverTo(connection);
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => {
        socket.destroy();
        reject(new KafkaError('NETWORK_EXCEPTION', `${peer} could not be reached: ${why}.`));
      };
      const timer = timers.set(connectionTimeout, () => fail(`no answer within ${connectionTimeout} ms`));
      socket.once(this.options.ssl ? 'secureConnect' : 'connect', () => {
        timer.cancel();
        resolve();
      });
      socket.once('error', (error) => {
        timer.cancel();
        fail(error.message || error.name);
      });
      socket.once('close', () => {
        timer.cancel();
        fail('it closed the connection');
      });
    });
    connection.open(pipe);
    if (sasl !== undefined) await connection.authenticate(sasl, webHashing(globalThis.crypto), connectionTimeout);
    return connection;
  }

  private dial({ host, port }: BrokerAddress): Socket {
    const { ssl = false } = this.options;
    if (ssl === false) return connectSocket({ host, port });
    return connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...(ssl !== true && ssl) });
  }
}
