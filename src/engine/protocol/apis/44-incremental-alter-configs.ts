import { defineApi } from '../api.js';
import { bool, int16, int32, int8, string, structs } from '../schema.js';

/** Changes single configs of resources (KIP-339): sets (0), deletes (1), appends to a list (2), subtracts from it (3). Version 1 is flexible. */
export const incrementalAlterConfigs = defineApi({
  key: 44,
  name: 'IncrementalAlterConfigs',
  validVersions: '0-1',
  flexibleFrom: 1,
  request: () => ({
    resources: structs('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: structs('0+', {
        name: string('0+'),
        configOperation: int8('0+'),
        value: string('0+', { nullable: '0+' }),
      }),
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
