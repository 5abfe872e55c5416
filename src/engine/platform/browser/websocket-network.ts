import type { Environment } from '../../environment/trace-events.js';
import type { BrokerAddress, Connection, Network } from '../../protocol/connection.js';
import { KafkaError } from '../../protocol/kafka-error.js';
import type { BytePipe } from '../../wire/byte-pipe.js';
import { webHashing } from '../../wire/sasl/hashing.js';
import type { SaslOptions } from '../../wire/sasl/sasl-client.js';
import { WireConnection } from '../../wire/wire-connection.js';

export interface WebSocketNetworkOptions {
  /** Where `partita serve --websocket` or `partita gateway` listens: `ws://localhost:9095`. */
  readonly url: string;
  /** For programs that are no pages. */
  readonly token?: string;
  /** Who the client is, where brokers ask for that. */
  readonly sasl?: SaslOptions;
  /** Where to begin in the cluster behind a gateway, `host:port`; its first upstream if absent. */
  readonly broker?: string;
}

const subprotocol = 'kafka.partita';
const tokenPrefix = 'token.partita.';
const connectionTimeoutMs = 10_000;
/** The address of whoever is behind the URL, before its cluster has told any. */
const first: BrokerAddress = { host: 'websocket', port: 0 };

/** The network behind a WebSocket: Partita in Node, or a cluster behind a gateway. One socket a connection, bytes of Kafka's frames in both directions. */
export class WebSocketNetwork implements Network {
  readonly bootstrap: readonly BrokerAddress[] = [first];
  private connections = 0;

  constructor(
    private readonly environment: Environment,
    private readonly options: WebSocketNetworkOptions,
  ) {}

  async connect(address: BrokerAddress): Promise<Connection> {
    const { url, token, sasl, broker } = this.options;
    const target = new URL(url);
    const wanted = address === first ? broker : `${address.host}:${address.port}`;
    if (wanted !== undefined) target.searchParams.set('broker', wanted);
    const { timers } = this.environment;
    const connection = new WireConnection(`websocket-${this.connections++}`, wanted ?? url, timers);
    const socket = new WebSocket(target, token === undefined ? [subprotocol] : [subprotocol, tokenPrefix + token]);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) connection.receive(new Uint8Array(data));
    };
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => {
        socket.close();
        reject(new KafkaError('NETWORK_EXCEPTION', `${url} could not be reached: ${why}.`));
      };
      const timer = timers.set(connectionTimeoutMs, () => fail(`no answer within ${connectionTimeoutMs} ms`));
      socket.onopen = () => {
        timer.cancel();
        resolve();
      };
      socket.onclose = ({ reason }) => {
        timer.cancel();
        fail(reason || 'it refused, or nothing listens there; is the page among its allowed origins?');
      };
    });
    socket.onclose = ({ wasClean, reason }) =>
      connection.ended(wasClean && reason === '' ? undefined : reason || 'the WebSocket broke');
    connection.open(pipeOf(socket));
    if (sasl !== undefined) await connection.authenticate(sasl, webHashing(crypto), connectionTimeoutMs);
    return connection;
  }
}

function pipeOf(socket: WebSocket): BytePipe {
  return {
    get unsentBytes() {
      return socket.bufferedAmount;
    },
    // Sockets of browsers take only bytes that nobody shares.
    write: (bytes) => socket.send(bytes as Uint8Array<ArrayBuffer>),
    whenDrained: (listener) => listener(),
    setReading: () => undefined,
    close: () => socket.close(),
  };
}
