import type { ResponseOf } from '../protocol/apis.js';
import { zeroUuid } from '../protocol/schema.js';
import type { GroupCoordinator } from './group-coordinator.js';
import { groupBy } from './group-by.js';

/** An offset to commit: the next one to read. */
export interface OffsetToCommit {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly metadata?: string | null;
}

/** What a group has committed; offset -1: nothing. */
export interface CommittedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string | null;
}

/** Who commits. Only an empty group takes offsets from nobody (generation -1, no member). */
export interface Committer {
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export const nobody: Committer = { generationId: -1, memberId: '', groupInstanceId: null };

/** Commits offsets. Throws the first error that the coordinator gives for any of them. */
export async function commitOffsets(
  coordinator: GroupCoordinator,
  committer: Committer,
  offsets: readonly OffsetToCommit[],
): Promise<void> {
  const topics = [...groupBy(offsets, ({ topic }) => topic)];
  const canNameById = await loadTopicIds(
    coordinator,
    topics.map(([name]) => name),
  );
  await coordinator.send(
    'OffsetCommit',
    (version) => ({
      groupId: coordinator.groupId,
      generationIdOrMemberEpoch: committer.generationId,
      memberId: committer.memberId,
      ...(version >= 7 ? { groupInstanceId: committer.groupInstanceId } : {}),
      topics: topics.map(([name, partitions]) => ({
        name,
        ...topicIdOf(coordinator, name),
        partitions: partitions.map(({ partition, offset, metadata }) => ({
          partitionIndex: partition,
          committedOffset: BigInt(offset),
          committedMetadata: metadata ?? '',
        })),
      })),
    }),
    ({ topics: answered }) => firstError(answered.flatMap(({ partitions }) => partitions)),
    { maxVersion: canNameById ? Infinity : 9 },
  );
}

/** For whom offsets are fetched. */
export interface OffsetReader {
  /** A member of the consumer protocol asks with its epoch, so that a fenced one learns of it. */
  readonly member?: Committer | undefined;
  /** Whether offsets that a transaction has pending are waited for: it throws UNSTABLE_OFFSET_COMMIT then. */
  readonly requireStable?: boolean;
}

/** What the group has committed for these partitions; for all that it has committed anything for, if null. */
export async function fetchOffsets(
  coordinator: GroupCoordinator,
  partitions: readonly { readonly topic: string; readonly partition: number }[] | null,
  { member, requireStable = false }: OffsetReader = {},
): Promise<CommittedOffset[]> {
  const { groupId } = coordinator;
  const topics = partitions === null ? null : [...groupBy(partitions, ({ topic }) => topic)];
  const canNameById =
    topics !== null &&
    (await loadTopicIds(
      coordinator,
      topics.map(([name]) => name),
    ));
  const asked = (withIds: boolean) =>
    topics?.map(([name, wanted]) => ({
      name,
      ...(withIds ? topicIdOf(coordinator, name) : {}),
      partitionIndexes: wanted.map(({ partition }) => partition),
    })) ?? null;
  const response = await coordinator.send(
    'OffsetFetch',
    (version) => ({
      ...(version >= 8
        ? {
            groups: [
              {
                groupId,
                ...(member === undefined || version < 9
                  ? {}
                  : { memberId: member.memberId, memberEpoch: member.generationId }),
                topics: asked(version >= 10),
              },
            ],
          }
        : { groupId, topics: asked(false) }),
      ...(version >= 7 ? { requireStable } : {}),
    }),
    errorOfFetch,
    { maxVersion: canNameById ? Infinity : 9 },
  );
  const found: CommittedOffset[] = [];
  for (const { name, topicId, partitions: answered } of topicsOf(response)) {
    const topic = coordinator.cluster.metadata.nameOf(name, topicId);
    if (topic === undefined) continue;
    for (const { partitionIndex, committedOffset, metadata } of answered)
      found.push({ topic, partition: partitionIndex, offset: Number(committedOffset), metadata });
  }
  return found;
}

/** The group's topics: versions up to 7 have no `groups`, and name topics always. */
function topicsOf(response: ResponseOf<'OffsetFetch'>): ResponseOf<'OffsetFetch'>['groups'][number]['topics'] {
  return response.groups[0]?.topics ?? response.topics.map((topic) => ({ ...topic, topicId: zeroUuid }));
}

function errorOfFetch(response: ResponseOf<'OffsetFetch'>): number {
  const group = response.groups[0] ?? response;
  return group.errorCode || firstError(topicsOf(response).flatMap(({ partitions }) => partitions));
}

function firstError(answers: readonly { readonly errorCode: number }[]): number {
  return answers.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? 0;
}

/** Whether the ids of all the topics are known, as versions from 10 on need them. */
async function loadTopicIds(coordinator: GroupCoordinator, topics: readonly string[]): Promise<boolean> {
  const { metadata } = coordinator.cluster;
  const missing = topics.filter((topic) => !metadata.topics.has(topic));
  if (missing.length > 0) await coordinator.cluster.refresh(missing);
  return topics.every((topic) => metadata.topics.get(topic)?.hasTopicId === true);
}

function topicIdOf(coordinator: GroupCoordinator, name: string): { topicId?: Uint8Array } {
  const topicId = coordinator.cluster.metadata.topics.get(name)?.topicId;
  return topicId === undefined ? {} : { topicId };
}
