import { defineApi } from '../api.js';
import { int16, int32, int64, records, string, struct, structs, uuid, zeroUuid } from '../schema.js';

/** Appends record batches to partitions. Version 8 adds `recordErrors`, 9 is flexible, 10 names new leaders (KIP-951), 13 names topics by id. Versions 0 to 2 are advertised only, because older librdkafka looks for them (KAFKA-18659). */
export const produce = defineApi({
  key: 0,
  name: 'Produce',
  validVersions: '3-13',
  flexibleFrom: 9,
  advertisedVersions: '0-13',
  request: () => ({
    transactionalId: string('3+', { nullable: '3+', default: null }),
    acks: int16('0+'),
    timeoutMs: int32('0+'),
    topicData: structs('0+', {
      name: string('0-12', { default: '', ignorable: true }),
      topicId: uuid('13+', { default: zeroUuid, ignorable: true }),
      partitionData: structs('0+', { index: int32('0+'), records: records('0+', { nullable: '0+' }) }),
    }),
  }),
  response: () => ({
    responses: structs('0+', {
      name: string('0-12', { default: '', ignorable: true }),
      topicId: uuid('13+', { default: zeroUuid, ignorable: true }),
      partitionResponses: structs('0+', {
        index: int32('0+'),
        errorCode: int16('0+'),
        baseOffset: int64('0+'),
        logAppendTimeMs: int64('2+', { default: -1n, ignorable: true }),
        logStartOffset: int64('5+', { default: -1n, ignorable: true }),
        recordErrors: structs(
          '8+',
          {
            batchIndex: int32('8+', { default: 0 }),
            batchIndexErrorMessage: string('8+', { nullable: '8+', default: null }),
          },
          { default: [], ignorable: true },
        ),
        errorMessage: string('8+', { nullable: '8+', default: null, ignorable: true }),
        currentLeader: struct(
          '10+',
          { leaderId: int32('10+', { default: -1 }), leaderEpoch: int32('10+', { default: -1 }) },
          { tag: 0 },
        ),
      }),
    }),
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    nodeEndpoints: structs(
      '10+',
      {
        nodeId: int32('10+', { default: 0 }),
        host: string('10+', { default: '' }),
        port: int32('10+', { default: 0 }),
        rack: string('10+', { nullable: '10+', default: null }),
      },
      { tag: 0 },
    ),
  }),
});
