import { errorByCode } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { Cluster } from './cluster.js';
import { groupBy } from './group-by.js';

/** The timestamps that ask ListOffsets for an end of the log. */
export const latestTimestamp = -1;
export const earliestTimestamp = -2;

export interface OffsetQuery {
  readonly topic: string;
  readonly partition: number;
  /** Milliseconds since the epoch: the first offset with this timestamp or a later one; or one of the two ends. */
  readonly timestamp: number;
}

export interface OffsetAnswer {
  readonly topic: string;
  readonly partition: number;
  /** -1 when no record has the timestamp or a later one. */
  readonly offset: number;
}

/**
 * Asks the leaders for offsets, one request a leader, and again by the client's retry options when leaders have moved. Answers are in the order of the
 * queries. A partition must not be asked for twice.
 */
export async function listOffsets(cluster: Cluster, queries: readonly OffsetQuery[]): Promise<OffsetAnswer[]> {
  const found = new Map<string, number>();
  const topics = [...new Set(queries.map(({ topic }) => topic))];
  await cluster.load(topics);
  await cluster.retry('list offsets', async () => {
    const left = queries.filter((query) => !found.has(nameOf(query)));
    try {
      await Promise.all(byLeader(cluster, left).map(([leader, asked]) => askLeader(cluster, leader, asked, found)));
    } catch (error) {
      if (error instanceof KafkaError && error.retriable) await cluster.refresh(topics);
      throw error;
    }
  });
  return queries.map(({ topic, partition }) => ({
    topic,
    partition,
    offset: found.get(nameOf({ topic, partition })) ?? -1,
  }));
}

async function askLeader(
  cluster: Cluster,
  leader: number,
  queries: readonly OffsetQuery[],
  found: Map<string, number>,
): Promise<void> {
  const connection = await cluster.connectionTo(leader);
  const topics = groupBy(queries, ({ topic }) => topic);
  const response = await connection.send('ListOffsets', {
    replicaId: -1,
    topics: [...topics].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(({ partition, timestamp }) => ({
        partitionIndex: partition,
        timestamp: BigInt(timestamp),
      })),
    })),
    timeoutMs: cluster.context.requestTimeoutMs,
  });
  let failure: KafkaError | undefined;
  for (const { name, partitions } of response.topics) {
    for (const { partitionIndex, errorCode, offset } of partitions) {
      if (errorCode === 0) found.set(nameOf({ topic: name, partition: partitionIndex }), Number(offset));
      else {
        const { name: code, message } = errorByCode(errorCode);
        failure ??= new KafkaError(code, `ListOffsets of ${name}-${partitionIndex} failed: ${message}`);
      }
    }
  }
  if (failure !== undefined) throw failure;
}

function byLeader(cluster: Cluster, queries: readonly OffsetQuery[]): [number, OffsetQuery[]][] {
  return [
    ...groupBy(queries, ({ topic, partition }) => {
      const leader = cluster.leaderOf(topic, partition);
      if (leader !== undefined) return leader;
      const count = cluster.topic(topic).partitions.length;
      if (partition < 0 || partition >= count) {
        throw new KafkaError(
          'UNKNOWN_TOPIC_OR_PARTITION',
          `${topic} has partitions 0 to ${count - 1}; there is no partition ${partition}.`,
        );
      }
      throw new KafkaError('LEADER_NOT_AVAILABLE', `${topic}-${partition} has no leader at present.`);
    }),
  ];
}

function nameOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}-${partition}`;
}
