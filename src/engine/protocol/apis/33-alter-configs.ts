import { defineApi } from '../api.js';
import { bool, int16, int32, int8, string, structs } from '../schema.js';

/** Gives resources exactly these configs: what is not named goes back to its default. Version 2 is flexible. */
export const alterConfigs = defineApi({
  key: 33,
  name: 'AlterConfigs',
  validVersions: '0-2',
  flexibleFrom: 2,
  request: () => ({
    resources: structs('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: structs('0+', { name: string('0+'), value: string('0+', { nullable: '0+' }) }),
    }),
    validateOnly: bool('0+'),
  }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    responses: structs('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      resourceType: int8('0+'),
      resourceName: string('0+'),
    }),
  }),
});
