import { javaHash } from '../protocol/java-hash.js';

/**
 * The partition of `__consumer_offsets` that holds a group: Java's `String.hashCode` without its sign, modulo the number of partitions
 * (Kafka's `Utils.abs(groupId.hashCode()) % partitions`).
 */
export function partitionForGroup(groupId: string, partitions: number): number {
  const hash = javaHash(groupId);
  // Kafka maps the one number without a positive counterpart to 0.
  const positive = hash === -0x8000_0000 ? 0 : Math.abs(hash);
  return positive % partitions;
}
