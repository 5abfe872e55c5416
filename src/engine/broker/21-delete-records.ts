/**
 * DeleteRecords v0-2. Moves the start of a partition's log; offset -1 stands for the high watermark. Answered when that is durable, with the offset where the log
 * starts now. Bytes go with the next retention. Left out: `timeoutMs`, for there are no followers to wait for.
 */
import { errorCode, type ErrorName } from '../protocol/errors.js';
import type { BrokerServices, Handler } from './handler.js';
import { safeNumber } from './safe-number.js';
import { storageFailure } from './storage-failure.js';
import { isInternalTopic } from './topic-name.js';
import { topicsWithPartitions } from './topics-with-partitions.js';

export const handleDeleteRecords: Handler<'DeleteRecords'> = async (services, { request }) => ({
  throttleTimeMs: 0,
  topics: await Promise.all(
    topicsWithPartitions(request.topics).map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        partitions.map(async ({ partitionIndex, offset }) => {
          const found = await deleteRecords(services, name, partitionIndex, safeNumber(offset));
          return typeof found === 'number'
            ? { partitionIndex, lowWatermark: BigInt(found), errorCode: 0 }
            : { partitionIndex, lowWatermark: -1n, errorCode: errorCode(found) };
        }),
      ),
    })),
  ),
});

/** Where the log starts now, or what is wrong. */
async function deleteRecords(
  { replicas }: BrokerServices,
  topic: string,
  partition: number,
  offset: number,
): Promise<number | ErrorName> {
  if (isInternalTopic(topic)) return 'INVALID_TOPIC_EXCEPTION';
  const replica = replicas.replica(topic, partition);
  if (replica === undefined) return replicas.missing(topic, partition).code;
  const { log } = replica;
  if (!log.config.isDeleted && log.config.isCompacted) return 'POLICY_VIOLATION';
  const wanted = offset === -1 ? log.highWatermark : offset;
  if (wanted < 0) return 'OFFSET_OUT_OF_RANGE';
  try {
    await log.deleteRecords(wanted);
    return log.logStartOffset;
  } catch (error) {
    const failure = storageFailure(error);
    if (failure === undefined) throw error;
    return failure;
  }
}
