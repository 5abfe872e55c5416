import { ArchiveError, shownName } from '../archive/archive-error.js';
import type { ArchivedGroup, ArchivedOffset } from '../archive/manifest.js';
import { snapshotOf, type PartitionSnapshot } from '../archive/partition-snapshot.js';
import type { TransferProgress } from '../archive/transfer-progress.js';
import type { ExportRequest, ExportUnderWay } from '../archive/transfer-request.js';
import { writeArchive, type TopicSnapshot } from '../archive/write-archive.js';
import type { StoredGroup } from '../group/stored-groups.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { isZeroId, topicIdText } from '../protocol/topic-id.js';
import { refusal } from './group-coordinator.js';
import type { BrokerServices } from './handler.js';
import { transferNameError } from './import-decision.js';
import type { TopicImage } from './metadata-image.js';

type Services = Pick<BrokerServices, 'clusterId' | 'environment' | 'groups' | 'replicas'>;

/** An export under way: its pieces, one after the other. What it keeps from being deleted is let go at the end, or when it is cancelled. */
export class TopicExport implements ExportUnderWay {
  private failure: Error | undefined;
  /** Settled when nothing is kept any more. */
  readonly ended: Promise<void>;
  private end: () => void = () => undefined;

  private constructor(
    private readonly pieces: AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>,
    private readonly snapshots: readonly PartitionSnapshot[],
  ) {
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  /** Fixes what is exported: every partition up to its high watermark now. Rejects with an `ArchiveError` for a topic or group that is not there. */
  static async begin(
    services: Services,
    request: ExportRequest,
    progress?: (progress: TransferProgress) => void,
  ): Promise<TopicExport> {
    const topics = topicsOf(services, request);
    // Before the ends of the partitions are fixed: so nobody can have committed beyond them in the meantime.
    const committed = await groupsOf(services, request, topics);
    const snapshots: PartitionSnapshot[] = [];
    try {
      const archived: TopicSnapshot[] = [];
      for (const topic of topics) archived.push(await archivedTopic(services, topic, snapshots));
      const groups = committed.map((group) => checkedGroup(group, archived));
      const exportedAt = services.environment.clock.now();
      const { clusterId } = services;
      return new TopicExport(writeArchive({ exportedAt, clusterId, topics: archived, groups }, progress), snapshots);
    } catch (error) {
      for (const { release } of snapshots) release();
      throw error;
    }
  }

  /** Rejects with an `ArchiveError` if the log is damaged or goes away, or with what it was cancelled with. */
  async next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      if (this.failure !== undefined) throw this.failure;
      const next = await this.pieces.next();
      // Not there when it was asked for.
      this.throwIfCancelled();
      if (next.done !== true) return next.value;
    } catch (error) {
      this.release();
      throw this.failure ?? error;
    }
    this.release();
    return undefined;
  }

  cancel(error: Error): void {
    this.failure ??= error;
    this.release();
  }

  private throwIfCancelled(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  private release(): void {
    for (const { release } of this.snapshots) release();
    this.end();
  }
}

/** In the sequence of their names: the same topics always make the same export. */
function topicsOf({ replicas }: Services, { topics: asked }: ExportRequest): readonly TopicImage[] {
  const names =
    asked === 'all'
      ? [...replicas.topics].map(({ name }) => name).filter((name) => transferNameError(name) === undefined)
      : [...new Set(asked)];
  if (names.length === 0)
    throw new ArchiveError('UNKNOWN_TOPIC', 'There is no topic to export: name one, or create one first.');
  return names.sort(inSequence).map((name) => {
    const wrong = transferNameError(name);
    const topic = replicas.topic(name);
    if (wrong !== undefined) throw new ArchiveError('INVALID', `${wrong}.`);
    if (topic === undefined)
      throw new ArchiveError('UNKNOWN_TOPIC', `There is no topic '${shownName(name)}' that could be exported.`);
    return topic;
  });
}

async function archivedTopic(
  { replicas }: Services,
  { name, topicId, configs, partitions }: TopicImage,
  snapshots: PartitionSnapshot[],
): Promise<TopicSnapshot> {
  const taken: PartitionSnapshot[] = [];
  for (const { partition } of partitions) {
    const replica = replicas.replica(name, partition);
    if (replica === undefined) throw replicas.missing(name, partition);
    const snapshot = await snapshotOf(replica.log);
    taken.push(snapshot);
    snapshots.push(snapshot);
  }
  const own = [...configs].map(([key, value]) => ({ name: key, value }));
  return {
    name,
    id: topicIdText(topicId),
    configs: own.sort((a, b) => inSequence(a.name, b.name)),
    partitions: taken,
  };
}

async function groupsOf(
  { groups }: Services,
  { groups: asked }: ExportRequest,
  topics: readonly TopicImage[],
): Promise<readonly ArchivedGroup[]> {
  if (asked === 'none') return [];
  const ids = asked === 'all' ? await groups.inspectAll(({ groupId }) => groupId) : [...new Set(asked)];
  const found: ArchivedGroup[] = [];
  for (const id of [...ids].sort(inSequence)) {
    const outcome = await groups.inspect(id, (group, stored) => ({
      isThere: group !== undefined || stored !== undefined,
      offsets: topics.flatMap((topic) => offsetsOf(topic, stored)),
    }));
    if (!('answered' in outcome)) throw new KafkaError(refusal(outcome));
    const { isThere, offsets: committed } = outcome.answered;
    if (!isThere)
      throw new ArchiveError('INVALID', `There is no group '${shownName(id)}' whose offsets could be exported.`);
    if (committed.length > 0) found.push({ id, offsets: committed });
  }
  return found;
}

/** What a group has committed for this very topic: one of the same name that was deleted is another. */
function offsetsOf({ name, topicId, partitions }: TopicImage, stored: StoredGroup | undefined): ArchivedOffset[] {
  return partitions.flatMap(({ partition }): ArchivedOffset[] => {
    const value = stored?.offsets.get(name)?.get(partition);
    if (value === undefined) return [];
    if (!isZeroId(value.topicId) && topicIdText(value.topicId) !== topicIdText(topicId)) return [];
    const { offset, leaderEpoch, metadata } = value;
    return [{ topic: name, partition, offset, leaderEpoch, metadata }];
  });
}

/** An offset beyond the end of its partition could not be imported again. */
function checkedGroup(group: ArchivedGroup, topics: readonly TopicSnapshot[]): ArchivedGroup {
  for (const { topic, partition, offset } of group.offsets) {
    const end = topics.find(({ name }) => name === topic)?.partitions[partition]?.archived.endOffset ?? 0;
    if (offset > end)
      throw new ArchiveError(
        'INVALID',
        `Group '${shownName(group.id)}' has committed offset ${offset} of ${topic}-${partition}, which ends at ${end}. Export without this group, or commit an offset that exists.`,
      );
  }
  return group;
}

/** By code units, in every language the same. */
function inSequence(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
