import { defineApi } from '../api.js';
import { int16, int32, int64, string, structs, uuid, zeroUuid } from '../schema.js';

/** Stores a group's offsets. Version 7 adds `groupInstanceId`, 8 is flexible, 10 names topics by id. */
export const offsetCommit = defineApi({
  key: 8,
  name: 'OffsetCommit',
  validVersions: '2-10',
  flexibleFrom: 8,
  request: () => ({
    groupId: string('0+'),
    generationIdOrMemberEpoch: int32('1+', { default: -1, ignorable: true }),
    memberId: string('1+', { ignorable: true }),
    groupInstanceId: string('7+', { nullable: '7+', default: null }),
    retentionTimeMs: int64('2-4', { default: -1n, ignorable: true }),
    topics: structs('0+', {
      name: string('0-9', { default: '', ignorable: true }),
      topicId: uuid('10+', { default: zeroUuid, ignorable: true }),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        committedOffset: int64('0+'),
        committedLeaderEpoch: int32('6+', { default: -1, ignorable: true }),
        committedMetadata: string('0+', { nullable: '0+' }),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32('3+', { default: 0, ignorable: true }),
    topics: structs('0+', {
      name: string('0-9', { default: '', ignorable: true }),
      topicId: uuid('10+', { default: zeroUuid, ignorable: true }),
      partitions: structs('0+', { partitionIndex: int32('0+'), errorCode: int16('0+') }),
    }),
  }),
});
