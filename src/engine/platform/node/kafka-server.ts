import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { TimerHandle } from '../../environment/environment.js';
import type { Environment } from '../../environment/trace-events.js';
import type { BrokerAddress, RequestHandler } from '../../protocol/connection.js';
import { defaultLimits, type ListenerLimits } from '../../wire/limits.js';
import { RequestBudget } from '../../wire/request-budget.js';
import { webHashing } from '../../wire/sasl/hashing.js';
import { UserStore } from '../../wire/sasl/user-store.js';
import { ServerSession } from '../../wire/server-session.js';
import { FailedLogins } from './failed-logins.js';
import { isLoopback, javaAddress, listenerProblem } from './listener-rules.js';
import { printable } from './printable.js';
import { SocketPipe } from './socket-pipe.js';

export interface ListenerOptions {
  /** 127.0.0.1 if absent. */
  readonly host?: string;
  /** A free one if 0. */
  readonly port: number;
  /** Names and passwords of those who are let in; everybody if absent. */
  readonly users?: ReadonlyMap<string, string>;
  /** What clients may prove their password by; all if absent. */
  readonly mechanisms?: readonly string[];
  /** The key and certificate that clients are met with; without, they come in plaintext. */
  readonly tls?: ListenerTls;
  /** TLS is somebody else's work: a proxy's, or a container network's. */
  readonly allowPlaintext?: boolean;
  readonly limits?: Partial<ListenerLimits>;
  readonly maxConnections?: number;
  /** From one address that is not this machine. */
  readonly maxConnectionsPerAddress?: number;
  /** Told, once for each address and kind, what clients did wrong. */
  readonly log?: (message: string) => void;
}

export interface ListenerTls {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  /** Those who sign the certificates that clients must show. */
  readonly clientCa?: string | Buffer;
}

export const defaultMaxConnections = 256;
export const defaultMaxConnectionsPerAddress = 32;
const defaultMechanisms = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN'];
const checkEveryMs = 500;

/** Serves Kafka's protocol on a TCP port: a session for each connection, and nothing that one client does reaches another. */
export class KafkaServer {
  /** Where it listens. */
  readonly address: BrokerAddress;
  private readonly sessions = new Map<ServerSession, Socket>();
  /** Every connection, those too that are not through TLS yet. */
  private readonly sockets = new Set<Socket>();
  private readonly logged = new Set<string>();
  private connections = 0;
  private checks: TimerHandle | undefined;
  private isStopping = false;
  private handler: RequestHandler | undefined;
  /** Those who came before there was a broker. */
  private readonly early: Socket[] = [];

  private constructor(
    private readonly environment: Environment,
    private readonly options: ListenerOptions,
    private readonly users: UserStore | undefined,
    private readonly server: Server,
    private readonly limits: ListenerLimits,
    private readonly budget: RequestBudget,
    private readonly failures: FailedLogins,
  ) {
    const { address, port } = server.address() as AddressInfo;
    this.address = { host: address, port };
  }

