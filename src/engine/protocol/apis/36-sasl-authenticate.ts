import { defineApi } from '../api.js';
import { bytes, int16, int64, string } from '../schema.js';

/** One message of a SASL mechanism, and its answer. Version 1 tells how long the session lasts (KIP-368), 2 is flexible. */
export const saslAuthenticate = defineApi({
  key: 36,
  name: 'SaslAuthenticate',
  validVersions: '0-2',
  flexibleFrom: 2,
  request: () => ({ authBytes: bytes('0+') }),
  response: () => ({
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
    authBytes: bytes('0+'),
    sessionLifetimeMs: int64('1+', { default: 0n, ignorable: true }),
  }),
});
