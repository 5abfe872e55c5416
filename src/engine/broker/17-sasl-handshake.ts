/** SaslHandshake v0-1. A listener that asks who a client is answers it itself; what comes here comes too late, or from a listener that asks nobody. */
import { errorCode } from '../protocol/errors.js';
import type { Handler } from './handler.js';

export const handleSaslHandshake: Handler<'SaslHandshake'> = () => ({
  errorCode: errorCode('ILLEGAL_SASL_STATE'),
  mechanisms: [],
});
