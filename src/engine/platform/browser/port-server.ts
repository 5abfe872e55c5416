import type { TopicTransferService } from '../../archive/transfer-request.js';
import type { Timers } from '../../environment/environment.js';
import type { Connection, Network } from '../../protocol/connection.js';
import { KafkaError, toErrorData } from '../../protocol/kafka-error.js';
import {
  checkRequest,
  maxUnanswered,
  readToBroker,
  transferOf,
  type ToBroker,
  type ToClient,
} from './port-messages.js';
import { TransferServer } from './transfer/transfer-server.js';

type Request = Extract<ToBroker, { kind: 'request' }>;

/** Who exports and imports for the ports that ask for it. */
export interface PortTransferService {
  readonly service: TopicTransferService;
  readonly timers: Timers;
}

/** How many messages that make no sense are put up with. */
const toleratedMessages = 10;

/**
 * Serves message ports, each with a connection of its own on `network`, until either side closes. What comes over a port is checked before the broker sees it; whoever goes on
 * sending what makes no sense, or asks for more without waiting for answers, is cut off.
 */
export class PortServer {
  private readonly sessions = new Set<PortSession>();
  private isDraining = false;

  constructor(
    private readonly network: Network,
    private readonly transfers: PortTransferService,
  ) {}

  async serve(port: MessagePort): Promise<Connection> {
    const [address] = this.network.bootstrap;
    if (address === undefined) throw new KafkaError('BROKER_NOT_AVAILABLE', 'There is no broker behind this port.');
    const connection = await this.network.connect(address);
    const session = new PortSession(port, connection, this.transfers);
    if (this.isDraining) session.drain();
    this.sessions.add(session);
    void connection.closed.then(() => this.sessions.delete(session));
    return connection;
  }

  /** Takes no more requests; those that were taken are still answered. For a client the others are lost with its connection: it sends them again elsewhere. */
  drain(): void {
    this.isDraining = true;
    for (const session of this.sessions) session.drain();
  }
}

class PortSession {
  /** Requests that came before one that was sent before them. */
  private readonly early = new Map<number, Request>();
  private next = 0;
  private unanswered = 0;
  private senseless = 0;
  private isDraining = false;
  private endTransfer: (() => void) | undefined;

  constructor(
    private readonly port: MessagePort,
    private readonly connection: Connection,
    private readonly transfers: PortTransferService,
  ) {
    port.onmessage = ({ data }: MessageEvent<unknown>) => this.receive(readToBroker(data));
    port.onmessageerror = () => this.receive(undefined);
    void connection.closed.then(({ message }) => this.end(message));
    this.post({ kind: 'connected', id: connection.id });
  }

  drain(): void {
    this.isDraining = true;
  }

  private receive(message: ToBroker | undefined): void {
    if (this.isDraining) return;
    if (message === undefined) this.makesNoSense();
    else if (message.kind === 'close') this.connection.close();
    else if (message.kind === 'transfer') this.beginTransfer(message.port);
    else this.takeInOrder(message);
  }

  private beginTransfer(port: MessagePort): void {
    if (this.endTransfer !== undefined) {
      port.close();
      this.makesNoSense();
      return;
    }
    const transfer = new TransferServer(port, this.transfers.service, this.transfers.timers);
    this.endTransfer = () => {
      transfer.abandon();
      port.close();
    };
  }

  /** Each request once, in the order of the numbers, however often and in what order they come. */
  private takeInOrder(request: Request): void {
    if (request.number >= this.next + maxUnanswered) {
      this.refuse(request, new KafkaError('INVALID_REQUEST', `Request ${request.number} is far from ${this.next}.`));
      return;
    }
    if (request.number >= this.next) this.early.set(request.number, request);
    for (let taken = this.early.get(this.next); taken !== undefined; taken = this.early.get(this.next)) {
      this.early.delete(this.next++);
      this.take(taken);
    }
  }

  private take(request: Request): void {
    if (this.unanswered >= maxUnanswered) {
      this.cutOff(`More than ${maxUnanswered} requests were sent without waiting for answers.`);
      return;
    }
    try {
      checkRequest(request.api, request.request);
    } catch (error) {
      this.refuse(request, error);
      return;
    }
    this.unanswered++;
    void this.answer(request).finally(() => this.unanswered--);
  }

  private async answer({ number, api, version, clientId, request }: Request): Promise<void> {
    try {
      const response = await this.connection.send({ api, version, clientId }, request as never);
      this.post({ kind: 'response', number, response }, transferOf(api, response));
    } catch (error) {
      this.post({ kind: 'error', number, error: toErrorData(error) });
    }
  }

  private refuse({ number }: Request, error: unknown): void {
    this.post({ kind: 'error', number, error: toErrorData(error) });
    this.makesNoSense();
  }

  private makesNoSense(): void {
    this.senseless++;
    if (this.senseless === toleratedMessages) this.cutOff(`${toleratedMessages} messages made no sense.`);
  }

  private cutOff(why: string): void {
    this.end(`The broker closed the connection: ${why}`);
    this.connection.close();
  }

  private end(message: string): void {
    this.endTransfer?.();
    this.post({ kind: 'closed', message });
    this.port.onmessage = null;
    this.port.close();
  }

  private post(message: ToClient, transfer: Transferable[] = []): void {
    this.port.postMessage(message, transfer);
  }
}
