import type { Millis, TimerHandle } from '../../../environment/environment.js';
import { whenReleased } from './leader-lock.js';
import { tabsChannel, type LeaderMark } from './leader-mark.js';
import { readFromLeader, readOnChannel, type OnChannel, type ToHub, type ToLeader } from './tab-messages.js';
import type { TabWorld } from './tab-world.js';

/** How often the leader is asked whether it is there. */
export const pingMs: Millis = 300;

/** How long a leader that is there but can't be reached is waited for, if there is a hub. */
const introductionMs: Millis = 10_000;

/**
 * Why a link ended: the leader has `left` and answered what it had taken; it is `gone` for certain; it is `silent` and may be frozen; it is there but `unreachable`, no port leads to it; or we `closed` the link.
 */
export type LinkEnd = 'left' | 'gone' | 'silent' | 'unreachable' | 'closed';

export interface LinkOptions {
  /** After how many pings without an answer the leader counts as silent. */
  readonly patience: number;
  /** How long a leader is waited for that is there but has no hub. */
  readonly waitMs: Millis;
}

/**
 * A tab's way to the tab that leads its log. Asks it now and then whether it is there: over the port between them, and as long as there is none, where all tabs
 * hear it.
 */
export class LeaderLink {
  readonly ended: Promise<LinkEnd>;
  /** Resolves once the leader's broker runs and ports can be sent to it; never if the link ends before. */
  readonly ready: Promise<void>;
  private readonly port: MessagePort;
  private readonly broadcast: ReturnType<TabWorld['openBroadcast']>;
  private readonly watching = new AbortController();
  private timer: TimerHandle | undefined;
  private settleEnded: (end: LinkEnd) => void = () => {};
  private settleReady: () => void = () => {};
  private settleYielded: () => void = () => {};
  private isIntroduced = false;
  private isLeaving = false;
  private hasHub: boolean;
  private hasHeard = true;
  private unanswered = 0;
  private pings = 0;
  private lastPong = 0;
  private lastPingMs: Millis;
  /** When the leader was first heard where all tabs hear it. */
  private overheardMs: Millis | undefined;

  constructor(
    private readonly world: TabWorld,
    log: string,
    private readonly mark: LeaderMark,
    private readonly options: LinkOptions,
  ) {
    this.ended = new Promise((resolve) => (this.settleEnded = resolve));
    this.ready = new Promise((resolve) => (this.settleReady = resolve));
    this.hasHub = mark.hub !== undefined;
    this.lastPingMs = this.now;
    const { port1, port2 } = world.openChannel();
    this.port = port1;
    port1.onmessage = ({ data }: MessageEvent<unknown>) => this.hear(data);
    this.broadcast = world.openBroadcast(tabsChannel(log));
    this.broadcast.onmessage = ({ data }: MessageEvent<unknown>) => this.overhear(readOnChannel(data));
    whenReleased(world.locks, mark.lock, this.watching.signal, () => this.end(this.isLeaving ? 'left' : 'gone'));
    void this.introduce(port2);
    this.ping();
  }

  /** Has the leader serve a port as one more connection. */
  connect(port: MessagePort): void {
    this.port.postMessage({ kind: 'connect', port } satisfies ToLeader, [port]);
  }

  /** Asks the leader to finish what it has begun and to write nothing more; resolves when it has done so, if it does. */
  yield(): Promise<void> {
    const yielded = new Promise<void>((resolve) => (this.settleYielded = resolve));
    this.port.postMessage({ kind: 'yield' } satisfies ToLeader);
    return yielded;
  }

  close(): void {
    this.end('closed');
  }

  private async introduce(port: MessagePort): Promise<void> {
    const hub = this.hasHub ? await this.world.openHub(this.mark) : undefined;
    this.hasHub = hub !== undefined;
    hub?.postMessage({ kind: 'introduce', port, life: this.world.life } satisfies ToHub, [port]);
  }

  private ping(): void {
    // If we were held up ourselves, answers may lie here unread: then nothing is known of the leader.
    const wasHeldUp = this.now - this.lastPingMs > 3 * pingMs;
    this.unanswered = this.hasHeard || wasHeldUp ? 0 : this.unanswered + 1;
    this.hasHeard = false;
    this.lastPingMs = this.now;
    if (this.unanswered >= this.options.patience) return this.end('silent');
    if (this.isOutOfReach) return this.end('unreachable');
    this.port.postMessage({ kind: 'ping', number: ++this.pings } satisfies ToLeader);
    if (!this.isIntroduced) {
      const hasWaited = this.pings > 1;
      this.broadcast.postMessage({ kind: 'are-you-there', mark: this.mark.lock, hasWaited } satisfies OnChannel);
    }
    this.timer = this.world.environment.timers.set(pingMs, () => this.ping());
  }

  private hear(data: unknown): void {
    const message = readFromLeader(data);
    if (message?.kind === 'leaving') this.isLeaving = true;
    if (message?.kind === 'yielded') this.settleYielded();
    // An answer that comes again says nothing new.
    if (message?.kind !== 'pong' || message.number <= this.lastPong || message.number > this.pings) return;
    this.lastPong = message.number;
    this.hasHeard = true;
    this.isIntroduced = true;
    if (message.isReady) this.settleReady();
  }

  private overhear(message: OnChannel | undefined): void {
    if (message?.kind !== 'i-am-here' || message.mark !== this.mark.lock || this.isIntroduced) return;
    this.hasHeard = true;
    this.overheardMs ??= this.now;
  }

  private get isOutOfReach(): boolean {
    if (this.isIntroduced || this.overheardMs === undefined) return false;
    return this.now - this.overheardMs >= (this.hasHub ? introductionMs : this.options.waitMs);
  }

  private end(end: LinkEnd): void {
    this.timer?.cancel();
    this.watching.abort();
    this.broadcast.close();
    this.port.close();
    this.settleEnded(end);
  }

  private get now(): Millis {
    return this.world.environment.clock.now();
  }
}
