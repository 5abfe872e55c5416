/** ElectLeaders v0-2. Every partition is led by its only replica, so no election is ever needed. Who asks for all partitions is told of none, as with Kafka. */
import { errorByCode, errorCode, type ErrorName } from '../protocol/errors.js';
import type { Handler } from './handler.js';

/** Kafka's numbers for the types of elections. */
const preferred = 0;
const unclean = 1;

export const handleElectLeaders: Handler<'ElectLeaders'> = ({ replicas }, { request }) => {
  const result = (partitionId: number, error: ErrorName, errorMessage: string) => ({
    partitionId,
    errorCode: errorCode(error),
    errorMessage,
  });
  const isKnownType = [preferred, unclean].includes(request.electionType);
  const elect = (topic: string, partition: number) => {
    if (!isKnownType) return result(partition, 'INVALID_REQUEST', `Unknown election type ${request.electionType}`);
    if (replicas.topic(topic) === undefined)
      return result(partition, 'UNKNOWN_TOPIC_OR_PARTITION', `No such topic as ${topic}`);
    if (replicas.replica(topic, partition) === undefined)
      return result(partition, 'UNKNOWN_TOPIC_OR_PARTITION', `No such partition as ${topic}-${partition}`);
    return result(partition, 'ELECTION_NOT_NEEDED', errorByCode(errorCode('ELECTION_NOT_NEEDED')).message);
  };
  const asked = request.topicPartitions ?? [...replicas.topics].map(({ name }) => ({ topic: name, partitions: [] }));
  return {
    throttleTimeMs: 0,
    errorCode: errorCode(isKnownType ? 'NONE' : 'INVALID_REQUEST'),
    replicaElectionResults: asked.map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partition) => elect(topic, partition)),
    })),
  };
};
