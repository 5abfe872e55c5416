import { defineApi } from '../api.js';
import { bool, int16, int32, int64, string, structs } from '../schema.js';

/** Which versions of which APIs a broker serves. Version 3 is flexible, but its response header never is (KIP-511). */
export const apiVersions = defineApi({
  key: 18,
  name: 'ApiVersions',
  validVersions: '0-4',
  flexibleFrom: 3,
  request: () => ({
    clientSoftwareName: string('3+', { default: '', ignorable: true }),
    clientSoftwareVersion: string('3+', { default: '', ignorable: true }),
  }),
  response: () => ({
    errorCode: int16('0+'),
    apiKeys: structs('0+', { apiKey: int16('0+'), minVersion: int16('0+'), maxVersion: int16('0+') }),
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    supportedFeatures: structs(
      '3+',
      {
        name: string('3+', { default: '' }),
        minVersion: int16('3+', { default: 0 }),
        maxVersion: int16('3+', { default: 0 }),
      },
      { ignorable: true, tag: 0 },
    ),
    finalizedFeaturesEpoch: int64('3+', { default: -1n, ignorable: true, tag: 1 }),
    finalizedFeatures: structs(
      '3+',
      {
        name: string('3+', { default: '' }),
        maxVersionLevel: int16('3+', { default: 0 }),
        minVersionLevel: int16('3+', { default: 0 }),
      },
      { ignorable: true, tag: 2 },
    ),
    zkMigrationReady: bool('3+', { default: false, ignorable: true, tag: 3 }),
  }),
});
