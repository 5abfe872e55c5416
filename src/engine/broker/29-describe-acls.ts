/** DescribeAcls v1-3. There are no access rules here: it answers as a Kafka without an authorizer. */
import { errorCode } from '../protocol/errors.js';
import type { Handler } from './handler.js';

export const handleDescribeAcls: Handler<'DescribeAcls'> = () => ({
  throttleTimeMs: 0,
  errorCode: errorCode('SECURITY_DISABLED'),
  errorMessage: 'No Authorizer is configured on the broker',
  resources: [],
});
