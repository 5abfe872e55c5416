import { sleep } from '../environment/environment.js';
import type { Environment } from '../environment/trace-events.js';
import { batchesIn, decodeRecords, type DecodedRecord } from '../protocol/record-batch.js';
import type { Connection, Network } from '../protocol/connection.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { GroupView, PartitionView } from './run-view.js';
import { WatchedPartition, type WatchedRecord } from './watched-partition.js';

/** A topic of a broker that others use, as it is at the moment. */
export interface WatchedTopic {
  readonly topic: string;
  readonly partitions: readonly PartitionView[];
  /** Those that have committed offsets of it. */
  readonly groups: readonly GroupView[];
}

/** What a broker that others use looks like at a moment. Cells name their records by index. */
export interface BrokerView {
  readonly atMs: number;
  readonly records: readonly WatchedRecord[];
  readonly topics: readonly WatchedTopic[];
}

const clientId = 'partita-ui';
/** How long a look waits for news, and how long the next one comes later at least. */
const waitMs = 250;
const pauseMs = 50;
const bytesOfPartition = 64 * 1024;

/**
 * Looks at a broker over its network, as a reader without a group: which topics there are, their newest records, and where groups stand. It commits nothing and joins nothing, so that
 * those who are watched do not notice.
 */
export class BrokerWatch {
  private readonly partitions = new Map<string, WatchedPartition>();
  private connection: Connection | undefined;
  private state: 'watching' | 'stopped' = 'watching';

  constructor(
    private readonly environment: Pick<Environment, 'clock' | 'timers'>,
    private readonly network: Network,
  ) {}

  /** Tells of each look, and of each failure, until it is stopped. After a failure it connects anew. */
  async run(tell: (view: BrokerView) => void, fail: (error: Error) => void): Promise<void> {
    while (this.isWatching()) {
      try {
        const view = await this.look();
        if (this.isWatching()) tell(view);
      } catch (error) {
        this.connection?.close();
        this.connection = undefined;
        if (this.isWatching()) fail(error instanceof Error ? error : new Error(String(error)));
        await sleep(this.environment.timers, 1_000);
      }
      await sleep(this.environment.timers, pauseMs);
    }
  }

  stop(): void {
    this.state = 'stopped';
    this.connection?.close();
  }

  private isWatching(): boolean {
    return this.state === 'watching';
  }

  private async look(): Promise<BrokerView> {
    const connection = (this.connection ??= await this.connect());
    const topics = await this.topics(connection);
    const groups = await groupsOn(connection);
    await this.fetch(connection, topics);
    return this.view(topics, groups);
  }

  private connect(): Promise<Connection> {
    const [address] = this.network.bootstrap;
    if (address === undefined) throw new Error('The network has no address to begin with.');
    return this.network.connect(address);
  }

  /** The topics that are no business of the broker's own, each with its number of partitions; partitions that are new are read from near their ends. */
  private async topics(connection: Connection): Promise<ReadonlyMap<string, number>> {
    const metadata = await connection.send(
      { api: 'Metadata', version: 12, clientId },
      { topics: null, allowAutoTopicCreation: false },
    );
    const counts = new Map<string, number>();
    for (const { name, isInternal, errorCode, partitions } of metadata.topics)
      if (name !== null && !isInternal && errorCode === 0) counts.set(name, partitions.length);
    for (const [key, { topic, partition }] of this.partitions)
      if (partition >= (counts.get(topic) ?? 0)) this.partitions.delete(key);
    for (const [topic, count] of counts)
      for (let partition = 0; partition < count; partition++)
        if (!this.partitions.has(keyOf(topic, partition)))
          this.partitions.set(keyOf(topic, partition), await begun(connection, topic, partition));
    return counts;
  }

  private async fetch(connection: Connection, topics: ReadonlyMap<string, number>): Promise<void> {
    if (this.partitions.size === 0) return sleep(this.environment.timers, waitMs);
    const asked = [...topics.keys()].map((topic) => ({
      topic,
      partitions: [...this.partitions.values()]
        .filter((each) => each.topic === topic)
        .map(({ partition, position }) => ({
          partition,
          fetchOffset: BigInt(position),
          partitionMaxBytes: bytesOfPartition,
        })),
    }));
    const { responses } = await connection.send(
      { api: 'Fetch', version: 12, clientId },
      { maxWaitMs: waitMs, minBytes: 1, maxBytes: 4 * 1024 * 1024, isolationLevel: 0, topics: asked },
    );
    for (const { topic, partitions } of responses)
      for (const { partitionIndex, errorCode, highWatermark, records } of partitions) {
        const key = keyOf(topic, partitionIndex);
        // What retention or a deletion took away is begun anew by the next look.
        if (errorCode !== 0) this.partitions.delete(key);
        else this.partitions.get(key)?.add(recordsIn(records), Number(highWatermark), this.environment.clock.now());
      }
  }

  private view(topics: ReadonlyMap<string, number>, groups: readonly CommittedGroup[]): BrokerView {
    const records: WatchedRecord[] = [];
    const watched = [...topics]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([topic, count]): WatchedTopic => {
        const partitions = Array.from({ length: count }, (_, partition) =>
          this.partitions.get(keyOf(topic, partition)),
        );
        return {
          topic,
          partitions: partitions.flatMap((each) => each?.view(records) ?? []),
          groups: groups.flatMap((group) => group.in(topic)),
        };
      });
    return { atMs: this.environment.clock.now(), records, topics: watched };
  }
}

/** A group with what it has committed, by topic. */
interface CommittedGroup {
  in(topic: string): GroupView[];
}

async function groupsOn(connection: Connection): Promise<CommittedGroup[]> {
  const listed = await connection.send({ api: 'ListGroups', version: 4, clientId }, { statesFilter: [] });
  if (listed.groups.length === 0) return [];
  const fetched = await connection.send(
    { api: 'OffsetFetch', version: 8, clientId },
    { groups: listed.groups.map(({ groupId }) => ({ groupId, topics: null })), requireStable: false },
  );
  return listed.groups.map(({ groupId, groupState }) => ({
    in: (topic) => {
      const offsets = fetched.groups.find((group) => group.groupId === groupId)?.topics ?? [];
      const partitions = (offsets.find(({ name }) => name === topic)?.partitions ?? []).flatMap(
        ({ partitionIndex, committedOffset }) =>
          committedOffset < 0n
            ? []
            : {
                partition: partitionIndex,
                committed: Number(committedOffset),
                position: undefined,
                owner: undefined,
              },
      );
      if (partitions.length === 0) return [];
      return [{ group: groupId, state: groupState, generation: 0, startedAtMs: undefined, partitions }];
    },
  }));
}

async function begun(connection: Connection, topic: string, partition: number): Promise<WatchedPartition> {
  const offsetAt = async (timestamp: bigint): Promise<number> => {
    const { topics } = await connection.send(
      { api: 'ListOffsets', version: 5, clientId },
      { replicaId: -1, topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }] },
    );
    const found = topics[0]?.partitions[0];
    if (found === undefined || found.errorCode !== 0)
      throw new KafkaError('LEADER_NOT_AVAILABLE', `${topic}-${partition} is not ready yet.`);
    return Number(found.offset);
  };
  return new WatchedPartition(topic, partition, await offsetAt(-2n), await offsetAt(-1n));
}

function* recordsIn(bytes: Uint8Array | null): Generator<DecodedRecord> {
  if (bytes === null) return;
  for (const { header } of batchesIn(bytes)) if (!header.isControlBatch) yield* decodeRecords(bytes, header);
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
