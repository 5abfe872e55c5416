/**
 * OffsetCommit v2-10. Members, and anyone while a group has none, store offsets for partitions that exist; the answer waits until they are durable.
 * From v10 on topics are named by id; v2-4 may ask for a retention of their own.
 */
import type { CompleteRequestOf } from '../protocol/apis.js';
import type { ErrorName } from '../protocol/errors.js';
import type { OffsetToCommit } from '../group/offset-commit.js';
import type { TopicImage } from './metadata-image.js';
import { OffsetAnswers } from './offset-answers.js';
import { safeNumber } from './safe-number.js';
import type { BrokerServices, Handler } from './handler.js';

type Request = CompleteRequestOf<'OffsetCommit'>;

export const handleOffsetCommit: Handler<'OffsetCommit'> = async (services, { context, version, request }) => {
  const answers = new OffsetAnswers<Request['topics'][number]['partitions'][number]>();
  const topicOf = ({ name, topicId }: { readonly name: string; readonly topicId: Uint8Array }) =>
    version >= 10 ? services.replicas.topicById(topicId) : services.replicas.topic(name);
  for (const topic of request.topics) {
    const found = topicOf(topic);
    const unknown: ErrorName = found === undefined && version >= 10 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION';
    answers.add(topic, found !== undefined, ({ partitionIndex }) =>
      found?.partitions[partitionIndex] === undefined ? unknown : undefined,
    );
  }
  const offsets = answers.known.flatMap((topic) =>
    topic.partitions.map((partition) => toCommit(topicOf(topic) as TopicImage, partition)),
  );
  return {
    topics: answers.answer(
      offsets.length === 0 ? [] : await commit(services, context.requestId, version, request, offsets),
    ),
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
