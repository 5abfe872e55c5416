import type { Millis } from '../environment/environment.js';
import { errorByCode } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { Cluster } from './cluster.js';
import { throwFirst } from './first-failure.js';

const defaultTimeoutMs: Millis = 30_000;

/** A topic to be created, in KafkaJS's shape. */
export interface TopicConfig {
  /** Its name. */
  readonly topic: string;
  /** The broker's own number when absent or -1. */
  readonly numPartitions?: number;
  /** As Kafka's: there must be so many brokers. The broker's own number when absent or -1. */
  readonly replicationFactor?: number;
  /** Which brokers have each partition, in place of both numbers. */
  readonly replicaAssignment?: readonly { readonly partition: number; readonly replicas: readonly number[] }[];
  /** Its own configs, by Kafka's names. */
  readonly configEntries?: readonly { readonly name: string; readonly value: string }[];
}

/** An offset in a partition, as text, as in KafkaJS. */
export interface PartitionOffset {
  readonly partition: number;
  readonly offset: string;
}

/** Topics to be created. */
export interface NewTopics {
  readonly topics: readonly TopicConfig[];
  /** True: it is found out whether they could be, and nothing is created. */
  readonly validateOnly?: boolean;
  /** How long the broker may take, in milliseconds; 30 000 by default. */
  readonly timeout?: Millis;
}

/** Topics that are to have more partitions. */
export interface MorePartitions {
  readonly topicPartitions: readonly {
    readonly topic: string;
    /** How many it shall have in all. */
    readonly count: number;
    /** Which brokers have each of the new ones. */
    readonly assignments?: readonly (readonly number[])[];
  }[];
  /** True: it is found out whether they could have, and nothing is changed. */
  readonly validateOnly?: boolean;
  /** How long the broker may take, in milliseconds; 30 000 by default. */
  readonly timeout?: Millis;
}

/** False if all of the topics were there already; rejects with the first other error. */
export async function createTopics(cluster: Cluster, options: NewTopics): Promise<boolean> {
  const { topics, validateOnly = false, timeout = defaultTimeoutMs } = options;
  return await cluster.retry('create topics', async () => {
    const connection = await cluster.controllerConnection();
    const response = await connection.send('CreateTopics', {
      topics: topics.map((topic) => ({
        name: topic.topic,
        numPartitions: topic.replicaAssignment === undefined ? (topic.numPartitions ?? -1) : -1,
        replicationFactor: topic.replicaAssignment === undefined ? (topic.replicationFactor ?? -1) : -1,
        assignments: (topic.replicaAssignment ?? []).map(({ partition, replicas }) => ({
          partitionIndex: partition,
          brokerIds: replicas,
        })),
        configs: topic.configEntries ?? [],
      })),
      timeoutMs: timeout,
      validateOnly,
    });
    const others = response.topics.filter(({ errorCode }) => errorByCode(errorCode).name !== 'TOPIC_ALREADY_EXISTS');
    throwFirst('be created', others);
    return response.topics.length - others.length < topics.length;
  });
}

/** Resolves when every partition of these topics has a leader; rejects when the retries are used up. */
export async function awaitLeaders(cluster: Cluster, topics: readonly string[]): Promise<void> {
  await cluster.retry('wait for leaders', async () => {
    await cluster.refresh(topics);
    for (const name of topics) {
      for (const { partitionId } of cluster.topic(name).partitions) {
        if (cluster.leaderOf(name, partitionId) === undefined)
          throw new KafkaError('LEADER_NOT_AVAILABLE', `${name}-${partitionId} has no leader yet.`);
      }
    }
  });
}

/** Deletes topics and all that is in them. Rejects with the first error. */
export async function deleteTopics(
  cluster: Cluster,
  topics: readonly string[],
  timeout: Millis = defaultTimeoutMs,
): Promise<void> {
  await cluster.retry('delete topics', async () => {
    const connection = await cluster.controllerConnection();
    const { responses } = await connection.send('DeleteTopics', (version) => ({
      ...(version >= 6 ? { topics: topics.map((name) => ({ name })) } : { topicNames: topics }),
      timeoutMs: timeout,
    }));
    throwFirst('be deleted', responses);
  });
  await cluster.retry('load the metadata', () => cluster.refresh(topics));
}

/** Adds partitions, up to `count` for each topic. Rejects with the first error. */
export async function createPartitions(cluster: Cluster, options: MorePartitions): Promise<void> {
  const { topicPartitions, validateOnly = false, timeout = defaultTimeoutMs } = options;
  await cluster.retry('create partitions', async () => {
    const connection = await cluster.controllerConnection();
    const { results } = await connection.send('CreatePartitions', {
      topics: topicPartitions.map(({ topic, count, assignments }) => ({
        name: topic,
        count,
        assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
      })),
      timeoutMs: timeout,
      validateOnly,
    });
    throwFirst('get partitions', results);
  });
  await cluster.retry('load the metadata', () => cluster.refresh(topicPartitions.map(({ topic }) => topic)));
}

/** Removes what lies before these offsets; '-1' stands for all there is. Rejects with the first error. */
export async function deleteTopicRecords(
  cluster: Cluster,
  topic: string,
  partitions: readonly PartitionOffset[],
): Promise<void> {
  await cluster.load([topic]);
  await cluster.retry('delete records', async () => {
    const connection = await cluster.controllerConnection();
    const response = await connection.send('DeleteRecords', {
      topics: [
        {
          name: topic,
          partitions: partitions.map(({ partition, offset }) => ({
            partitionIndex: partition,
            offset: BigInt(offset),
          })),
        },
      ],
      timeoutMs: defaultTimeoutMs,
    });
    const failed = response.topics.flatMap((each) => each.partitions).find(({ errorCode }) => errorCode !== 0);
    if (failed === undefined) return;
    const { name, message } = errorByCode(failed.errorCode);
    throw new KafkaError(name, `Records of ${topic}-${failed.partitionIndex} could not be deleted: ${message}`);
  });
}
