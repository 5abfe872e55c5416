import type { ErrorName } from '../protocol/errors.js';
import type { BrokerConfig } from './broker-config.js';
import type { MetadataImage } from './metadata-image.js';
import { assignmentError } from './replica-assignment.js';
import { topicConfigRefusal } from './topic-config.js';
import { collisionKey, topicNameError } from './topic-name.js';
import { topicRecords } from './topic-records.js';

/** A topic as somebody wants it; -1 for what the broker shall choose. */
export interface TopicToCreate {
  readonly name: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[];
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}

export type TopicCreation =
  | {
      readonly error: 'NONE';
      readonly name: string;
      readonly topicId: Uint8Array;
      readonly numPartitions: number;
      readonly configs: ReadonlyMap<string, string>;
      /** What makes the topic, as values of metadata records. */
      readonly records: readonly Uint8Array[];
    }
  | { readonly error: Exclude<ErrorName, 'NONE'>; readonly name: string; readonly message: string };

/** Kafka's limit of what one request may ask for. */
const maxPartitionsPerRequest = 10_000;

/** As many records of the metadata does Kafka's controller write for one request (`MAX_RECORDS_PER_USER_OP`), and what it says to more. */
export const maxRecordsPerRequest = 10_000;
export const tooManyRecords = 'Unable to perform excessively large batch operation.';

/**
 * Decides which of the topics come to be. `newTopicId` is asked once for each that does. A name that comes twice fails; names that collide are only
 * compared with topics that exist, not with each other, as in Kafka's `ReplicationControlManager`.
 */
export function decideTopicCreations(
  image: MetadataImage,
  wanted: readonly TopicToCreate[],
  nodeId: number,
  config: BrokerConfig,
  newTopicId: () => Uint8Array,
): TopicCreation[] {
  const byName = new Map(wanted.map((topic) => [topic.name, topic]));
  const counts = new Map<string, number>();
  for (const { name } of wanted) counts.set(name, (counts.get(name) ?? 0) + 1);
  const total = wanted.reduce((sum, topic) => sum + Math.max(0, partitionsOf(topic, config)), 0);
  const decided = [...counts].map(([name, count]): TopicCreation => {
    if (count > 1) return { error: 'INVALID_REQUEST', name, message: 'Duplicate topic name.' };
    if (total > maxPartitionsPerRequest)
      return { error: 'POLICY_VIOLATION', name, message: 'Excessively large number of partitions per request.' };
    const topic = byName.get(name) as TopicToCreate;
    return refusal(image, topic, nodeId) ?? creation(topic, nodeId, config, newTopicId());
  });
  const records = decided.reduce((sum, each) => sum + (each.error === 'NONE' ? each.records.length : 0), 0);
  if (records <= maxRecordsPerRequest) return decided;
  return decided.map(({ name }) => ({ error: 'POLICY_VIOLATION', name, message: tooManyRecords }));
}

/** How many partitions a topic is to have; below 1 if that can't be. */
function partitionsOf({ numPartitions, assignments }: TopicToCreate, config: BrokerConfig): number {
  if (assignments.length > 0) return assignments.length;
  return numPartitions === -1 ? config['num.partitions'] : numPartitions;
}

function refusal(image: MetadataImage, topic: TopicToCreate, nodeId: number): TopicCreation | undefined {
  const { name } = topic;
  const refused = (error: Exclude<ErrorName, 'NONE'>, message: string): TopicCreation => ({ error, name, message });
  const nameError = topicNameError(name);
  if (nameError !== undefined) return refused('INVALID_TOPIC_EXCEPTION', nameError);
  if (image.topic(name) !== undefined) return refused('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`);
  for (const existing of image.topics)
    if (collisionKey(existing.name) === collisionKey(name))
      return refused('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${existing.name}`);
  const configError = topicConfigRefusal(topic.configs.map(({ name: config, value }) => [config, value] as const));
  if (configError !== undefined) return refused('INVALID_CONFIG', configError);
  return topic.assignments.length > 0 ? assignmentRefusal(topic, nodeId, refused) : numbersRefusal(topic, refused);
}

type Refused = (error: Exclude<ErrorName, 'NONE'>, message: string) => TopicCreation;

function numbersRefusal(topic: TopicToCreate, refused: Refused): TopicCreation | undefined {
  const { numPartitions, replicationFactor } = topic;
  if (replicationFactor < -1 || replicationFactor === 0)
    return refused(
      'INVALID_REPLICATION_FACTOR',
      'Replication factor must be larger than 0, or -1 to use the default value.',
    );
  if (numPartitions < -1 || numPartitions === 0)
    return refused('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.');
  if (replicationFactor > 1)
    return refused(
      'INVALID_REPLICATION_FACTOR',
      `Unable to replicate the partition ${replicationFactor} time(s): The target replication factor of ${replicationFactor} cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.`,
    );
  return undefined;
}

function assignmentRefusal(topic: TopicToCreate, nodeId: number, refused: Refused): TopicCreation | undefined {
  if (topic.replicationFactor !== -1)
    return refused(
      'INVALID_REQUEST',
      'A manual partition assignment was specified, but replication factor was not set to -1.',
    );
  if (topic.numPartitions !== -1)
    return refused(
      'INVALID_REQUEST',
      'A manual partition assignment was specified, but numPartitions was not set to -1.',
    );
  const seen = new Set<number>();
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    if (seen.has(partitionIndex))
      return refused(
        'INVALID_REPLICA_ASSIGNMENT',
        `Found multiple manual partition assignments for partition ${partitionIndex}`,
      );
    seen.add(partitionIndex);
    const error = assignmentError(brokerIds, nodeId);
    if (error !== undefined) return refused('INVALID_REPLICA_ASSIGNMENT', error);
  }
  const numbers = topic.assignments.map(({ partitionIndex }) => partitionIndex).sort((left, right) => left - right);
  if (numbers.some((number, index) => number !== index))
    return refused('INVALID_REPLICA_ASSIGNMENT', 'partitions should be a consecutive 0-based integer sequence');
  return undefined;
}

function creation(topic: TopicToCreate, nodeId: number, config: BrokerConfig, topicId: Uint8Array): TopicCreation {
  const { name } = topic;
  const numPartitions = partitionsOf(topic, config);
  const configs = new Map(topic.configs.map(({ name: config, value }) => [config, value as string]));
  const records = topicRecords({ name, topicId }, Array<number>(numPartitions).fill(0), configs, nodeId);
  return { error: 'NONE', name, topicId, numPartitions, configs, records };
}
