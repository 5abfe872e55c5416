/**
 * Metadata v0-13. This broker, and the topics that are asked for: by name, from v10 on by id, or all of them. A topic that is shown is ready. A name that
 * is not there is created if request and broker allow it: then UNKNOWN_TOPIC_OR_PARTITION comes first, and the topic the next time.
 * Everybody may do everything. Left out: other brokers.
 */
import type { CompleteRequestOf } from '../protocol/apis.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import { operations } from './authorized-operations.js';
import type { BrokerServices, Handler } from './handler.js';
import type { TopicImage } from './metadata-image.js';
import { isZeroId, topicIdText } from '../protocol/topic-id.js';
import { groupMetadataTopic, isInternalTopic, topicNameError } from './topic-name.js';

type AskedTopic = NonNullable<CompleteRequestOf<'Metadata'>['topics']>[number];

export const handleMetadata: Handler<'Metadata'> = async (services, { context, version, request }) => {
  const { nodeId, clusterId, advertised } = services;
  const asked = version === 0 && request.topics?.length === 0 ? null : request.topics;
  const topics =
    asked === null ? [...services.replicas.topics].map(shown) : distinct(asked).map((topic) => find(services, topic));
  const missing = topics.filter(({ errorCode: code }) => code === errorCode('UNKNOWN_TOPIC_OR_PARTITION'));
  if (request.allowAutoTopicCreation && services.config['auto.create.topics.enable'])
    await create(
      services,
      missing.map(({ name }) => name as string),
      context.requestId,
    );
  return {
    brokers: [{ nodeId, host: advertised.host, port: advertised.port }],
    clusterId,
    controllerId: nodeId,
    topics: request.includeTopicAuthorizedOperations ? topics.map(allowed) : topics,
    ...(request.includeClusterAuthorizedOperations && { clusterAuthorizedOperations: operations.cluster }),
  };
};

/** A topic that was asked for by an id that nobody knows has no name, and nothing is said of it. */
function allowed(topic: ReturnType<typeof find>) {
  return topic.name === null ? topic : { ...topic, topicAuthorizedOperations: operations.topic };
}

/** Each topic once. Kafka looks at the ids alone as soon as one is given. */
function distinct(asked: readonly AskedTopic[]): readonly AskedTopic[] {
  const byId = asked.filter(({ topicId }) => !isZeroId(topicId));
  const [used, keyOf] =
    byId.length > 0
      ? [byId, ({ topicId }: AskedTopic) => topicIdText(topicId)]
      : [asked, ({ name }: AskedTopic) => name];
  return [...new Map(used.map((topic) => [keyOf(topic), topic])).values()];
}

function find(services: BrokerServices, { name, topicId }: AskedTopic) {
  if (!isZeroId(topicId)) {
    const topic = services.replicas.topicById(topicId);
    return topic === undefined ? absent(null, topicId, 'UNKNOWN_TOPIC_ID') : shown(topic);
  }
  const topic = services.replicas.topic(name ?? '');
  if (topic !== undefined) return shown(topic);
  const error = topicNameError(name ?? '') === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION';
  return absent(name, topicId, error);
}

function absent(name: string | null, topicId: Uint8Array, error: ErrorName) {
  return { errorCode: errorCode(error), name, topicId, isInternal: isInternalTopic(name ?? ''), partitions: [] };
}

function shown(topic: TopicImage) {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.topicId,
    isInternal: isInternalTopic(topic.name),
    partitions: topic.partitions.map(({ partition, leader, leaderEpoch, replicas, isr }) => ({
      errorCode: 0,
      partitionIndex: partition,
      leaderId: leader,
      leaderEpoch,
      replicaNodes: replicas,
      isrNodes: isr,
    })),
  };
}

async function create(services: BrokerServices, names: readonly string[], cause: string): Promise<void> {
  if (names.includes(groupMetadataTopic)) await services.groups.isReady(cause);
  const others = names.filter((name) => !isInternalTopic(name));
  if (others.length === 0) return;
  const wanted = others.map((name) => ({
    name,
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [],
    configs: [],
  }));
  await services.controller.createTopics(wanted, false, cause);
}
