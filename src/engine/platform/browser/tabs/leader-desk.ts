import type { Millis } from '../../../environment/environment.js';
import type { Connection } from '../../../protocol/connection.js';
import type { ToClient } from '../port-messages.js';
import { whenReleased } from './leader-lock.js';
import { tabsChannel, type LeaderMark } from './leader-mark.js';
import {
  readIntroduced,
  readOnChannel,
  readToLeader,
  type FromLeader,
  type Introduced,
  type OnChannel,
  type ToHub,
} from './tab-messages.js';
import type { TabWorld } from './tab-world.js';

/** Serves a port as one more connection. */
export type ServePort = (port: MessagePort) => Promise<Pick<Connection, 'closed' | 'close'>>;

/** A hub that does not introduce anybody is opened again, but no more often than this. */
const reopenMs: Millis = 1_000;

/** How many tabs are received at once, and how many connections each may have, those included that wait for a broker that is only starting. */
const mostVisitors = 1_000;
export const mostConnections = 1_000;

interface Visitor {
  readonly port: MessagePort;
  readonly connections: Set<Pick<Connection, 'close'>>;
  /** Ports of this visitor that are served or wait for it. */
  taken: number;
  readonly gone: AbortController;
}

/** Where the leader receives the other tabs: says that it is there, and takes the ports that they send for its broker. */
export class LeaderDesk {
  private readonly broadcast: ReturnType<TabWorld['openBroadcast']>;
  private readonly visitors = new Set<Visitor>();
  private readonly queue: { readonly visitor: Visitor; readonly port: MessagePort }[] = [];
  private serve: ServePort | undefined;
  private hubOpenedMs = -Infinity;
  private isShut = false;
  private isClosed = false;

  /** `onYield` is called when another tab asks for the lead; the tabs that asked are answered once that is done. */
  constructor(
    private readonly world: TabWorld,
    log: string,
    private readonly mark: LeaderMark,
    private readonly onYield: () => void,
  ) {
    this.broadcast = world.openBroadcast(tabsChannel(log));
    this.broadcast.onmessage = ({ data }: MessageEvent<unknown>) => this.answer(readOnChannel(data));
    void this.openHub();
  }

  /** The broker runs: ports are served from now on. */
  open(serve: ServePort): void {
    this.serve = serve;
    for (const { visitor, port } of this.queue.splice(0)) void this.connect(visitor, port, serve);
  }

  /** Takes no more ports. `isOrderly`: what was taken is still answered. */
  shut(isOrderly: boolean): void {
    this.serve = undefined;
    this.isShut = true;
    if (isOrderly) this.tell({ kind: 'leaving' });
  }

  /** Nothing more is written here: whoever waits for that may take the lead. */
  yielded(): void {
    this.tell({ kind: 'yielded' });
  }

  close(): void {
    this.isClosed = true;
    this.broadcast.close();
    for (const { port } of this.queue.splice(0)) port.close();
    for (const visitor of [...this.visitors]) this.dismiss(visitor);
  }

  private tell(message: FromLeader): void {
    for (const { port } of this.visitors) port.postMessage(message);
  }

  private async openHub(): Promise<void> {
    const now = this.world.environment.clock.now();
    if (this.mark.hub === undefined || now - this.hubOpenedMs < reopenMs) return;
    this.hubOpenedMs = now;
    const hub = await this.world.openHub(this.mark);
    if (hub === undefined || this.isClosed) return;
    hub.onmessage = ({ data }: MessageEvent<unknown>) => {
      const introduced = readIntroduced(data);
      if (introduced !== undefined && !this.isClosed) this.welcome(introduced);
    };
    hub.postMessage({ kind: 'serve' } satisfies ToHub);
  }

  private answer(message: OnChannel | undefined): void {
    if (message?.kind !== 'are-you-there' || message.mark !== this.mark.lock) return;
    this.broadcast.postMessage({ kind: 'i-am-here', mark: this.mark.lock } satisfies OnChannel);
    if (message.hasWaited) void this.openHub();
  }

  private welcome({ port, life }: Introduced): void {
    if (this.visitors.size >= mostVisitors) return port.close();
    const visitor: Visitor = { port, connections: new Set(), taken: 0, gone: new AbortController() };
    this.visitors.add(visitor);
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = readToLeader(data);
      if (message?.kind === 'ping') {
        const { number } = message;
        port.postMessage({ kind: 'pong', number, isReady: this.serve !== undefined } satisfies FromLeader);
      }
      if (message?.kind === 'connect') this.take(visitor, message.port);
      if (message?.kind === 'yield') this.onYield();
    };
    // A tab that ends says nothing, and nor do its ports: whatever waits on them would wait for ever.
    whenReleased(this.world.locks, life, visitor.gone.signal, () => this.dismiss(visitor));
  }

  private take(visitor: Visitor, port: MessagePort): void {
    if (this.isShut || !this.visitors.has(visitor)) return port.close();
    if (visitor.taken >= mostConnections) {
      const message = `This tab has ${mostConnections} connections to the broker already. Close some, or share one client.`;
      port.postMessage({ kind: 'closed', message } satisfies ToClient);
      return port.close();
    }
    visitor.taken++;
    if (this.serve === undefined) this.queue.push({ visitor, port });
    else void this.connect(visitor, port, this.serve);
  }

  private async connect(visitor: Visitor, port: MessagePort, serve: ServePort): Promise<void> {
    const connection = await serve(port);
    if (!this.visitors.has(visitor)) return connection.close();
    visitor.connections.add(connection);
    await connection.closed;
    visitor.connections.delete(connection);
    visitor.taken--;
  }

  private dismiss(visitor: Visitor): void {
    this.visitors.delete(visitor);
    visitor.gone.abort();
    visitor.port.close();
    for (const connection of visitor.connections) connection.close();
  }
}
