import type { Millis, TimerHandle, Timers } from '../environment/environment.js';
import type { KafkaError } from '../protocol/kafka-error.js';

/**
 * The time between a client's connect and disconnect. What waits in it stops waiting when it ends: timers are cancelled, waits are rejected with
 * the reason. Lives can be nested: a consumer's run ends with the consumer.
 */
export class Lifetime {
  readonly #timers: Timers;
  readonly #waiting = new Set<(reason: KafkaError) => void>();
  #reason: KafkaError | undefined;

  constructor(timers: Timers, parent?: Lifetime) {
    this.#timers = timers;
    if (parent === undefined) return;
    if (parent.#reason !== undefined) this.#reason = parent.#reason;
    else {
      const endWithParent = (reason: KafkaError): void => this.end(reason);
      parent.#waiting.add(endWithParent);
      this.#waiting.add(() => parent.#waiting.delete(endWithParent));
    }
  }

  get isOver(): boolean {
    return this.#reason !== undefined;
  }

  /** Ends it; what still waits is rejected with `reason`. The first call counts. */
  end(reason: KafkaError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const stop of waiting) stop(reason);
  }

  /** Throws the reason if it is over. */
  check(): void {
    if (this.#reason !== undefined) throw this.#reason;
  }

  /** Calls back once, `delayMs` from now, unless it ends before. */
  timer(delayMs: Millis, callback: () => void): TimerHandle {
    if (this.#reason !== undefined) return { cancel() {} };
    const cancel = (): void => {
      handle.cancel();
      this.#waiting.delete(cancel);
    };
    const handle = this.#timers.set(delayMs, () => {
      this.#waiting.delete(cancel);
      callback();
    });
    this.#waiting.add(cancel);
    return { cancel };
  }

  /** Resolves `delayMs` from now; rejects with the reason when it ends before. */
  sleep(delayMs: Millis): Promise<void> {
    return this.within(delayMs, new Promise<void>(() => {}));
  }

  /** The outcome of `promise`, or the reason if it ends before; the outcome is then dropped. */
  whileAlive<Value>(promise: Promise<Value>): Promise<Value> {
    return this.#race(promise, undefined) as Promise<Value>;
  }

  /** The outcome of `promise`, or undefined after `limitMs`, or the reason if it ends before. */
  within<Value>(limitMs: Millis, promise: Promise<Value>): Promise<Value | undefined> {
    return this.#race(promise, limitMs);
  }

  async #race<Value>(promise: Promise<Value>, limitMs: Millis | undefined): Promise<Value | undefined> {
    let end: () => void = () => {};
    const ended = new Promise<undefined>((resolve, reject) => {
      if (this.#reason !== undefined) reject(this.#reason);
      const timer = limitMs === undefined ? undefined : this.#timers.set(limitMs, () => resolve(undefined));
      this.#waiting.add(reject);
      end = () => {
        timer?.cancel();
        this.#waiting.delete(reject);
      };
    });
    try {
      return await Promise.race([promise, ended]);
    } finally {
      end();
    }
  }
}