  /** Listens: the port is taken from here on, and who connects waits for `serve`. Rejects if the port can't be had, or if strangers could come in where they should not. */
  static async listen(environment: Environment, options: ListenerOptions): Promise<KafkaServer> {
    const problem = listenerProblem(options);
    if (problem !== undefined) throw new Error(problem);
    const { host = '127.0.0.1', port, tls, maxConnections = defaultMaxConnections } = options;
    const users = options.users && (await UserStore.of(webHashing(globalThis.crypto), options.users));
    const limits = { ...defaultLimits, ...options.limits };
    // What TLS needs is loaded where it is wanted: a broker starts sooner without.
    const server =
      tls === undefined ? createServer() : process.getBuiltinModule('node:tls').createServer(tlsOptions(tls, limits));
    server.maxConnections = maxConnections;
    const failures = new FailedLogins(environment.clock);
    const budget = new RequestBudget(limits.maxQueuedBytes);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => resolve());
    });
    const listener = new KafkaServer(environment, options, users, server, limits, budget, failures);
    server.on('connection', (socket: Socket) => listener.admit(socket));
    if (tls !== undefined) server.on('secureConnection', (socket: Socket) => listener.accept(socket));
    server.on('drop', () =>
      listener.logOnce('drop', `More than ${maxConnections} connections: further ones are closed at once.`),
    );
    server.on('tlsClientError', (error: Error, socket: Socket) => {
      const { message } = error;
      listener.logOnce(`tls ${socket.remoteAddress}`, `A client at ${socket.remoteAddress} failed at TLS: ${message}`);
      socket.destroy();
    });
    server.on('error', (error: Error) => listener.logOnce('server', `The listener failed: ${error.message}`));
    listener.watch();
    return listener;
  }

  get connectionCount(): number {
    return this.sessions.size;
  }

  /** Has the broker answer. */
  serve(handler: RequestHandler): void {
    this.handler = handler;
    for (const socket of this.early.splice(0)) this.attend(socket, handler);
  }

  /** Closes every connection at once, as a crash would; new ones are welcome. */
  dropConnections(): void {
    for (const socket of this.sessions.values()) socket.resetAndDestroy();
  }

  /** Takes no more connections and requests; ends when all that was asked is answered, after `graceMs` in any case. */
  async stop(graceMs = 5_000): Promise<void> {
    this.isStopping = true;
    this.checks?.cancel();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    let hurry: TimerHandle | undefined;
    const late = new Promise<void>((resolve) => (hurry = this.environment.timers.set(graceMs, resolve)));
    const answered = Promise.all([...this.sessions.keys()].map((session) => session.stop()));
    await Promise.race([answered.then(() => closed), late]);
    hurry?.cancel();
    for (const socket of [...this.sessions.values(), ...this.sockets]) socket.destroy();
    await closed;
  }

  private admit(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const problem = this.refusalOf(address);
    if (problem !== undefined) {
      this.logOnce(`full ${address}`, problem);
      socket.destroy();
      return;
    }
    // Whose machine went without a word is found out by the system, as in Kafka (`SocketServer`): a Fetch may wait for long.
    socket.setKeepAlive(true);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    if (this.options.tls === undefined) this.accept(socket);
  }

  private accept(socket: Socket): void {
    // An error that nobody hears, as of a client that is gone before there is a broker, would end the process.
    socket.on('error', () => undefined);
    if (this.handler === undefined) this.early.push(socket);
    else this.attend(socket, this.handler);
  }

  private attend(socket: Socket, handler: RequestHandler): void {
    const address = socket.remoteAddress ?? '';
    const { environment, limits, budget, failures } = this;
    const { mechanisms = defaultMechanisms } = this.options;
    const pipe = new SocketPipe(socket);
    const session = new ServerSession(
      {
        id: `tcp-${this.connections++}`,
        clientHost: javaAddress(address),
        environment,
        handler,
        limits,
        budget,
        ...(this.users && {
          authentication: {
            hashing: webHashing(globalThis.crypto),
            users: this.users,
            mechanisms:
              this.options.tls === undefined && !isLoopback(address)
                ? mechanisms.filter((name) => name !== 'PLAIN')
                : mechanisms,
            delayAfterFailure: () => failures.delayFor(address),
          },
        }),
        onEnd: (wrong) => {
          this.sessions.delete(session);
          if (wrong !== undefined)
            this.logOnce(`${address} ${wrong.slice(0, 24)}`, `Closed a connection of ${address}: ${wrong}`);
        },
      },
      pipe,
    );
    this.sessions.set(session, socket);
    pipe.deliverTo(session);
  }

  private refusalOf(address: string): string | undefined {
    if (this.isStopping) return 'The broker is stopping.';
    if (isLoopback(address)) return undefined;
    const { maxConnectionsPerAddress = defaultMaxConnectionsPerAddress } = this.options;
    const others = [...this.sockets].filter((socket) => socket.remoteAddress === address).length;
    return others >= maxConnectionsPerAddress
      ? `${address} has ${others} connections already; further ones are closed at once.`
      : undefined;
  }

  private watch(): void {
    this.checks = this.environment.timers.set(checkEveryMs, () => {
      const now = this.environment.clock.now();
      for (const session of [...this.sessions.keys()]) session.check(now);
      this.watch();
    });
  }

  private logOnce(kind: string, message: string): void {
    if (this.options.log === undefined || this.logged.has(kind) || this.logged.size > 10_000) return;
    this.logged.add(kind);
    this.options.log(printable(message));
  }
}

function tlsOptions({ key, cert, clientCa }: ListenerTls, { firstRequestMs }: ListenerLimits): TlsOptions {
  return {
    key,
    cert,
    minVersion: 'TLSv1.2',
    handshakeTimeout: firstRequestMs,
    ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  };
}
