/**
 * OffsetDelete v0 (KIP-496). Forgets offsets of a group that has no members, or of topics that its consumers do not subscribe to. Partitions that do not
 * exist are told so.
 */
import { decideOffsetDelete } from '../group/offset-delete.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import { zeroUuid } from '../protocol/schema.js';
import { refusal } from './group-coordinator.js';
import type { Handler } from './handler.js';
import { OffsetAnswers } from './offset-answers.js';

export const handleOffsetDelete: Handler<'OffsetDelete'> = async (services, { context, request }) => {
  const refuse = (error: ErrorName) => ({ errorCode: errorCode(error), topics: [] });
  const answers = new OffsetAnswers<{ readonly partitionIndex: number }>();
  for (const { name, partitions } of request.topics) {
    const found = services.replicas.topic(name);
    answers.add({ name, topicId: zeroUuid, partitions }, found !== undefined, ({ partitionIndex }) =>
      found?.partitions[partitionIndex] === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : undefined,
    );
  }
  const offsets = answers.known.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex })),
  );
  if (request.groupId === '') return refuse('INVALID_GROUP_ID');
  const outcome = await services.groups.decide(request.groupId, context.requestId, (group, _, stored) =>
    decideOffsetDelete(group, stored, offsets),
  );
  if (!('answered' in outcome)) return refuse(refusal(outcome));
  const { error, offsets: errors } = outcome.answered;
  if (error !== 'NONE') return refuse(error);
  return {
    errorCode: 0,
    topics: answers.answer(errors).map(({ name, partitions }) => ({ name, partitions })),
  };
};
