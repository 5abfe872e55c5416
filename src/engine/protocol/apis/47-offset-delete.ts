import { defineApi } from '../api.js';
import { int16, int32, string, structs } from '../schema.js';

/** Forgets offsets of a group (KIP-496). There is one version, which is not flexible. */
export const offsetDelete = defineApi({
  key: 47,
  name: 'OffsetDelete',
  validVersions: '0',
  flexibleFrom: 1,
  request: () => ({
    groupId: string('0+'),
    topics: structs('0+', { name: string('0+'), partitions: structs('0+', { partitionIndex: int32('0+') }) }),
  }),
  response: () => ({
    errorCode: int16('0+'),
    throttleTimeMs: int32('0+', { default: 0, ignorable: true }),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', { partitionIndex: int32('0+'), errorCode: int16('0+') }),
    }),
  }),
});
