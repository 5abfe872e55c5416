/**
 * DescribeTopicPartitions v0. Topics in the order of their names, at most so many partitions at a time; the cursor says where the next page begins. Left out:
 * eligible leader replicas (KIP-966), for there is one replica.
 */
import { errorCode, type ErrorName } from '../protocol/errors.js';
import { zeroUuid } from '../protocol/schema.js';
import { operations } from './authorized-operations.js';
import type { Handler } from './handler.js';
import type { TopicImage } from './metadata-image.js';
import { isInternalTopic, topicNameError } from './topic-name.js';

/** Kafka's `max.request.partition.size.limit`. */
const mostPartitions = 2000;

export const handleDescribeTopicPartitions: Handler<'DescribeTopicPartitions'> = ({ replicas }, { request }) => {
  const { cursor } = request;
  const asked = request.topics.map(({ name }) => name);
  const isAll = asked.length === 0;
  const known = new Map([...replicas.topics].map((topic) => [topic.name, topic]));
  const first = cursor?.topicName ?? '';
  const names = [...new Set(isAll ? known.keys() : asked)].filter((name) => name >= first).sort();
  const isCursorLost = cursor !== null && !isAll && !names.includes(first);
  if (isCursorLost || (cursor?.partitionIndex ?? 0) < 0)
    return {
      throttleTimeMs: 0,
      topics: asked.map((name) => ({ ...absent(name, 'INVALID_REQUEST'), topicAuthorizedOperations: -2147483648 })),
    };
  let left = Math.max(Math.min(mostPartitions, request.responsePartitionLimit), 1);
  const topics: ReturnType<typeof shown>[] = [];
  for (const name of names) {
    if (left === 0) return { throttleTimeMs: 0, topics, nextCursor: { topicName: name, partitionIndex: 0 } };
    const topic = known.get(name);
    if (topic === undefined) {
      topics.push(
        absent(name, topicNameError(name) === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'),
      );
      continue;
    }
    const from = cursor?.topicName === name ? cursor.partitionIndex : 0;
    const described = shown(topic, from, left);
    topics.push(described);
    const next = Math.min(topic.partitions.length, from + left);
    if (next < topic.partitions.length)
      return { throttleTimeMs: 0, topics, nextCursor: { topicName: name, partitionIndex: next } };
    left -= described.partitions.length;
  }
  return { throttleTimeMs: 0, topics, nextCursor: null };
};

function shown({ name, topicId, partitions }: TopicImage, from: number, count: number) {
  return {
    errorCode: 0,
    name,
    topicId,
    isInternal: isInternalTopic(name),
    partitions: partitions.slice(from, from + count).map(({ partition, leader, leaderEpoch, replicas, isr }) => ({
      errorCode: 0,
      partitionIndex: partition,
      leaderId: leader,
      leaderEpoch,
      replicaNodes: replicas,
      isrNodes: isr,
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
      offlineReplicas: [],
    })),
    topicAuthorizedOperations: operations.topic,
  };
}

function absent(name: string, error: ErrorName): ReturnType<typeof shown> {
  return {
    errorCode: errorCode(error),
    name,
    topicId: zeroUuid,
    isInternal: isInternalTopic(name),
    partitions: [],
    topicAuthorizedOperations: operations.topic,
  };
}
