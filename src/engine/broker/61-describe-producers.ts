/**
 * DescribeProducers v0 (KIP-664). Tells what a partition knows of its producers: their epochs, their last sequences, and where an open transaction begins.
 */
import { errorByName, errorCode } from '../protocol/errors.js';
import { lastSequenceOf, type ProducerEntry } from '../log/producers/producer-entry.js';
import type { Handler } from './handler.js';
import { topicNameError } from './topic-name.js';

export const handleDescribeProducers: Handler<'DescribeProducers'> = (services, { request }) => ({
  topics: request.topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const replica = services.replicas.replica(name, partitionIndex);
      if (replica !== undefined) {
        // By their ids, as Kafka's hash map has them while there are few.
        const inOrder = [...replica.log.activeProducers].sort((one, other) => one.producerId - other.producerId);
        return { partitionIndex, errorCode: 0, activeProducers: inOrder.map(describe) };
      }
      const nameError = topicNameError(name);
      if (nameError !== undefined)
        return {
          partitionIndex,
          errorCode: errorCode('INVALID_TOPIC_EXCEPTION'),
          errorMessage: nameError,
          activeProducers: [],
        };
      const { code, message } = errorByName(services.replicas.missing(name, partitionIndex).code);
      // Kafka explains a topic that is not there, and not a partition.
      const errorMessage = services.replicas.topic(name) === undefined ? message : null;
      return { partitionIndex, errorCode: code, errorMessage, activeProducers: [] };
    }),
  })),
});

function describe(entry: ProducerEntry) {
  return {
    producerId: BigInt(entry.producerId),
    producerEpoch: entry.epoch,
    lastSequence: lastSequenceOf(entry),
    lastTimestamp: BigInt(entry.lastTimestamp),
    coordinatorEpoch: entry.coordinatorEpoch,
    currentTxnStartOffset: BigInt(entry.currentTransactionFirstOffset ?? -1),
  };
}
