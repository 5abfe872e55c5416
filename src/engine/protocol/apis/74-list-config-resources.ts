import { defineApi } from '../api.js';
import { array, int16, int32, int8, string, structs } from '../schema.js';

/** Which resources have configs of their own. Version 0 knows client metrics only, 1 all types (KIP-1142). */
export const listConfigResources = defineApi({
  key: 74,
  name: 'ListConfigResources',
  validVersions: '0-1',
  flexibleFrom: 0,
  request: () => ({ resourceTypes: array('int8', '1+', { default: [] }) }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    configResources: structs('0+', {
      resourceName: string('0+'),
      resourceType: int8('1+', { default: 16, ignorable: true }),
    }),
  }),
});
