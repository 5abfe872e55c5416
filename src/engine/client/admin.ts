import type { Millis } from '../environment/environment.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { TopicPartition } from './assigned-partitions.js';
import type { ClientContext } from './broker-connection.js';
import type { PartitionMetadata } from './cluster-metadata.js';
import { Cluster } from './cluster.js';
import {
  alterConfigs,
  describeConfigs,
  incrementalAlterConfigs,
  type ConfigsToChange,
  type ConfigsToDescribe,
  type ConfigsToReplace,
  type DescribedResource,
} from './config-admin.js';
import { offsetOf } from './delivery.js';
import { groupBy } from './group-by.js';
import { GroupCoordinator } from './group-coordinator.js';
import {
  deleteGroupOffsets,
  deleteGroups,
  describeGroup,
  describeGroups,
  listGroups,
  type DeletedGroup,
  type GroupDescription,
  type GroupOverview,
  type ListGroupsOptions,
} from './group-admin.js';
import { fetchLag, type PartitionLag } from './group-lag.js';
import { fetchOffsets } from './group-offsets.js';
import type {
  Instrumentation,
  InstrumentationEvent,
  RemoveInstrumentationEventListener,
  RequestEventPayload,
} from './instrumentation.js';
import { earliestTimestamp, latestTimestamp, listOffsets } from './list-offsets.js';
import { leaveGroup } from './membership/leave-group.js';
import { planReset, setGroupOffsets, type OffsetReset } from './offset-reset.js';
import {
  awaitLeaders,
  createPartitions,
  createTopics,
  deleteTopicRecords,
  deleteTopics,
  type MorePartitions,
  type NewTopics,
  type PartitionOffset,
} from './topic-admin.js';

const adminEvents = {
  CONNECT: 'admin.connect',
  DISCONNECT: 'admin.disconnect',
  REQUEST: 'admin.network.request',
} as const;

/** What each of the admin client's events tells. */
export interface AdminEventPayloads {
  readonly 'admin.connect': null;
  readonly 'admin.disconnect': null;
  readonly 'admin.network.request': RequestEventPayload;
}

/** Creates, deletes, configures and describes topics, and looks at groups' offsets, in KafkaJS's shape. Times are in milliseconds. */
export class Admin {
  /** The names of its events, for `on`. */
  readonly events = adminEvents;
  readonly #cluster: Cluster;
  readonly #instrumentation: Instrumentation<AdminEventPayloads>;
  #state: 'new' | 'connected' | 'disconnected' = 'new';

  constructor(context: ClientContext, instrumentation: Instrumentation<AdminEventPayloads>) {
    this.#cluster = new Cluster(context, { allowAutoTopicCreation: false });
    this.#instrumentation = instrumentation;
  }

