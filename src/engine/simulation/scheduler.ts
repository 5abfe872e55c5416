import type { Clock, Millis, TimerHandle, Timers } from '../environment/environment.js';

/** What happens when its time has come; a promise holds virtual time until it has settled. */
export type Occurrence = () => void | Promise<void>;

/**
 * The queue of all that will happen in a simulated world: by virtual time, and at one time in the order in which it was scheduled.
 * It is the world's clock too: time stands still but for `takeNext` and `advanceTo`.
 */
export class Scheduler implements Clock, Timers {
  private readonly heap: Scheduled[] = [];
  private inserted = 0;

  constructor(private time: Millis) {
    requireWholeMillis('The start of the virtual clock', time);
  }

  now(): Millis {
    return this.time;
  }

  /** Schedules `fire` for `delayMs` from now. Throws a RangeError unless that is a whole number of 0 or more. */
  set(delayMs: Millis, fire: Occurrence): TimerHandle {
    requireWholeMillis('A delay', delayMs);
    const scheduled: Scheduled = { at: this.time + delayMs, number: this.inserted++, fire };
    this.heap.push(scheduled);
    this.rise(this.heap.length - 1);
    return {
      cancel() {
        scheduled.fire = undefined;
      },
    };
  }

  /** Takes out what happens next if it is due by `limit`, and moves the clock to it. */
  takeNext(limit: Millis): Occurrence | undefined {
    for (;;) {
      const next = this.heap[0];
      if (next === undefined || next.at > limit) return undefined;
      this.removeFirst();
      if (next.fire === undefined) continue;
      this.time = next.at;
      return next.fire;
    }
  }

  /** Moves the clock on over a time in which nothing is due. */
  advanceTo(time: Millis): void {
    requireWholeMillis('The time to advance to', time);
    this.time = Math.max(this.time, time);
  }

  private rise(from: number): void {
    const moving = this.heap[from] as Scheduled;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.heap[parent] as Scheduled;
      if (!isBefore(moving, above)) break;
      this.heap[at] = above;
      at = parent;
    }
    this.heap[at] = moving;
  }

  private removeFirst(): void {
    const moving = this.heap.pop() as Scheduled;
    const { length } = this.heap;
    if (length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(this.heap[child + 1] as Scheduled, this.heap[child] as Scheduled)) child++;
      const below = this.heap[child] as Scheduled;
      if (!isBefore(below, moving)) break;
      this.heap[at] = below;
      at = child;
    }
    this.heap[at] = moving;
  }
}

interface Scheduled {
  readonly at: Millis;
  readonly number: number;
  /** Undefined once cancelled. */
  fire: Occurrence | undefined;
}

function isBefore(one: Scheduled, other: Scheduled): boolean {
  return one.at < other.at || (one.at === other.at && one.number < other.number);
}

function requireWholeMillis(what: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new RangeError(`${what} was ${value} ms; virtual time goes in whole milliseconds from 0 up. Round it first.`);
}
