/**
 * ListOffsets v1-11. The offsets of the log's ends (-1 latest, -2 and -4 earliest), of its largest timestamp (-3), and of the first record at or after
 * a time; who reads committed records only is told of those alone. Tiered storage is not there: -5 and -6 find nothing.
 */
import type { CompleteRequestOf } from '../protocol/apis.js';
import { errorCode, type ErrorName } from '../protocol/errors.js';
import type { ReadIsolation } from '../log/log-reader.js';
import type { BrokerServices, Handler } from './handler.js';
import { leaderEpochError, type Replica } from './replica-manager.js';
import { safeNumber } from './safe-number.js';
import { storageFailure } from './storage-failure.js';
import { topicsWithPartitions } from './topics-with-partitions.js';

type Topic = CompleteRequestOf<'ListOffsets'>['topics'][number];
type Partition = Topic['partitions'][number];

interface Found {
  readonly timestamp: number;
  readonly offset: number;
  readonly leaderEpoch: number;
}

const nothing: Found = { timestamp: -1, offset: -1, leaderEpoch: -1 };
/** The lowest special time that each version knows. */
const lowestSpecialTime = (version: number) =>
  version >= 11 ? -6 : version >= 9 ? -5 : version >= 8 ? -4 : version >= 7 ? -3 : -2;

export const handleListOffsets: Handler<'ListOffsets'> = async (services, { version, request }) => ({
  topics: await Promise.all(
    topicsWithPartitions(request.topics).map(async (topic) => ({
      name: topic.name,
      partitions: await Promise.all(
        distinct(topic).map((partition) => listOffset(services, version, topic, partition, request.isolationLevel)),
      ),
    })),
  ),
});

/** Each partition once: Kafka answers one that is asked for twice with one error. */
function distinct({ partitions }: Topic): Partition[] {
  return [...new Map(partitions.map((partition) => [partition.partitionIndex, partition])).values()];
}

async function listOffset(
  services: BrokerServices,
  version: number,
  topic: Topic,
  partition: Partition,
  isolationLevel: number,
) {
  const { partitionIndex, currentLeaderEpoch } = partition;
  const answer = (error: ErrorName, found: Found = nothing) => ({
    partitionIndex,
    errorCode: errorCode(error),
    timestamp: BigInt(found.timestamp),
    offset: BigInt(found.offset),
    ...(version >= 4 && { leaderEpoch: found.leaderEpoch }),
  });
  if (topic.partitions.filter((other) => other.partitionIndex === partitionIndex).length > 1)
    return answer('INVALID_REQUEST');
  const time = safeNumber(partition.timestamp);
  if (time < lowestSpecialTime(version)) return answer('UNSUPPORTED_VERSION');
  const replica = services.replicas.replica(topic.name, partitionIndex);
  if (replica === undefined) return answer(services.replicas.missing(topic.name, partitionIndex).code);
  const epochError = leaderEpochError(replica, currentLeaderEpoch);
  if (epochError !== undefined) return answer(epochError);
  try {
    return answer('NONE', await find(replica, time, isolationLevel === 1 ? 'committed' : 'high-watermark'));
  } catch (error) {
    const failure = storageFailure(error);
    if (failure === undefined) throw error;
    return answer(failure);
  }
}

async function find(replica: Replica, time: number, isolation: ReadIsolation): Promise<Found> {
  const { log } = replica;
  const { leaderEpoch } = log;
  if (time === -1)
    return { timestamp: -1, offset: isolation === 'committed' ? log.lastStableOffset : log.highWatermark, leaderEpoch };
  if (time === -2 || time === -4) return { timestamp: -1, offset: log.logStartOffset, leaderEpoch };
  if (time === -3) return (await log.offsetOfLargestTimestamp(isolation)) ?? nothing;
  return time < 0 ? nothing : ((await log.offsetForTimestamp(time, isolation)) ?? nothing);
}
