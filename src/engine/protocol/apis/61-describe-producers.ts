import { defineApi } from '../api.js';
import { array, int16, int32, int64, string, structs } from '../schema.js';

/** Tells what partitions know of their producers (KIP-664). */
export const describeProducers = defineApi({
  key: 61,
  name: 'DescribeProducers',
  validVersions: '0',
  flexibleFrom: 0,
  request: () => ({ topics: structs('0+', { name: string('0+'), partitionIndexes: array('int32', '0+') }) }),
  response: () => ({
    throttleTimeMs: int32('0+', { default: 0 }),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+', default: null }),
        activeProducers: structs('0+', {
          producerId: int64('0+'),
          producerEpoch: int32('0+'),
          lastSequence: int32('0+', { default: -1 }),
          lastTimestamp: int64('0+', { default: -1n }),
          coordinatorEpoch: int32('0+'),
          currentTxnStartOffset: int64('0+', { default: -1n }),
        }),
      }),
    }),
  }),
});
