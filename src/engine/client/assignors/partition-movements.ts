import { inHashMapOrder, javaHash } from '../../protocol/java-hash.js';
import type { AssignablePartition } from './partition-table.js';

interface Movement {
  readonly from: string;
  readonly to: string;
}

/**
 * Which partitions a rebalance has moved so far, so that not one goes from a to b and another of the same topic from b to a: then the first is
 * moved back instead (Kafka's `PartitionMovements`).
 */
export class PartitionMovements {
  readonly #byPartition = new Map<AssignablePartition, Movement>();

  /** The partition to move from `from` to `to` in place of this one, or itself. */
  toMoveInsteadOf(partition: AssignablePartition, from: string, to: string): AssignablePartition {
    const origin = this.#byPartition.get(partition)?.from ?? from;
    const reverse = [...this.#byPartition]
      .filter(([moved, movement]) => moved.topic === partition.topic && movement.from === to && movement.to === origin)
      .map(([moved]) => moved);
    return inHashMapOrder(reverse, hashOf)[0] ?? partition;
  }

  /** Notes a movement; one that brings a partition back cancels what was noted of it. */
  note(partition: AssignablePartition, from: string, to: string): void {
    const earlier = this.#byPartition.get(partition);
    this.#byPartition.delete(partition);
    const origin = earlier?.from ?? from;
    if (origin !== to) this.#byPartition.set(partition, { from: origin, to });
  }
}

/** Kafka's `TopicPartition.hashCode`. */
function hashOf({ topic, partition }: AssignablePartition): number {
  return (Math.imul(31, 31 + partition) + javaHash(topic)) | 0;
}
