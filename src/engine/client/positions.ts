import { KafkaError } from '../protocol/kafka-error.js';
import type { AssignedPartition } from './assigned-partitions.js';
import type { Cluster } from './cluster.js';
import type { CommittedOffset } from './group-offsets.js';
import { latestTimestamp, listOffsets } from './list-offsets.js';
import { resetTimestamp, type AutoOffsetReset } from './reset-policy.js';

export interface PositionOptions {
  readonly cluster: Cluster;
  /** What the group committed for these; absent where there is no group. */
  readonly committed: ((partitions: readonly AssignedPartition[]) => Promise<readonly CommittedOffset[]>) | undefined;
  readonly resetOf: (topic: string) => AutoOffsetReset;
  readonly isolationLevel: number;
  readonly onReset: (assigned: AssignedPartition, offset: number, reason: 'no-offset' | 'out-of-range') => void;
}

/**
 * Finds where to read: at the committed offset, else where the reset policy says. Only partitions without a position are asked for, and a seek that comes meanwhile
 * counts. No retries. Rejects with OFFSET_OUT_OF_RANGE where the policy is `none`; where the committed offsets can't be told nothing is reset.
 */
export async function findPositions(options: PositionOptions, partitions: readonly AssignedPartition[]): Promise<void> {
  const unknown = partitions.filter(({ position }) => position === undefined);
  if (unknown.length === 0) return;
  const asked = unknown.filter(({ isOutOfRange }) => !isOutOfRange);
  const epochs = asked.map(({ seekEpoch }) => seekEpoch);
  const committed = asked.length === 0 ? [] : ((await options.committed?.(asked)) ?? []);
  for (const { topic, partition, offset } of committed) {
    const at = asked.findIndex((each) => each.topic === topic && each.partition === partition);
    const assigned = asked[at];
    if (assigned === undefined || offset < 0 || assigned.seekEpoch !== epochs[at]) continue;
    assigned.seek(offset, 'committed');
  }
  const left = unknown.filter(({ position, isRevoked }) => position === undefined && !isRevoked);
  await resetPositions(options, left);
}

/** Moves partitions to where the reset policy says. Rejects with OFFSET_OUT_OF_RANGE where it is `none`. */
async function resetPositions(
  { cluster, resetOf, isolationLevel, onReset }: PositionOptions,
  partitions: readonly AssignedPartition[],
): Promise<void> {
  if (partitions.length === 0) return;
  const now = cluster.context.environment.clock.now();
  const queries = partitions.map(({ topic, partition }) => {
    const timestamp = resetTimestamp(resetOf(topic), now);
    if (timestamp !== undefined) return { topic, partition, timestamp };
    throw new KafkaError(
      'OFFSET_OUT_OF_RANGE',
      `There is no usable offset for ${topic}-${partition}, and autoOffsetReset is none. Seek to an offset, or choose earliest, latest or by_duration.`,
    );
  });
  const epochs = partitions.map(({ seekEpoch }) => seekEpoch);
  const once = { isolationLevel, retry: { retries: 0 } };
  const answers = await listOffsets(cluster, queries, once);
  const late = partitions.filter((_, at) => answers[at]?.offset === -1);
  // Nothing is as young as the duration asks for.
  const ends = await listOffsets(
    cluster,
    late.map(({ topic, partition }) => ({ topic, partition, timestamp: latestTimestamp })),
    once,
  );
  partitions.forEach((assigned, at) => {
    const offset = answers[at]?.offset === -1 ? ends[late.indexOf(assigned)]?.offset : answers[at]?.offset;
    // A seek that came meanwhile counts.
    if (offset === undefined || offset < 0 || assigned.seekEpoch !== epochs[at]) return;
    onReset(assigned, offset, assigned.isOutOfRange ? 'out-of-range' : 'no-offset');
    assigned.seek(offset, 'reset');
  });
}
