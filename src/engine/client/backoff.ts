import type { Millis, Random } from '../environment/environment.js';

/** When and how often to try again: KafkaJS's names, meanings and defaults. */
export interface RetryOptions {
  /** The longest wait between two attempts, in milliseconds; 30 000 by default. */
  readonly maxRetryTime?: Millis;
  /** The wait before the second attempt, in milliseconds; 300 by default. */
  readonly initialRetryTime?: Millis;
  /** A wait is drawn from its nominal length ± this part of it; 0.2 by default. */
  readonly factor?: number;
  /** How much longer each wait is than the one before; 2 by default. */
  readonly multiplier?: number;
  /** How many attempts may follow the first; 5 by default. */
  readonly retries?: number;
}

/** The waits between one thing's attempts: exponential, with jitter, at most `retries` of them. */
export class Backoff {
  readonly #random: Random;
  readonly #longestMs: Millis;
  readonly #factor: number;
  readonly #multiplier: number;
  readonly #retries: number;
  #nominalMs: Millis;
  #count = 0;

  constructor(random: Random, options: RetryOptions) {
    this.#random = random;
    this.#nominalMs = options.initialRetryTime ?? 300;
    this.#longestMs = options.maxRetryTime ?? 30_000;
    this.#factor = options.factor ?? 0.2;
    this.#multiplier = options.multiplier ?? 2;
    this.#retries = options.retries ?? 5;
  }

  /** How many waits were drawn. */
  get count(): number {
    return this.#count;
  }

  /** Whether another attempt is allowed. */
  get isExhausted(): boolean {
    return this.#count >= this.#retries;
  }

  /** How long to wait before the next attempt. */
  next(): Millis {
    this.#count++;
    const nominalMs = Math.min(this.#nominalMs, this.#longestMs);
    this.#nominalMs = nominalMs * this.#multiplier;
    const unit = this.#random.uint32() / 0x1_0000_0000;
    return Math.min(this.#longestMs, Math.round(nominalMs * (1 + this.#factor * (2 * unit - 1))));
  }
}
