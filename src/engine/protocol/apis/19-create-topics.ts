import { defineApi } from '../api.js';
import { array, bool, int16, int32, int8, string, structs, uuid, zeroUuid } from '../schema.js';

/** Creates topics. Version 4 allows the broker's own partition count (-1), 5 is flexible and returns configs, 7 returns the topic id. */
export const createTopics = defineApi({
  key: 19,
  name: 'CreateTopics',
  validVersions: '2-7',
  flexibleFrom: 5,
  request: () => ({
    topics: structs('0+', {
      name: string('0+'),
      numPartitions: int32('0+'),
      replicationFactor: int16('0+'),
      assignments: structs('0+', { partitionIndex: int32('0+'), brokerIds: array('int32', '0+') }),
      configs: structs('0+', { name: string('0+'), value: string('0+', { nullable: '0+' }) }),
    }),
    timeoutMs: int32('0+', { default: 60000 }),
    validateOnly: bool('1+', { default: false }),
  }),
  response: () => ({
    throttleTimeMs: int32('2+', { ignorable: true }),
    topics: structs('0+', {
      name: string('0+'),
      topicId: uuid('7+', { default: zeroUuid, ignorable: true }),
      errorCode: int16('0+'),
      errorMessage: string('1+', { nullable: '0+', ignorable: true }),
      topicConfigErrorCode: int16('5+', { ignorable: true, tag: 0 }),
      numPartitions: int32('5+', { default: -1, ignorable: true }),
      replicationFactor: int16('5+', { default: -1, ignorable: true }),
      configs: structs(
        '5+',
        {
          name: string('5+', { default: '' }),
          value: string('5+', { nullable: '5+', default: '' }),
          readOnly: bool('5+', { default: false }),
          configSource: int8('5+', { default: -1, ignorable: true }),
          isSensitive: bool('5+', { default: false }),
        },
        { nullable: '5+', default: [], ignorable: true },
      ),
    }),
  }),
});
