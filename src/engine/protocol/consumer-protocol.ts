import { KafkaError } from './kafka-error.js';
import {
  array,
  bytes,
  int32,
  message,
  string,
  structs,
  type Complete,
  type Fields,
  type Given,
  type MessageSchema,
} from './schema.js';
import { decodePrefixed, encodePrefixed, readPrefix } from './version-prefix.js';

/** The protocol type of groups of consumers. */
export const consumerProtocolType = 'consumer';

/** What a consumer tells its group's leader: `metadata` of a JoinGroup protocol. Version 1 adds what it owns (KIP-429), 3 its rack. */
export const subscriptionSchema = message('ConsumerProtocolSubscription', '0-3', null, {
  topics: array('string', '0+'),
  userData: bytes('0+', { nullable: '0+', default: null }),
  ownedPartitions: structs(
    '1+',
    { topic: string('1+'), partitions: array('int32', '1+') },
    { default: [], ignorable: true },
  ),
  generationId: int32('2+', { default: -1, ignorable: true }),
  rackId: string('3+', { nullable: '3+', default: null, ignorable: true }),
});

/** What the leader gives a consumer: `assignment` of SyncGroup. */
export const assignmentSchema = message('ConsumerProtocolAssignment', '0-3', null, {
  assignedPartitions: structs('0+', { topic: string('0+'), partitions: array('int32', '0+') }),
  userData: bytes('0+', { nullable: '0+', default: null }),
});

export type Subscription = Complete<typeof subscriptionSchema.fields>;
export type Assignment = Complete<typeof assignmentSchema.fields>;

const newestVersion = 3;

/** Writes a subscription, version 3. Topics and owned partitions are put in order, as Kafka does, so that the same subscription has the same bytes. */
export function encodeSubscription(subscription: Given<typeof subscriptionSchema.fields>): Uint8Array {
  const owned = (subscription.ownedPartitions ?? []).map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.toSorted((a, b) => a - b),
  }));
  return encodePrefixed(subscriptionSchema, newestVersion, {
    ...subscription,
    topics: subscription.topics.toSorted(),
    ownedPartitions: owned.toSorted((a, b) => (a.topic < b.topic ? -1 : Number(a.topic > b.topic))),
  });
}

/** Reads a subscription of any version; one newer than 3 is read as 3. Throws CORRUPT_MESSAGE. */
export function decodeSubscription(encoded: Uint8Array): Subscription {
  return decodeNewest(subscriptionSchema, encoded);
}

/** The topics of a subscription. Whatever its version it begins as version 0 does, which is all that a coordinator looks at. Throws CORRUPT_MESSAGE. */
export function decodeSubscribedTopics(encoded: Uint8Array): readonly string[] {
  readPrefix(encoded, subscriptionSchema.name);
  return decodePrefixed(subscriptionSchema, 0, encoded).topics;
}

/** Writes an assignment, as version 3 or an older one. */
export function encodeAssignment(
  assignment: Given<typeof assignmentSchema.fields>,
  version = newestVersion,
): Uint8Array {
  return encodePrefixed(assignmentSchema, Math.min(version, newestVersion), assignment);
}

/** Reads an assignment of any version; one newer than 3 is read as 3. Throws CORRUPT_MESSAGE, also for no bytes: a member without an assignment. */
export function decodeAssignment(encoded: Uint8Array): Assignment {
  return decodeNewest(assignmentSchema, encoded);
}

function decodeNewest<F extends Fields>(schema: MessageSchema<F>, encoded: Uint8Array): Complete<F> {
  const version = readPrefix(encoded, schema.name);
  if (version < 0)
    throw new KafkaError('CORRUPT_MESSAGE', `${schema.name} can't have version ${version}; 0 or more is expected.`);
  return decodePrefixed(schema, Math.min(version, newestVersion), encoded);
}
