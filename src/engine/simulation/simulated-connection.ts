import type { TimerHandle } from '../environment/environment.js';
import { apis, type ApiName, type CompleteRequestOf, type RequestOf, type ResponseOf } from '../protocol/apis.js';
import type { Call, Connection, ConnectionClosed, RequestHandler } from '../protocol/connection.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { carried } from '../protocol/message-values.js';
import type { Component } from './component.js';
import type { Wire } from './wire.js';
import type { MessageFates } from './network-faults.js';

/** A process that takes requests. */
export interface Listener {
  readonly component: Component;
  readonly handler: RequestHandler;
}

/** A connection's two directions, and where a failure of the broker's own goes. */
interface Wires {
  readonly toBroker: Wire;
  readonly toClient: Wire;
  readonly fates: MessageFates;
  readonly failed: (error: unknown) => void;
}

/**
 * A connection over delaying wires. Each end has its own view: what one end does, the other learns when the word has travelled. Messages are carried as if
 * over a wire (`carried`: checked against the version, completed, copied); requests are handled one after the other, as Kafka does.
 */
export class SimulatedConnection implements Connection {
  readonly closed: Promise<ConnectionClosed>;
  private settleClosed: (closed: ConnectionClosed) => void = () => {};
  private readonly waiting = new Set<(error: KafkaError) => void>();
  private clientEnd: ConnectionClosed | undefined;
  private isGoneForBroker = false;
  private lastHandled: Promise<void> = Promise.resolve();
  private requests = 0;

  constructor(
    readonly id: string,
    readonly client: Component,
    readonly listener: Listener,
    private readonly wires: Wires,
  ) {
    this.closed = new Promise((resolve) => (this.settleClosed = resolve));
    client.onCrash(() => this.toBroker(() => this.endForBroker()));
    listener.component.onCrash(() =>
      this.toClient(() => this.endForClient({ reason: 'lost', message: 'The broker is gone.' })),
    );
  }

  async send<Api extends ApiName>(call: Call<Api>, request: RequestOf<Api>): Promise<ResponseOf<Api>> {
    if (this.clientEnd !== undefined) throw lost(this.clientEnd);
    const arriving = carried(apis[call.api].request, call.version, request) as CompleteRequestOf<Api>;
    const requestId = `request:${this.id}:${this.requests++}`;
    if (!this.client.isAlive) return await never<ResponseOf<Api>>();
    if (isUnanswered(call.api, arriving)) {
      this.carryRequest(call.api, () =>
        this.handleInTurn(call, requestId, arriving, (outcome) => this.closeIfFailed(outcome)),
      );
      return carried(apis[call.api].response, call.version, { responses: [] }) as ResponseOf<Api>;
    }
    return await this.answer(call, requestId, arriving);
  }

  close(): void {
    if (this.clientEnd !== undefined) return;
    this.toBroker(() => this.endForBroker());
    this.endForClient({ reason: 'closed', message: 'The connection was closed by its user.' });
  }

  /** The broker closes the connection: the client learns of it after all that was sent to it before. */
  closeFromBroker(message: string): void {
    this.endForBroker();
    this.toClient(() => this.endForClient({ reason: 'peer-closed', message }));
  }

  /** Cuts the wires: both ends learn of it at once, and what is under way is lost. */
  drop(): void {
    this.listener.component.whenAwake(() => this.endForBroker());
    this.client.whenAwake(() => this.endForClient({ reason: 'lost', message: 'The connection was lost.' }));
  }

  private answer<Api extends ApiName>(
    call: Call<Api>,
    requestId: string,
    request: CompleteRequestOf<Api>,
  ): Promise<ResponseOf<Api>> {
    return new Promise((resolve, reject) => {
      let timer: TimerHandle | undefined;
      const stopWaiting = (): void => {
        timer?.cancel();
        this.waiting.delete(fail);
      };
      const fail = (error: KafkaError): void => {
        stopWaiting();
        reject(error);
      };
      this.waiting.add(fail);
      const { timeoutMs } = call;
      if (timeoutMs !== undefined) {
        timer = this.client.environment.timers.set(timeoutMs, () => fail(timedOut(call.api, timeoutMs)));
      }
      const answered = (outcome: Outcome<Api>): void => {
        if (this.wires.fates.losesAnswer()) return this.toClient(() => this.drop());
        this.toClient(() => {
          if (!this.client.isAlive || !this.waiting.has(fail)) return;
          if ('error' in outcome) return fail(outcome.error);
          stopWaiting();
          resolve(outcome.response);
        });
      };
      this.carryRequest(call.api, (isRepeated) =>
        // Only the last answer can be told from one to the request before.
        this.handleInTurn(call, requestId, request, isRepeated ? () => undefined : answered),
      );
    });
  }

