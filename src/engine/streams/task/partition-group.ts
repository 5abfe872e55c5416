import type { QueuedRecord, RecordQueue } from './record-queue.js';

/** The queues of a task's partitions: which record is next, and whether it may be taken yet (Kafka's `PartitionGroup`). */
export class PartitionGroup {
  readonly #queues: RecordQueue[];
  readonly #maxTaskIdleMs: number;
  readonly #lags = new Map<string, number>();
  readonly #idleDeadlines = new Map<string, number>();
  /** Those that hold records, in the order in which they got their head. */
  #filled: RecordQueue[] = [];
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
    return this.#filled.length > 0;
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
    if (queue.head !== null && !this.#filled.includes(queue)) this.#filled.push(queue);
  }

  /** Whether the next record may be taken: every partition has one, or is known to have none (KIP-353, KIP-695). */
  isReady(nowMs: number): boolean {
    if (this.#maxTaskIdleMs === -1 || this.#filled.length === this.#queues.length) {
      this.#idleDeadlines.clear();
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

  /** The record with the smallest time of those that are first in their partition; of equal ones that which came first. */
  take(): { readonly queue: RecordQueue; readonly record: QueuedRecord } | null {
    let at = -1;
    let smallest = Infinity;
    for (let index = 0; index < this.#filled.length; index += 1) {
      const { timestamp } = (this.#filled[index] as RecordQueue).head as QueuedRecord;
      if (timestamp < smallest) {
        smallest = timestamp;
        at = index;
      }
    }
    if (at === -1) return null;
    const queue = this.#filled[at] as RecordQueue;
    const record = queue.take() as QueuedRecord;
    if (this.#filled.length > 1) this.#filled.splice(at, 1);
    else this.#filled = [];
    if (queue.head !== null) this.#filled.push(queue);
    this.streamTime = record.timestamp;
    return { queue, record };
  }

  clear(): void {
    for (const queue of this.#queues) queue.clear();
    this.#filled = [];
  }
}
