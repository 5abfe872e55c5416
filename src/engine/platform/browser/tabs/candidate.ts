import { randomInteger, sleep, type Millis } from '../../../environment/environment.js';
import { KafkaError } from '../../../protocol/kafka-error.js';
import type { ServePort } from './leader-desk.js';
import { LeaderLink } from './leader-link.js';
import { takeLock, whoLeads, type HeldLock } from './leader-lock.js';
import { leaderLock, type LeaderMark } from './leader-mark.js';
import { Reign, yieldMs, type ReignEnd, type StartBroker } from './reign.js';
import type { TabWorld } from './tab-world.js';

/** `broker`: the log's broker runs in this tab. `client`: it runs in another, or will soon. */
export type TabRole = 'broker' | 'client';

export interface CandidateOptions {
  /** How long to wait for a leader that lives but can't be reached from this tab. */
  readonly waitMs: Millis;
  readonly startBroker: StartBroker;
  readonly onRole: (role: TabRole) => void;
  /** What was connected in this term or an earlier one is lost. */
  readonly onTermEnd: (term: number, why: string) => void;
  /** It is over for this tab: no broker will be reached any more. */
  readonly onEnd: (end: CandidateEnd) => void;
}

/** `unreachable`: another tab leads, and no port leads to it. `fenced`: another has the storage, although the lock is ours. `failed`: the broker can't be started here. */
export type CandidateEnd =
  { readonly kind: 'unreachable' | 'fenced' } | { readonly kind: 'failed'; readonly error: unknown };

/** How often the leader is looked for while there is none. */
const searchMs: Millis = 50;

/** How long the lock may be held by a tab that does not show itself as the leader. */
const longestUnmarkedMs: Millis = 1_500;

/** How many pings without an answer make a leader silent, at first. Who took the lead because of that is more patient the next time. */
const firstPatience = 4;
const longestPatience = 16;

/** A link that has lived so long shows that patience is needed no longer. */
const calmMs: Millis = 30_000;

/** Tabs that find a leader silent at the same time do not all take the lead at once. */
const longestHesitationMs = 200;

/** How often a tab that has the lock opens the storage again after another took it, before it gives in. */
const mostIntrusions = 3;

/** How long the last answers of a leader may be on their way. */
const lastAnswersMs: Millis = 1_000;

interface WaitingPort {
  readonly port: MessagePort;
  readonly resolve: (term: number) => void;
  readonly reject: (error: KafkaError) => void;
}

interface Taker {
  readonly resolve: () => void;
  readonly reject: (error: KafkaError) => void;
}

/**
 * What one tab does about its log: waits for the lock, and leads when it gets it. Until then it is a client of the tab that leads, watches whether that one is still there,
 * and takes its lock when it is not. Which tab leads is decided by the lock; should two believe that they do, the storage lets only the newer one write.
 */
export class Candidate {
  private stage: 'waiting' | 'leading' | 'ended' = 'waiting';
  private role: TabRole | undefined;
  /** Counts the leaders that this tab has had, itself included. */
  private term = 0;
  private link: LeaderLink | undefined;
  private serve: ServePort | undefined;
  private queued: AbortController | undefined;
  private patience = firstPatience;
  private readonly ports: WaitingPort[] = [];
  private readonly takers: Taker[] = [];
  private round = 0;
  private intrusions = 0;
  private isStopping = false;
  private isLinkReady = false;
  private reign: Reign | undefined;
  private leading: Promise<void> = Promise.resolve();

  constructor(
    private readonly world: TabWorld,
    private readonly log: string,
    private readonly options: CandidateOptions,
  ) {}

  /** Begins. `onRole` or `onEnd` tells what came of it. */
  start({ takeOver }: { readonly takeOver: boolean }): void {
    if (takeOver) void this.steal();
    else {
      this.queueUp();
      // A browser that refuses locks refuses to tell of them too; the queue says why.
      this.follow().catch((error: unknown) => this.end({ kind: 'failed', error }));
    }
  }

  /** Sends a port to the broker, wherever it runs, waiting until there is one. Gives the term that the connection belongs to. */
  async connect(port: MessagePort): Promise<number> {
    if (this.stage === 'ended') throw ended();
    if (this.isConnected) return this.handOn(port);
    return new Promise((resolve, reject) => this.ports.push({ port, resolve, reject }));
  }

  /** Brings the broker to this tab; resolves when it runs here. */
  async takeOver(): Promise<void> {
    if (this.stage === 'ended') throw ended();
    if (this.serve !== undefined) return;
    const { link } = this;
    const leads = new Promise<void>((resolve, reject) => this.takers.push({ resolve, reject }));
    if (link !== undefined && this.isConnected) await Promise.race([link.yield(), link.ended, this.sleep(yieldMs)]);
    if (this.stage === 'waiting') await this.steal();
    await leads;
  }

  /** Ends for good. A broker here is stopped first. */
  async stop(): Promise<void> {
    this.isStopping = true;
    if (this.stage === 'waiting') this.end();
    this.reign?.stop();
    await this.leading;
  }

  private get isConnected(): boolean {
    return this.serve !== undefined || this.isLinkReady;
  }

  private handOn(port: MessagePort): number {
    if (this.serve !== undefined) void this.serve(port);
    else this.link?.connect(port);
    return this.term;
  }

  private newTerm(role: TabRole): void {
    this.term++;
    this.changeRole(role);
    for (const { port, resolve } of this.ports.splice(0)) resolve(this.handOn(port));
  }

