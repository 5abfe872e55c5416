import type { Clock, Millis } from '../../environment/environment.js';
import { StreamsError } from '../streams-error.js';

/** A clock that stands still until it is moved. */
export class VirtualClock implements Clock {
  #nowMs: Millis;

  constructor(startMs: Millis) {
    this.#nowMs = startMs;
  }

  now(): Millis {
    return this.#nowMs;
  }

  advance(byMs: Millis): void {
    if (!(byMs >= 0))
      throw new StreamsError('IllegalArgumentException', `The clock cannot be advanced by ${byMs} ms. Give 0 or more.`);
    this.#nowMs += byMs;
  }
}
