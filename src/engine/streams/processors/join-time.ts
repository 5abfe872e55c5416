import type { TaskContext } from '../processor/task-context.js';
import { EmitInterval, emitIntervalConfigs } from './emit-interval.js';

/** What both sides of a join of streams know of time, in one task. */
export class JoinTime {
  /** The largest timestamp that either side has seen; -1 before the first. */
  streamTime = -1;
  /** Of the records that wait for a partner; `Infinity` if none does. */
  oldestWaiting = Infinity;
  private readonly interval: EmitInterval;

  constructor(context: TaskContext) {
    this.interval = new EmitInterval(context, emitIntervalConfigs.outerJoin);
  }

  observe(timestamp: number): void {
    if (timestamp > this.streamTime) this.streamTime = timestamp;
  }

  waitsSince(timestamp: number): void {
    if (timestamp < this.oldestWaiting) this.oldestWaiting = timestamp;
  }

  nothingWaits(): void {
    this.oldestWaiting = Infinity;
  }

  isTimeToEmit(): boolean {
    return this.interval.isOver();
  }
}