  private changeRole(role: TabRole): void {
    if (role === this.role) return;
    this.role = role;
    this.options.onRole(role);
  }

  private queueUp(): void {
    const queued = new AbortController();
    this.queued = queued;
    takeLock(this.world.locks, leaderLock(this.log), { signal: queued.signal }).then(
      (held) => {
        if (this.queued === queued) this.lead(held);
        else held.release();
      },
      (error: unknown) => {
        if (!queued.signal.aborted) this.end({ kind: 'failed', error });
      },
    );
  }

  private leaveQueue(): void {
    const { queued } = this;
    this.queued = undefined;
    queued?.abort();
  }

  /** Takes the lock from whoever has it. */
  private async steal(): Promise<void> {
    this.leaveQueue();
    const held = await takeLock(this.world.locks, leaderLock(this.log), { steal: true });
    if (this.stage === 'waiting') this.lead(held);
    else held.release();
  }

  /** Is a client of one leader after the other, until this tab leads itself. */
  private async follow(): Promise<void> {
    const round = ++this.round;
    const isOver = (): boolean => this.stage !== 'waiting' || this.round !== round;
    let unmarked = 0;
    while (!isOver()) {
      const { isLed, mark } = await whoLeads(this.world.locks, this.log);
      if (isOver()) return;
      if (mark !== undefined) {
        unmarked = 0;
        await this.followLeader(mark);
        await this.sleep(searchMs);
      } else if (isLed && unmarked * searchMs >= longestUnmarkedMs) await this.replace(undefined);
      else {
        unmarked = isLed ? unmarked + 1 : 0;
        await this.sleep(searchMs);
      }
    }
  }

  private async followLeader(mark: LeaderMark): Promise<void> {
    const { patience } = this;
    const link = new LeaderLink(this.world, this.log, mark, { patience, waitMs: this.options.waitMs });
    const since = this.now;
    this.link = link;
    void link.ready.then(() => {
      if (this.link !== link) return;
      this.isLinkReady = true;
      this.newTerm('client');
    });
    const end = await link.ended;
    const wasReady = this.isLinkReady;
    this.link = undefined;
    this.isLinkReady = false;
    if (this.now - since >= calmMs) this.patience = firstPatience;
    if (wasReady) this.endTerm(end === 'left');
    if (this.stage !== 'waiting') return;
    if (end === 'unreachable') this.end({ kind: 'unreachable' });
    if (end === 'silent') await this.replace(mark);
  }

  private endTerm(isOrderly: boolean): void {
    const { term } = this;
    const tell = (): void => this.options.onTermEnd(term, 'The broker has moved to another tab, or its tab is gone.');
    // The last answers of a broker that left come by other ports than the news that it has.
    if (isOrderly) void this.sleep(lastAnswersMs).then(tell);
    else tell();
  }

  /** Takes the lead from a tab that seems to sleep, unless another has done so. */
  private async replace(silent: LeaderMark | undefined): Promise<void> {
    const { environment, locks } = this.world;
    await this.sleep(randomInteger(environment.random, longestHesitationMs));
    const { isLed, mark } = await whoLeads(locks, this.log);
    if (this.stage !== 'waiting' || !isLed || mark?.lock !== silent?.lock) return;
    this.patience = Math.min(this.patience * 2, longestPatience);
    await this.steal();
  }

  private lead(held: HeldLock): void {
    this.leaveQueue();
    this.stage = 'leading';
    this.link?.close();
    const reign = new Reign(this.world, this.log, held);
    this.reign = reign;
    this.leading = reign
      .run(this.options.startBroker, {
        onOpen: (serve) => {
          this.serve = serve;
          this.newTerm('broker');
          for (const { resolve } of this.takers.splice(0)) resolve();
        },
        onShut: () => (this.serve = undefined),
        onClose: (isOrderly) => this.endTerm(isOrderly),
      })
      .then((end) => this.reignEnded(end));
  }

  private reignEnded(end: ReignEnd): void {
    if (end.kind === 'stopped') this.end();
    else if (end.kind === 'failed') this.end(end);
    else if (end.kind === 'intruding' && ++this.intrusions > (this.world.isAlone ? 0 : mostIntrusions))
      this.end({ kind: 'fenced' });
    else this.beCandidateAgain();
  }

  private beCandidateAgain(): void {
    if (this.isStopping) return this.end();
    this.stage = 'waiting';
    this.changeRole('client');
    const message = 'Another tab took the log over at the same time. Take it over again if need be.';
    for (const { reject } of this.takers.splice(0)) reject(new KafkaError('BROKER_NOT_AVAILABLE', message));
    this.queueUp();
    void this.follow();
  }

  private end(end?: CandidateEnd): void {
    if (this.stage === 'ended') return;
    this.stage = 'ended';
    this.leaveQueue();
    this.link?.close();
    for (const { port } of this.ports) port.close();
    for (const { reject } of [...this.ports.splice(0), ...this.takers.splice(0)]) reject(ended());
    if (end !== undefined) this.options.onEnd(end);
  }

  private sleep(delayMs: Millis): Promise<void> {
    return sleep(this.world.environment.timers, delayMs);
  }

  private get now(): Millis {
    return this.world.environment.clock.now();
  }
}

function ended(): KafkaError {
  return new KafkaError('BROKER_NOT_AVAILABLE', 'The log is closed in this tab. Open it again.');
}
