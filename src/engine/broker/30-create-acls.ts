/** CreateAcls v1-3. There are no access rules here: it answers as a Kafka without an authorizer. */
import { errorCode } from '../protocol/errors.js';
import type { Handler } from './handler.js';

export const handleCreateAcls: Handler<'CreateAcls'> = (_services, { request }) => ({
  throttleTimeMs: 0,
  results: request.creations.map(() => ({
    errorCode: errorCode('SECURITY_DISABLED'),
    errorMessage: 'No Authorizer is configured.',
  })),
});
