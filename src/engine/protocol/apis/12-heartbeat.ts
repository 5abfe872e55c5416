import { defineApi } from '../api.js';
import { int16, int32, string } from '../schema.js';

/** Says that a member is alive. Version 3 adds `groupInstanceId`, 4 is flexible. */
export const heartbeat = defineApi({
  key: 12,
  name: 'Heartbeat',
  validVersions: '0-4',
  flexibleFrom: 4,
  request: () => ({
    groupId: string('0+'),
    generationId: int32('0+'),
    memberId: string('0+'),
    groupInstanceId: string('3+', { nullable: '3+', default: null }),
  }),
  response: () => ({ throttleTimeMs: int32('1+', { default: 0, ignorable: true }), errorCode: int16('0+') }),
});
