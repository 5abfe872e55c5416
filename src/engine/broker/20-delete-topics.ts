/**
 * DeleteTopics v1-6. Topics go with all their records, by name or (v6) by id; answered when the deletion is durable.
 * Left out: nothing that one broker without access rules would do.
 */
import { errorCode } from '../protocol/errors.js';
import type { Handler } from './handler.js';

export const handleDeleteTopics: Handler<'DeleteTopics'> = async (services, { context, version, request }) => {
  const wanted =
    version >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: new Uint8Array(16) }));
  const deletions = await services.controller.deleteTopics(wanted, context.requestId);
  return {
    throttleTimeMs: 0,
    responses: deletions.map(({ name, topicId, error, message }) => ({
      name,
      topicId,
      errorCode: errorCode(error),
      errorMessage: message,
    })),
  };
};
