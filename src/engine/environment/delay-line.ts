import { randomInteger, type Clock, type Millis, type Random, type Timers } from './environment.js';

const slowestMs = 5;

/** The way of messages in one direction: each arrives 1–5 milliseconds after it was sent, never before one that was sent earlier. */
export class DelayLine {
  private lastAt: Millis = 0;

  constructor(
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly random: Random,
    /** What a message takes longer than that, and all behind it. */
    private readonly longerMs: () => Millis = () => 0,
  ) {}

  /** Calls `arrive` when the message is there. */
  send(arrive: () => void): void {
    const now = this.clock.now();
    this.lastAt = Math.max(this.lastAt, now + 1 + randomInteger(this.random, slowestMs) + this.longerMs());
    this.timers.set(this.lastAt - now, arrive);
  }
}
