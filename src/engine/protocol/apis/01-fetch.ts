import { defineApi } from '../api.js';
import { array, int16, int32, int64, int8, records, string, struct, structs, uuid, zeroUuid } from '../schema.js';

/** Reads record batches from partitions. Version 7 adds fetch sessions (KIP-227), 12 is flexible and detects diverging logs, 13 names topics by id. */
export const fetch = defineApi({
  key: 1,
  name: 'Fetch',
  validVersions: '4-18',
  flexibleFrom: 12,
  request: () => ({
    clusterId: string('12+', { nullable: '12+', default: null, ignorable: true, tag: 0 }),
    replicaId: int32('0-14', { default: -1 }),
    replicaState: struct(
      '15+',
      { replicaId: int32('15+', { default: -1 }), replicaEpoch: int64('15+', { default: -1n }) },
      { tag: 1 },
    ),
    maxWaitMs: int32('0+'),
    minBytes: int32('0+'),
    maxBytes: int32('3+', { default: 0x7fffffff, ignorable: true }),
    isolationLevel: int8('4+', { default: 0, ignorable: true }),
    sessionId: int32('7+', { default: 0, ignorable: true }),
    sessionEpoch: int32('7+', { default: -1, ignorable: true }),
    topics: structs('0+', {
      topic: string('0-12', { default: '', ignorable: true }),
      topicId: uuid('13+', { default: zeroUuid, ignorable: true }),
      partitions: structs('0+', {
        partition: int32('0+'),
        currentLeaderEpoch: int32('9+', { default: -1, ignorable: true }),
        fetchOffset: int64('0+'),
        lastFetchedEpoch: int32('12+', { default: -1 }),
        logStartOffset: int64('5+', { default: -1n, ignorable: true }),
        partitionMaxBytes: int32('0+'),
        replicaDirectoryId: uuid('17+', { ignorable: true, tag: 0 }),
        highWatermark: int64('18+', { default: 9223372036854775807n, ignorable: true, tag: 1 }),
      }),
    }),
    forgottenTopicsData: structs(
      '7+',
      {
        topic: string('7-12', { default: '', ignorable: true }),
        topicId: uuid('13+', { default: zeroUuid, ignorable: true }),
        partitions: array('int32', '7+', { default: [] }),
      },
      { default: [] },
    ),
    rackId: string('11+', { default: '', ignorable: true }),
  }),
  response: () => ({
    throttleTimeMs: int32('1+', { ignorable: true }),
    errorCode: int16('7+', { default: 0, ignorable: true }),
    sessionId: int32('7+', { default: 0 }),
    responses: structs('0+', {
      topic: string('0-12', { default: '', ignorable: true }),
      topicId: uuid('13+', { default: zeroUuid, ignorable: true }),
      partitions: structs('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        highWatermark: int64('0+'),
        lastStableOffset: int64('4+', { default: -1n, ignorable: true }),
        logStartOffset: int64('5+', { default: -1n, ignorable: true }),
        divergingEpoch: struct(
          '12+',
          { epoch: int32('12+', { default: -1 }), endOffset: int64('12+', { default: -1n }) },
          { tag: 0 },
        ),
        currentLeader: struct(
          '12+',
          { leaderId: int32('12+', { default: -1 }), leaderEpoch: int32('12+', { default: -1 }) },
          { tag: 1 },
        ),
        snapshotId: struct(
          '12+',
          { endOffset: int64('0+', { default: -1n }), epoch: int32('0+', { default: -1 }) },
          { tag: 2 },
        ),
        abortedTransactions: structs(
          '4+',
          { producerId: int64('4+'), firstOffset: int64('4+') },
          { nullable: '4+', ignorable: true },
        ),
        preferredReadReplica: int32('11+', { default: -1 }),
        records: records('0+', { nullable: '0+' }),
      }),
    }),
    nodeEndpoints: structs(
      '16+',
      {
        nodeId: int32('16+', { default: 0 }),
        host: string('16+', { default: '' }),
        port: int32('16+', { default: 0 }),
        rack: string('16+', { nullable: '16+', default: null }),
      },
      { tag: 0 },
    ),
  }),
});
