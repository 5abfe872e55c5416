import { decodeConsumerGroupRecord, type ConsumerGroupRecord } from './consumer-group-records.js';
import {
  bytes,
  int32,
  int64,
  message,
  string,
  structs,
  uuid,
  zeroUuid,
  type Complete,
  type Fields,
  type Given,
  type MessageSchema,
} from './schema.js';
import { decodePrefixed, encodePrefixed, readPrefix } from './version-prefix.js';

/** The key of a committed offset in `__consumer_offsets`. Its int16 prefix is 1 (0 in very old logs). */
export const offsetCommitKeySchema = message('OffsetCommitKey', '0-1', null, {
  group: string('0+'),
  topic: string('0+'),
  partition: int32('0+'),
});

/** A committed offset. Version 3 adds the leader epoch, 4 is flexible and may name the topic by id. */
export const offsetCommitValueSchema = message('OffsetCommitValue', '0-4', 4, {
  offset: int64('0+'),
  leaderEpoch: int32('3+', { default: -1, ignorable: true }),
  metadata: string('0+'),
  commitTimestamp: int64('0+'),
  expireTimestamp: int64('1', { default: -1n, ignorable: true }),
  topicId: uuid('4+', { default: zeroUuid, ignorable: true, tag: 0 }),
});

/** The key of a group's generation. Its int16 prefix is 2. */
export const groupMetadataKeySchema = message('GroupMetadataKey', '2', null, { group: string('0+') });

/** A group's generation with its members. Version 2 adds the time of the last change of state, 3 `groupInstanceId`, 4 is flexible. */
export const groupMetadataValueSchema = message('GroupMetadataValue', '0-4', 4, {
  protocolType: string('0+'),
  generation: int32('0+'),
  protocol: string('0+', { nullable: '0+' }),
  leader: string('0+', { nullable: '0+' }),
  currentStateTimestamp: int64('2+', { default: -1n, ignorable: true }),
  members: structs('0+', {
    memberId: string('0+'),
    groupInstanceId: string('3+', { nullable: '3+', default: null, ignorable: true }),
    clientId: string('0+'),
    clientHost: string('0+'),
    rebalanceTimeout: int32('1+', { default: -1, ignorable: true }),
    sessionTimeout: int32('0+'),
    subscription: bytes('0+'),
    assignment: bytes('0+'),
  }),
});

export type OffsetCommitKey = Complete<typeof offsetCommitKeySchema.fields>;
export type OffsetCommitValue = Complete<typeof offsetCommitValueSchema.fields>;
export type GroupMetadataKey = Complete<typeof groupMetadataKeySchema.fields>;
export type GroupMetadataValue = Complete<typeof groupMetadataValueSchema.fields>;

/** A record of `__consumer_offsets`; a null value is a tombstone. */
export type ConsumerOffsetsRecord =
  | { readonly kind: 'offset-commit'; readonly key: OffsetCommitKey; readonly value: OffsetCommitValue | null }
  | { readonly kind: 'group-metadata'; readonly key: GroupMetadataKey; readonly value: GroupMetadataValue | null }
  /** Of a group of the consumer protocol. */
  | { readonly kind: 'consumer-group'; readonly record: ConsumerGroupRecord }
  /** Of a kind that is not known here: `keyType` is the prefix of its key. Kafka skips such records too. */
  | { readonly kind: 'unknown'; readonly keyType: number };

/** A key and value as bytes. */
export interface EncodedRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

const keyTypes = { offsetCommit: 1, groupMetadata: 2 } as const;

/** A committed offset as Kafka 4.3 writes it: version 4, or 1 if it has an expiry of its own. */
export function encodeOffsetCommit(
  key: OffsetCommitKey,
  value: Given<typeof offsetCommitValueSchema.fields> | null,
): EncodedRecord {
  const expires = value?.expireTimestamp !== undefined && value.expireTimestamp !== -1n;
  return {
    key: encodePrefixed(offsetCommitKeySchema, keyTypes.offsetCommit, key),
    value: value && encodePrefixed(offsetCommitValueSchema, expires ? 1 : 4, value),
  };
}

/** A group's generation as Kafka 4.3 writes it: version 3. */
export function encodeGroupMetadata(
  key: GroupMetadataKey,
  value: Given<typeof groupMetadataValueSchema.fields> | null,
): EncodedRecord {
  return {
    key: encodePrefixed(groupMetadataKeySchema, keyTypes.groupMetadata, key),
    value: value && encodePrefixed(groupMetadataValueSchema, 3, value),
  };
}

/** Reads a record of `__consumer_offsets`. Throws CORRUPT_MESSAGE, and UNSUPPORTED_VERSION for a value newer than version 4. */
export function decodeConsumerOffsetsRecord(key: Uint8Array, value: Uint8Array | null): ConsumerOffsetsRecord {
  const keyType = readPrefix(key, 'The key of a record of __consumer_offsets');
  if (keyType === 0 || keyType === keyTypes.offsetCommit) {
    return {
      kind: 'offset-commit',
      key: decodePrefixed(offsetCommitKeySchema, keyType, key),
      value: value && decodeVersioned(offsetCommitValueSchema, value),
    };
  }
  if (keyType === keyTypes.groupMetadata) {
    return {
      kind: 'group-metadata',
      key: decodePrefixed(groupMetadataKeySchema, keyType, key),
      value: value && decodeVersioned(groupMetadataValueSchema, value),
    };
  }
  const record = decodeConsumerGroupRecord(keyType, key, value);
  return record === undefined ? { kind: 'unknown', keyType } : { kind: 'consumer-group', record };
}

function decodeVersioned<F extends Fields>(schema: MessageSchema<F>, encoded: Uint8Array): Complete<F> {
  return decodePrefixed(schema, readPrefix(encoded, schema.name), encoded);
}
