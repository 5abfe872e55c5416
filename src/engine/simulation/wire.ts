import { DelayLine } from '../environment/delay-line.js';
import type { Millis, Random } from '../environment/environment.js';
import type { Scheduler } from './scheduler.js';

/** One direction of a connection: a delay line that can be held, as by a network that is parted, and delivers then what has waited. */
export class Wire {
  private readonly line: DelayLine;
  private lateMs: Millis = 0;
  private waiting: (() => void)[] = [];

  /** `longerMs` is asked for each message; `isHeld` whenever one would arrive. */
  constructor(
    scheduler: Scheduler,
    random: Random,
    longerMs: () => Millis,
    private readonly isHeld: (wire: Wire) => boolean,
  ) {
    this.line = new DelayLine(scheduler, scheduler, random, () => longerMs() + this.lateMs);
  }

  /** Calls `arrive` when the message is there, after those before it; `lateMs` holds it up, and what follows. */
  send(arrive: () => void, lateMs: Millis = 0): void {
    this.lateMs = lateMs;
    this.line.send(() => {
      if (this.isHeld(this)) this.waiting.push(arrive);
      else arrive();
    });
    this.lateMs = 0;
  }

  /** Sends on what was held. */
  release(): void {
    for (const arrive of this.waiting.splice(0)) this.send(arrive);
  }
}
