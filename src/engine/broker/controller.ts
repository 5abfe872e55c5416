import { randomUuidBytes, type Millis, type Random, type TimerHandle } from '../environment/environment.js';
import type { Environment } from '../environment/trace-events.js';
import { ArchiveError } from '../archive/archive-error.js';
import { encodeMetadataRecord } from '../protocol/metadata-records.js';
import type { BrokerSettings } from './broker-config.js';
import { resourceTypes } from './config-resource.js';
import { MetadataImage, type TopicImage } from './metadata-image.js';
import { PublishedTopics } from './published-topics.js';
import type { ReplicaManager } from './replica-manager.js';
import { storageFailure } from './storage-failure.js';
import { decideTopicCreations, type TopicCreation, type TopicToCreate } from './topic-creation.js';
import { decideTopicDeletions, removalRecord, type TopicDeletion, type TopicToDelete } from './topic-deletion.js';
import { decideAlterations, type ConfigAlteration, type DecidedAlteration } from './config-alteration.js';
import { decideTopicGrowths, type TopicGrowth, type TopicToGrow } from './topic-growth.js';
import {
  decideImports,
  importRecords,
  knownTopicId,
  type AcceptedImport,
  type TopicToImport,
} from './import-decision.js';
import { topicIdText } from '../protocol/topic-id.js';
import { collisionKey } from './topic-name.js';

/** After how long the logs of a topic that could not be opened are tried again. */
const reopenAfterMs: Millis = 1_000;

/** The log of the cluster's metadata. */
export interface MetadataLog {
  /** Appends the values of metadata records as one batch; resolves when they are durable. */
  append(values: readonly Uint8Array[], cause: string | undefined): Promise<void>;
  /** The value of every record, from the first on. */
  readAll(): Promise<readonly Uint8Array[]>;
}

/**
 * Looks after topics (Kafka's `QuorumController`): one change at a time, each a batch of records in `__cluster_metadata`, applied when it is durable. The
 * logs of a topic's partitions are open before its creation is answered, and gone before its deletion is. If the disk does not let them be opened the topic is there
 * all the same, as its records say, and they are tried again.
 */
export class Controller {
  readonly publishedTopics = new PublishedTopics();
  private readonly image = new MetadataImage();
  private readonly random: Random;
  private readonly deletionListeners: ((topic: TopicImage, cause: string) => void)[] = [];
  private lastChange: Promise<unknown> = Promise.resolve();
  /** Names of topics that are being imported: nobody else may take them meanwhile. */
  private readonly reserved = new Set<string>();
  private readonly reopenings = new Set<TimerHandle>();

  constructor(
    private readonly environment: Environment,
    private readonly log: MetadataLog,
    private readonly replicas: ReplicaManager,
    private readonly nodeId: number,
    private readonly settings: BrokerSettings,
  ) {
    this.random = environment.random.fork('topic-ids');
  }

  /**
   * Takes the topics up where the last broker left them: applies the log, raises the leader epoch of every partition (so that whoever read a tail that
   * was lost finds out), opens the partitions' logs and finishes deletions that were begun.
   */
  async recover(): Promise<void> {
    for (const value of await this.log.readAll()) this.image.applyBytes(value);
    this.refreshSettings();
    const elections: Uint8Array[] = [];
    for (const { topicId, partitions } of this.image.topics)
      for (const { partition } of partitions)
        elections.push(
          encodeMetadataRecord('PartitionChangeRecord', { partitionId: partition, topicId, leader: this.nodeId }),
        );
    if (elections.length > 0) await this.commit(elections, undefined);
    await this.replicas.deleteLogs(this.image.removedNames);
    await Promise.all([...this.image.topics].map((topic) => this.replicas.openTopic(topic)));
    this.publish();
  }

  /** Counts the records of the cluster's metadata. */
  get metadataVersion(): number {
    return this.image.version;
  }

  /** The configs of the groups that have any of their own. */
  get groupConfigs(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    return this.image.groupConfigs;
  }

  /** Calls `listener` with each topic that was deleted, when that is durable, before the deletion is answered. */
  onTopicDeleted(listener: (topic: TopicImage, cause: string) => void): void {
    this.deletionListeners.push(listener);
  }

