/** CreatePartitions v0-3. Adds partitions; keys that hash to others from then on are the client's to think of. Left out: `timeoutMs`. */
import { errorCode } from '../protocol/errors.js';
import type { Handler } from './handler.js';

export const handleCreatePartitions: Handler<'CreatePartitions'> = async (services, { context, request }) => {
  const growths = await services.controller.createPartitions(request.topics, request.validateOnly, context.requestId);
  return {
    throttleTimeMs: 0,
    results: growths.map(({ name, error, message }) => ({ name, errorCode: errorCode(error), errorMessage: message })),
  };
};
