import type { StreamRecord } from '../processor/record.js';
import type { TaskContext } from '../processor/task-context.js';

/** Sends the records that came too late to a child of their own, and results to all the others (`lateTo`). */
export class LateRecords<K, V> {
  private readonly resultChildren: readonly string[];

  constructor(
    private readonly context: TaskContext<K, V>,
    private readonly lateChild: string | undefined,
  ) {
    this.resultChildren = context.children.filter((child) => child !== lateChild);
  }

  forwardResult(record: StreamRecord<K, V>): void {
    if (this.lateChild === undefined) this.context.forward(record);
    else for (const child of this.resultChildren) this.context.forward(record, child);
  }

  forwardLate(record: StreamRecord<unknown, unknown>): void {
    if (this.lateChild !== undefined) this.context.forward(record as StreamRecord<K, V>, this.lateChild);
  }
}