  /** Creates topics; each is told for itself whether it came to be. With `validateOnly` none does. */
  createTopics(wanted: readonly TopicToCreate[], validateOnly: boolean, cause: string): Promise<TopicCreation[]> {
    return this.inTurn(async () => {
      const creations = decideTopicCreations(this.image, wanted, this.nodeId, this.settings.values, () =>
        this.newTopicId(),
      ).map((creation) => this.unlessReserved(creation));
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
        if (topic !== undefined) await this.open(topic);
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
      const { image, settings, nodeId } = this;
      const decided = decideAlterations({ image, settings, nodeId }, wanted);
      const records = decided.flatMap((alteration) => alteration.records);
      if (validateOnly || records.length === 0) return decided;
      await this.commit(records, cause);
      this.refreshSettings();
      const areInherited = decided.some(({ resourceType }) => resourceType === resourceTypes.broker);
      for (const topic of areInherited ? image.topics : decided.flatMap((each) => each.topic ?? []))
        this.replicas.configureTopic(topic);
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
      const growths = decideTopicGrowths(this.image, wanted, this.nodeId);
      const records = growths.flatMap((growth) => growth.records);
      if (validateOnly || records.length === 0) return growths;
      await this.commit(records, cause);
      for (const { name, error } of growths) {
        const topic = error === 'NONE' ? this.image.topic(name) : undefined;
        if (topic !== undefined) await this.open(topic);
      }
      return growths;
    });
  }

  /**
   * Keeps the names free that topics are to be imported under, and removes what may be left of earlier ones. Rejects with an `ArchiveError` if one of them can't be had. The
   * names are given back with `release`.
   */
  reserveImports(wanted: readonly TopicToImport[]): Promise<readonly AcceptedImport[]> {
    return this.inTurn(async () => {
      const other = wanted.find(({ name }) => this.isReserved(name));
      if (other !== undefined)
        throw new ArchiveError(
          'TOPIC_EXISTS',
          `A topic '${other.name}' is just being imported. Wait until that is done.`,
        );
      const accepted = decideImports(this.image, wanted, () => this.newTopicId());
      await this.replicas.deleteLogs(accepted.map(({ name }) => name));
      for (const { name } of accepted) this.reserved.add(name);
      return accepted;
    });
  }

  release(names: readonly string[]): void {
    for (const name of names) this.reserved.delete(name);
  }

  /** Makes topics whose logs are put down already, all of them or none: they are there when their records are durable. `topics` come with the epochs that their partitions go on in. */
  importTopics(
    topics: readonly { readonly accepted: AcceptedImport; readonly leaderEpochs: readonly number[] }[],
    cause: string | undefined,
  ): Promise<void> {
    return this.inTurn(async () => {
      await this.commit(
        topics.flatMap(({ accepted, leaderEpochs }) => importRecords(accepted, leaderEpochs, this.nodeId)),
        cause,
      );
      for (const { accepted } of topics) {
        const topic = this.image.topic(accepted.name);
        if (topic === undefined) continue;
        await this.open(topic);
        this.environment.tracer.emit({
          kind: 'topic-created',
          topic: topic.name,
          topicId: topicIdText(topic.topicId),
          partitions: topic.partitions.length,
          ...(cause !== undefined && { cause }),
        });
      }
    });
  }

  /** Whether there is a topic of this id, opened or not. */
  hasTopic(topicId: string): boolean {
    const id = knownTopicId(topicId);
    return id !== undefined && this.image.topicById(id) !== undefined;
  }

  /** Gives up opening what could not be opened, and resolves with the end of all changes that were begun. */
  async stop(): Promise<void> {
    await this.lastChange;
    for (const reopening of this.reopenings) reopening.cancel();
  }

  private async open({ name, topicId }: TopicImage): Promise<void> {
    const topic = this.image.topic(name);
    if (topic === undefined || topicIdText(topic.topicId) !== topicIdText(topicId)) return;
    try {
      await this.replicas.openTopic(topic);
    } catch (error) {
      if (storageFailure(error) === undefined) throw error;
      const reopening = this.environment.timers.set(reopenAfterMs, () => {
        this.reopenings.delete(reopening);
        this.inTurn(() => this.open(topic)).catch(() => undefined);
      });
      this.reopenings.add(reopening);
    }
  }

  /** One that no topic ever had here, one that came from elsewhere included. */
  private newTopicId(): Uint8Array {
    for (;;) {
      const id = randomUuidBytes(this.random);
      if (!this.image.hasUsedId(id)) return id;
    }
  }

  private isReserved(name: string): boolean {
    return [...this.reserved].some((other) => collisionKey(other) === collisionKey(name));
  }

  private unlessReserved(creation: TopicCreation): TopicCreation {
    const { name, error } = creation;
    if (error !== 'NONE' || !this.isReserved(name)) return creation;
    return { error: 'TOPIC_ALREADY_EXISTS', name, message: `Topic '${name}' is just being imported.` };
  }

  private inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = this.lastChange.then(change).finally(() => this.publish());
    this.lastChange = result.catch(() => undefined);
    return result;
  }

  private refreshSettings(): void {
    this.settings.change(this.image.brokerConfigs(''), this.image.brokerConfigs(String(this.nodeId)));
  }

  private publish(): void {
    this.publishedTopics.publish(this.replicas.topics, this.image.version);
  }

  private async commit(values: readonly Uint8Array[], cause: string | undefined): Promise<void> {
    await this.log.append(values, cause);
    for (const value of values) this.image.applyBytes(value);
  }
}
