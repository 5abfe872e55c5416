import { defineApi } from '../api.js';
import { bool, int16, int32, int64, string } from '../schema.js';

/** Gives a producer its id and epoch. Version 2 is flexible, 3 may resume an id (KIP-360); 6 (KIP-939) is not stable yet. */
export const initProducerId = defineApi({
  key: 22,
  name: 'InitProducerId',
  validVersions: '0-6',
  flexibleFrom: 2,
  advertisedVersions: '0-5',
  request: () => ({
    transactionalId: string('0+', { nullable: '0+' }),
    transactionTimeoutMs: int32('0+'),
    producerId: int64('3+', { default: -1n }),
    producerEpoch: int16('3+', { default: -1 }),
    enable2Pc: bool('6+', { default: false }),
    keepPreparedTxn: bool('6+', { default: false }),
  }),
  response: () => ({
    throttleTimeMs: int32('0+', { ignorable: true }),
    errorCode: int16('0+'),
    producerId: int64('0+', { default: -1n }),
    producerEpoch: int16('0+'),
    ongoingTxnProducerId: int64('6+', { default: -1n }),
    ongoingTxnProducerEpoch: int16('6+', { default: -1 }),
  }),
});
