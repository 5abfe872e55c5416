import { apis, type ApiName, type CompleteRequestOf, type RequestOf, type ResponseOf } from './apis.js';
import type { BrokerAddress, Call, Connection, ConnectionClosed, Network, RequestHandler } from './connection.js';
import type { TimerHandle, Timers } from '../environment/environment.js';
import { KafkaError } from './kafka-error.js';
import { carried, type StructValue } from './message-values.js';

/** A broker and where it listens. */
export interface InProcessBroker {
  readonly address: BrokerAddress;
  readonly handler: RequestHandler;
}

/**
 * A network within one thread. Messages are carried as if over a wire: checked against the version, completed, copied; requests of one connection are
 * handled one after the other, as Kafka does, so answers come in order. Without an environment there are no timeouts.
 */
export class InProcessNetwork implements Network {
  readonly bootstrap: readonly BrokerAddress[];
  private readonly brokers: readonly InProcessBroker[];
  private readonly timers: Timers | undefined;
  private readonly name: string;
  private readonly open = new Set<InProcessConnection>();
  private connections = 0;

  /** `name` begins the names of the connections: `<name>-0`, `<name>-1`, … */
  constructor(options: {
    readonly environment?: { readonly timers: Timers };
    readonly brokers: readonly InProcessBroker[];
    readonly name?: string;
  }) {
    this.brokers = options.brokers;
    this.bootstrap = options.brokers.map(({ address }) => address);
    this.timers = options.environment?.timers;
    this.name = options.name ?? 'connection';
  }

  async connect(address: BrokerAddress): Promise<Connection> {
    const broker = this.brokers.find((each) => sameAddress(each.address, address));
    if (broker === undefined) {
      const known = this.bootstrap.map(textOf).join(', ');
      throw new KafkaError('NETWORK_EXCEPTION', `No broker listens at ${textOf(address)}. Known are: ${known}.`);
    }
    const connection = new InProcessConnection(`${this.name}-${this.connections++}`, broker, this.timers, () =>
      this.open.delete(connection),
    );
    this.open.add(connection);
    return connection;
  }

  /** Closes connections from the broker's side: all, or those to `address`. Their callers get NETWORK_EXCEPTION. */
  disconnect(address?: BrokerAddress): void {
    for (const connection of [...this.open]) {
      if (address === undefined || sameAddress(connection.address, address)) {
        connection.end({
          reason: 'peer-closed',
          message: `The broker at ${textOf(connection.address)} closed the connection.`,
        });
      }
    }
  }
}

class InProcessConnection implements Connection {
  readonly closed: Promise<ConnectionClosed>;
  private readonly waiting = new Set<(error: KafkaError) => void>();
  private settleClosed: (closed: ConnectionClosed) => void = () => {};
  private whyClosed: ConnectionClosed | undefined;
  private lastHandled: Promise<unknown> = Promise.resolve();
  private requests = 0;

  constructor(
    readonly id: string,
    private readonly broker: InProcessBroker,
    private readonly timers: Timers | undefined,
    private readonly forget: () => void,
  ) {
    this.closed = new Promise((resolve) => (this.settleClosed = resolve));
  }

  get address(): BrokerAddress {
    return this.broker.address;
  }

  async send<Api extends ApiName>(call: Call<Api>, request: RequestOf<Api>): Promise<ResponseOf<Api>> {
    if (this.whyClosed !== undefined) throw this.lost(this.whyClosed);
    const arrived = carried(apis[call.api].request, call.version, request) as CompleteRequestOf<Api>;
    const requestId = `request:${this.id}:${this.requests++}`;
    const itsTurn = this.lastHandled;
    const answer = itsTurn.then(() => this.handle(call, requestId, arrived));
    this.lastHandled = answer.catch(() => undefined);
    if (isUnanswered(call.api, arrived)) {
      void answer.then(
        (response) => this.closeOnError(response as ResponseOf<'Produce'>),
        () => this.end(failedUnanswered),
      );
      // Who asks for no answers still sends no faster than they are taken up.
      await itsTurn;
      return carried(apis[call.api].response, call.version, { responses: [] }) as ResponseOf<Api>;
    }
    return this.settled(call, answer);
  }

  close(): void {
    this.end({ reason: 'closed', message: 'The connection was closed by its user.' });
  }

  /** Nothing more is sent; whoever waits gets NETWORK_EXCEPTION. The first call counts. */
  end(closed: ConnectionClosed): void {
    if (this.whyClosed !== undefined) return;
    this.whyClosed = closed;
    this.forget();
    for (const reject of [...this.waiting]) reject(this.lost(closed));
    this.broker.handler.disconnected(this.id);
    this.settleClosed(closed);
  }

  private async handle<Api extends ApiName>(
    call: Call<Api>,
    requestId: string,
    request: CompleteRequestOf<Api>,
  ): Promise<ResponseOf<Api>> {
    if (this.whyClosed !== undefined) throw this.lost(this.whyClosed);
    const response = await this.broker.handler.handle(
      { connectionId: this.id, requestId },
      call,
      request as RequestOf<Api>,
    );
    return carried(apis[call.api].response, call.version, response) as ResponseOf<Api>;
  }

  private settled<Api extends ApiName>(call: Call<Api>, answer: Promise<ResponseOf<Api>>): Promise<ResponseOf<Api>> {
    return new Promise((resolve, reject) => {
      let timer: TimerHandle | undefined;
      const settle = (): void => {
        timer?.cancel();
        this.waiting.delete(fail);
      };
      const fail = (error: KafkaError): void => {
        settle();
        reject(error);
      };
      this.waiting.add(fail);
      const { timeoutMs } = call;
      if (timeoutMs !== undefined) timer = this.timers?.set(timeoutMs, () => fail(timedOut(call.api, timeoutMs)));
      answer.then(
        (response) => {
          settle();
          resolve(response);
        },
        (error: unknown) => fail(asKafkaError(call.api, error)),
      );
    });
  }

  /** Who asked for no answer learns of an error by the end of the connection, as with Kafka. */
  private closeOnError({ responses }: ResponseOf<'Produce'>): void {
    const failed = responses.some(({ partitionResponses }) =>
      partitionResponses.some(({ errorCode }) => errorCode !== 0),
    );
    if (failed) this.end(failedUnanswered);
  }

  private lost({ message }: ConnectionClosed): KafkaError {
    return new KafkaError(
      'NETWORK_EXCEPTION',
      `${message} Connect again; what was not answered may or may not have happened.`,
    );
  }
}

const failedUnanswered: ConnectionClosed = {
  reason: 'peer-closed',
  message: 'The broker closed the connection because a request that asked for no answer (acks 0) failed.',
};

function isUnanswered(api: ApiName, request: StructValue): boolean {
  return api === 'Produce' && request['acks'] === 0;
}

function timedOut(api: ApiName, timeoutMs: number): KafkaError {
  return new KafkaError(
    'REQUEST_TIMED_OUT',
    `${api} was not answered within ${timeoutMs} ms. Whether it was carried out is unknown.`,
  );
}

function asKafkaError(api: ApiName, error: unknown): KafkaError {
  if (error instanceof KafkaError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new KafkaError('UNKNOWN_SERVER_ERROR', `The broker failed at ${api}: ${message}`, { cause: error });
}

function sameAddress(a: BrokerAddress, b: BrokerAddress): boolean {
  return a.host === b.host && a.port === b.port;
}

function textOf({ host, port }: BrokerAddress): string {
  return `${host}:${port}`;
}
