import type { Clock, Millis, TimerHandle } from '../environment/environment.js';
import type { Lifetime } from './lifetime.js';

export interface StallWatchOptions {
  /** When the user was last seen to go on. */
  readonly lastSign: () => Millis;
  readonly onStall: () => void;
}

/** Notices when a consumer's user has not gone on for `max.poll.interval.ms`, once. */
export class StallWatch {
  readonly #lifetime: Lifetime;
  readonly #clock: Clock;
  readonly #intervalMs: Millis;
  readonly #options: StallWatchOptions;
  #timer: TimerHandle | undefined;

  constructor(lifetime: Lifetime, clock: Clock, intervalMs: Millis, options: StallWatchOptions) {
    this.#lifetime = lifetime;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#options = options;
    this.#look();
  }

  end(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const leftMs = this.#options.lastSign() + this.#intervalMs - this.#clock.now();
    if (leftMs <= 0) this.#options.onStall();
    else this.#timer = this.#lifetime.timer(leftMs, () => this.#look());
  }
}
