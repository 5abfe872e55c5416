import {
  array,
  bytes,
  int32,
  int64,
  int8,
  message,
  string,
  struct,
  structs,
  uuid,
  type Complete,
  type Given,
} from './schema.js';
import { decodePrefixed, encodePrefixed, readPrefix } from './version-prefix.js';

const ofGroup = { groupId: string('0+') };
const ofMember = { groupId: string('0+'), memberId: string('0+') };
const topicPartitions = () => structs('0+', { topicId: uuid('0+'), partitions: array('int32', '0+') });
const partitionsWithEpochs = () =>
  structs('0+', {
    topicId: uuid('0+'),
    partitions: array('int32', '0+'),
    /** For each partition the epoch in which its member got it (KIP-1251). */
    assignmentEpochs: array('int32', '0+', { nullable: '0+', default: [], tag: 0 }),
  });

/**
 * What `__consumer_offsets` tells of groups of the consumer protocol, in Kafka's schemas: the type of each record's key and the fields of key and value. All
 * are at version 0; the keys are not flexible.
 */
export const consumerGroupRecords = {
  ConsumerGroupMetadata: record(3, 'ConsumerGroupMetadata', ofGroup, {
    epoch: int32('0+'),
    metadataHash: int64('0+', { default: 0n, tag: 0 }),
  }),
  /** Written by Kafka before 4.1; today only its tombstones are. */
  ConsumerGroupPartitionMetadata: record(4, 'ConsumerGroupPartitionMetadata', ofGroup, {}),
  ConsumerGroupMemberMetadata: record(5, 'ConsumerGroupMemberMetadata', ofMember, {
    instanceId: string('0+', { nullable: '0+' }),
    rackId: string('0+', { nullable: '0+' }),
    clientId: string('0+'),
    clientHost: string('0+'),
    subscribedTopicNames: array('string', '0+'),
    subscribedTopicRegex: string('0+', { nullable: '0+' }),
    rebalanceTimeoutMs: int32('0+', { default: -1 }),
    serverAssignor: string('0+', { nullable: '0+' }),
    classicMemberMetadata: struct(
      '0+',
      {
        sessionTimeoutMs: int32('0+'),
        supportedProtocols: structs('0+', { name: string('0+'), metadata: bytes('0+') }),
      },
      { nullable: '0+', tag: 0 },
    ),
  }),
  ConsumerGroupTargetAssignmentMetadata: record(6, 'ConsumerGroupTargetAssignmentMetadata', ofGroup, {
    assignmentEpoch: int32('0+'),
    assignmentTimestamp: int64('0+', { default: 0n, tag: 0 }),
  }),
  ConsumerGroupTargetAssignmentMember: record(7, 'ConsumerGroupTargetAssignmentMember', ofMember, {
    topicPartitions: topicPartitions(),
  }),
  ConsumerGroupCurrentMemberAssignment: record(8, 'ConsumerGroupCurrentMemberAssignment', ofMember, {
    memberEpoch: int32('0+'),
    previousMemberEpoch: int32('0+'),
    state: int8('0+'),
    assignedPartitions: partitionsWithEpochs(),
    partitionsPendingRevocation: partitionsWithEpochs(),
  }),
  ConsumerGroupRegularExpression: record(
    16,
    'ConsumerGroupRegularExpression',
    { groupId: string('0+'), regularExpression: string('0+') },
    { topics: array('string', '0+'), version: int64('0+'), timestamp: int64('0+') },
  ),
} as const;

type Records = typeof consumerGroupRecords;

export type ConsumerGroupRecordName = keyof Records;

type KeyOf<Name extends ConsumerGroupRecordName> = Complete<Records[Name]['key']['fields']>;
type ValueOf<Name extends ConsumerGroupRecordName> = Complete<Records[Name]['value']['fields']>;

/** A record of one of these kinds; a null value is a tombstone. */
export type ConsumerGroupRecord = {
  [Name in ConsumerGroupRecordName]: {
    readonly name: Name;
    readonly key: KeyOf<Name>;
    readonly value: ValueOf<Name> | null;
  };
}[ConsumerGroupRecordName];

function record<Key extends Parameters<typeof message>[3], Value extends Parameters<typeof message>[3]>(
  keyType: number,
  name: string,
  key: Key,
  value: Value,
) {
  return { keyType, key: message(`${name}Key`, '0', null, key), value: message(`${name}Value`, '0', 0, value) };
}

/** A record as Kafka 4.3 writes it. */
export function encodeConsumerGroupRecord<Name extends ConsumerGroupRecordName>(
  name: Name,
  key: KeyOf<Name>,
  value: Given<Records[Name]['value']['fields']> | null,
): { readonly key: Uint8Array; readonly value: Uint8Array | null } {
  const { keyType, key: keySchema, value: valueSchema } = consumerGroupRecords[name];
  return {
    key: encodePrefixed(keySchema, 0, key as never, keyType),
    value: value === null ? null : encodePrefixed(valueSchema, 0, value as never),
  };
}

const byKeyType = new Map(
  (Object.keys(consumerGroupRecords) as ConsumerGroupRecordName[]).map((name) => [
    consumerGroupRecords[name].keyType,
    name,
  ]),
);

/** Reads a record back; undefined if its key is of another type. Throws CORRUPT_MESSAGE, and UNSUPPORTED_VERSION for a newer value. */
export function decodeConsumerGroupRecord(
  keyType: number,
  key: Uint8Array,
  value: Uint8Array | null,
): ConsumerGroupRecord | undefined {
  const name = byKeyType.get(keyType);
  if (name === undefined) return undefined;
  const { key: keySchema, value: valueSchema } = consumerGroupRecords[name];
  return {
    name,
    key: decodePrefixed(keySchema as never, 0, key),
    value: value && decodePrefixed(valueSchema as never, readPrefix(value, valueSchema.name), value),
  } as ConsumerGroupRecord;
}
