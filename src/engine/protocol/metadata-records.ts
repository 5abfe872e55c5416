import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { decodeMessage, encodeMessage } from './codec.js';
import { array, int32, int8, message, string, uuid, type Complete, type Given, type MessageSchema } from './schema.js';

/** A new topic. */
export const topicRecord = message('TopicRecord', '0', 0, { name: string('0+'), topicId: uuid('0+') });

/** A new partition. Version 1 adds directories (KIP-858), 2 eligible leader replicas (KIP-966). */
export const partitionRecord = message('PartitionRecord', '0-2', 0, {
  partitionId: int32('0+'),
  topicId: uuid('0+'),
  replicas: array('int32', '0+'),
  isr: array('int32', '0+'),
  removingReplicas: array('int32', '0+', { default: [] }),
  addingReplicas: array('int32', '0+', { default: [] }),
  leader: int32('0+', { default: -1 }),
  leaderRecoveryState: int8('0+', { default: 0, tag: 0 }),
  leaderEpoch: int32('0+', { default: -1 }),
  partitionEpoch: int32('0+', { default: -1 }),
  directories: array('uuid', '1+', { default: [] }),
  eligibleLeaderReplicas: array('int32', '2+', { nullable: '2+', default: null, tag: 1 }),
  lastKnownElr: array('int32', '2+', { nullable: '2+', default: null, tag: 2 }),
});

/** What changed about a partition: null (for the leader -2, for its recovery -1) where nothing did. */
export const partitionChangeRecord = message('PartitionChangeRecord', '0-2', 0, {
  partitionId: int32('0+'),
  topicId: uuid('0+'),
  isr: array('int32', '0+', { nullable: '0+', default: null, tag: 0 }),
  leader: int32('0+', { default: -2, tag: 1 }),
  replicas: array('int32', '0+', { nullable: '0+', default: null, tag: 2 }),
  removingReplicas: array('int32', '0+', { nullable: '0+', default: null, tag: 3 }),
  addingReplicas: array('int32', '0+', { nullable: '0+', default: null, tag: 4 }),
  leaderRecoveryState: int8('0+', { default: -1, tag: 5 }),
  directories: array('uuid', '1+', { nullable: '1+', default: null, tag: 8 }),
  eligibleLeaderReplicas: array('int32', '2+', { nullable: '2+', default: null, tag: 6 }),
  lastKnownElr: array('int32', '2+', { nullable: '2+', default: null, tag: 7 }),
});

/** A config of a resource; null takes the override away. */
export const configRecord = message('ConfigRecord', '0', 0, {
  /** 2 a topic, 4 a broker. */
  resourceType: int8('0+'),
  resourceName: string('0+'),
  name: string('0+'),
  value: string('0+', { nullable: '0+' }),
});

/** A topic is gone, with all its partitions. */
export const removeTopicRecord = message('RemoveTopicRecord', '0', 0, { topicId: uuid('0+') });

/** The records of KRaft's `__cluster_metadata` that topics need, and the number that stands for each. */
const recordTypes = {
  TopicRecord: { type: 2, schema: topicRecord },
  PartitionRecord: { type: 3, schema: partitionRecord },
  ConfigRecord: { type: 4, schema: configRecord },
  PartitionChangeRecord: { type: 5, schema: partitionChangeRecord },
  RemoveTopicRecord: { type: 9, schema: removeTopicRecord },
} as const;

export type MetadataRecordName = keyof typeof recordTypes;
type FieldsOf<Name extends MetadataRecordName> = (typeof recordTypes)[Name]['schema']['fields'];

/** A record's value as its writer gives it. */
export type GivenMetadataRecord<Name extends MetadataRecordName> = Given<FieldsOf<Name>>;

/** A record of `__cluster_metadata`, by its name; `Unknown` for those that are not in this table. */
export type MetadataRecord =
  | {
      [Name in MetadataRecordName]: {
        readonly name: Name;
        readonly version: number;
        readonly value: Complete<FieldsOf<Name>>;
      };
    }[MetadataRecordName]
  | { readonly name: 'Unknown'; readonly type: number; readonly version: number };

/** Before each record stand three unsigned varints: this version of the frame, the record's type, its version (Kafka's `MetadataRecordSerde`). */
const frameVersion = 1;

/** The value of a `__cluster_metadata` record, in the newest version unless another is asked for. Such records have no key. */
export function encodeMetadataRecord<Name extends MetadataRecordName>(
  name: Name,
  value: GivenMetadataRecord<Name>,
  version?: number,
): Uint8Array {
  const { type, schema }: { type: number; schema: MessageSchema } = recordTypes[name];
  const used = version ?? schema.validVersions.max;
  const writer = new ByteWriter();
  writer.unsignedVarint(frameVersion);
  writer.unsignedVarint(type);
  writer.unsignedVarint(used);
  writer.raw(encodeMessage(schema, used, value));
  return writer.written();
}

/** Reads the value of a `__cluster_metadata` record. Throws CORRUPT_MESSAGE, and UNSUPPORTED_VERSION for a version newer than those here. */
export function decodeMetadataRecord(bytes: Uint8Array): MetadataRecord {
  const reader = new ByteReader(bytes, 'A metadata record');
  const frame = reader.unsignedVarint();
  if (frame !== frameVersion) throw reader.malformed(`its frame has version ${frame}, but ${frameVersion} is expected`);
  const type = reader.unsignedVarint();
  const version = reader.unsignedVarint();
  const known = Object.values(recordTypes).find((each) => each.type === type);
  if (known === undefined) return { name: 'Unknown', type, version };
  const schema: MessageSchema = known.schema;
  return {
    name: schema.name,
    version,
    value: decodeMessage(schema, version, bytes.subarray(reader.at)),
  } as MetadataRecord;
}
