import type { TaskContext } from '../processor/task-context.js';

/** How often, in ms of the wall clock, windows are looked through for those that have closed; 0 for with each record. */
export const emitIntervalConfigs = {
  /** Of aggregations that emit on close. */
  windowedAggregation: '__emit.interval.ms.kstreams.windowed.aggregation__',
  /** Of left and outer joins of streams, for records without a partner. */
  outerJoin: '__emit.interval.ms.kstreams.outer.join.spurious.results.fix__',
} as const;

const defaultEmitIntervalMs = 1000;

/** Lets something be done at most once in an interval of the wall clock. */
export class EmitInterval {
  private readonly intervalMs: number;
  private nextMs = 0;

  constructor(
    private readonly context: TaskContext,
    config: (typeof emitIntervalConfigs)[keyof typeof emitIntervalConfigs],
  ) {
    this.intervalMs = Number(context.config(config) ?? defaultEmitIntervalMs);
  }

  /** Whether it is time again; if so, the next interval begins. */
  isOver(): boolean {
    const now = this.context.currentSystemTimeMs();
    if (now < this.nextMs) return false;
    this.nextMs = now + this.intervalMs;
    return true;
  }
}
