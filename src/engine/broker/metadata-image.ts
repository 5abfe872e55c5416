import { formattedClusterSettings } from './broker-config.js';
import { resourceTypes } from './config-resource.js';
import { decodeMetadataRecord, type MetadataRecord } from '../protocol/metadata-records.js';
import { topicIdText } from '../protocol/topic-id.js';

export interface PartitionImage {
  readonly partition: number;
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

export interface TopicImage {
  readonly name: string;
  readonly topicId: Uint8Array;
  /** By number, without gaps. */
  readonly partitions: readonly PartitionImage[];
  /** The topic's own configs; what is not here is inherited. */
  readonly configs: ReadonlyMap<string, string>;
}

type MutableTopic = TopicImage & { partitions: PartitionImage[]; configs: Map<string, string> };

/**
 * The cluster's topics, and the configs of groups and brokers: hard state, made of the records of `__cluster_metadata`. `apply` alone changes it, for each record when it is durable, and
 * for each record of the log at the start.
 */
export class MetadataImage {
  private readonly byName = new Map<string, MutableTopic>();
  private readonly byId = new Map<string, MutableTopic>();
  private readonly removed = new Set<string>();
  private readonly usedIds = new Set<string>();
  private readonly ofGroups = new Map<string, Map<string, string>>();
  private readonly ofBrokers = new Map<string, Map<string, string>>();
  private applied = 0;

  /** How many records have made it. */
  get version(): number {
    return this.applied;
  }

  /** All topics, in the order in which they were created. */
  get topics(): Iterable<TopicImage> {
    return this.byName.values();
  }

  /** Names of topics that are gone and have not come again. */
  get removedNames(): ReadonlySet<string> {
    return this.removed;
  }

  /** Whether a topic has, or once had, this id: clients may remember it. */
  hasUsedId(id: Uint8Array): boolean {
    return this.usedIds.has(topicIdText(id));
  }

  /** The configs of the groups that have any. */
  get groupConfigs(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    return this.ofGroups;
  }

  /** The settings that were changed for a broker, by its id, or for the whole cluster, by an empty name. */
  brokerConfigs(resourceName: string): ReadonlyMap<string, string> {
    return this.ofBrokers.get(resourceName) ?? (resourceName === '' ? formattedClusterSettings : new Map());
  }

  topic(name: string): TopicImage | undefined {
    return this.byName.get(name);
  }

  topicById(id: Uint8Array): TopicImage | undefined {
    return this.byId.get(topicIdText(id));
  }

  /** Applies the value of a record; kinds that are not known here are skipped. */
  applyBytes(value: Uint8Array): void {
    this.apply(decodeMetadataRecord(value));
  }

  apply(record: MetadataRecord): void {
    this.applied++;
    switch (record.name) {
      case 'TopicRecord': {
        const { name, topicId } = record.value;
        const topic: MutableTopic = { name, topicId, partitions: [], configs: new Map() };
        this.byName.set(name, topic);
        this.byId.set(topicIdText(topicId), topic);
        this.usedIds.add(topicIdText(topicId));
        this.removed.delete(name);
        return;
      }
      case 'PartitionRecord': {
        const { partitionId, leader, leaderEpoch, replicas, isr } = record.value;
        this.known(record.value.topicId).partitions[partitionId] = {
          partition: partitionId,
          leader,
          leaderEpoch,
          replicas,
          isr,
        };
        return;
      }
      case 'PartitionChangeRecord': {
        const { partitionId, leader, isr, replicas } = record.value;
        const { partitions } = this.known(record.value.topicId);
        const before = partitions[partitionId];
        if (before === undefined) throw new Error(`Partition ${partitionId} was changed before it was created.`);
        partitions[partitionId] = {
          ...before,
          // Naming a leader raises the epoch, even if it is the same one again (Kafka's `PartitionRegistration.merge`).
          ...(leader === -2 ? {} : { leader, leaderEpoch: before.leaderEpoch + 1 }),
          ...(isr === null ? {} : { isr }),
          ...(replicas === null ? {} : { replicas }),
        };
        return;
      }
      case 'ConfigRecord': {
        const { resourceType, resourceName, name, value } = record.value;
        if (resourceType === resourceTypes.group) {
          this.configureGroup(resourceName, name, value);
          return;
        }
        if (resourceType === resourceTypes.broker) {
          const configs = new Map(this.brokerConfigs(resourceName));
          if (value === null) configs.delete(name);
          else configs.set(name, value);
          this.ofBrokers.set(resourceName, configs);
          return;
        }
        const configs = resourceType === resourceTypes.topic ? this.byName.get(resourceName)?.configs : undefined;
        if (value === null) configs?.delete(name);
        else configs?.set(name, value);
        return;
      }
      case 'RemoveTopicRecord': {
        const topic = this.known(record.value.topicId);
        this.byName.delete(topic.name);
        this.removed.add(topic.name);
        this.byId.delete(topicIdText(topic.topicId));
        return;
      }
      case 'Unknown':
        return;
    }
  }

  private configureGroup(groupId: string, name: string, value: string | null): void {
    const configs = this.ofGroups.get(groupId) ?? new Map<string, string>();
    if (value === null) configs.delete(name);
    else configs.set(name, value);
    if (configs.size === 0) this.ofGroups.delete(groupId);
    else this.ofGroups.set(groupId, configs);
  }

  private known(topicId: Uint8Array): MutableTopic {
    const topic = this.byId.get(topicIdText(topicId));
    if (topic === undefined)
      throw new Error(`No topic has the id ${topicIdText(topicId)}; its TopicRecord must come first.`);
    return topic;
  }
}
