import { errorByCode } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { RetryOptions } from './backoff.js';
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
  /** The record's timestamp; -1 where an end was asked for. */
  readonly timestamp: number;
}

/** Which records count: all, or those of transactions that are committed. */
export const isolationLevels = { read_uncommitted: 0, read_committed: 1 } as const;

/**
 * Asks the leaders for offsets, one request a leader, and again by the client's retry options when leaders have moved. Answers are in the order of the
 * queries. A partition must not be asked for twice.
 */
export async function listOffsets(
  cluster: Cluster,
  queries: readonly OffsetQuery[],
  options: { readonly isolationLevel?: number; readonly retry?: RetryOptions } = {},
): Promise<OffsetAnswer[]> {
  const { isolationLevel = isolationLevels.read_uncommitted, retry = cluster.context.retry } = options;
  if (queries.length === 0) return [];
  const found = new Map<string, Found>();
  const topics = [...new Set(queries.map(({ topic }) => topic))];
  await cluster.load(topics, { retry });
  const attempt = async (): Promise<void> => {
    const left = queries.filter((query) => !found.has(nameOf(query)));
    try {
      const asking = byLeader(cluster, left).map(([leader, asked]) =>
        askLeader(cluster, { leader, queries: asked, isolationLevel }, found),
      );
      await Promise.all(asking);
    } catch (error) {
      if (error instanceof KafkaError && error.retriable) await cluster.refresh(topics);
      throw error;
    }
  };
  await cluster.retry('list offsets', attempt, retry);
  return queries.map(({ topic, partition }) => ({
    topic,
    partition,
    ...(found.get(nameOf({ topic, partition })) ?? { offset: -1, timestamp: -1 }),
  }));
}

type Found = Pick<OffsetAnswer, 'offset' | 'timestamp'>;

async function askLeader(
  cluster: Cluster,
  {
    leader,
    queries,
    isolationLevel,
  }: { readonly leader: number; readonly queries: readonly OffsetQuery[]; readonly isolationLevel: number },
  found: Map<string, Found>,
): Promise<void> {
  const connection = await cluster.connectionTo(leader);
  const topics = groupBy(queries, ({ topic }) => topic);
  const response = await connection.send('ListOffsets', (version) => ({
    replicaId: -1,
    ...(version >= 2 ? { isolationLevel } : {}),
    topics: [...topics].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(({ partition, timestamp }) => ({
        partitionIndex: partition,
        timestamp: BigInt(timestamp),
      })),
    })),
    timeoutMs: cluster.context.requestTimeoutMs,
  }));
  let failure: KafkaError | undefined;
  for (const { name, partitions } of response.topics) {
    for (const { partitionIndex, errorCode, offset, timestamp } of partitions) {
      if (errorCode === 0)
        found.set(nameOf({ topic: name, partition: partitionIndex }), {
          offset: Number(offset),
          timestamp: Number(timestamp),
        });
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
