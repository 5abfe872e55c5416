import type { Clock, Millis, Random } from '../environment/environment.js';
import type { Environment, Tracer } from '../environment/trace-events.js';
import type { Scheduler } from './scheduler.js';

/**
 * One life of one simulated process, a client or a broker. Everything it does goes through its environment, network and storage; once it has
 * crashed none of them does anything any more: timers do not fire, calls never settle, what it says is not recorded. While it is frozen all of that waits.
 */
export class Component {
  readonly environment: Environment;
  private readonly crashListeners: (() => void)[] = [];
  private readonly held: (() => void)[] = [];
  private readonly clock: ComponentClock;
  private alive = true;
  private frozen = false;

  constructor(
    readonly name: string,
    private readonly scheduler: Scheduler,
    random: Random,
    tracer: Tracer,
  ) {
    this.clock = new ComponentClock(scheduler);
    this.environment = {
      clock: this.clock,
      random,
      timers: {
        set: (delayMs, callback) => {
          let isCancelled = false;
          const timer = scheduler.set(delayMs, () =>
            this.whenAwake(() => {
              if (!isCancelled && this.alive) callback();
            }),
          );
          return {
            cancel() {
              isCancelled = true;
              timer.cancel();
            },
          };
        },
      },
      tracer: {
        emit: (event) => {
          if (this.alive) tracer.emit(event);
        },
      },
    };
  }

  get isAlive(): boolean {
    return this.alive;
  }

  /** Calls `listener` when this life ends by a crash. */
  onCrash(listener: () => void): void {
    this.crashListeners.push(listener);
  }

  /** Ends this life, from one event to the next, without a word to anybody. */
  crash(): void {
    if (!this.alive) return;
    this.alive = false;
    for (const listener of this.crashListeners) listener();
  }

  /** Stops this process, as a system does that sleeps: what would happen to it waits until `wake`. Nobody else learns of it. */
  freeze(): void {
    this.frozen = true;
  }

  /** Goes on: what has waited happens, one after the other, as it came. */
  wake(): void {
    if (!this.frozen) return;
    this.frozen = false;
    for (const happen of this.held.splice(0)) this.scheduler.set(0, () => this.whenAwake(happen));
  }

  /** Lets something happen in this process: now, or when it is awake again. */
  whenAwake(happen: () => void): void {
    if (this.frozen) this.held.push(happen);
    else happen();
  }

  /** Sets this process's own clock so far ahead of the world's, or behind it. Once it has been looked at it can't be set back: an environment's time never goes back. */
  setClockAhead(byMs: Millis): void {
    this.clock.setAhead(byMs);
  }
}

class ComponentClock implements Clock {
  private aheadMs: Millis = 0;
  private isSeen = false;

  constructor(private readonly world: Clock) {}

  now(): Millis {
    this.isSeen = true;
    return this.world.now() + this.aheadMs;
  }

  setAhead(byMs: Millis): void {
    this.aheadMs = this.isSeen ? Math.max(this.aheadMs, byMs) : byMs;
  }
}
