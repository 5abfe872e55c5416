import { defineApi } from '../api.js';
import { array, int16, int32, string, structs } from '../schema.js';

/** Names the groups there are. Version 3 is flexible, 4 filters by state (KIP-518), 5 by type (KIP-848). */
export const listGroups = defineApi({
  key: 16,
  name: 'ListGroups',
  validVersions: '0-5',
  flexibleFrom: 3,
  request: () => ({
    statesFilter: array('string', '4+', { default: [] }),
    typesFilter: array('string', '5+', { default: [] }),
  }),
  response: () => ({
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    errorCode: int16('0+'),
    groups: structs('0+', {
      groupId: string('0+'),
      protocolType: string('0+'),
      groupState: string('4+', { default: '', ignorable: true }),
      groupType: string('5+', { default: '', ignorable: true }),
    }),
  }),
});
