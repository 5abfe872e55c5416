import { defineApi } from '../api.js';
import { array, int16, int32, int8, string, structs } from '../schema.js';

/** Has leaders elected. Version 1 adds unclean elections, 2 is flexible. */
export const electLeaders = defineApi({
  key: 43,
  name: 'ElectLeaders',
  validVersions: '0-2',
  flexibleFrom: 2,
  request: () => ({
    electionType: int8('1+', { default: 0 }),
    topicPartitions: structs(
      '0+',
      {
        topic: string('0+'),
        partitions: array('int32', '0+'),
      },
      { nullable: '0+' },
    ),
    timeoutMs: int32('0+', { default: 60000 }),
  }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    errorCode: int16('1+', { default: 0 }),
    replicaElectionResults: structs('0+', {
      topic: string('0+'),
      partitionResult: structs('0+', {
        partitionId: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+' }),
      }),
    }),
  }),
});
