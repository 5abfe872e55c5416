/**
 * The partition of `__consumer_offsets` that holds a group: Java's `String.hashCode` without its sign, modulo the number of partitions
 * (Kafka's `Utils.abs(groupId.hashCode()) % partitions`).
 */
export function partitionForGroup(groupId: string, partitions: number): number {
  let hash = 0;
  for (let index = 0; index < groupId.length; index += 1) hash = (Math.imul(hash, 31) + groupId.charCodeAt(index)) | 0;
  // Kafka maps the one number without a positive counterpart to 0.
  const positive = hash === -0x8000_0000 ? 0 : Math.abs(hash);
  return positive % partitions;
}
