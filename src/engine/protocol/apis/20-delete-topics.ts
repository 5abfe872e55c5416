import { defineApi } from '../api.js';
import { array, int16, int32, string, structs, uuid, zeroUuid } from '../schema.js';

/** Deletes topics. Version 4 is flexible, 6 may name topics by id. */
export const deleteTopics = defineApi({
  key: 20,
  name: 'DeleteTopics',
  validVersions: '1-6',
  flexibleFrom: 4,
  request: () => ({
    topics: structs(
      '6+',
      { name: string('6+', { nullable: '6+', default: null }), topicId: uuid('6+', { default: zeroUuid }) },
      { default: [] },
    ),
    topicNames: array('string', '0-5', { default: [], ignorable: true }),
    timeoutMs: int32('0+'),
  }),
  response: () => ({
    throttleTimeMs: int32('1+', { ignorable: true }),
    responses: structs('0+', {
      name: string('0+', { nullable: '6+' }),
      topicId: uuid('6+', { default: zeroUuid, ignorable: true }),
      errorCode: int16('0+'),
      errorMessage: string('5+', { nullable: '5+', default: null, ignorable: true }),
    }),
  }),
});
