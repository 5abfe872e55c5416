import type { RequestOf, ResponseOf } from '../protocol/apis.js';
import { errorByCode } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { topicIdText } from '../protocol/topic-id.js';
import type { PartitionQueue } from './accumulator.js';
import type { BatchBuffers } from './batch-buffers.js';
import type { TopicMetadata } from './cluster-metadata.js';
import { groupBy } from './group-by.js';
import type { ProducerBatch } from './producer-batch.js';

/** A batch on its way, with the partition that it came from. */
export interface Shipment {
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
}

export type PartitionAnswer = ResponseOf<'Produce'>['responses'][number]['partitionResponses'][number];

/** The request that carries these batches, which have the same wishes; they are encoded in `buffers`. */
export function produceRequest(
  topics: readonly TopicMetadata[],
  shipments: readonly Shipment[],
  buffers: BatchBuffers,
): RequestOf<'Produce'> {
  const { delivery } = (shipments[0] as Shipment).batch;
  const byTopic = groupBy(shipments, ({ queue }) => queue.topic);
  return {
    acks: delivery.acks,
    timeoutMs: delivery.timeoutMs,
    topicData: topics.map(({ name, topicId }) => ({
      name,
      topicId,
      partitionData: (byTopic.get(name) ?? []).map(({ queue, batch }) => ({
        index: queue.partition,
        records: batch.encode(buffers),
      })),
    })),
  };
}

/** What the response says of each batch. Topics are those of the request: what the metadata knows of them by now does not matter. */
export function answersTo(
  topics: readonly TopicMetadata[],
  shipments: readonly Shipment[],
  response: ResponseOf<'Produce'>,
): Map<Shipment, PartitionAnswer> {
  const names = new Map(topics.map(({ name, topicId }) => [topicIdText(topicId), name]));
  const nameOf = (topic: string, partition: number): string => `${topic}-${partition}`;
  const byName = new Map(shipments.map((each) => [nameOf(each.queue.topic, each.queue.partition), each]));
  const answers = new Map<Shipment, PartitionAnswer>();
  for (const { name, topicId, partitionResponses } of response.responses) {
    const topic = name === '' ? (names.get(topicIdText(topicId)) ?? '') : name;
    for (const answer of partitionResponses) {
      const shipment = byName.get(nameOf(topic, answer.index));
      if (shipment !== undefined) answers.set(shipment, answer);
    }
  }
  return answers;
}

/** The error that an answer is. */
export function refusal(batch: ProducerBatch, { errorCode, errorMessage }: PartitionAnswer): KafkaError {
  const { name, message } = errorByCode(errorCode);
  const advice =
    name === 'MESSAGE_TOO_LARGE' && batch.recordCount > 1
      ? ` Lower batchSize below the topic's max.message.bytes: the batch of ${batch.recordCount} records has ${batch.sizeInBytes} bytes.`
      : '';
  return new KafkaError(
    name,
    `Records for ${batch.topic}-${batch.partition} were refused: ${errorMessage ?? message}${advice}`,
  );
}
