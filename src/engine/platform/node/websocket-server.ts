import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer as Upgrader, type WebSocket } from 'ws';
import type { BrokerAddress } from '../../protocol/connection.js';
import type { BytePipe, PipeEnd } from '../../wire/byte-pipe.js';
import { isLoopback } from './listener-rules.js';
import { printable } from './printable.js';
import { hostRefusal, kafkaSubprotocol, upgradeRefusal, type WebSocketRules } from './websocket-rules.js';

export interface WebSocketListenerOptions extends WebSocketRules {
  /** 127.0.0.1 if absent; nothing else without `allowOthers`. */
  readonly host?: string;
  readonly port: number;
  /** Something before it encrypts, and asks who is there. */
  readonly allowOthers?: boolean;
  readonly maxConnections?: number;
  /** The headers of a request are there by then, in milliseconds; 5 000 by default. */
  readonly headersMs?: number;
  /** What is answered to those who ask for a page; without it they are told that there is none. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => void;
  readonly log?: (message: string) => void;
}

/** Gives the broker's end of a new connection; `broker` is which one the client asked for. Rejects if there is none. */
export type Accept = (pipe: BytePipe, broker: string | undefined) => Promise<PipeEnd>;

const largestMessage = 8 * 1024 * 1024;
/** A message may come in so many pieces. */
const mostFragments = 64;

/** Serves Kafka's protocol to browsers: a WebSocket for each connection, opened only for pages and programs that may. */
export class WebSocketListener {
  private readonly open = new Set<WebSocket>();
  private readonly logged = new Set<string>();

  private constructor(
    private readonly options: WebSocketListenerOptions,
    private readonly server: Server,
    private readonly accept: Accept,
    readonly address: BrokerAddress,
  ) {}

  static async listen(options: WebSocketListenerOptions, accept: Accept): Promise<WebSocketListener> {
    const { host = '127.0.0.1', port, allowOthers = false, headersMs = 5_000 } = options;
    if (!isLoopback(host) && !allowOthers)
      throw new Error(
        `${host} can be reached from other machines, and a WebSocket here is not encrypted. Listen on 127.0.0.1 behind a proxy that does, or give --allow-plaintext.`,
      );
    const server = createServer(
      {
        headersTimeout: headersMs,
        requestTimeout: 3 * headersMs,
        // Node looks every half a minute who is too slow.
        connectionsCheckingInterval: headersMs / 5,
        maxHeaderSize: 8 * 1024,
      },
      (request, response) => {
        const isOurs = hostRefusal(request, options, (server.address() as AddressInfo).port) === undefined;
        if (options.answer !== undefined && isOurs) return options.answer(request, response);
        response.writeHead(isOurs ? 426 : 421, { 'Content-Type': 'text/plain', Connection: 'close' });
        response.end(isOurs ? 'This port speaks WebSocket only.\n' : 'This host is not served here.\n');
      },
    );
    server.maxHeadersCount = 64;
    server.maxConnections = options.maxConnections ?? 256;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => resolve());
    });
    const { address, port: actual } = server.address() as AddressInfo;
    const listener = new WebSocketListener(options, server, accept, { host: address, port: actual });
    server.on('error', (error: Error) => listener.logOnce(`The listener failed: ${error.message}`));
    const upgrader = new Upgrader({
      noServer: true,
      maxPayload: largestMessage,
      maxFragments: mostFragments,
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(kafkaSubprotocol) ? kafkaSubprotocol : false),
    });
    server.on('upgrade', (request, socket, head) => listener.upgrade(upgrader, request, socket, head));
    return listener;
  }

  async stop(): Promise<void> {
    for (const socket of this.open) socket.close(1001);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    const timer = setTimeout(() => {
      for (const socket of this.open) socket.terminate();
      this.server.closeAllConnections();
    }, 1_000);
    await closed;
    clearTimeout(timer);
  }

  private upgrade(upgrader: Upgrader, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Nobody else hears of its errors from here on, and one that nobody hears ends the process.
    socket.on('error', () => socket.destroy());
    const refusal = upgradeRefusal(request, this.options, this.address.port);
    if (refusal !== undefined) {
      this.logOnce(refusal.reason);
      const text = refusal.status === 403 ? 'Forbidden' : 'Misdirected Request';
      socket.once('finish', () => socket.destroy());
      socket.end(`HTTP/1.1 ${refusal.status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const [, query = ''] = /\?([^#]*)/.exec(request.url ?? '') ?? [];
    const broker = new URLSearchParams(query).get('broker') ?? undefined;
    upgrader.handleUpgrade(request, socket, head, (opened) => void this.attend(opened, broker));
  }

  private async attend(socket: WebSocket, broker: string | undefined): Promise<void> {
    this.open.add(socket);
    const early: Uint8Array[] = [];
    let deliver = (bytes: Uint8Array): void => void early.push(bytes);
    let problem: string | undefined;
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) deliver(data);
      else socket.close(1003, 'binary messages only');
    });
    socket.on('error', (error) => (problem = error.message));
    socket.on('close', () => this.open.delete(socket));
    // What comes before somebody is there to take it waits at its sender, but for what is here already.
    socket.pause();
    try {
      const end = await this.accept(new WebSocketPipe(socket), broker);
      socket.resume();
      for (const bytes of early) end.receive(bytes);
      deliver = (bytes) => end.receive(bytes);
      if (socket.readyState === socket.CLOSED) end.ended(problem);
      else socket.on('close', () => end.ended(problem));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logOnce(reason);
      socket.resume();
      socket.close(1011, reason.slice(0, 100));
    }
  }

  private logOnce(message: string): void {
    if (this.options.log === undefined || this.logged.has(message) || this.logged.size > 10_000) return;
    this.logged.add(message);
    this.options.log(printable(message));
  }
}

/** Carries bytes over a WebSocket, in messages as they come. */
class WebSocketPipe implements BytePipe {
  private drained: (() => void)[] = [];

  constructor(private readonly socket: WebSocket) {
    socket.on('close', () => this.tellDrained());
  }

  get unsentBytes(): number {
    return this.socket.bufferedAmount;
  }

  write(bytes: Uint8Array): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.socket.send(bytes, { binary: true }, () => {
      if (this.socket.bufferedAmount === 0) this.tellDrained();
    });
  }

  whenDrained(listener: () => void): void {
    if (this.socket.readyState !== this.socket.OPEN || this.socket.bufferedAmount === 0) listener();
    else this.drained.push(listener);
  }

  setReading(isReading: boolean): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (isReading) this.socket.resume();
    else this.socket.pause();
  }

  close(now: boolean): void {
    if (now) this.socket.terminate();
    else this.socket.close(1000);
  }

  private tellDrained(): void {
    for (const listener of this.drained.splice(0)) listener();
  }
}
