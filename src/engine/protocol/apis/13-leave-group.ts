import { defineApi } from '../api.js';
import { int16, int32, string, structs } from '../schema.js';

/** Leaves a group. From version 3 on several `members` at once, 4 is flexible, 5 adds `reason`. */
export const leaveGroup = defineApi({
  key: 13,
  name: 'LeaveGroup',
  validVersions: '0-5',
  flexibleFrom: 4,
  request: () => ({
    groupId: string('0+'),
    memberId: string('0-2', { default: '' }),
    members: structs(
      '3+',
      {
        memberId: string('3+', { default: '' }),
        groupInstanceId: string('3+', { nullable: '3+', default: null }),
        reason: string('5+', { nullable: '5+', default: null, ignorable: true }),
      },
      { default: [] },
    ),
  }),
  response: () => ({
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    errorCode: int16('0+'),
    members: structs(
      '3+',
      {
        memberId: string('3+', { default: '' }),
        groupInstanceId: string('3+', { nullable: '3+', default: '' }),
        errorCode: int16('3+', { default: 0 }),
      },
      { default: [] },
    ),
  }),
});
