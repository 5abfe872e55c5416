import { defineApi } from '../api.js';
import { array, int16, int32, int8, string, structs } from '../schema.js';

/** Finds the broker that looks after a group or a transactional id. Version 3 is flexible, from 4 on several keys are asked for at once. */
export const findCoordinator = defineApi({
  key: 10,
  name: 'FindCoordinator',
  validVersions: '0-6',
  flexibleFrom: 3,
  request: () => ({
    key: string('0-3', { default: '' }),
    keyType: int8('1+', { default: 0 }),
    coordinatorKeys: array('string', '4+', { default: [] }),
  }),
  response: () => ({
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    errorCode: int16('0-3', { default: 0 }),
    errorMessage: string('1-3', { nullable: '1-3', default: '', ignorable: true }),
    nodeId: int32('0-3', { default: 0 }),
    host: string('0-3', { default: '' }),
    port: int32('0-3', { default: 0 }),
    coordinators: structs(
      '4+',
      {
        key: string('4+', { default: '' }),
        nodeId: int32('4+', { default: 0 }),
        host: string('4+', { default: '' }),
        port: int32('4+', { default: 0 }),
        errorCode: int16('4+', { default: 0 }),
        errorMessage: string('4+', { nullable: '4+', default: '', ignorable: true }),
      },
      { default: [] },
    ),
  }),
});
