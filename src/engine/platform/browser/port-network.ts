import type { Environment } from '../../environment/trace-events.js';
import type { ApiName, RequestOf, ResponseOf } from '../../protocol/apis.js';
import type { BrokerAddress, Call, Connection, ConnectionClosed, Network } from '../../protocol/connection.js';
import { KafkaError, fromErrorData } from '../../protocol/kafka-error.js';
import { detachRequest, maxUnanswered, readToClient, type ToBroker, type ToClient } from './port-messages.js';

/** The one address that a broker in a worker has: ports are handed out, not dialled. */
const workerAddress: BrokerAddress = { host: 'worker', port: 0 };

const defaultTimeoutMs = 30_000;

/** The client's end of a message port whose other end a broker serves. */
export interface BrokerPort {
  readonly port: MessagePort;
  /** Calls `listener`, with why, when that broker is gone (at once if it is already), until the function that this returns is called. */
  onLost(listener: (message: string) => void): () => void;
}

/**
 * A network to whichever broker in a worker there is. `openPort` gives a port to it: waits while there is none, and rejects with a `KafkaError` when none will come any more.
 * When the broker of a connection is lost, what is under way on it is rejected with NETWORK_EXCEPTION (its outcome is unknown), and connecting again leads to the next one.
 */
export class PortNetwork implements Network {
  readonly bootstrap = [workerAddress];

  constructor(
    private readonly environment: Environment,
    private readonly openPort: () => Promise<BrokerPort>,
  ) {}

  connect(): Promise<Connection> {
    return this.open();
  }

  /** A connection of its own for one export or import. */
  async openTransfer(): Promise<TransferLine> {
    const connection = await this.open();
    return { port: connection.beginTransfer(), closed: connection.closed, close: () => connection.close() };
  }

  private async open(): Promise<PortConnection> {
    return await PortConnection.open(this.environment, await this.openPort());
  }
}

/** What an export or import goes over. */
export interface TransferLine {
  readonly port: MessagePort;
  /** Resolves, with why, when the broker is gone or will take no more of this; or after `close`. */
  readonly closed: Promise<ConnectionClosed>;
  close(): void;
}

interface Waiting {
  readonly resolve: (response: never) => void;
  readonly reject: (error: KafkaError) => void;
  readonly stopTimer: () => void;
}

interface Held {
  readonly waiting: Waiting;
  readonly post: () => void;
}

class PortConnection implements Connection {
  readonly closed: Promise<ConnectionClosed>;
  /** Requests that were sent and have no answer, by number. */
  private readonly waiting = new Map<number, Waiting>();
  /** Requests that are not sent yet, because too many others have no answer. */
  private readonly held = new Set<Held>();
  private settleClosed: (closed: ConnectionClosed) => void = () => {};
  private end: ConnectionClosed | undefined;
  private sent = 0;

  private constructor(
    readonly id: string,
    private readonly environment: Environment,
    private readonly port: MessagePort,
    private readonly stopListening: () => void,
  ) {
    this.closed = new Promise((resolve) => (this.settleClosed = resolve));
  }

  /** Resolves once the broker's end has said which connection this is. */
  static open(environment: Environment, broker: BrokerPort): Promise<PortConnection> {
    const { port } = broker;
    return new Promise((resolve, reject) => {
      let connection: PortConnection | undefined;
      const lost = (message: string): void => {
        timer.cancel();
        port.close();
        if (connection === undefined) reject(new KafkaError('NETWORK_EXCEPTION', message));
        else connection.finish({ reason: 'lost', message });
      };
      const timer = environment.timers.set(defaultTimeoutMs, () => {
        stopListening();
        lost(`The worker did not answer within ${defaultTimeoutMs} ms. Connect again.`);
      });
      port.onmessage = ({ data }: MessageEvent<unknown>) => {
        const message = readToClient(data);
        if (message?.kind === 'connected') {
          timer.cancel();
          resolve((connection ??= new PortConnection(message.id, environment, port, stopListening)));
        } else if (connection !== undefined && message !== undefined) connection.receive(message);
        else if (message?.kind === 'closed') {
          stopListening();
          lost(message.message);
        }
      };
      const stopListening = broker.onLost(lost);
    });
  }

  send<Api extends ApiName>(call: Call<Api>, request: RequestOf<Api>): Promise<ResponseOf<Api>> {
    const { end } = this;
    if (end !== undefined) return Promise.reject(new KafkaError('NETWORK_EXCEPTION', end.message));
    const timeoutMs = call.timeoutMs ?? defaultTimeoutMs;
    return new Promise((resolve, reject) => {
      const timer = this.environment.timers.set(timeoutMs, () => {
        // One that was sent still counts as unanswered: the broker has it.
        this.held.delete(held);
        const message = `The broker in the worker did not answer ${call.api} within ${timeoutMs} ms.`;
        reject(new KafkaError('REQUEST_TIMED_OUT', message));
      });
      const waiting: Waiting = { resolve, reject, stopTimer: () => timer.cancel() };
      const held: Held = { waiting, post: () => this.post(waiting, call, request) };
      if (this.waiting.size < maxUnanswered) held.post();
      else this.held.add(held);
    });
  }

  close(): void {
    if (this.end !== undefined) return;
    this.port.postMessage({ kind: 'close' } satisfies ToBroker);
    this.finish({ reason: 'closed', message: 'The connection was closed by its client.' });
  }

  beginTransfer(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.port.postMessage({ kind: 'transfer', port: port2 } satisfies ToBroker, [port2]);
    return port1;
  }

  private post<Api extends ApiName>(
    waiting: Waiting,
    { api, version, clientId }: Call<Api>,
    given: RequestOf<Api>,
  ): void {
    const { message: request, transfer } = detachRequest(api, given);
    const number = this.sent++;
    this.waiting.set(number, waiting);
    this.port.postMessage({ kind: 'request', number, api, version, clientId, request } satisfies ToBroker, transfer);
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
    const [next] = this.held;
    if (next === undefined) return;
    this.held.delete(next);
    next.post();
  }

  private finish(end: ConnectionClosed): void {
    if (this.end !== undefined) return;
    this.end = end;
    this.stopListening();
    this.port.close();
    const unsettled = [...this.waiting.values(), ...[...this.held].map(({ waiting }) => waiting)];
    this.waiting.clear();
    this.held.clear();
    for (const { stopTimer, reject } of unsettled) {
      stopTimer();
      reject(new KafkaError('NETWORK_EXCEPTION', end.message));
    }
    this.settleClosed(end);
  }
}
