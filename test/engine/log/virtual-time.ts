import type { Clock, Timers } from '../../../src/engine/environment/environment.js';
import { turnOfTheEventLoop } from './event-loop.js';

interface Task {
  dueAt: number;
  readonly order: number;
  readonly everyMs: number | undefined;
  readonly run: () => void;
}

/** A clock that stands until it is moved, and timers that fire while it is. */
export class VirtualTime {
  private tasks: Task[] = [];
  private order = 0;
  readonly clock: Clock = { now: () => this.now };
  readonly timers: Timers = { set: (delayMs, run) => this.add(delayMs, undefined, run) };

  constructor(public now: number) {}

  /** Runs something every so often. */
  every(everyMs: number, run: () => void): void {
    this.add(everyMs, everyMs, run);
  }

  /** Moves the clock: what falls due on the way runs at its own time, and what it began is finished. */
  async advance(ms: number): Promise<void> {
    const target = this.now + ms;
    for (;;) {
      const next = this.tasks
        .filter(({ dueAt }) => dueAt <= target)
        .sort((a, b) => a.dueAt - b.dueAt || a.order - b.order)[0];
      if (next === undefined) break;
      this.now = Math.max(this.now, next.dueAt);
      if (next.everyMs === undefined) this.tasks = this.tasks.filter((task) => task !== next);
      else next.dueAt += next.everyMs;
      next.run();
      await turnOfTheEventLoop();
    }
    this.now = target;
  }

  /** Forgets every task: whoever set them is gone. */
  clear(): void {
    this.tasks = [];
  }

  private add(delayMs: number, everyMs: number | undefined, run: () => void): { cancel(): void } {
    const task: Task = { dueAt: this.now + delayMs, order: this.order++, everyMs, run };
    this.tasks.push(task);
    return { cancel: () => (this.tasks = this.tasks.filter((other) => other !== task)) };
  }
}
