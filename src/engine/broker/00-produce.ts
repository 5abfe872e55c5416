/**
 * Produce v3-13 (0-2 are advertised only). Appends one batch to each partition. acks=all is answered when the batch survives the loss of power, acks=1 when
 * it survives the end of the process, acks=0 at once. From v13 on topics are named by id. Batches are checked as Kafka does.
 * Left out: compressed batches (UNSUPPORTED_COMPRESSION_TYPE), sequence numbers of idempotent producers, transactions, `timeoutMs`: the answer waits for
 * the storage, however long.
 */
import type { CompleteRequestOf, GivenResponseOf } from '../protocol/apis.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import { batchRefusal, onlyBatch, stampTimestampType, type BatchRefusal } from './batch-validation.js';
import type { BrokerServices, Handler } from './handler.js';
import type { Replica } from './replica-manager.js';
import { isInternalTopic } from './topic-name.js';
import { storageFailure } from './storage-failure.js';

type Request = CompleteRequestOf<'Produce'>;
type Topic = Request['topicData'][number];
type PartitionResponse = GivenResponseOf<'Produce'>['responses'][number]['partitionResponses'][number];

export const handleProduce: Handler<'Produce'> = async (services, { context, version, request }) => {
  // Everything is appended before anything is waited for, so that it is committed together and in the order of the request.
  const appending = request.topicData.map((topic) => ({
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

function appendPartition(
  services: BrokerServices,
  version: number,
  request: Request,
  topic: Topic,
  { index, records }: Topic['partitionData'][number],
  cause: string,
): PartitionResponse | Promise<PartitionResponse> {
  const refuse = (refusal: BatchRefusal, logStartOffset = -1) => refused(index, refusal, logStartOffset);
  if (![-1, 0, 1].includes(request.acks)) return refuse({ error: 'INVALID_REQUIRED_ACKS' });
  const image = version >= 13 ? services.replicas.topicById(topic.topicId) : services.replicas.topic(topic.name);
  if (image === undefined) return refuse({ error: version >= 13 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION' });
  // Kafka lets nobody write there but its own tools.
  if (isInternalTopic(image.name)) return refuse({ error: 'INVALID_TOPIC_EXCEPTION' });
  const header = onlyBatch(records);
  if ('error' in header) return refuse(header);
  if (header.isTransactional) return refuse({ error: transactionError(request.transactionalId, version) });
  const replica = services.replicas.replica(image.name, index);
  if (replica === undefined) return refuse({ error: 'UNKNOWN_TOPIC_OR_PARTITION' });
  const now = services.environment.clock.now();
  const bytes = (records as Uint8Array).subarray(0, header.sizeInBytes);
  const refusal = batchRefusal(bytes, header, `${image.name}-${index}`, replica.settings, now);
  if (refusal !== undefined) return refuse(refusal, knowsLogStart(refusal) ? replica.log.logStartOffset : -1);
  stampTimestampType(bytes, header, replica.settings, now);
  const logAppendTime = replica.settings.timestampType === 'LogAppendTime' ? now : -1;
  return append(services, replica, bytes, request.acks, logAppendTime, cause);
}

async function append(
  services: BrokerServices,
  replica: Replica,
  bytes: Uint8Array,
  acks: number,
  logAppendTime: number,
  cause: string,
): Promise<PartitionResponse> {
  const index = replica.partition;
  try {
    const { baseOffset, durable } = services.replicas.append(replica, bytes, acks === -1 ? 'strict' : 'relaxed', cause);
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
      logStartOffset: BigInt(replica.log.logStartOffset),
    };
  } catch (error) {
    const failure = storageFailure(error);
    if (failure === undefined) throw error;
    return refused(index, { error: failure }, -1);
  }
}

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
    recordErrors: recordErrors ?? [],
    errorMessage: message ?? null,
  };
}

/** Kafka tells the log's start with errors in the records, not with errors of the batch as a whole. */
function knowsLogStart({ error }: BatchRefusal): boolean {
  return error === 'INVALID_RECORD' || error === 'INVALID_TIMESTAMP';
}

/** Without a transactional id nobody may write in a transaction; with one, there is no transaction that the partition was added to. */
function transactionError(transactionalId: string | null, version: number): Exclude<ErrorName, 'NONE'> {
  if (transactionalId === null) return 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED';
  return version <= 10 ? 'INVALID_TXN_STATE' : 'TRANSACTION_ABORTABLE';
}
