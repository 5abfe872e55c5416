import { defineApi } from '../api.js';
import { bool, int16, int32, int8, string, structs } from '../schema.js';

/** Brokers, controller and id of the cluster (KIP-700). Version 1 tells brokers from controllers, 2 also fenced brokers. */
export const describeCluster = defineApi({
  key: 60,
  name: 'DescribeCluster',
  validVersions: '0-2',
  flexibleFrom: 0,
  request: () => ({
    includeClusterAuthorizedOperations: bool('0+'),
    endpointType: int8('1+', { default: 1 }),
    includeFencedBrokers: bool('2+', { default: false }),
  }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', default: null }),
    endpointType: int8('1+', { default: 1 }),
    clusterId: string('0+'),
    controllerId: int32('0+', { default: -1 }),
    brokers: structs('0+', {
      brokerId: int32('0+'),
      host: string('0+'),
      port: int32('0+'),
      rack: string('0+', { nullable: '0+', default: null }),
      isFenced: bool('2+', { default: false }),
    }),
    clusterAuthorizedOperations: int32('0+', { default: -2147483648 }),
  }),
});
