import type { Millis } from '../environment/environment.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { TopicPartition } from './assigned-partitions.js';
import type { Cluster } from './cluster.js';
import { describeGroup } from './group-admin.js';
import type { GroupCoordinator } from './group-coordinator.js';
import { commitOffsets, fetchOffsets, nobody, type CommittedOffset, type OffsetToCommit } from './group-offsets.js';
import { durationMs } from './iso-duration.js';
import { earliestTimestamp, latestTimestamp, listOffsets } from './list-offsets.js';

/** Where a group's offsets are to be set: the ways of `kafka-consumer-groups.sh --reset-offsets`. */
export type OffsetReset =
  /** The ends of the log; `current`: what is committed, the end of the log where nothing is. */
  | { readonly to: 'earliest' | 'latest' | 'current' }
  /** This offset, or the end of the log that lies nearer. */
  | { readonly to: 'offset'; readonly offset: string | number }
  /** The first record with this timestamp or a later one, the end of the log where there is none: `YYYY-MM-DDTHH:mm:ss.SSS`, in UTC or with a zone, or milliseconds since the epoch. */
  | { readonly to: 'datetime'; readonly datetime: string | number }
  /** The first record of the last so long: ISO 8601, such as `P7D`. */
  | { readonly to: 'duration'; readonly duration: string }
  /** So many offsets on, or back if negative, within the log. There must be a committed offset. */
  | { readonly to: 'shift'; readonly by: number }
  /** What a file says: lines of `topic,partition,offset`, or of `group,topic,partition,offset`, of which those of this group count. */
  | { readonly to: 'file'; readonly csv: string };

/** The offsets that a reset leads to, within the log. Rejects with INVALID_REQUEST where it leads nowhere. */
export async function planReset(
  coordinator: GroupCoordinator,
  partitions: readonly TopicPartition[],
  reset: OffsetReset,
): Promise<OffsetToCommit[]> {
  const { cluster } = coordinator;
  if (reset.to === 'file') return await within(cluster, parseOffsets(reset.csv, coordinator.groupId));
  const at = (timestamp: number) => atTimestamp(cluster, partitions, timestamp);
  switch (reset.to) {
    case 'earliest':
      return await at(earliestTimestamp);
    case 'latest':
      return await at(latestTimestamp);
    case 'offset': {
      const offset = Number(reset.offset);
      if (!Number.isSafeInteger(offset)) throw invalid(`"${reset.offset}" is not an offset.`);
      return await within(
        cluster,
        partitions.map((each) => ({ ...each, offset })),
      );
    }
    case 'datetime':
      return await at(typeof reset.datetime === 'number' ? reset.datetime : timeOf(reset.datetime));
    case 'duration':
      return await at(cluster.context.environment.clock.now() - durationMs(reset.duration));
    case 'shift': {
      const committed = await committedOf(coordinator, partitions);
      const missing = partitions.find((each) => offsetIn(committed, each) === undefined);
      if (missing !== undefined) {
        throw invalid(
          `Cannot shift offset for partition ${missing.topic}-${missing.partition} since there is no current committed offset.`,
        );
      }
      return await within(
        cluster,
        partitions.map((each) => ({ ...each, offset: (offsetIn(committed, each) as number) + reset.by })),
      );
    }
    case 'current': {
      const committed = await committedOf(coordinator, partitions);
      const ends = await at(latestTimestamp);
      return partitions.map((each, index) => ({
        ...each,
        offset: offsetIn(committed, each) ?? (ends[index]?.offset as number),
      }));
    }
  }
}

/** Commits as nobody, which only a group without members takes: else it rejects with UNKNOWN_MEMBER_ID and says what state the group is in. */
export async function setGroupOffsets(
  coordinator: GroupCoordinator,
  offsets: readonly OffsetToCommit[],
): Promise<void> {
  try {
    await coordinator.cluster.retry('set offsets', () => commitOffsets(coordinator, nobody, offsets));
  } catch (error) {
    if (!(error instanceof KafkaError) || error.code !== 'UNKNOWN_MEMBER_ID') throw error;
    const { state, members } = await describeGroup(coordinator);
    throw new KafkaError(
      error.code,
      `Assignments can only be reset if the group '${coordinator.groupId}' is inactive, but the current state is ${state}, with ${members.length} member(s). Stop them first.`,
      { cause: error },
    );
  }
}

