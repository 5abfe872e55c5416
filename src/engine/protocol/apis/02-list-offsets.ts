import { defineApi } from '../api.js';
import { int16, int32, int64, int8, string, structs } from '../schema.js';

/** Finds offsets by timestamp, -1 (latest), -2 (earliest), -3 (largest timestamp) and more. Version 4 adds leader epochs, 6 is flexible. */
export const listOffsets = defineApi({
  key: 2,
  name: 'ListOffsets',
  validVersions: '1-11',
  flexibleFrom: 6,
  request: () => ({
    replicaId: int32('0+'),
    isolationLevel: int8('2+', { default: 0 }),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        currentLeaderEpoch: int32('4+', { default: -1, ignorable: true }),
        timestamp: int64('0+'),
      }),
    }),
    timeoutMs: int32('10+', { default: 0, ignorable: true }),
  }),
  response: () => ({
    throttleTimeMs: int32('2+', { default: 0, ignorable: true }),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        timestamp: int64('1+', { default: -1n }),
        offset: int64('1+', { default: -1n }),
        leaderEpoch: int32('4+', { default: -1 }),
      }),
    }),
  }),
});
