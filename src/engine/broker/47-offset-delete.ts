/**
 * OffsetDelete v0 (KIP-496). Forgets offsets of a group that has no members, or of topics that its consumers do not subscribe to. Partitions that do not
 * exist are told so.
 */
import { decideOffsetDelete, type OffsetToDelete } from '../group/offset-delete.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import { refusal } from './group-coordinator.js';
import type { Handler } from './handler.js';

export const handleOffsetDelete: Handler<'OffsetDelete'> = async (services, { context, request }) => {
  const refuse = (error: ErrorName) => ({ errorCode: errorCode(error), topics: [] });
  const offsets: OffsetToDelete[] = [];
  // Where the partition is unknown, nothing; else the place of its offset in what is deleted, which has the place of its answer.
  const places = request.topics.map(({ name, partitions }) =>
    partitions.map(({ partitionIndex }) => {
      if (services.replicas.topic(name)?.partitions[partitionIndex] === undefined) return undefined;
      return offsets.push({ topic: name, partition: partitionIndex }) - 1;
    }),
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
    topics: request.topics.map(({ name, partitions }, at) => ({
      name,
      partitions: partitions.map(({ partitionIndex }, index) => {
        const place = places[at]?.[index];
        const ofPartition = place === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : (errors[place] as ErrorName);
        return { partitionIndex, errorCode: errorCode(ofPartition) };
      }),
    })),
  };
};
