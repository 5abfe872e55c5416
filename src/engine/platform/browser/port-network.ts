import type { Environment } from '../../environment/trace-events.js';
import type { ApiName, RequestOf, ResponseOf } from '../../protocol/apis.js';
import type { BrokerAddress, Call, Connection, ConnectionClosed, Network } from '../../protocol/connection.js';
import { KafkaError, fromErrorData } from '../../protocol/kafka-error.js';
import { detachRequest, type ToBroker, type ToClient } from './port-messages.js';

/** The one address that a broker in a worker has: ports are handed out, not dialled. */
export const workerAddress: BrokerAddress = { host: 'worker', port: 0 };

const defaultTimeoutMs = 30_000;

/**
 * A network to a broker in a worker. `openPort` gives the page's end of a new message port; `lost` tells, with why, that there is no broker any more: then
 * everything under way is rejected with NETWORK_EXCEPTION (its outcome is unknown) and new connections with BROKER_NOT_AVAILABLE.
 */
export class PortNetwork implements Network {
  readonly bootstrap = [workerAddress];
  private end: string | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly openPort: () => Promise<MessagePort>,
    private readonly lost: Promise<string>,
  ) {
    void lost.then((message) => (this.end = message));
  }

  async connect(): Promise<Connection> {
    if (this.end !== undefined) return unreachable(this.end);
    const port = await Promise.race([this.openPort(), this.lost.then(unreachable)]);
    return await PortConnection.open(this.environment, port, this.lost);
  }
}

function unreachable(message: string): never {
  throw new KafkaError('BROKER_NOT_AVAILABLE', message);
}

interface Waiting {
  readonly resolve: (response: never) => void;
  readonly reject: (error: KafkaError) => void;
  readonly stopTimer: () => void;
}

class PortConnection implements Connection {
  readonly closed: Promise<ConnectionClosed>;
  private readonly waiting = new Map<number, Waiting>();
  private settleClosed: (closed: ConnectionClosed) => void = () => {};
  private end: ConnectionClosed | undefined;
  private sent = 0;

  private constructor(
    readonly id: string,
    private readonly environment: Environment,
    private readonly port: MessagePort,
  ) {
    this.closed = new Promise((resolve) => (this.settleClosed = resolve));
  }

  /** Resolves once the broker's end has said which connection this is. */
  static open(environment: Environment, port: MessagePort, lost: Promise<string>): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const timer = environment.timers.set(defaultTimeoutMs, () =>
        reject(
          new KafkaError(
            'NETWORK_EXCEPTION',
            `The worker did not answer within ${defaultTimeoutMs} ms. Close the log and open it again.`,
          ),
        ),
      );
      let connection: PortConnection | undefined;
      port.onmessage = ({ data }: MessageEvent<ToClient>) => {
        if (data.kind === 'connected') {
          timer.cancel();
          connection = new PortConnection(data.id, environment, port);
          resolve(connection);
        } else connection?.receive(data);
      };
      void lost.then((message) => {
        timer.cancel();
        if (connection === undefined) reject(new KafkaError('BROKER_NOT_AVAILABLE', message));
        else connection.finish({ reason: 'lost', message });
      });
    });
  }

  send<Api extends ApiName>(call: Call<Api>, request: RequestOf<Api>): Promise<ResponseOf<Api>> {
    const { end } = this;
    if (end !== undefined) return Promise.reject(new KafkaError('NETWORK_EXCEPTION', end.message));
    const number = this.sent++;
    const timeoutMs = call.timeoutMs ?? defaultTimeoutMs;
    const { message, transfer } = detachRequest(call.api, request);
    const { api, version, clientId } = call;
    return new Promise((resolve, reject) => {
      const timer = this.environment.timers.set(timeoutMs, () => {
        this.waiting.delete(number);
        reject(
          new KafkaError('REQUEST_TIMED_OUT', `The broker in the worker did not answer ${api} within ${timeoutMs} ms.`),
        );
      });
      this.waiting.set(number, {
        resolve,
        reject,
        stopTimer: () => timer.cancel(),
      });
      this.port.postMessage(
        { kind: 'request', number, api, version, clientId, request: message } satisfies ToBroker,
        transfer,
      );
    });
  }

  close(): void {
    if (this.end !== undefined) return;
    this.port.postMessage({ kind: 'close' } satisfies ToBroker);
    this.finish({ reason: 'closed', message: 'The connection was closed by its client.' });
  }

  private receive(message: ToClient): void {
    if (message.kind === 'closed') this.finish({ reason: 'peer-closed', message: message.message });
    if (message.kind !== 'response' && message.kind !== 'error') return;
    const waiting = this.waiting.get(message.number);
    if (waiting === undefined) return;
    this.waiting.delete(message.number);
    waiting.stopTimer();
    if (message.kind === 'response') waiting.resolve(message.response as never);
    else waiting.reject(fromErrorData(message.error));
  }

  private finish(end: ConnectionClosed): void {
    if (this.end !== undefined) return;
    this.end = end;
    this.port.close();
    for (const { stopTimer, reject } of this.waiting.values()) {
      stopTimer();
      reject(new KafkaError('NETWORK_EXCEPTION', end.message));
    }
    this.waiting.clear();
    this.settleClosed(end);
  }
}
