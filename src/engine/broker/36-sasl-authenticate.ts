/** SaslAuthenticate v0-2. A listener that asks who a client is answers it itself; what comes here comes too late, or from a listener that asks nobody. */
import { errorCode } from '../protocol/errors.js';
import type { Handler } from './handler.js';

export const handleSaslAuthenticate: Handler<'SaslAuthenticate'> = () => ({
  errorCode: errorCode('ILLEGAL_SASL_STATE'),
  errorMessage: 'SaslAuthenticate request received after successful authentication',
  authBytes: new Uint8Array(0),
});
