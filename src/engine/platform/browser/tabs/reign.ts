import { sleep, type Millis } from '../../../environment/environment.js';
import { LeaderDesk, type ServePort } from './leader-desk.js';
import { pingMs } from './leader-link.js';
import { takeLock, takeMarks, type HeldLock } from './leader-lock.js';
import { leaderMark } from './leader-mark.js';
import type { TabWorld } from './tab-world.js';

/** A broker that runs in this tab. */
export interface TabBroker {
  readonly serve: ServePort;
  /** Ends it when everything that was begun is settled. */
  stop(): Promise<void>;
}

/** Starts the broker in this tab; `onFenced` is called if another opens its storage. Rejects if the storage can't be opened. */
export type StartBroker = (onFenced: () => void) => Promise<TabBroker>;

export interface ReignListeners {
  readonly onOpen: (serve: ServePort) => void;
  /** Nothing more is taken; what was taken may still be answered. */
  readonly onShut: () => void;
  /** Nothing more is answered. `isOrderly`: everything that was taken has been. */
  readonly onClose: (isOrderly: boolean) => void;
}

/**
 * How a time of leading ended: we `stopped` it; the lead was `passed on` to another tab; another was `intruding`, who opened the storage although the lock is ours; or it did not begin, because
 * the broker `failed`.
 */
export type ReignEnd =
  { readonly kind: 'stopped' | 'passed on' | 'intruding' } | { readonly kind: 'failed'; readonly error: unknown };

/** Why a time of leading is to end. */
type Turn = 'stolen' | 'fenced' | 'yield' | 'stopped';

/** How long the tab that asked for the lead has for taking it. */
export const yieldMs: Millis = 2_000;

/** How long a broker may take to end that can write no more. */
const longestStopMs: Millis = 5_000;

/** One time of leading: from when this tab has got the lock until that is another's. */
export class Reign {
  private readonly turned: Promise<Turn>;
  private turn: (turn: Turn) => void = () => {};
  private isStolen = false;

  constructor(
    private readonly world: TabWorld,
    private readonly log: string,
    private readonly held: HeldLock,
  ) {
    this.turned = new Promise((resolve) => (this.turn = resolve));
    this.endIfStolen(held);
  }

  /** Shows this tab as the leader and runs the broker, until it ends. */
  async run(startBroker: StartBroker, listeners: ReignListeners): Promise<ReignEnd> {
    const { world, log } = this;
    await takeMarks(world.locks, log, world.life);
    const mark = leaderMark(log, world.newId(), world.hub);
    const marked = await takeLock(world.locks, mark.lock);
    this.endIfStolen(marked);
    const desk = new LeaderDesk(world, log, mark, () => this.turn('yield'));
    try {
      const broker = await startBroker(() => this.turn('fenced'));
      if (!this.isStolen) {
        desk.open(broker.serve);
        listeners.onOpen(broker.serve);
      }
      const turn = await this.turned;
      listeners.onShut();
      return { kind: await this.leave(turn, broker, desk, listeners) };
    } catch (error) {
      return this.isStolen ? { kind: 'passed on' } : { kind: 'failed', error };
    } finally {
      desk.close();
      marked.release();
      this.held.release();
    }
  }

  /** Ends it in good order. */
  stop(): void {
    this.turn('stopped');
  }

  private async leave(
    turn: Turn,
    broker: TabBroker,
    desk: LeaderDesk,
    { onClose }: ReignListeners,
  ): Promise<'stopped' | 'passed on' | 'intruding'> {
    const isOrderly = turn === 'stopped' || turn === 'yield';
    desk.shut(isOrderly);
    if (!isOrderly) onClose(false);
    await (turn === 'stopped' ? broker.stop() : Promise.race([broker.stop(), this.sleep(longestStopMs)]));
    if (isOrderly) onClose(true);
    if (turn === 'stopped') return 'stopped';
    if (turn === 'yield') {
      desk.yielded();
      await Promise.race([this.held.stolen, this.sleep(yieldMs)]);
    }
    // Who opens the storage has taken the lock before: we may only hear of that a little later. If the lock is still ours, the other had it once, fell asleep while it opened
    // the storage, and woke up.
    if (turn === 'fenced') await Promise.race([this.held.stolen, this.sleep(pingMs)]);
    return turn === 'fenced' && !this.isStolen ? 'intruding' : 'passed on';
  }

  private endIfStolen({ stolen }: HeldLock): void {
    void stolen.then(() => {
      this.isStolen = true;
      this.turn('stolen');
    });
  }

  private sleep(delayMs: Millis): Promise<void> {
    return sleep(this.world.environment.timers, delayMs);
  }
}
