import { defineApi } from '../api.js';
import { array, bool, int16, int32, int64, string, structs, uuid, zeroUuid } from '../schema.js';

/** Reads a group's offsets. Version 6 is flexible, from 8 on several `groups` are asked for at once, 10 names topics by id. */
export const offsetFetch = defineApi({
  key: 9,
  name: 'OffsetFetch',
  validVersions: '1-10',
  flexibleFrom: 6,
  request: () => ({
    groupId: string('0-7', { default: '' }),
    topics: structs(
      '0-7',
      { name: string('0-7', { default: '' }), partitionIndexes: array('int32', '0-7', { default: [] }) },
      { nullable: '2-7', default: [] },
    ),
    groups: structs(
      '8+',
      {
        groupId: string('8+', { default: '' }),
        memberId: string('9+', { nullable: '9+', default: null, ignorable: true }),
        memberEpoch: int32('9+', { default: -1, ignorable: true }),
        topics: structs(
          '8+',
          {
            name: string('8-9', { default: '', ignorable: true }),
            topicId: uuid('10+', { default: zeroUuid, ignorable: true }),
            partitionIndexes: array('int32', '8+', { default: [] }),
          },
          { nullable: '8+', default: [] },
        ),
      },
      { default: [] },
    ),
    requireStable: bool('7+', { default: false }),
  }),
  response: () => ({
    throttleTimeMs: int32('3+', { default: 0, ignorable: true }),
    topics: structs(
      '0-7',
      {
        name: string('0-7', { default: '' }),
        partitions: structs(
          '0-7',
          {
            partitionIndex: int32('0-7', { default: 0 }),
            committedOffset: int64('0-7', { default: 0n }),
            committedLeaderEpoch: int32('5-7', { default: -1, ignorable: true }),
            metadata: string('0-7', { nullable: '0-7', default: '' }),
            errorCode: int16('0-7', { default: 0 }),
          },
          { default: [] },
        ),
      },
      { default: [] },
    ),
    errorCode: int16('2-7', { default: 0, ignorable: true }),
    groups: structs(
      '8+',
      {
        groupId: string('8+', { default: '' }),
        topics: structs(
          '8+',
          {
            name: string('8-9', { default: '', ignorable: true }),
            topicId: uuid('10+', { default: zeroUuid, ignorable: true }),
            partitions: structs(
              '8+',
              {
                partitionIndex: int32('8+', { default: 0 }),
                committedOffset: int64('8+', { default: 0n }),
                committedLeaderEpoch: int32('8+', { default: -1, ignorable: true }),
                metadata: string('8+', { nullable: '8+', default: '' }),
                errorCode: int16('8+', { default: 0 }),
              },
              { default: [] },
            ),
          },
          { default: [] },
        ),
        errorCode: int16('8+', { default: 0 }),
      },
      { default: [] },
    ),
  }),
});
