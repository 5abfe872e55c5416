import { defineApi } from '../api.js';
import { bool, bytes, int16, int32, string, structs } from '../schema.js';

/** Joins a group and waits for its next generation. Version 4 asks for the member id first, 5 adds `groupInstanceId`, 6 is flexible. */
export const joinGroup = defineApi({
  key: 11,
  name: 'JoinGroup',
  validVersions: '0-9',
  flexibleFrom: 6,
  request: () => ({
    groupId: string('0+'),
    sessionTimeoutMs: int32('0+'),
    rebalanceTimeoutMs: int32('1+', { default: -1, ignorable: true }),
    memberId: string('0+'),
    groupInstanceId: string('5+', { nullable: '5+', default: null }),
    protocolType: string('0+'),
    protocols: structs('0+', { name: string('0+'), metadata: bytes('0+') }),
    reason: string('8+', { nullable: '8+', default: null, ignorable: true }),
  }),
  response: () => ({
    throttleTimeMs: int32('2+', { default: 0, ignorable: true }),
    errorCode: int16('0+'),
    generationId: int32('0+', { default: -1 }),
    protocolType: string('7+', { nullable: '7+', default: null, ignorable: true }),
    protocolName: string('0+', { nullable: '7+' }),
    leader: string('0+'),
    skipAssignment: bool('9+', { default: false }),
    memberId: string('0+'),
    members: structs('0+', {
      memberId: string('0+'),
      groupInstanceId: string('5+', { nullable: '5+', default: null, ignorable: true }),
      metadata: bytes('0+'),
    }),
  }),
});