  /** Finds the cluster. Rejects when no broker answers, after the retries. */
  async connect(): Promise<void> {
    if (this.#state === 'connected') return;
    if (this.#state === 'disconnected') throw this.#notConnected();
    await this.#cluster.connect();
    this.#state = 'connected';
    this.#instrumentation.emit('admin.connect', null);
  }

  /** Closes the connections; what is under way is rejected. */
  async disconnect(): Promise<void> {
    if (this.#state === 'disconnected') return;
    this.#state = 'disconnected';
    this.#cluster.disconnect(this.#notConnected());
    this.#instrumentation.emit('admin.disconnect', null);
  }

  /** Calls `listener` at each event of the type, until the returned function is called. */
  on<Type extends keyof AdminEventPayloads>(
    type: Type,
    listener: (event: InstrumentationEvent<AdminEventPayloads[Type]>) => void,
  ): RemoveInstrumentationEventListener {
    return this.#instrumentation.on(type, listener);
  }

  /**
   * Creates topics. False if all of them were there already, as KafkaJS says it; rejects with the first other error. With `waitForLeaders`, the default,
   * resolves when every partition has a leader.
   */
  async createTopics(options: NewTopics & { readonly waitForLeaders?: boolean }): Promise<boolean> {
    this.#requireConnected();
    const { topics, validateOnly = false, waitForLeaders = true } = options;
    const isNew = await createTopics(this.#cluster, options);
    if (isNew && waitForLeaders && !validateOnly)
      await awaitLeaders(
        this.#cluster,
        topics.map(({ topic }) => topic),
      );
    return isNew;
  }

  /** Deletes topics and all that is in them. Rejects with the first error. */
  async deleteTopics(options: { readonly topics: readonly string[]; readonly timeout?: Millis }): Promise<void> {
    this.#requireConnected();
    await deleteTopics(this.#cluster, options.topics, options.timeout);
  }

  /** The names of all topics, Kafka's own included. */
  async listTopics(): Promise<string[]> {
    this.#requireConnected();
    await this.#cluster.retry('list topics', () => this.#cluster.refresh(null));
    return [...this.#cluster.metadata.topics.keys()];
  }

  /** The partitions of these topics, all topics if none are named. Rejects with UNKNOWN_TOPIC_OR_PARTITION for one that does not exist. */
  async fetchTopicMetadata(options: { readonly topics?: readonly string[] } = {}): Promise<{
    topics: { name: string; partitions: PartitionMetadata[] }[];
  }> {
    const names = options.topics ?? (await this.listTopics());
    this.#requireConnected();
    for (const name of names) this.#cluster.metadata.forget(name);
    await this.#cluster.load(names);
    return {
      topics: names.map((name) => ({ name, partitions: [...this.#cluster.topic(name).partitions] })),
    };
  }

  /** The ends of a topic's partitions: `low` the first offset, `high` and `offset` the one that the next record gets. */
  async fetchTopicOffsets(
    topic: string,
  ): Promise<(PartitionOffset & { readonly high: string; readonly low: string })[]> {
    const [latest, earliest] = [await this.#list(topic, latestTimestamp), await this.#list(topic, earliestTimestamp)];
    return latest.map(({ partition, offset }, at) => ({
      partition,
      offset: String(offset),
      high: String(offset),
      low: String(earliest[at]?.offset ?? -1),
    }));
  }

  /**
   * For each partition the first offset whose record has this timestamp or a later one (milliseconds since the epoch); the end where there is none. Without a
   * timestamp, the ends.
   */
  async fetchTopicOffsetsByTimestamp(topic: string, timestamp?: number): Promise<PartitionOffset[]> {
    const found = timestamp === undefined ? [] : await this.#list(topic, timestamp);
    const latest = await this.#list(topic, latestTimestamp);
    return latest.map(({ partition, offset }, at) => {
      const first = found[at]?.offset ?? -1;
      return { partition, offset: String(first < 0 ? offset : first) };
    });
  }

  /**
   * What a group has committed; '-1' where it has nothing. Without `topics`, for all that it has committed anything for. `resolveOffsets` gives the ends of the
   * log in place of '-1'.
   */
  async fetchOffsets(options: {
    readonly groupId: string;
    readonly topics?: readonly string[];
    readonly resolveOffsets?: boolean;
  }): Promise<{ topic: string; partitions: (PartitionOffset & { readonly metadata: string | null })[] }[]> {
    this.#requireConnected();
    const { groupId, topics, resolveOffsets = false } = options;
    const coordinator = new GroupCoordinator(this.#cluster, groupId);
    if (topics !== undefined) await this.#cluster.load(topics);
    const wanted = topics?.flatMap((topic) => this.#partitionsOf(topic)) ?? null;
    const found = await this.#cluster.retry('fetch offsets', () => fetchOffsets(coordinator, wanted));
    const result = [...groupBy(found, ({ topic }) => topic)].map(([topic, partitions]) => ({
      topic,
      partitions: partitions
        .map(({ partition, offset, metadata }) => ({ partition, offset: String(offset), metadata }))
        .sort((a, b) => a.partition - b.partition),
    }));
    if (!resolveOffsets) return result;
    for (const entry of result) {
      const ends = await this.#list(entry.topic, latestTimestamp);
      entry.partitions = entry.partitions.map((each) =>
        each.offset === '-1' ? { ...each, offset: String(ends[each.partition]?.offset ?? -1) } : each,
      );
    }
    return result;
  }

  /** Puts members out of a classic group, all of them if none are named (KIP-571). They join again if they are still there. */
  async removeMembersFromGroup(options: {
    readonly groupId: string;
    readonly memberIds?: readonly string[];
    readonly reason?: string;
  }): Promise<void> {
    this.#requireConnected();
    const { groupId, memberIds, reason = 'member was removed by the admin client' } = options;
    const coordinator = new GroupCoordinator(this.#cluster, groupId);
    const { members } = await describeGroup(coordinator);
    for (const { memberId, groupInstanceId } of members)
      if (memberIds?.includes(memberId) ?? true) await leaveGroup(coordinator, { memberId, groupInstanceId }, reason);
  }

  /** Sets a group's offsets. The group must have no members: else UNKNOWN_MEMBER_ID, with the state that it is in. */
  async setOffsets(options: {
    readonly groupId: string;
    readonly topic: string;
    readonly partitions: readonly PartitionOffset[];
  }): Promise<void> {
    this.#requireConnected();
    const { groupId, topic, partitions } = options;
    const coordinator = new GroupCoordinator(this.#cluster, groupId);
    const offsets = partitions.map(({ partition, offset }) => ({ topic, partition, offset: offsetOf(offset) }));
    await setGroupOffsets(coordinator, offsets);
  }

  /**
   * Sets a group's offsets, in KafkaJS's way to an end of the log (`latest` unless `earliest`), with `reset` in each of Kafka's: for the topics, or some partitions of them,
   * and for all that it has committed anything for if none is named. Gives the offsets that it set, or with `dryRun` would set. The group must have no members: else it rejects
   * with UNKNOWN_MEMBER_ID, as Kafka does, and sets nothing; with INVALID_REQUEST where the reset leads nowhere.
   */
  async resetOffsets(options: {
    readonly groupId: string;
    readonly topic?: string;
    readonly topics?: readonly { readonly topic: string; readonly partitions?: readonly number[] }[];
    readonly earliest?: boolean;
    readonly reset?: OffsetReset;
    readonly dryRun?: boolean;
  }): Promise<(TopicPartition & { readonly offset: string })[]> {
    this.#requireConnected();
    const { groupId, topic, topics, earliest = false, dryRun = false } = options;
    const coordinator = new GroupCoordinator(this.#cluster, groupId);
    const selected = [...(topics ?? []), ...(topic === undefined ? [] : [{ topic }])];
    const reset = options.reset ?? { to: earliest ? 'earliest' : 'latest' };
    const partitions = reset.to === 'file' ? [] : await this.#selected(coordinator, selected);
    const offsets = await planReset(coordinator, partitions, reset);
    if (!dryRun && offsets.length > 0) await setGroupOffsets(coordinator, offsets);
    return offsets.map((each) => ({ topic: each.topic, partition: each.partition, offset: String(each.offset) }));
  }

  /**
   * How far a group is behind: for each partition that it has committed for or that a member has, its offset, the end of the log, and how many offsets lie between them. `offset`
   * and `lag` are null where nothing is committed; `memberId` is null where nobody reads.
   */
  async fetchLag(options: { readonly groupId: string; readonly topics?: readonly string[] }): Promise<PartitionLag[]> {
    this.#requireConnected();
    return await fetchLag(new GroupCoordinator(this.#cluster, options.groupId), options.topics);
  }

  /** The groups that there are, those of all protocols and states unless some are named. */
  async listGroups(options: ListGroupsOptions = {}): Promise<{ groups: GroupOverview[] }> {
    this.#requireConnected();
    return { groups: await listGroups(this.#cluster, options) };
  }

  /** Groups with their state and their members, of the classic and of the consumer protocol; one that there is not is `Dead`. */
  async describeGroups(groupIds: readonly string[]): Promise<{ groups: GroupDescription[] }> {
    this.#requireConnected();
    return { groups: await describeGroups(this.#cluster, groupIds) };
  }

  /** Deletes groups with their offsets. Rejects with the first error once all were tried: NON_EMPTY_GROUP while there are members, GROUP_ID_NOT_FOUND. */
  async deleteGroups(groupIds: readonly string[]): Promise<DeletedGroup[]> {
    this.#requireConnected();
    return await deleteGroups(this.#cluster, groupIds);
  }

  /** Has a group forget what it committed for these partitions. Rejects with the first error: GROUP_SUBSCRIBED_TO_TOPIC while a member reads the topic. */
  async deleteGroupOffsets(options: {
    readonly groupId: string;
    readonly partitions: readonly TopicPartition[];
  }): Promise<void> {
    this.#requireConnected();
    await deleteGroupOffsets(new GroupCoordinator(this.#cluster, options.groupId), options.partitions);
  }

  /** The brokers, which of them is the controller, and the cluster's id. */
  async describeCluster(): Promise<{
    brokers: { nodeId: number; host: string; port: number }[];
    controller: number | null;
    clusterId: string;
  }> {
    this.#requireConnected();
    await this.#cluster.retry('describe the cluster', () => this.#cluster.refresh([]));
    const { brokers, controllerId, clusterId } = this.#cluster.metadata;
    return {
      brokers: [...brokers].map(([nodeId, { host, port }]) => ({ nodeId, host, port })),
      controller: controllerId < 0 ? null : controllerId,
      clusterId: clusterId ?? '',
    };
  }

  /**
   * Adds partitions: `count` is how many each topic shall have. Keys hash to other partitions from then on. Rejects with the first error.
   */
  async createPartitions(options: MorePartitions): Promise<void> {
    this.#requireConnected();
    await createPartitions(this.#cluster, options);
  }

  /** Removes the records of a topic's partitions before these offsets; '-1' stands for all there are. Rejects with the first error: OFFSET_OUT_OF_RANGE beyond the end. */
  async deleteTopicRecords(options: {
    readonly topic: string;
    readonly partitions: readonly PartitionOffset[];
  }): Promise<void> {
    this.#requireConnected();
    await deleteTopicRecords(this.#cluster, options.topic, options.partitions);
  }

  /** The configs of topics that are in force, with where each comes from. Rejects with the first error. */
  async describeConfigs(options: ConfigsToDescribe): Promise<{ resources: DescribedResource[] }> {
    this.#requireConnected();
    return { resources: await describeConfigs(this.#cluster, options) };
  }

  /** Gives topics exactly these configs: what is not named goes back to its default, as in Kafka. Rejects with the first error. */
  async alterConfigs(options: ConfigsToReplace): Promise<void> {
    this.#requireConnected();
    await alterConfigs(this.#cluster, options);
  }

  /** Changes single configs of topics and leaves the others as they are (KIP-339). KafkaJS has no such method. Rejects with the first error. */
  async incrementalAlterConfigs(options: ConfigsToChange): Promise<void> {
    this.#requireConnected();
    await incrementalAlterConfigs(this.#cluster, options);
  }

  async #list(topic: string, timestamp: number): Promise<{ partition: number; offset: number }[]> {
    this.#requireConnected();
    await this.#cluster.load([topic]);
    const queries = this.#partitionsOf(topic).map((partition) => ({ ...partition, timestamp }));
    return await listOffsets(this.#cluster, queries);
  }

  #partitionsOf(topic: string): { topic: string; partition: number }[] {
    return this.#cluster.topic(topic).partitions.map(({ partitionId }) => ({ topic, partition: partitionId }));
  }

  /** The partitions that are named; all that the group has committed anything for if none are. */
  async #selected(
    coordinator: GroupCoordinator,
    topics: readonly { readonly topic: string; readonly partitions?: readonly number[] }[],
  ): Promise<TopicPartition[]> {
    if (topics.length === 0) {
      const committed = await this.#cluster.retry('fetch offsets', () => fetchOffsets(coordinator, null));
      return committed.map(({ topic, partition }) => ({ topic, partition }));
    }
    await this.#cluster.load(topics.map(({ topic }) => topic));
    return topics.flatMap(
      ({ topic, partitions }) =>
        partitions?.map((partition) => ({ topic, partition })) ??
        this.#partitionsOf(topic).map(({ partition }) => ({ topic, partition })),
    );
  }

  #requireConnected(): void {
    if (this.#state !== 'connected') throw this.#notConnected();
  }

  #notConnected(): KafkaError {
    return new KafkaError(
      'INVALID_REQUEST',
      this.#state === 'new'
        ? 'The admin client is not connected. Await connect() first.'
        : 'The admin client is disconnected. Make a new one.',
    );
  }
}
