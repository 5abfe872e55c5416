import { defineApi } from '../api.js';
import { array, bool, int16, int32, string, structs } from '../schema.js';

/** Moves partitions to other brokers (KIP-455). Always flexible; version 1 may refuse another replication factor. */
export const alterPartitionReassignments = defineApi({
  key: 45,
  name: 'AlterPartitionReassignments',
  validVersions: '0-1',
  flexibleFrom: 0,
  request: () => ({
    timeoutMs: int32('0+', { default: 60000 }),
    allowReplicationFactorChange: bool('1+', { default: true }),
    topics: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        replicas: array('int32', '0+', { nullable: '0+', default: null }),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32('0+'),
    allowReplicationFactorChange: bool('1+', { default: true, ignorable: true }),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
    responses: structs('0+', {
      name: string('0+'),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+' }),
      }),
    }),
  }),
});
