/**
 * Produce v3-13 (0-2 are advertised only). Appends one batch to each partition. acks=all is answered when the batch survives the loss of power, acks=1 when
 * it survives the end of the process, acks=0 at once. From v13 on topics are named by id. Batches are checked as Kafka does.
 * A batch that its producer sent before is answered with the offsets of the first one. Left out: transactions, `timeoutMs`: the answer waits for the storage,
 * however long.
 */
import type { CompleteRequestOf, GivenResponseOf } from '../protocol/apis.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import { InvalidRecordsError } from '../log/invalid-records-error.js';
import { onlyBatch, unreadableBatch, type BatchRefusal } from './only-batch.js';
import type { BrokerServices, Handler } from './handler.js';
import type { Replica } from './replica-manager.js';
import { isInternalTopic } from './topic-name.js';
import { storageFailure, storageFailureText } from './storage-failure.js';
import { topicsWithPartitions } from './topics-with-partitions.js';

type Request = CompleteRequestOf<'Produce'>;
type Topic = Request['topicData'][number];
type PartitionResponse = GivenResponseOf<'Produce'>['responses'][number]['partitionResponses'][number];

export const handleProduce: Handler<'Produce'> = async (services, { context, version, request }) => {
  for (const { partitionData } of request.topicData)
    for (const { records } of partitionData) {
      const message = unreadableBatch(records);
      if (message !== undefined) return refuseAll(request, { error: 'CORRUPT_MESSAGE', message });
    }
  // Everything is appended before anything is waited for, so that it is committed together and in the order of the request.
  const appending = topicsWithPartitions(request.topicData).map((topic) => ({
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitionData.map((data) =>
      appendPartition(services, version, request, topic, data, context.requestId),
    ),
  }));
  return {
    responses: await Promise.all(
      appending.map(async ({ name, topicId, partitions }) => ({
        name,
        topicId,
        partitionResponses: await Promise.all(partitions.map((partition) => Promise.resolve(partition))),
      })),
    ),
  };
};

/** An answer in which each partition has the same error: Kafka can't tell the batches of such a request from each other. */
function refuseAll(request: Request, refusal: BatchRefusal): GivenResponseOf<'Produce'> {
  return {
    responses: topicsWithPartitions(request.topicData).map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => refused(index, refusal, -1)),
    })),
  };
}

function appendPartition(
  services: BrokerServices,
  version: number,
  request: Request,
  topic: Topic,
  { index, records }: Topic['partitionData'][number],
  cause: string,
): PartitionResponse | Promise<PartitionResponse> {
  const refuse = (refusal: BatchRefusal, logStartOffset = -1) => refused(index, refusal, logStartOffset);
  const image = version >= 13 ? services.replicas.topicById(topic.topicId) : services.replicas.topic(topic.name);
  if (image === undefined) return refuse({ error: version >= 13 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION' });
  const replica = services.replicas.replica(image.name, index);
  if (replica === undefined) {
    const { code, message } = services.replicas.missing(image.name, index);
    return refuse(code === 'KAFKA_STORAGE_ERROR' ? { error: code, message } : { error: 'UNKNOWN_TOPIC_OR_PARTITION' });
  }
  const header = onlyBatch(records);
  if ('error' in header) return refuse(header, header.tellsLogStart === true ? replica.log.logStartOffset : -1);
  if (header.compression === 'zstd' && version < 7) return refuse({ error: 'UNSUPPORTED_COMPRESSION_TYPE' });
  if (header.isTransactional) return refuse({ error: transactionError(request.transactionalId, version) });
  if (![-1, 0, 1].includes(request.acks)) return refuse({ error: 'INVALID_REQUIRED_ACKS' });
  // Kafka lets nobody write there but its own tools.
  if (isInternalTopic(image.name)) return refuse({ error: 'INVALID_TOPIC_EXCEPTION' });
  const bytes = (records as Uint8Array).subarray(0, header.sizeInBytes);
  return append(services, replica, bytes, request.acks, version, cause);
}

async function append(
  services: BrokerServices,
  replica: Replica,
  bytes: Uint8Array,
  acks: number,
  version: number,
  cause: string,
): Promise<PartitionResponse> {
  const index = replica.partition;
  const { log } = replica;
  try {
    const durability = acks === -1 ? 'strict' : 'relaxed';
    const { baseOffset, logAppendTime, durable } = services.replicas.append(replica, bytes, durability, cause, {
      requestVersion: version,
    });
    if (acks === 0) {
      // Nobody waits for it; that it failed is seen by the next append.
      durable.catch(() => undefined);
    } else {
      await durable;
    }
    return {
      index,
      errorCode: 0,
      baseOffset: BigInt(baseOffset),
      logAppendTimeMs: BigInt(logAppendTime),
      logStartOffset: BigInt(log.logStartOffset),
    };
  } catch (error) {
    const failure = storageFailure(error);
    if (failure === undefined) throw error;
    if (error instanceof InvalidRecordsError) {
      const { message, recordErrors } = error;
      return refused(index, { error: failure, message, recordErrors }, log.logStartOffset);
    }
    const message = storageFailureText(error);
    if (message !== undefined) services.makeSpace();
    const refusal = message === undefined ? { error: failure } : { error: failure, message };
    return refused(index, refusal, hidesLogStart.has(failure) ? -1 : log.logStartOffset);
  }
}

/** The errors with which Kafka does not tell the log's start. */
const hidesLogStart: ReadonlySet<ErrorName> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'CORRUPT_MESSAGE',
  'KAFKA_STORAGE_ERROR',
  'NOT_LEADER_OR_FOLLOWER',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);

function refused(
  index: number,
  { error, message, recordErrors }: BatchRefusal,
  logStartOffset: number,
): PartitionResponse {
  return {
    index,
    errorCode: errorCode(error),
    baseOffset: -1n,
    logStartOffset: BigInt(logStartOffset),
    recordErrors: (recordErrors ?? []).map(({ batchIndex, message: text }) => ({
      batchIndex,
      batchIndexErrorMessage: text,
    })),
    errorMessage: message ?? null,
  };
}

/** Without a transactional id nobody may write in a transaction; with one, there is no transaction that the partition was added to. */
function transactionError(transactionalId: string | null, version: number): Exclude<ErrorName, 'NONE'> {
  if (transactionalId === null) return 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED';
  return version <= 10 ? 'INVALID_TXN_STATE' : 'TRANSACTION_ABORTABLE';
}
