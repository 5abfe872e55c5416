import { randomUuidBytes, type Random } from '../environment/environment.js';
import type { Environment } from '../environment/trace-events.js';
import { encodeMetadataRecord } from '../protocol/metadata-records.js';
import type { BrokerConfig } from './broker-config.js';
import { MetadataImage, type TopicImage } from './metadata-image.js';
import type { ReplicaManager } from './replica-manager.js';
import { decideTopicCreations, type TopicCreation, type TopicToCreate } from './topic-creation.js';
import { decideTopicDeletions, removalRecord, type TopicDeletion, type TopicToDelete } from './topic-deletion.js';
import { decideAlteration, type ConfigAlteration, type DecidedAlteration } from './topic-alteration.js';
import { decideTopicGrowth, type TopicGrowth, type TopicToGrow } from './topic-growth.js';
import { topicIdText } from '../protocol/topic-id.js';

/** The log of the cluster's metadata. */
export interface MetadataLog {
  /** Appends the values of metadata records as one batch; resolves when they are durable. */
  append(values: readonly Uint8Array[], cause: string | undefined): Promise<void>;
  /** The value of every record, from the first on. */
  readAll(): Promise<readonly Uint8Array[]>;
}

/**
 * Looks after topics (Kafka's `QuorumController`): one change at a time, each a batch of records in `__cluster_metadata`, applied when it is durable. The
 * logs of a topic's partitions are open before its creation is answered, and gone before its deletion is.
 */
export class Controller {
  private readonly image = new MetadataImage();
  private readonly random: Random;
  private readonly deletionListeners: ((topic: TopicImage, cause: string) => void)[] = [];
  private lastChange: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly environment: Environment,
    private readonly log: MetadataLog,
    private readonly replicas: ReplicaManager,
    private readonly nodeId: number,
    private readonly config: BrokerConfig,
  ) {
    this.random = environment.random.fork('topic-ids');
  }

  /**
   * Takes the topics up where the last broker left them: applies the log, raises the leader epoch of every partition (so that whoever read a tail that
   * was lost finds out), opens the partitions' logs and finishes deletions that were begun.
   */
  async recover(): Promise<void> {
    for (const value of await this.log.readAll()) this.image.applyBytes(value);
    const elections: Uint8Array[] = [];
    for (const { topicId, partitions } of this.image.topics)
      for (const { partition } of partitions)
        elections.push(
          encodeMetadataRecord('PartitionChangeRecord', { partitionId: partition, topicId, leader: this.nodeId }),
        );
    if (elections.length > 0) await this.commit(elections, undefined);
    await this.replicas.deleteLogs(this.image.removedNames);
    await Promise.all([...this.image.topics].map((topic) => this.replicas.openTopic(topic)));
  }

  /** Calls `listener` with each topic that was deleted, when that is durable, before the deletion is answered. */
  onTopicDeleted(listener: (topic: TopicImage, cause: string) => void): void {
    this.deletionListeners.push(listener);
  }

  /** Creates topics; each is told for itself whether it came to be. With `validateOnly` none does. */
  createTopics(wanted: readonly TopicToCreate[], validateOnly: boolean, cause: string): Promise<TopicCreation[]> {
    return this.inTurn(async () => {
      const creations = decideTopicCreations(this.image, wanted, this.nodeId, this.config, () =>
        randomUuidBytes(this.random),
      );
      if (validateOnly) return creations;
      const created = creations.flatMap((creation) => (creation.error === 'NONE' ? creation : []));
      if (created.length === 0) return creations;
      // A deletion that failed half-way may have left logs under these names.
      await this.replicas.deleteLogs(created.map(({ name }) => name));
      await this.commit(
        created.flatMap(({ records }) => records),
        cause,
      );
      for (const { name, topicId, numPartitions } of created) {
        const topic = this.image.topic(name);
        if (topic !== undefined) await this.replicas.openTopic(topic);
        this.environment.tracer.emit({
          kind: 'topic-created',
          topic: name,
          topicId: topicIdText(topicId),
          partitions: numPartitions,
          cause,
        });
      }
      return creations;
    });
  }

  /** Deletes topics with all their records. */
  deleteTopics(wanted: readonly TopicToDelete[], cause: string): Promise<TopicDeletion[]> {
    return this.inTurn(async () => {
      const deletions = decideTopicDeletions(this.image, wanted);
      const gone = deletions.flatMap(({ topic }) => topic ?? []);
      if (gone.length === 0) return deletions;
      await this.commit(gone.map(removalRecord), cause);
      for (const topic of gone) {
        await this.replicas.deleteTopic(topic);
        this.environment.tracer.emit({
          kind: 'topic-deleted',
          topic: topic.name,
          topicId: topicIdText(topic.topicId),
          cause,
        });
        for (const listener of this.deletionListeners) listener(topic, cause);
      }
      return deletions;
    });
  }

  /** Changes configs; each resource is told for itself whether it was changed. With `validateOnly` none is. */
  alterConfigs(
    wanted: readonly ConfigAlteration[],
    validateOnly: boolean,
    cause: string,
  ): Promise<readonly DecidedAlteration[]> {
    return this.inTurn(async () => {
      const decided = wanted.map((alteration) => decideAlteration(this.image, alteration));
      const records = decided.flatMap((alteration) => alteration.records);
      if (validateOnly || records.length === 0) return decided;
      await this.commit(records, cause);
      for (const { topic } of decided) if (topic !== undefined) this.replicas.configureTopic(topic);
      return decided;
    });
  }

  /** Adds partitions to topics; each topic is told for itself whether it has grown. With `validateOnly` none does. */
  createPartitions(
    wanted: readonly TopicToGrow[],
    validateOnly: boolean,
    cause: string,
  ): Promise<readonly TopicGrowth[]> {
    return this.inTurn(async () => {
      const growths = wanted.map((topic) => decideTopicGrowth(this.image, topic, this.nodeId));
      const records = growths.flatMap((growth) => growth.records);
      if (validateOnly || records.length === 0) return growths;
      await this.commit(records, cause);
      for (const { name, error } of growths) {
        const topic = error === 'NONE' ? this.image.topic(name) : undefined;
        if (topic !== undefined) await this.replicas.openTopic(topic);
      }
      return growths;
    });
  }

  /** The end of all changes that were begun. */
  async settled(): Promise<void> {
    await this.lastChange;
  }

  private inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = this.lastChange.then(change);
    this.lastChange = result.catch(() => undefined);
    return result;
  }

  private async commit(values: readonly Uint8Array[], cause: string | undefined): Promise<void> {
    await this.log.append(values, cause);
    for (const value of values) this.image.applyBytes(value);
  }
}
