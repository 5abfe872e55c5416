import { defineApi } from '../api.js';
import { array, int16, int32, string, structs } from '../schema.js';

/** Deletes groups. Version 2 is flexible. */
export const deleteGroups = defineApi({
  key: 42,
  name: 'DeleteGroups',
  validVersions: '0-2',
  flexibleFrom: 2,
  request: () => ({ groupsNames: array('string', '0+') }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    results: structs('0+', { groupId: string('0+'), errorCode: int16('0+') }),
  }),
});
