import { defineApi } from '../api.js';
import { int16, int32, int8, string, structs } from '../schema.js';

/** Removes the access rules that filters match. Version 2 is flexible, 3 adds user resources. */
export const deleteAcls = defineApi({
  key: 31,
  name: 'DeleteAcls',
  validVersions: '1-3',
  flexibleFrom: 2,
  request: () => ({
    filters: structs('0+', {
      resourceTypeFilter: int8('0+'),
      resourceNameFilter: string('0+', { nullable: '0+' }),
      patternTypeFilter: int8('1+', { default: 3 }),
      principalFilter: string('0+', { nullable: '0+' }),
      hostFilter: string('0+', { nullable: '0+' }),
      operation: int8('0+'),
      permissionType: int8('0+'),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    filterResults: structs('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      matchingAcls: structs('0+', {
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+' }),
        resourceType: int8('0+'),
        resourceName: string('0+'),
        patternType: int8('1+', { default: 3 }),
        principal: string('0+'),
        host: string('0+'),
        operation: int8('0+'),
        permissionType: int8('0+'),
      }),
    }),
  }),
});
