import { defineApi } from '../api.js';
import { int16, int32, int64, string, structs } from '../schema.js';

/** Moves the start of partitions' logs (KIP-107); offset -1 is the high watermark. Version 2 is flexible. */
export const deleteRecords = defineApi({
  key: 21,
  name: 'DeleteRecords',
  validVersions: '0-2',
  flexibleFrom: 2,
  request: () => ({
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', { partitionIndex: int32('0+'), offset: int64('0+') }),
    }),
    timeoutMs: int32('0+'),
  }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        lowWatermark: int64('0+'),
        errorCode: int16('0+'),
      }),
    }),
  }),
});
