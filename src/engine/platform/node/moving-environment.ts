import type { Environment, Tracer } from '../../environment/trace-events.js';
import type { TimerHandle } from '../../environment/environment.js';
import { nodeEnvironment } from './node-environment.js';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
  real: NodeJS.Timeout;
}

/** The real world, whose clock can be moved forward: time goes on by itself, and `advance` lets an hour pass in a moment. */
export class MovingEnvironment implements Environment {
  readonly random;
  readonly clock = { now: () => Math.max(this.real.clock.now() + this.ahead, this.at) };
  readonly timers = { set: (delayMs: number, callback: () => void) => this.set(delayMs, callback) };
  private readonly real: Environment;
  private readonly pending = new Set<Timer>();
  private ahead = 0;
  /** The moment to which `advance` has come. */
  private at = 0;
  private order = 0;

  constructor(readonly tracer: Tracer) {
    this.real = nodeEnvironment(tracer);
    this.random = this.real.random;
  }

  /** Lets time pass: every timer that falls due on the way fires, in turn, at its own time. Resolves when what they brought about has had its turn. */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new Error(`Time can't pass by ${ms} ms; 0 or more was expected.`);
    const until = this.clock.now() + ms;
    for (;;) {
      const next = [...this.pending]
        .filter(({ at }) => at <= until)
        .sort((left, right) => left.at - right.at || left.order - right.order)[0];
      if (next === undefined) break;
      this.moveTo(next.at);
      this.fire(next);
      await settled();
    }
    this.moveTo(until);
    for (const timer of this.pending) this.arm(timer);
    await settled();
  }

  private set(delayMs: number, callback: () => void): TimerHandle {
    const timer: Timer = {
      at: this.clock.now() + delayMs,
      order: this.order++,
      callback,
      real: setTimeout(() => this.fire(timer), Math.min(delayMs, 0x7fff_ffff)),
    };
    this.pending.add(timer);
    return {
      cancel: () => {
        clearTimeout(timer.real);
        this.pending.delete(timer);
      },
    };
  }

  private arm(timer: Timer): void {
    clearTimeout(timer.real);
    const left = Math.max(0, timer.at - this.clock.now());
    timer.real = setTimeout(() => this.fire(timer), Math.min(left, 0x7fff_ffff));
  }

  private fire(timer: Timer): void {
    clearTimeout(timer.real);
    if (this.pending.delete(timer)) timer.callback();
  }

  private moveTo(at: number): void {
    this.at = Math.max(this.at, at);
    this.ahead = Math.max(this.ahead, at - this.real.clock.now());
  }
}

/** Lets what is under way come to rest, as far as it waits for nothing outside. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
