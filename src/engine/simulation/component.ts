import type { Random } from '../environment/environment.js';
import type { Environment, Tracer } from '../environment/trace-events.js';
import type { Scheduler } from './scheduler.js';

/**
 * One life of one simulated process, a client or a broker. Everything it does goes through its environment, network and storage; once it has
 * crashed none of them does anything any more: timers do not fire, calls never settle, what it says is not recorded.
 */
export class Component {
  readonly environment: Environment;
  private readonly crashListeners: (() => void)[] = [];
  private alive = true;

  constructor(
    readonly name: string,
    scheduler: Scheduler,
    random: Random,
    tracer: Tracer,
  ) {
    this.environment = {
      clock: scheduler,
      random,
      timers: {
        set: (delayMs, callback) =>
          scheduler.set(delayMs, () => {
            if (this.alive) callback();
          }),
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
}
