import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from '../../../src/engine/protocol/codec.js';
import {
  assignmentSchema,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  subscriptionSchema,
} from '../../../src/engine/protocol/consumer-protocol.js';
import {
  consumerGroupRecords,
  encodeConsumerGroupRecord,
} from '../../../src/engine/protocol/consumer-group-records.js';
import {
  decodeConsumerOffsetsRecord,
  encodeGroupMetadata,
  encodeOffsetCommit,
  groupMetadataKeySchema,
  groupMetadataValueSchema,
  offsetCommitKeySchema,
  offsetCommitValueSchema,
} from '../../../src/engine/protocol/consumer-offsets-records.js';
import { completed, type StructValue } from '../../../src/engine/protocol/message-values.js';
import {
  configRecord,
  decodeMetadataRecord,
  encodeMetadataRecord,
  partitionChangeRecord,
  partitionRecord,
  removeTopicRecord,
  topicRecord,
  type GivenMetadataRecord,
  type MetadataRecordName,
} from '../../../src/engine/protocol/metadata-records.js';
import type { MessageSchema } from '../../../src/engine/protocol/schema.js';
import { bytesOf, fromKafkaJson, goldenLines, hexOf } from './golden.js';

interface GoldenRecord {
  readonly schema: string;
  readonly version: number;
  /** With type and version before it, as in `__cluster_metadata`. */
  readonly framed: boolean;
  readonly hex: string;
  readonly json: StructValue;
}

/** Written by the codecs of Kafka 4.3.1. */
const golden = goldenLines<GoldenRecord>('internal-records.jsonl');

/** Kafka's name → our table, and the version that Kafka's number stands for: keys have their type as version here. */
const schemas: Readonly<Record<string, { readonly schema: MessageSchema; readonly version?: number }>> = {
  ConsumerProtocolSubscription: { schema: subscriptionSchema },
  ConsumerProtocolAssignment: { schema: assignmentSchema },
  LegacyOffsetCommitKey: { schema: offsetCommitKeySchema, version: 0 },
  OffsetCommitKey: { schema: offsetCommitKeySchema, version: 1 },
  OffsetCommitValue: { schema: offsetCommitValueSchema },
  GroupMetadataKey: { schema: groupMetadataKeySchema, version: 2 },
  GroupMetadataValue: { schema: groupMetadataValueSchema },
  TopicRecord: { schema: topicRecord },
  PartitionRecord: { schema: partitionRecord },
  PartitionChangeRecord: { schema: partitionChangeRecord },
  ConfigRecord: { schema: configRecord },
  RemoveTopicRecord: { schema: removeTopicRecord },
  ...Object.fromEntries(
    Object.entries(consumerGroupRecords).flatMap(([name, { key, value }]) => [
      [`${name}Key`, { schema: key }],
      [`${name}Value`, { schema: value }],
    ]),
  ),
};

describe('data inside records and messages is written and read as Kafka does', () => {
  it.each(golden.map((line) => [`${line.schema} version ${line.version}: ${line.hex}`, line] as const))(
    '%s',
    (_name, line) => {
      const { schema, version = line.version } = schemas[line.schema] as { schema: MessageSchema; version?: number };
      const value = fromKafkaJson(schema.fields, line.json);
      const whole = completed(schema.fields, value);
      if (line.framed) {
        const name = line.schema as MetadataRecordName;
        const given = value as unknown as GivenMetadataRecord<MetadataRecordName>;
        expect(hexOf(encodeMetadataRecord(name, given, version))).toBe(line.hex);
        expect(decodeMetadataRecord(bytesOf(line.hex))).toEqual({ name, version, value: whole });
      } else {
        expect(hexOf(encodeMessage(schema, version, value))).toBe(line.hex);
        expect(decodeMessage(schema, version, bytesOf(line.hex))).toEqual(whole);
      }
    },
  );
});

