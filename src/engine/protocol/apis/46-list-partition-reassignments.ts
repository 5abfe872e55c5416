import { defineApi } from '../api.js';
import { array, int16, int32, string, structs } from '../schema.js';

/** Tells which partitions are being moved. Always flexible. */
export const listPartitionReassignments = defineApi({
  key: 46,
  name: 'ListPartitionReassignments',
  validVersions: '0',
  flexibleFrom: 0,
  request: () => ({
    timeoutMs: int32('0+', { default: 60000 }),
    topics: structs(
      '0+',
      {
        name: string('0+'),
        partitionIndexes: array('int32', '0+'),
      },
      { nullable: '0+', default: null },
    ),
  }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        replicas: array('int32', '0+'),
        addingReplicas: array('int32', '0+'),
        removingReplicas: array('int32', '0+'),
      }),
    }),
  }),
});