/** The lines of a reset plan. Throws INVALID_REQUEST with the number of the line that can't be read. */
function parseOffsets(csv: string, groupId: string): OffsetToCommit[] {
  const lines = csv.split(/\r?\n/).map((line, at) => ({ line: line.trim(), number: at + 1 }));
  return lines.flatMap(({ line, number }) => {
    if (line === '') return [];
    const fields = line.split(',').map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
    if (fields.length !== 3 && fields.length !== 4)
      throw invalid(
        `Line ${number} has ${fields.length} fields. Give topic,partition,offset or group,topic,partition,offset.`,
      );
    if (fields.length === 4 && fields[0] !== groupId) return [];
    const [topic = '', partition = '', offset = ''] = fields.slice(-3);
    if (topic === '' || !/^\d+$/.test(partition) || !/^\d+$/.test(offset) || !Number.isSafeInteger(Number(offset)))
      throw invalid(`Line ${number} is "${line}". Give a topic, a partition and an offset, such as orders,0,12.`);
    return [{ topic, partition: Number(partition), offset: Number(offset) }];
  });
}

/** Kafka's date format: with milliseconds, in UTC unless it names a zone. Throws INVALID_REQUEST. */
function timeOf(text: string): Millis {
  const found = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3})(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(text);
  const [, time = '', zone = 'Z'] = found ?? [];
  const minutes = zone === 'Z' ? '' : (/^[+-]\d{2}:?(\d{2})?$/.exec(zone)?.[1] ?? '00');
  const at = Date.parse(zone === 'Z' ? `${time}Z` : `${time}${zone.slice(0, 3)}:${minutes}`);
  // A day that the month does not have is taken for one of the next.
  const isReal = found !== null && Number(time.slice(8, 10)) === new Date(`${time}Z`).getUTCDate();
  if (!Number.isNaN(at) && isReal) return at;
  throw invalid(`"${text}" is no date and time. Give YYYY-MM-DDTHH:mm:ss.SSS, in UTC or with a zone such as +02:00.`);
}

async function atTimestamp(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timestamp: number,
): Promise<OffsetToCommit[]> {
  const found = await listOffsets(
    cluster,
    partitions.map((each) => ({ ...each, timestamp })),
  );
  const late = found.filter(({ offset }) => offset < 0);
  const ends = await listOffsets(
    cluster,
    late.map(({ topic, partition }) => ({ topic, partition, timestamp: latestTimestamp })),
  );
  return found.map((each) => {
    const { topic, partition, offset } = each;
    return { topic, partition, offset: offset < 0 ? (ends[late.indexOf(each)]?.offset ?? 0) : offset };
  });
}

/** Offsets below the log's start or above its end are brought there. */
async function within(cluster: Cluster, wanted: readonly OffsetToCommit[]): Promise<OffsetToCommit[]> {
  const [starts, ends] = await Promise.all(
    [earliestTimestamp, latestTimestamp].map((timestamp) =>
      listOffsets(
        cluster,
        wanted.map(({ topic, partition }) => ({ topic, partition, timestamp })),
      ),
    ),
  );
  return wanted.map(({ topic, partition, offset }, at) => ({
    topic,
    partition,
    offset: Math.min(Math.max(offset, starts?.[at]?.offset ?? 0), ends?.[at]?.offset ?? offset),
  }));
}

async function committedOf(
  coordinator: GroupCoordinator,
  partitions: readonly TopicPartition[],
): Promise<readonly CommittedOffset[]> {
  return await coordinator.cluster.retry('fetch offsets', () => fetchOffsets(coordinator, partitions));
}

function offsetIn(committed: readonly CommittedOffset[], { topic, partition }: TopicPartition): number | undefined {
  const offset = committed.find((each) => each.topic === topic && each.partition === partition)?.offset;
  return offset === undefined || offset < 0 ? undefined : offset;
}

function invalid(message: string): KafkaError {
  return new KafkaError('INVALID_REQUEST', message);
}
