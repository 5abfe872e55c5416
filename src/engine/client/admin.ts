import type { Millis } from '../environment/environment.js';
import { errorByCode } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { ClientContext } from './broker-connection.js';
import type { PartitionMetadata } from './cluster-metadata.js';
import { Cluster } from './cluster.js';
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
import type { TopicPartition } from './assigned-partitions.js';

export interface TopicConfig {
  readonly topic: string;
  /** The broker's own number when absent or -1. */
  readonly numPartitions?: number;
  readonly replicationFactor?: number;
  readonly replicaAssignment?: readonly { readonly partition: number; readonly replicas: readonly number[] }[];
  readonly configEntries?: readonly { readonly name: string; readonly value: string }[];
}

export interface PartitionOffset {
  readonly partition: number;
  readonly offset: string;
}

/** Kafka's numbers for what has configs, as KafkaJS exports them. */
export const ConfigResourceTypes = { UNKNOWN: 0, TOPIC: 2, BROKER: 4, BROKER_LOGGER: 8 } as const;

/** Whose configs are meant; without `configNames` all of them. */
export interface ConfigResource {
  readonly type: number;
  readonly name: string;
  readonly configNames?: readonly string[];
}

/** A resource's configs in force. `configSource`: 1 its own, 3 the cluster's, 4 the broker's, 5 the default. */
export interface DescribedResource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configEntries: readonly {
    readonly configName: string;
    readonly configValue: string | null;
    readonly readOnly: boolean;
    readonly configSource: number;
    readonly isDefault: boolean;
    readonly isSensitive: boolean;
    readonly configSynonyms: readonly {
      readonly configName: string;
      readonly configValue: string | null;
      readonly configSource: number;
    }[];
  }[];
}

/** A change of one config; `append` and `subtract` are for lists such as `cleanup.policy`. */
export type ConfigChange =
  | { readonly name: string; readonly operation: 'set' | 'append' | 'subtract'; readonly value: string }
  | { readonly name: string; readonly operation: 'delete' };

const configOperations = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

