import { defineApi } from '../api.js';
import { array, int16, string } from '../schema.js';

/** Names the SASL mechanism that a client will use; the answer lists those that the broker has. Never flexible. From version 1 on, SaslAuthenticate carries what the mechanism says. */
export const saslHandshake = defineApi({
  key: 17,
  name: 'SaslHandshake',
  validVersions: '0-1',
  flexibleFrom: null,
  request: () => ({ mechanism: string('0+') }),
  response: () => ({ errorCode: int16('0+'), mechanisms: array('string', '0+') }),
});
