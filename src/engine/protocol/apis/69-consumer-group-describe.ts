import { defineApi } from '../api.js';
import { array, bool, int16, int32, int8, string, struct, structs, uuid } from '../schema.js';

const assignment = () =>
  struct('0+', {
    topicPartitions: structs('0+', { topicId: uuid('0+'), topicName: string('0+'), partitions: array('int32', '0+') }),
  });

/** Groups of the consumer protocol with their epochs and members (KIP-848). Version 1 adds `memberType`: 0 classic, 1 consumer. */
export const consumerGroupDescribe = defineApi({
  key: 69,
  name: 'ConsumerGroupDescribe',
  validVersions: '0-1',
  flexibleFrom: 0,
  request: () => ({
    groupIds: array('string', '0+'),
    includeAuthorizedOperations: bool('0+', { default: false }),
  }),
  response: () => ({
    throttleTimeMs: int32('0+', { default: 0 }),
    groups: structs('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+', default: null }),
      groupId: string('0+'),
      groupState: string('0+', { default: '' }),
      groupEpoch: int32('0+', { default: 0 }),
      assignmentEpoch: int32('0+', { default: 0 }),
      assignorName: string('0+', { default: '' }),
      members: structs(
        '0+',
        {
          memberId: string('0+'),
          instanceId: string('0+', { nullable: '0+', default: null }),
          rackId: string('0+', { nullable: '0+', default: null }),
          memberEpoch: int32('0+'),
          clientId: string('0+'),
          clientHost: string('0+'),
          subscribedTopicNames: array('string', '0+'),
          subscribedTopicRegex: string('0+', { nullable: '0+', default: null }),
          assignment: assignment(),
          targetAssignment: assignment(),
          memberType: int8('1+', { default: -1, ignorable: true }),
        },
        { default: [] },
      ),
      authorizedOperations: int32('0+', { default: -2147483648 }),
    }),
  }),
});
