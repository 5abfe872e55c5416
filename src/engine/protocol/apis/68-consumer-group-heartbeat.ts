import { defineApi } from '../api.js';
import { array, int16, int32, string, struct, structs, uuid } from '../schema.js';

/** A member of the consumer protocol says that it lives, what it wants and what it has (KIP-848). Null: as before. Version 1 adds regular expressions. */
export const consumerGroupHeartbeat = defineApi({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  validVersions: '0-1',
  flexibleFrom: 0,
  request: () => ({
    groupId: string('0+'),
    memberId: string('0+'),
    memberEpoch: int32('0+'),
    instanceId: string('0+', { nullable: '0+', default: null }),
    rackId: string('0+', { nullable: '0+', default: null }),
    rebalanceTimeoutMs: int32('0+', { default: -1 }),
    subscribedTopicNames: array('string', '0+', { nullable: '0+', default: null }),
    subscribedTopicRegex: string('1+', { nullable: '1+', default: null }),
    serverAssignor: string('0+', { nullable: '0+', default: null }),
    topicPartitions: structs(
      '0+',
      { topicId: uuid('0+'), partitions: array('int32', '0+') },
      { nullable: '0+', default: null },
    ),
  }),
  response: () => ({
    throttleTimeMs: int32('0+', { default: 0 }),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', default: null }),
    memberId: string('0+', { nullable: '0+', default: null }),
    memberEpoch: int32('0+', { default: 0 }),
    heartbeatIntervalMs: int32('0+', { default: 0 }),
    assignment: struct(
      '0+',
      { topicPartitions: structs('0+', { topicId: uuid('0+'), partitions: array('int32', '0+') }) },
      { nullable: '0+', default: null },
    ),
  }),
});
