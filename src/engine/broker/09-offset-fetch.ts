/**
 * OffsetFetch v1-10. Reads the offsets that a group has committed, durable ones only; -1 where there is none. Null topics ask for all.
 * From v8 on several groups at once, from v10 on topics are named by id. Left out: `requireStable` finds nothing pending, as there are no
 * transactions. Whoever says that it is a member of a group of the consumer protocol (v9) has to be one, in the group's epoch.
 */
import { errorCode, type ErrorName } from '../protocol/errors.js';
import { consumerFetchError } from '../group/consumer/commit.js';
import type { CommittedOffset } from '../group/group-record.js';
import type { StoredGroup } from '../group/stored-groups.js';
import { zeroUuid } from '../protocol/schema.js';
import { isZeroId, topicIdText } from '../protocol/topic-id.js';
import { refusal } from './group-coordinator.js';
import type { BrokerServices, Handler } from './handler.js';

interface AskedTopic {
  readonly name: string | undefined;
  readonly topicId: Uint8Array;
  readonly partitions: readonly number[];
}

export const handleOffsetFetch: Handler<'OffsetFetch'> = async (services, { version, request }) => {
  if (version >= 8) {
    const groups = await Promise.all(
      request.groups.map(async ({ groupId, memberId, memberEpoch, topics }) => {
        const asked = topics?.map(({ name, topicId, partitionIndexes }) => ({
          name: version >= 10 ? services.replicas.topicById(topicId)?.name : name,
          topicId,
          partitions: partitionIndexes,
        }));
        return { groupId, ...(await offsetsOf(services, version, { groupId, memberId, memberEpoch }, asked)) };
      }),
    );
    return { groups };
  }
  const asked = request.topics?.map(({ name, partitionIndexes }) => ({
    name,
    topicId: zeroUuid,
    partitions: partitionIndexes,
  }));
  return offsetsOf(services, version, { groupId: request.groupId, memberId: null, memberEpoch: -1 }, asked);
};

async function offsetsOf(
  services: BrokerServices,
  version: number,
  { groupId, memberId, memberEpoch }: { groupId: string; memberId: string | null; memberEpoch: number },
  asked: readonly AskedTopic[] | undefined,
) {
  const outcome = await services.groups.inspect(groupId, (classic, stored) => {
    const error = stored?.consumer && consumerFetchError(stored.consumer, memberId, memberEpoch);
    if (error !== undefined) return { topics: [], errorCode: errorCode(error) };
    // Of a group that was forgotten there may be offsets, which the next group of the name finds.
    const offsets = classic === undefined && stored?.consumer === undefined ? undefined : stored?.offsets;
    const topics = (asked ?? everything(services, version, offsets)).map(({ name, topicId, partitions }) => ({
      name: name ?? '',
      topicId,
      partitions: partitions.map((partitionIndex) => {
        if (name === undefined) return answer(partitionIndex, undefined, 'UNKNOWN_TOPIC_ID');
        const committed = offsets?.get(name)?.get(partitionIndex);
        return answer(partitionIndex, isOf(topicId, committed) ? committed : undefined, 'NONE');
      }),
    }));
    return { topics, errorCode: 0 };
  });
  return 'answered' in outcome ? outcome.answered : { topics: [], errorCode: errorCode(refusal(outcome)) };
}

/** Topics that were deleted since have no id to be named by: from v10 on they are left out. */
function everything(
  services: BrokerServices,
  version: number,
  offsets: StoredGroup['offsets'] | undefined,
): AskedTopic[] {
  const topics: AskedTopic[] = [];
  for (const [name, partitions] of offsets ?? []) {
    const topicId = version >= 10 ? services.replicas.topic(name)?.topicId : zeroUuid;
    if (topicId !== undefined) topics.push({ name, topicId, partitions: [...partitions.keys()] });
  }
  return topics;
}

/** Whether the offset is of the topic with this id, as far as both are known; else another topic has had the same name. */
function isOf(topicId: Uint8Array, committed: CommittedOffset | undefined): boolean {
  if (committed === undefined || isZeroId(topicId) || isZeroId(committed.topicId)) return true;
  return topicIdText(topicId) === topicIdText(committed.topicId);
}

function answer(partitionIndex: number, committed: CommittedOffset | undefined, error: ErrorName) {
  return {
    partitionIndex,
    committedOffset: BigInt(committed?.offset ?? -1),
    committedLeaderEpoch: committed?.leaderEpoch ?? -1,
    metadata: committed?.metadata ?? '',
    errorCode: errorCode(error),
  };
}
