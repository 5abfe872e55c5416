import { defineApi } from '../api.js';
import { array, bool, int16, int32, string, struct, structs, uuid } from '../schema.js';

/** Topics and their partitions, a page at a time (KIP-966). */
export const describeTopicPartitions = defineApi({
  key: 75,
  name: 'DescribeTopicPartitions',
  validVersions: '0',
  flexibleFrom: 0,
  request: () => ({
    topics: structs('0+', {
      name: string('0+'),
    }),
    responsePartitionLimit: int32('0+', { default: 2000 }),
    cursor: struct(
      '0+',
      {
        topicName: string('0+'),
        partitionIndex: int32('0+'),
      },
      { nullable: '0+', default: null },
    ),
  }),
  response: () => ({
    throttleTimeMs: int32('0+', { ignorable: true }),
    topics: structs('0+', {
      errorCode: int16('0+'),
      name: string('0+', { nullable: '0+' }),
      topicId: uuid('0+', { ignorable: true }),
      isInternal: bool('0+', { default: false, ignorable: true }),
      partitions: structs('0+', {
        errorCode: int16('0+'),
        partitionIndex: int32('0+'),
        leaderId: int32('0+'),
        leaderEpoch: int32('0+', { default: -1, ignorable: true }),
        replicaNodes: array('int32', '0+'),
        isrNodes: array('int32', '0+'),
        eligibleLeaderReplicas: array('int32', '0+', { nullable: '0+', default: null }),
        lastKnownElr: array('int32', '0+', { nullable: '0+', default: null }),
        offlineReplicas: array('int32', '0+', { ignorable: true }),
      }),
      topicAuthorizedOperations: int32('0+', { default: -2147483648 }),
    }),
    nextCursor: struct(
      '0+',
      {
        topicName: string('0+'),
        partitionIndex: int32('0+'),
      },
      { nullable: '0+', default: null },
    ),
  }),
});
