import { defineApi } from '../api.js';
import { int16, int32, int8, string, structs } from '../schema.js';

/** Finds access rules by a filter. Version 2 is flexible, 3 adds user resources. */
export const describeAcls = defineApi({
  key: 29,
  name: 'DescribeAcls',
  validVersions: '1-3',
  flexibleFrom: 2,
  request: () => ({
    resourceTypeFilter: int8('0+'),
    resourceNameFilter: string('0+', { nullable: '0+' }),
    patternTypeFilter: int8('1+', { default: 3 }),
    principalFilter: string('0+', { nullable: '0+' }),
    hostFilter: string('0+', { nullable: '0+' }),
    operation: int8('0+'),
    permissionType: int8('0+'),
  }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
    resources: structs('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      patternType: int8('1+', { default: 3 }),
      acls: structs('0+', {
        principal: string('0+'),
        host: string('0+'),
        operation: int8('0+'),
        permissionType: int8('0+'),
      }),
    }),
  }),
});
