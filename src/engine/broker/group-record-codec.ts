import type { GroupRecord } from '../group/group-record.js';
import {
  decodeConsumerOffsetsRecord,
  encodeGroupMetadata,
  encodeOffsetCommit,
  type EncodedRecord,
} from '../protocol/consumer-offsets-records.js';
import { decodeConsumerRecord, encodeConsumerRecord } from './consumer-record-codec.js';

/** A group's record as the key and value that go into `__consumer_offsets`, in Kafka's own schemas. */
export function encodeGroupRecord(record: GroupRecord): EncodedRecord {
  if (record.kind === 'offset-commit') {
    const { groupId, topic, partition, value } = record;
    return encodeOffsetCommit(
      { group: groupId, topic, partition },
      value && {
        offset: BigInt(value.offset),
        leaderEpoch: value.leaderEpoch,
        metadata: value.metadata,
        commitTimestamp: BigInt(value.commitTimestamp),
        expireTimestamp: BigInt(value.expireTimestamp),
        topicId: value.topicId,
      },
    );
  }
  if (record.kind !== 'group-metadata') return encodeConsumerRecord(record);
  const { groupId, value } = record;
  return encodeGroupMetadata(
    { group: groupId },
    value && {
      protocolType: value.protocolType,
      generation: value.generationId,
      protocol: value.protocolName,
      leader: value.leader,
      currentStateTimestamp: BigInt(value.currentStateTimestamp),
      members: value.members.map(({ rebalanceTimeoutMs, sessionTimeoutMs, ...member }) => ({
        ...member,
        rebalanceTimeout: rebalanceTimeoutMs,
        sessionTimeout: sessionTimeoutMs,
      })),
    },
  );
}

/** Reads a record back; undefined for kinds that are not known here, which Kafka skips too. */
export function decodeGroupRecord(key: Uint8Array, encoded: Uint8Array | null): GroupRecord | undefined {
  const record = decodeConsumerOffsetsRecord(key, encoded);
  if (record.kind === 'unknown') return undefined;
  if (record.kind === 'consumer-group') return decodeConsumerRecord(record.record);
  if (record.kind === 'offset-commit') {
    const { key: at, value } = record;
    return {
      kind: 'offset-commit',
      groupId: at.group,
      topic: at.topic,
      partition: at.partition,
      value: value && {
        offset: Number(value.offset),
        leaderEpoch: value.leaderEpoch,
        metadata: value.metadata,
        commitTimestamp: Number(value.commitTimestamp),
        expireTimestamp: Number(value.expireTimestamp),
        topicId: value.topicId,
      },
    };
  }
  const { value } = record;
  return {
    kind: 'group-metadata',
    groupId: record.key.group,
    value: value && {
      protocolType: value.protocolType,
      generationId: value.generation,
      protocolName: value.protocol,
      leader: value.leader,
      currentStateTimestamp: Number(value.currentStateTimestamp),
      members: value.members.map(({ rebalanceTimeout, sessionTimeout, ...member }) => ({
        ...member,
        // Logs from before version 1 do not tell; Kafka takes the session timeout then.
        rebalanceTimeoutMs: rebalanceTimeout === -1 ? sessionTimeout : rebalanceTimeout,
        sessionTimeoutMs: sessionTimeout,
      })),
    },
  };
}
