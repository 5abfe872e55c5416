import { defineApi } from '../api.js';
import { array, bool, int16, int32, int8, string, structs } from '../schema.js';

/** Tells configs in force, where each comes from and what it stands in for. Version 3 adds types and documentation, 4 is flexible. */
export const describeConfigs = defineApi({
  key: 32,
  name: 'DescribeConfigs',
  validVersions: '1-4',
  flexibleFrom: 4,
  request: () => ({
    resources: structs('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configurationKeys: array('string', '0+', { nullable: '0+' }),
    }),
    includeSynonyms: bool('1+', { default: false }),
    includeDocumentation: bool('3+', { default: false }),
  }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    results: structs('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: structs('0+', {
        name: string('0+'),
        value: string('0+', { nullable: '0+' }),
        readOnly: bool('0+'),
        configSource: int8('1+', { default: -1, ignorable: true }),
        isSensitive: bool('0+'),
        synonyms: structs(
          '1+',
          { name: string('1+'), value: string('1+', { nullable: '0+' }), source: int8('1+') },
          { default: [], ignorable: true },
        ),
        configType: int8('3+', { default: 0, ignorable: true }),
        documentation: string('3+', { nullable: '0+', default: null, ignorable: true }),
      }),
    }),
  }),
});
