import { defineApi } from '../api.js';
import { int16, int32, int64, string, structs } from '../schema.js';

/** Tells where leader epochs ended (KIP-320). Version 3 adds the replica id, 4 is flexible. */
export const offsetForLeaderEpoch = defineApi({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  validVersions: '2-4',
  flexibleFrom: 4,
  request: () => ({
    replicaId: int32('3+', { default: -2, ignorable: true }),
    topics: structs('0+', {
      topic: string('0+'),
      partitions: structs('0+', {
        partition: int32('0+'),
        currentLeaderEpoch: int32('2+', { default: -1, ignorable: true }),
        leaderEpoch: int32('0+'),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32('2+', { ignorable: true }),
    topics: structs('0+', {
      topic: string('0+'),
      partitions: structs('0+', {
        errorCode: int16('0+'),
        partition: int32('0+'),
        leaderEpoch: int32('1+', { default: -1, ignorable: true }),
        endOffset: int64('0+', { default: -1n }),
      }),
    }),
  }),
});
