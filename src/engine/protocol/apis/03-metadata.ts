import { defineApi } from '../api.js';
import { array, bool, int16, int32, string, structs, uuid, zeroUuid } from '../schema.js';

/** Brokers, topics and their leaders. Null `topics` asks for all (version 0: an empty list does). Version 9 is flexible, 10 adds topic ids. */
export const metadata = defineApi({
  key: 3,
  name: 'Metadata',
  validVersions: '0-13',
  flexibleFrom: 9,
  request: () => ({
    topics: structs(
      '0+',
      { topicId: uuid('10+', { default: zeroUuid, ignorable: true }), name: string('0+', { nullable: '10+' }) },
      { nullable: '1+' },
    ),
    allowAutoTopicCreation: bool('4+', { default: true }),
    includeClusterAuthorizedOperations: bool('8-10', { default: false }),
    includeTopicAuthorizedOperations: bool('8+', { default: false }),
  }),
  response: () => ({
    throttleTimeMs: int32('3+', { default: 0, ignorable: true }),
    brokers: structs('0+', {
      nodeId: int32('0+'),
      host: string('0+'),
      port: int32('0+'),
      rack: string('1+', { nullable: '1+', default: null, ignorable: true }),
    }),
    clusterId: string('2+', { nullable: '2+', default: null, ignorable: true }),
    controllerId: int32('1+', { default: -1, ignorable: true }),
    topics: structs('0+', {
      errorCode: int16('0+'),
      name: string('0+', { nullable: '12+' }),
      topicId: uuid('10+', { default: zeroUuid, ignorable: true }),
      isInternal: bool('1+', { default: false, ignorable: true }),
      partitions: structs('0+', {
        errorCode: int16('0+'),
        partitionIndex: int32('0+'),
        leaderId: int32('0+'),
        leaderEpoch: int32('7+', { default: -1, ignorable: true }),
        replicaNodes: array('int32', '0+'),
        isrNodes: array('int32', '0+'),
        offlineReplicas: array('int32', '5+', { default: [], ignorable: true }),
      }),
      topicAuthorizedOperations: int32('8+', { default: -2147483648 }),
    }),
    clusterAuthorizedOperations: int32('8-10', { default: -2147483648 }),
    errorCode: int16('13+', { default: 0, ignorable: true }),
  }),
});