export const adminEvents = {
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
  async createTopics(options: {
    readonly topics: readonly TopicConfig[];
    readonly validateOnly?: boolean;
    readonly waitForLeaders?: boolean;
    readonly timeout?: Millis;
  }): Promise<boolean> {
    this.#requireConnected();
    const { topics, validateOnly = false, waitForLeaders = true, timeout = 30_000 } = options;
    const isNew = await this.#cluster.retry('create topics', async () => {
      const connection = await this.#cluster.controllerConnection();
      const response = await connection.send('CreateTopics', {
        topics: topics.map((topic) => ({
          name: topic.topic,
          numPartitions: topic.replicaAssignment === undefined ? (topic.numPartitions ?? -1) : -1,
          replicationFactor: topic.replicaAssignment === undefined ? (topic.replicationFactor ?? -1) : -1,
          assignments: (topic.replicaAssignment ?? []).map(({ partition, replicas }) => ({
            partitionIndex: partition,
            brokerIds: replicas,
          })),
          configs: topic.configEntries ?? [],
        })),
        timeoutMs: timeout,
        validateOnly,
      });
      const failed = response.topics.filter(({ errorCode }) => errorCode !== 0);
      const existing = failed.filter(({ errorCode }) => errorByCode(errorCode).name === 'TOPIC_ALREADY_EXISTS');
      throwFirst(
        'be created',
        failed.filter((topic) => !existing.includes(topic)),
      );
      return existing.length < topics.length;
    });
    if (isNew && waitForLeaders && !validateOnly) await this.#awaitLeaders(topics.map(({ topic }) => topic));
    return isNew;
  }

  /** Deletes topics and all that is in them. Rejects with the first error. */
  async deleteTopics(options: { readonly topics: readonly string[]; readonly timeout?: Millis }): Promise<void> {
    this.#requireConnected();
    const { topics, timeout = 30_000 } = options;
    await this.#cluster.retry('delete topics', async () => {
      const connection = await this.#cluster.controllerConnection();
      const response = await connection.send('DeleteTopics', (version) => ({
        ...(version >= 6 ? { topics: topics.map((name) => ({ name })) } : { topicNames: topics }),
        timeoutMs: timeout,
      }));
      throwFirst(
        'be deleted',
        response.responses.filter(({ errorCode }) => errorCode !== 0),
      );
    });
    await this.#cluster.retry('load the metadata', () => this.#cluster.refresh(topics));
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
  async fetchLag(options: { readonly groupId: string; readonly topics?: readonly string[] }): Promise<
    {
      readonly topic: string;
      readonly partition: number;
      readonly offset: string | null;
      readonly endOffset: string;
      readonly lag: number | null;
      readonly memberId: string | null;
    }[]
  > {
    this.#requireConnected();
    const { groupId, topics } = options;
    const coordinator = new GroupCoordinator(this.#cluster, groupId);
    const [group] = await describeGroups(this.#cluster, [groupId]);
    const committed = await this.#cluster.retry('fetch offsets', () => fetchOffsets(coordinator, null));
    const owners = new Map(
      (group?.members ?? []).flatMap(({ memberId, assignment }) =>
        assignment.map((each) => [`${each.topic}-${each.partition}`, { ...each, memberId }] as const),
      ),
    );
    const known = new Map<string, TopicPartition>();
    for (const { topic, partition } of [...committed, ...owners.values()])
      if (topics?.includes(topic) !== false) known.set(`${topic}-${partition}`, { topic, partition });
    const ends = await listOffsets(
      this.#cluster,
      [...known.values()].map((each) => ({ ...each, timestamp: latestTimestamp })),
    );
    return ends
      .map(({ topic, partition, offset: end }) => {
        const found = committed.find((each) => each.topic === topic && each.partition === partition)?.offset ?? -1;
        return {
          topic,
          partition,
          offset: found < 0 ? null : String(found),
          endOffset: String(end),
          lag: found < 0 ? null : end - found,
          memberId: owners.get(`${topic}-${partition}`)?.memberId ?? null,
        };
      })
      .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
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
  async createPartitions(options: {
    readonly topicPartitions: readonly {
      readonly topic: string;
      readonly count: number;
      readonly assignments?: readonly (readonly number[])[];
    }[];
    readonly validateOnly?: boolean;
    readonly timeout?: Millis;
  }): Promise<void> {
    this.#requireConnected();
    const { topicPartitions, validateOnly = false, timeout = 30_000 } = options;
    await this.#cluster.retry('create partitions', async () => {
      const connection = await this.#cluster.controllerConnection();
      const { results } = await connection.send('CreatePartitions', {
        topics: topicPartitions.map(({ topic, count, assignments }) => ({
          name: topic,
          count,
          assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
        })),
        timeoutMs: timeout,
        validateOnly,
      });
      throwFirst(
        'get partitions',
        results.filter(({ errorCode }) => errorCode !== 0),
      );
    });
    await this.#cluster.retry('load the metadata', () =>
      this.#cluster.refresh(topicPartitions.map(({ topic }) => topic)),
    );
  }

  /** Removes the records of a topic's partitions before these offsets; '-1' stands for all there are. Rejects with the first error: OFFSET_OUT_OF_RANGE beyond the end. */
  async deleteTopicRecords(options: {
    readonly topic: string;
    readonly partitions: readonly PartitionOffset[];
  }): Promise<void> {
    this.#requireConnected();
    const { topic, partitions } = options;
    await this.#cluster.load([topic]);
    await this.#cluster.retry('delete records', async () => {
      const connection = await this.#cluster.controllerConnection();
      const response = await connection.send('DeleteRecords', {
        topics: [
          {
            name: topic,
            partitions: partitions.map(({ partition, offset }) => ({
              partitionIndex: partition,
              offset: BigInt(offset),
            })),
          },
        ],
        timeoutMs: 30_000,
      });
      const failed = response.topics.flatMap((each) => each.partitions).find(({ errorCode }) => errorCode !== 0);
      if (failed === undefined) return;
      const { name, message } = errorByCode(failed.errorCode);
      throw new KafkaError(name, `Records of ${topic}-${failed.partitionIndex} could not be deleted: ${message}`);
    });
  }

  /** The configs of topics that are in force, with where each comes from. Rejects with the first error. */
  async describeConfigs(options: {
    readonly resources: readonly ConfigResource[];
    readonly includeSynonyms?: boolean;
  }): Promise<{ resources: DescribedResource[] }> {
    this.#requireConnected();
    const { resources, includeSynonyms = false } = options;
    return await this.#cluster.retry('describe configs', async () => {
      const connection = await this.#cluster.controllerConnection();
      const { results } = await connection.send('DescribeConfigs', {
        resources: resources.map(({ type, name, configNames }) => ({
          resourceType: type,
          resourceName: name,
          configurationKeys: configNames ?? null,
        })),
        includeSynonyms,
      });
      throwFirst(
        'be described',
        results.filter(({ errorCode }) => errorCode !== 0).map((result) => ({ ...result, name: result.resourceName })),
      );
      return {
        resources: results.map(({ resourceType, resourceName, configs }) => ({
          resourceType,
          resourceName,
          configEntries: configs.map(({ name, value, readOnly, configSource, isSensitive, synonyms }) => ({
            configName: name,
            configValue: value,
            readOnly,
            configSource,
            isDefault: configSource === 5,
            isSensitive,
            configSynonyms: synonyms.map((synonym) => ({
              configName: synonym.name,
              configValue: synonym.value,
              configSource: synonym.source,
            })),
          })),
        })),
      };
    });
  }

  /** Gives topics exactly these configs: what is not named goes back to its default, as in Kafka. Rejects with the first error. */
  async alterConfigs(options: {
    readonly resources: readonly (ConfigResource & {
      readonly configEntries: readonly { readonly name: string; readonly value: string }[];
    })[];
    readonly validateOnly?: boolean;
  }): Promise<void> {
    this.#requireConnected();
    const { resources, validateOnly = false } = options;
    await this.#cluster.retry('alter configs', async () => {
      const connection = await this.#cluster.controllerConnection();
      const { responses } = await connection.send('AlterConfigs', {
        resources: resources.map(({ type, name, configEntries }) => ({
          resourceType: type,
          resourceName: name,
          configs: configEntries,
        })),
        validateOnly,
      });
      throwFirst('be configured', failedResources(responses));
    });
  }

  /** Changes single configs of topics and leaves the others as they are (KIP-339). KafkaJS has no such method. Rejects with the first error. */
  async incrementalAlterConfigs(options: {
    readonly resources: readonly (ConfigResource & { readonly configs: readonly ConfigChange[] })[];
    readonly validateOnly?: boolean;
  }): Promise<void> {
    this.#requireConnected();
    const { resources, validateOnly = false } = options;
    await this.#cluster.retry('alter configs', async () => {
      const connection = await this.#cluster.controllerConnection();
      const { responses } = await connection.send('IncrementalAlterConfigs', {
        resources: resources.map(({ type, name, configs }) => ({
          resourceType: type,
          resourceName: name,
          configs: configs.map((change) => ({
            name: change.name,
            configOperation: configOperations[change.operation],
            value: change.operation === 'delete' ? null : change.value,
          })),
        })),
        validateOnly,
      });
      throwFirst('be configured', failedResources(responses));
    });
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

  async #awaitLeaders(topics: readonly string[]): Promise<void> {
    await this.#cluster.retry('wait for leaders', async () => {
      await this.#cluster.refresh(topics);
      for (const name of topics) {
        for (const { partitionId } of this.#cluster.topic(name).partitions) {
          if (this.#cluster.leaderOf(name, partitionId) === undefined)
            throw new KafkaError('LEADER_NOT_AVAILABLE', `${name}-${partitionId} has no leader yet.`);
        }
      }
    });
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

function failedResources(
  responses: readonly {
    readonly errorCode: number;
    readonly errorMessage: string | null;
    readonly resourceName: string;
  }[],
) {
  return responses
    .filter(({ errorCode }) => errorCode !== 0)
    .map(({ errorCode, errorMessage, resourceName }) => ({ errorCode, errorMessage, name: resourceName }));
}

function throwFirst(
  purpose: string,
  failed: readonly { readonly name: string | null; readonly errorCode: number; readonly errorMessage: string | null }[],
): void {
  const [first] = failed;
  if (first === undefined) return;
  const { name, message } = errorByCode(first.errorCode);
  throw new KafkaError(name, `Topic ${first.name ?? ''} could not ${purpose}: ${first.errorMessage || message}`);
}
