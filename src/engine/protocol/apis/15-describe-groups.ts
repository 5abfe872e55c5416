import { defineApi } from '../api.js';
import { array, bool, bytes, int16, int32, string, structs } from '../schema.js';

/** Tells the state and the members of classic groups. Version 3 adds what the caller may do, 4 `groupInstanceId`, 5 is flexible, 6 adds `errorMessage`. */
export const describeGroups = defineApi({
  key: 15,
  name: 'DescribeGroups',
  validVersions: '0-6',
  flexibleFrom: 5,
  request: () => ({
    groups: array('string', '0+'),
    includeAuthorizedOperations: bool('3+', { default: false }),
  }),
  response: () => ({
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    groups: structs('0+', {
      errorCode: int16('0+'),
      errorMessage: string('6+', { nullable: '6+', default: null }),
      groupId: string('0+'),
      groupState: string('0+'),
      protocolType: string('0+'),
      protocolData: string('0+'),
      members: structs('0+', {
        memberId: string('0+'),
        groupInstanceId: string('4+', { nullable: '4+', default: null, ignorable: true }),
        clientId: string('0+'),
        clientHost: string('0+'),
        memberMetadata: bytes('0+'),
        memberAssignment: bytes('0+'),
      }),
      authorizedOperations: int32('3+', { default: -2147483648 }),
    }),
  }),
});