  /** Has a request arrive, as its fate wants it. `arrive` is called once for each time that it does; `isRepeated` if it will again. */
  private carryRequest(api: ApiName, arrive: (isRepeated: boolean) => void): void {
    switch (this.wires.fates.ofRequest(api)) {
      case 'carried':
        return this.toBroker(() => arrive(false));
      case 'repeated':
        return this.toBroker(() => {
          arrive(true);
          arrive(false);
        });
      case 'lost':
        return this.toBroker(() => this.drop());
      case 'astray':
        this.toBroker(() => arrive(false), this.wires.fates.strayMs());
        this.toBroker(() => this.endForBroker());
        this.toClient(() => this.endForClient({ reason: 'lost', message: 'The connection was lost.' }));
    }
  }

  private toBroker(arrive: () => void, lateMs = 0): void {
    this.wires.toBroker.send(() => this.listener.component.whenAwake(arrive), lateMs);
  }

  private toClient(arrive: () => void): void {
    this.wires.toClient.send(() => this.client.whenAwake(arrive));
  }

  /** Has the request handled after those before it, and calls `handled` where the broker is. */
  private handleInTurn<Api extends ApiName>(
    call: Call<Api>,
    requestId: string,
    request: CompleteRequestOf<Api>,
    handled: (outcome: Outcome<Api>) => void,
  ): void {
    if (this.clientEnd !== undefined && !this.wires.fates.letsStray(call.api)) return;
    this.lastHandled = this.lastHandled.then(async () => {
      if (!this.isServed()) return;
      const outcome = await this.handle(call, requestId, request);
      if (this.isServed()) handled(outcome);
    });
  }

  /** Who asked for no answer learns of an error by the end of the connection, as with Kafka. */
  private closeIfFailed(outcome: Outcome<ApiName>): void {
    if ('response' in outcome && !hasError(outcome.response as ResponseOf<'Produce'>)) return;
    this.closeFromBroker(
      'The broker closed the connection because a request that asked for no answer (acks 0) failed.',
    );
  }

  private async handle<Api extends ApiName>(
    call: Call<Api>,
    requestId: string,
    request: CompleteRequestOf<Api>,
  ): Promise<Outcome<Api>> {
    try {
      const context = { connectionId: this.id, requestId };
      const response = await this.listener.handler.handle(context, call, request as RequestOf<Api>);
      return { response: carried(apis[call.api].response, call.version, response) as ResponseOf<Api> };
    } catch (error) {
      if (error instanceof KafkaError) return { error };
      this.wires.failed(error);
      return { error: new KafkaError('UNKNOWN_SERVER_ERROR', `The broker failed at ${call.api}.`, { cause: error }) };
    }
  }

  private isServed(): boolean {
    return !this.isGoneForBroker && this.listener.component.isAlive;
  }

  private endForBroker(): void {
    if (!this.isServed()) return;
    this.isGoneForBroker = true;
    this.listener.handler.disconnected(this.id);
  }

  private endForClient(closed: ConnectionClosed): void {
    if (this.clientEnd !== undefined || !this.client.isAlive) return;
    this.clientEnd = closed;
    for (const fail of [...this.waiting]) fail(lost(closed));
    this.settleClosed(closed);
  }
}

type Outcome<Api extends ApiName> = { readonly response: ResponseOf<Api> } | { readonly error: KafkaError };

function isUnanswered(api: ApiName, request: object): boolean {
  return api === 'Produce' && (request as CompleteRequestOf<'Produce'>).acks === 0;
}

function hasError({ responses }: ResponseOf<'Produce'>): boolean {
  return responses.some(({ partitionResponses }) => partitionResponses.some(({ errorCode }) => errorCode !== 0));
}

/** What a crashed process waits for. */
function never<Value>(): Promise<Value> {
  return new Promise(() => {});
}

function lost({ message }: ConnectionClosed): KafkaError {
  return new KafkaError(
    'NETWORK_EXCEPTION',
    `${message} Connect again; what was not answered may or may not have happened.`,
  );
}

function timedOut(api: ApiName, timeoutMs: number): KafkaError {
  return new KafkaError(
    'REQUEST_TIMED_OUT',
    `${api} was not answered within ${timeoutMs} ms. Whether it was carried out is unknown.`,
  );
}