describe('the consumer protocol', () => {
  it('a subscription is written in order, as version 3, whatever order it comes in', () => {
    const subscription = {
      topics: ['b', 'a'],
      ownedPartitions: [
        { topic: 'b', partitions: [1, 0] },
        { topic: 'a', partitions: [2] },
      ],
      generationId: 3,
      rackId: 'r',
    };
    // Kafka's ConsumerProtocol.serializeSubscription
    expect(hexOf(encodeSubscription(subscription))).toBe(
      '000300000002000161000162ffffffff00000002000161000000010000000200016200000002000000000000000100000003000172',
    );
    expect(hexOf(encodeSubscription({ topics: ['orders'] }))).toBe(
      '00030000000100066f7264657273ffffffff00000000ffffffffffff',
    );
  });

  it('an assignment is written as version 3', () => {
    const assignment = { assignedPartitions: [{ topic: 'b', partitions: [1, 0] }, { topic: 'a', partitions: [2] }] }; // prettier-ignore
    // Kafka's ConsumerProtocol.serializeAssignment
    expect(hexOf(encodeAssignment(assignment))).toBe(
      '0003000000020001620000000200000001000000000001610000000100000002ffffffff',
    );
    expect(decodeAssignment(encodeAssignment(assignment))).toEqual({ ...assignment, userData: null });
  });

  it('a version newer than 3 is read as 3, with what it has added left unread', () => {
    const newer = bytesOf('0004' + '0000000100066f7264657273ffffffff00000000ffffffffffff' + 'abcd');
    expect(decodeSubscription(newer)).toMatchObject({ topics: ['orders'], rackId: null });
  });

  it('no bytes, or a version below 0, are refused', () => {
    expect(() => decodeAssignment(new Uint8Array(0))).toThrow('2 bytes are expected, but 0 are left');
    expect(() => decodeSubscription(bytesOf('ffff'))).toThrow("can't have version -1");
  });
});

describe('records of __consumer_offsets', () => {
  const key = { group: 'g', topic: 'orders', partition: 3 };
  const value = { offset: 12n, leaderEpoch: 0, metadata: '', commitTimestamp: 1760000000000n };

  it('an offset is written as version 4, one with an expiry as version 1', () => {
    expect(hexOf(encodeOffsetCommit(key, value).key)).toBe('0001' + '000167' + '00066f7264657273' + '00000003');
    expect(hexOf(encodeOffsetCommit(key, value).value as Uint8Array).slice(0, 4)).toBe('0004');
    expect(hexOf(encodeOffsetCommit(key, { ...value, expireTimestamp: 5n }).value as Uint8Array).slice(0, 4)).toBe(
      '0001',
    );
  });

  it('what is written is read back, tombstones too', () => {
    const { key: keyBytes, value: valueBytes } = encodeOffsetCommit(key, value);
    expect(decodeConsumerOffsetsRecord(keyBytes, valueBytes)).toEqual({
      kind: 'offset-commit',
      key,
      value: { ...value, expireTimestamp: -1n, topicId: new Uint8Array(16) },
    });
    expect(decodeConsumerOffsetsRecord(keyBytes, null)).toEqual({ kind: 'offset-commit', key, value: null });
  });

  it('a generation is written as version 3 and read back', () => {
    const generation = {
      protocolType: 'consumer',
      generation: 1,
      protocol: null,
      leader: null,
      currentStateTimestamp: 9n,
      members: [],
    };
    const encoded = encodeGroupMetadata({ group: 'g' }, generation);
    expect(hexOf(encoded.key)).toBe('0002000167');
    expect(hexOf(encoded.value as Uint8Array).slice(0, 4)).toBe('0003');
    expect(decodeConsumerOffsetsRecord(encoded.key, encoded.value)).toEqual({
      kind: 'group-metadata',
      key: { group: 'g' },
      value: generation,
    });
  });

  it('a record of a group of the consumer protocol has its type before its key, is read back, and has tombstones', () => {
    const at = { groupId: 'g', memberId: 'm' };
    const assigned = { topicPartitions: [{ topicId: new Uint8Array(16).fill(7), partitions: [0, 4] }] };
    const encoded = encodeConsumerGroupRecord('ConsumerGroupTargetAssignmentMember', at, assigned);
    expect(hexOf(encoded.key)).toBe('0007' + '000167' + '00016d');
    const record = { name: 'ConsumerGroupTargetAssignmentMember', key: at, value: assigned };
    expect(decodeConsumerOffsetsRecord(encoded.key, encoded.value)).toEqual({ kind: 'consumer-group', record });
    expect(decodeConsumerOffsetsRecord(encoded.key, null)).toEqual({
      kind: 'consumer-group',
      record: { ...record, value: null },
    });
  });

  it('a record of another kind is named by its type', () => {
    expect(decodeConsumerOffsetsRecord(bytesOf('000a000167'), null)).toEqual({ kind: 'unknown', keyType: 10 });
  });
});

describe('records of __cluster_metadata', () => {
  it('one of another type is named by it', () => {
    expect(decodeMetadataRecord(bytesOf('010c0000'))).toEqual({ name: 'Unknown', type: 12, version: 0 });
  });

  it('another frame is refused', () => {
    expect(() => decodeMetadataRecord(bytesOf('020200'))).toThrow('its frame has version 2, but 1 is expected');
  });
});
