/**
 * OffsetFetch v1-10. Reads the offsets that a group has committed, durable ones only; -1 where there is none. Null topics ask for all.
 * From v8 on several groups at once, from v10 on topics are named by id. Left out: `requireStable` finds nothing pending, as there are no
 * transactions; member id and epoch are looked at in groups of the consumer protocol only, of which there are none.
 */
import { errorCode, type ErrorName } from '../protocol/errors.js';
import type { CommittedOffset } from '../group/group-record.js';
import type { StoredGroup } from '../group/stored-groups.js';
import type { BrokerServices, Handler } from './handler.js';

interface AskedTopic {
  readonly name: string | undefined;
  readonly topicId: Uint8Array;
  readonly partitions: readonly number[];
}

export const handleOffsetFetch: Handler<'OffsetFetch'> = async (services, { version, request }) => {
  if (version >= 8) {
    const groups = await Promise.all(
      request.groups.map(async ({ groupId, topics }) => {
        const asked = topics?.map(({ name, topicId, partitionIndexes }) => ({
          name: version >= 10 ? services.replicas.topicById(topicId)?.name : name,
          topicId,
          partitions: partitionIndexes,
        }));
        return { groupId, ...(await offsetsOf(services, groupId, asked)) };
      }),
    );
    return { groups };
  }
  const asked = request.topics?.map(({ name, partitionIndexes }) => ({
    name,
    topicId: new Uint8Array(16),
    partitions: partitionIndexes,
  }));
  return offsetsOf(services, request.groupId, asked);
};

async function offsetsOf(services: BrokerServices, groupId: string, asked: readonly AskedTopic[] | undefined) {
  const outcome = await services.groups.read(groupId);
  if (!('answered' in outcome)) return { topics: [], errorCode: errorCode('NOT_COORDINATOR') };
  const stored = outcome.answered;
  const topics = asked ?? everything(services, stored);
  return {
    topics: topics.map(({ name, topicId, partitions }) => ({
      name: name ?? '',
      topicId,
      partitions: partitions.map((partitionIndex) =>
        answer(
          partitionIndex,
          name === undefined ? undefined : stored?.offsets.get(name)?.get(partitionIndex),
          name === undefined ? 'UNKNOWN_TOPIC_ID' : 'NONE',
        ),
      ),
    })),
    errorCode: 0,
  };
}

/** Topics that were deleted since have no id to be named by; from v10 on Kafka leaves them out, here they are left out everywhere. */
function everything(services: BrokerServices, stored: StoredGroup | undefined): AskedTopic[] {
  const topics: AskedTopic[] = [];
  for (const [name, partitions] of stored?.offsets ?? []) {
    const topicId = services.replicas.topic(name)?.topicId;
    if (topicId !== undefined) topics.push({ name, topicId, partitions: [...partitions.keys()] });
  }
  return topics;
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
