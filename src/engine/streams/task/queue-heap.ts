import type { RecordQueue } from './record-queue.js';

/**
 * Queues that hold records, the one with the smallest first time on top: a binary heap as Java's `PriorityQueue` is one, so that of equal times the same queue comes
 * first as in Kafka.
 */
export class QueueHeap {
  readonly #heap: RecordQueue[] = [];

  get size(): number {
    return this.#heap.length;
  }

  has(queue: RecordQueue): boolean {
    return this.#heap.includes(queue);
  }

  offer(queue: RecordQueue): void {
    const time = timeOf(queue);
    let at = this.#heap.length;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = this.#heap[parent] as RecordQueue;
      if (time >= timeOf(above)) break;
      this.#heap[at] = above;
      at = parent;
    }
    this.#heap[at] = queue;
  }

  poll(): RecordQueue | undefined {
    const top = this.#heap[0];
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return top;
    this.#siftDown(last);
    return top;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  /** Puts a queue in at the top, and down to where it belongs. */
  #siftDown(queue: RecordQueue): void {
    const time = timeOf(queue);
    const size = this.#heap.length;
    let at = 0;
    while (at < size >>> 1) {
      let child = 2 * at + 1;
      let below = this.#heap[child] as RecordQueue;
      const right = this.#heap[child + 1];
      if (right !== undefined && timeOf(below) > timeOf(right)) {
        child += 1;
        below = right;
      }
      if (time <= timeOf(below)) break;
      this.#heap[at] = below;
      at = child;
    }
    this.#heap[at] = queue;
  }
}

function timeOf({ head }: RecordQueue): number {
  return head?.timestamp ?? Infinity;
}
