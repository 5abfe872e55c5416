import { defineApi } from '../api.js';
import { bytes, int16, int32, string, structs } from '../schema.js';

/** Hands in the leader's assignment and fetches one's own. Version 3 adds `groupInstanceId`, 4 is flexible, 5 adds the protocol. */
export const syncGroup = defineApi({
  key: 14,
  name: 'SyncGroup',
  validVersions: '0-5',
  flexibleFrom: 4,
  request: () => ({
    groupId: string('0+'),
    generationId: int32('0+'),
    memberId: string('0+'),
    groupInstanceId: string('3+', { nullable: '3+', default: null }),
    protocolType: string('5+', { nullable: '5+', default: null, ignorable: true }),
    protocolName: string('5+', { nullable: '5+', default: null, ignorable: true }),
    assignments: structs('0+', { memberId: string('0+'), assignment: bytes('0+') }),
  }),
  response: () => ({
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    errorCode: int16('0+'),
    protocolType: string('5+', { nullable: '5+', default: null, ignorable: true }),
    protocolName: string('5+', { nullable: '5+', default: null, ignorable: true }),
    assignment: bytes('0+'),
  }),
});
