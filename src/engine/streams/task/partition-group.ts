import { QueueHeap } from './queue-heap.js';
import type { QueuedRecord, RecordQueue } from './record-queue.js';

/** The queues of a task's partitions: which record is next, and whether it may be taken yet (Kafka's `PartitionGroup`). */
export class PartitionGroup {
  readonly #queues: RecordQueue[];
  readonly #maxTaskIdleMs: number;
  readonly #lags = new Map<string, number>();
  readonly #idleDeadlines = new Map<string, number>();
  readonly #filled = new QueueHeap();
  #streamTime = -1;

  /** @param maxTaskIdleMs `max.task.idle.ms`: -1 never waits for an empty partition, 0 waits for what is known to be on the broker, more waits so long beyond that. */
  constructor(queues: readonly RecordQueue[], maxTaskIdleMs: number) {
    this.#queues = [...queues];
    this.#maxTaskIdleMs = maxTaskIdleMs;
  }

  /** The largest time that was taken; -1 before the first. */
  get streamTime(): number {
    return this.#streamTime;
  }

  set streamTime(time: number) {
    if (time > this.#streamTime) this.#streamTime = time;
  }

  get hasRecords(): boolean {
    return this.#filled.size > 0;
  }

  add(queue: RecordQueue): void {
    this.#queues.push(queue);
  }

  /** How many records there are on the broker beyond those that were fetched; asked for again and again, as it becomes known. */
  setLag(topic: string, lag: number): void {
    this.#lags.set(topic, lag);
  }

  /** Where a queue had none, it has records now. */
  filled(queue: RecordQueue): void {
    if (queue.head !== null && !this.#filled.has(queue)) this.#filled.offer(queue);
  }

  /** Whether the next record may be taken: every partition has one, or is known to have none (KIP-353, KIP-695). */
  isReady(nowMs: number): boolean {
    if (this.#maxTaskIdleMs === -1 || this.#filled.size === this.#queues.length) {
      // An empty map makes itself anew when it is cleared.
      if (this.#idleDeadlines.size > 0) this.#idleDeadlines.clear();
      return true;
    }
    for (const queue of this.#queues) {
      const { topic } = queue;
      if (queue.head !== null) {
        this.#idleDeadlines.delete(topic);
        continue;
      }
      if (this.#lags.get(topic) !== 0) {
        this.#idleDeadlines.delete(topic);
        return false;
      }
      const deadline = this.#idleDeadlines.get(topic) ?? nowMs + this.#maxTaskIdleMs;
      this.#idleDeadlines.set(topic, deadline);
      if (nowMs < deadline) return false;
    }
    return true;
  }

  /** When an empty partition has been waited for long enough; `null` if nothing is waited for. */
  get idleUntilMs(): number | null {
    return this.#idleDeadlines.size === 0 ? null : Math.max(...this.#idleDeadlines.values());
  }

  /** The record with the smallest time of those that are first in their partition; of equal ones that which Kafka's heap has on top. */
  take(): { readonly queue: RecordQueue; readonly record: QueuedRecord } | null {
    const queue = this.#filled.poll();
    if (queue === undefined) return null;
    const record = queue.take() as QueuedRecord;
    if (queue.head !== null) this.#filled.offer(queue);
    this.streamTime = record.timestamp;
    return { queue, record };
  }

  clear(): void {
    for (const queue of this.#queues) queue.clear();
    this.#filled.clear();
  }
}
