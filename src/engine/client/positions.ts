import { KafkaError } from '../protocol/kafka-error.js';
import type { AssignedPartition } from './assigned-partitions.js';
import type { GroupCoordinator } from './group-coordinator.js';
import { fetchOffsets } from './group-offsets.js';
import { earliestTimestamp, latestTimestamp, listOffsets } from './list-offsets.js';
import type { AutoOffsetReset } from './subscription.js';

/** The partitions whose position came from the reset policy, not from a committed offset. */
export type ResetPartitions = ReadonlySet<AssignedPartition>;

/**
 * Finds where to read: at the committed offset, else where the reset policy says. Only partitions without a position are asked for. Rejects with
 * OFFSET_OUT_OF_RANGE where the policy is `none`.
 */
export async function findPositions(
  coordinator: GroupCoordinator,
  partitions: readonly AssignedPartition[],
  resetOf: (topic: string) => AutoOffsetReset,
): Promise<ResetPartitions> {
  const unknown = partitions.filter(({ position }) => position === undefined);
  if (unknown.length === 0) return new Set();
  const epochs = unknown.map(({ seekEpoch }) => seekEpoch);
  const committed = await coordinator.cluster.retry('fetch committed offsets', () =>
    fetchOffsets(coordinator, unknown),
  );
  for (const { topic, partition, offset } of committed) {
    const at = unknown.findIndex((each) => each.topic === topic && each.partition === partition);
    const assigned = unknown[at];
    if (assigned === undefined || offset < 0 || assigned.seekEpoch !== epochs[at]) continue;
    assigned.committed = offset;
    assigned.seek(offset);
  }
  const left = unknown.filter(({ position }) => position === undefined);
  await resetPositions(coordinator, left, resetOf);
  return new Set(left);
}

/** Moves partitions to where the reset policy says. Rejects with OFFSET_OUT_OF_RANGE where it is `none`. */
export async function resetPositions(
  coordinator: GroupCoordinator,
  partitions: readonly AssignedPartition[],
  resetOf: (topic: string) => AutoOffsetReset,
): Promise<void> {
  if (partitions.length === 0) return;
  const queries = partitions.map(({ topic, partition }) => {
    const reset = resetOf(topic);
    if (reset !== 'none')
      return { topic, partition, timestamp: reset === 'earliest' ? earliestTimestamp : latestTimestamp };
    throw new KafkaError(
      'OFFSET_OUT_OF_RANGE',
      `Group ${coordinator.groupId} has no usable offset for ${topic}-${partition}, and autoOffsetReset is none. Seek to an offset, or choose earliest or latest.`,
    );
  });
  const epochs = partitions.map(({ seekEpoch }) => seekEpoch);
  const answers = await listOffsets(coordinator.cluster, queries);
  partitions.forEach((assigned, at) => {
    const offset = answers[at]?.offset;
    // A seek that came meanwhile counts.
    if (offset !== undefined && offset >= 0 && assigned.seekEpoch === epochs[at]) assigned.seek(offset);
  });
}
