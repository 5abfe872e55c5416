import type { Millis, Random, TimerHandle } from '../../../src/engine/environment/environment.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import type { Environment, TraceEvent } from '../../../src/engine/environment/trace-events.js';
import { settle } from '../../../src/engine/platform/node/settle.js';

interface Timer {
  readonly atMs: Millis;
  readonly callback: () => void;
}

/** An environment whose time goes on only when a test says so. */
export class ManualEnvironment implements Environment {
  readonly events: TraceEvent[] = [];
  readonly random: Random = new SeededRandom('manual');
  readonly clock = { now: (): Millis => this.#now };
  readonly timers = { set: (delayMs: Millis, callback: () => void): TimerHandle => this.#set(delayMs, callback) };
  readonly tracer = { emit: (event: TraceEvent): void => void this.events.push(event) };
  #now: Millis = 1_000_000;
  #waiting: Timer[] = [];

  /** How many timers are set. */
  get pendingTimers(): number {
    return this.#waiting.length;
  }

  eventsOf<Kind extends TraceEvent['kind']>(kind: Kind): Extract<TraceEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<TraceEvent, { kind: Kind }> => event.kind === kind);
  }

  /** Lets all happen that is due within `ms` from now, one timer after the other. */
  async advance(ms: Millis): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (let next = this.#takeNext(until); next !== undefined; next = this.#takeNext(until)) {
      this.#now = Math.max(this.#now, next.atMs);
      next.callback();
      await settle();
    }
    this.#now = until;
  }

  /** The outcome of `promise`, after as much time as it takes, at most `limitMs`. */
  async outcome<Value>(promise: Promise<Value>, limitMs: Millis = 300_000): Promise<Value> {
    let isSettled = false;
    const note = (): void => {
      isSettled = true;
    };
    promise.then(note, note);
    await settle();
    for (const until = this.#now + limitMs; !isSettled;) {
      const next = this.#takeNext(until);
      if (next === undefined)
        throw new Error(`Nothing more happens within ${limitMs} ms, and the promise is not settled.`);
      this.#now = Math.max(this.#now, next.atMs);
      next.callback();
      await settle();
    }
    return await promise;
  }

  #set(delayMs: Millis, callback: () => void): TimerHandle {
    const timer = { atMs: this.#now + delayMs, callback };
    this.#waiting.push(timer);
    return {
      cancel: () => {
        this.#waiting = this.#waiting.filter((each) => each !== timer);
      },
    };
  }

  #takeNext(until: Millis): Timer | undefined {
    const due = this.#waiting.filter(({ atMs }) => atMs <= until).sort((a, b) => a.atMs - b.atMs);
    const [next] = due;
    this.#waiting = this.#waiting.filter((each) => each !== next);
    return next;
  }
}
