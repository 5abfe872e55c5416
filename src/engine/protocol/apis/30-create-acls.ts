import { defineApi } from '../api.js';
import { int16, int32, int8, string, structs } from '../schema.js';

/** Makes access rules. Version 2 is flexible, 3 adds user resources. */
export const createAcls = defineApi({
  key: 30,
  name: 'CreateAcls',
  validVersions: '1-3',
  flexibleFrom: 2,
  request: () => ({
    creations: structs('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      resourcePatternType: int8('1+', { default: 3 }),
      principal: string('0+'),
      host: string('0+'),
      operation: int8('0+'),
      permissionType: int8('0+'),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    results: structs('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
    }),
  }),
});
