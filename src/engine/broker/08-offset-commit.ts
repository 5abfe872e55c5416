/**
 * OffsetCommit v2-10. Members, and anyone while a group has none, store offsets for partitions that exist; the answer waits until they are durable.
 * From v10 on topics are named by id; v2-4 may ask for a retention of their own.
 */
import type { CompleteRequestOf } from '../protocol/apis.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import type { OffsetToCommit } from '../group/offset-commit.js';
import type { TopicImage } from './metadata-image.js';
import { safeNumber } from './safe-number.js';
import type { BrokerServices, Handler } from './handler.js';

type Request = CompleteRequestOf<'OffsetCommit'>;

export const handleOffsetCommit: Handler<'OffsetCommit'> = async (services, { context, version, request }) => {
  const offsets: OffsetToCommit[] = [];
  // Where the partition is unknown, an error; else the place of its offset in what is committed, which has the place of its answer.
  const places = request.topics.map((topic) => {
    const found = version >= 10 ? services.replicas.topicById(topic.topicId) : services.replicas.topic(topic.name);
    return topic.partitions.map((partition): ErrorName | number => {
      if (found === undefined && version >= 10) return 'UNKNOWN_TOPIC_ID';
      if (found?.partitions[partition.partitionIndex] === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION';
      return offsets.push(toCommit(found, partition)) - 1;
    });
  });
  const errors = offsets.length === 0 ? [] : await commit(services, context.requestId, version, request, offsets);
  return {
    topics: request.topics.map((topic, at) => ({
      name: topic.name,
      topicId: topic.topicId,
      partitions: topic.partitions.map(({ partitionIndex }, index) => {
        const place = places[at]?.[index] as ErrorName | number;
        return {
          partitionIndex,
          errorCode: errorCode(typeof place === 'number' ? (errors[place] as ErrorName) : place),
        };
      }),
    })),
  };
};

async function commit(
  services: BrokerServices,
  requestId: string,
  version: number,
  request: Request,
  offsets: readonly OffsetToCommit[],
): Promise<readonly ErrorName[]> {
  return services.groups.commitOffsets(requestId, {
    groupId: request.groupId,
    generationId: request.generationIdOrMemberEpoch,
    memberId: request.memberId,
    groupInstanceId: request.groupInstanceId,
    isOfConsumerProtocol: version >= 9,
    retentionTimeMs: safeNumber(request.retentionTimeMs),
    offsets,
  });
}

function toCommit(
  { name, topicId }: TopicImage,
  partition: Request['topics'][number]['partitions'][number],
): OffsetToCommit {
  return {
    topic: name,
    topicId,
    partition: partition.partitionIndex,
    offset: safeNumber(partition.committedOffset),
    leaderEpoch: partition.committedLeaderEpoch,
    metadata: partition.committedMetadata,
  };
}
