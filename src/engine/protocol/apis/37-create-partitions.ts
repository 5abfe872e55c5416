import { defineApi } from '../api.js';
import { array, bool, int16, int32, string, structs } from '../schema.js';

/** Adds partitions to topics (KIP-195); `count` is how many there shall be. Version 2 is flexible. */
export const createPartitions = defineApi({
  key: 37,
  name: 'CreatePartitions',
  validVersions: '0-3',
  flexibleFrom: 2,
  request: () => ({
    topics: structs('0+', {
      name: string('0+'),
      count: int32('0+'),
      assignments: structs('0+', { brokerIds: array('int32', '0+') }, { nullable: '0+' }),
    }),
    timeoutMs: int32('0+'),
    validateOnly: bool('0+'),
  }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    results: structs('0+', {
      name: string('0+'),
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+', default: null }),
    }),
  }),
});
