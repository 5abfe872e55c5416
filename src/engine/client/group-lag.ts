import type { TopicPartition } from './assigned-partitions.js';
import { describeGroup } from './group-admin.js';
import type { GroupCoordinator } from './group-coordinator.js';
import { fetchOffsets } from './group-offsets.js';
import { latestTimestamp, listOffsets } from './list-offsets.js';

/** How far a group is behind in a partition. */
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** What the group has committed; null where it has nothing. */
  readonly offset: string | null;
  readonly endOffset: string;
  /** How many offsets lie between them; null where nothing is committed. */
  readonly lag: number | null;
  /** Who has it; null where nobody reads. */
  readonly memberId: string | null;
}

/** The lag in each partition that the group has committed for or that a member has, of these topics, of all if none are named. */
export async function fetchLag(coordinator: GroupCoordinator, topics?: readonly string[]): Promise<PartitionLag[]> {
  const { cluster } = coordinator;
  const { members } = await describeGroup(coordinator);
  const committed = await cluster.retry('fetch offsets', () => fetchOffsets(coordinator, null));
  const owners = new Map(
    members.flatMap(({ memberId, assignment }) =>
      assignment.map((each) => [`${each.topic}-${each.partition}`, { ...each, memberId }] as const),
    ),
  );
  const known = new Map<string, TopicPartition>();
  for (const { topic, partition } of [...committed, ...owners.values()])
    if (topics?.includes(topic) !== false) known.set(`${topic}-${partition}`, { topic, partition });
  const ends = await listOffsets(
    cluster,
    [...known.values()].map((each) => ({ ...each, timestamp: latestTimestamp })),
  );
  return ends
    .map(({ topic, partition, offset: end }) => {
      const found = committed.find((each) => each.topic === topic && each.partition === partition)?.offset ?? -1;
      return {
        topic,
        partition,
        offset: found < 0 ? null : String(found),
        endOffset: String(end),
        lag: found < 0 ? null : end - found,
        memberId: owners.get(`${topic}-${partition}`)?.memberId ?? null,
      };
    })
    .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
}
