import { randomUuidBytes, type Millis, type Random, type TimerHandle } from '../environment/environment.js';
import type { Environment } from '../environment/trace-events.js';
import { rangeServerAssignor } from '../group/assignors/range.js';
import type { ServerAssignor } from '../group/assignors/server-assignor.js';
import { uniformServerAssignor } from '../group/assignors/uniform.js';
import type { ClassicGroup, ClassicGroupConfig } from '../group/classic-group.js';
import type {
  ConsumerContext,
  ConsumerGroupConfig,
  ConsumerMemory,
  MigrationPolicy,
  RegexEngine,
} from '../group/consumer/consumer-context.js';
import type { ConsumerGroup } from '../group/consumer/consumer-group.js';
import { partitionForGroup } from '../group/group-partition.js';
import type { GroupRecord } from '../group/group-record.js';
import type { NewMemberIds } from '../group/member-requests.js';
import { decideConsumerCommit, decideOffsetCommit, type OffsetCommitRequest } from '../group/offset-commit.js';
import { decideOffsetImport, type OffsetToImport } from '../group/offset-import.js';
import type { StoredGroup } from '../group/stored-groups.js';
import type { ErrorName } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { encodeBatch } from '../protocol/record-batch.js';
import { isZeroId, topicIdText } from '../protocol/topic-id.js';
import type { BrokerSettings } from './broker-config.js';
import { listOf } from './config-value.js';
import type { Controller } from './controller.js';
import { consumerGroupTuning } from './group-config.js';
import { decodeGroupRecord, encodeGroupRecord } from './group-record-codec.js';
import { storageFailure } from './storage-failure.js';
import { GroupShard, type Decide, type GroupLog, type Outcome } from './group-shard.js';
import { readAllRecords } from './log-records.js';
import type { Replica, ReplicaManager } from './replica-manager.js';
import { groupMetadataTopic } from './topic-name.js';

/** Kafka's `classicGroupNewMemberJoinTimeoutMs`, which no config changes. */
const newMemberJoinTimeoutMs = 300_000;

/** So many offsets of an import make one batch, which is smaller than any limit. */
const importedAtOnce = 100;

/** Looks after all groups: each lives in the shard of one partition of `__consumer_offsets`, which is made when the first group needs it. */
export class GroupCoordinator {
  readonly config: ClassicGroupConfig & {
    readonly offsetMetadataMaxBytes: number;
    readonly offsetsRetentionMs: Millis;
  };
  private shards: readonly GroupShard[] = [];
  private starting: Promise<void> | undefined;
  private isStopped = false;
  private expiry: TimerHandle | undefined;
  private readonly random: Random;
  private readonly consumerConfig: Omit<ConsumerGroupConfig, keyof ReturnType<typeof consumerGroupTuning>>;
  private loadingRegexes: Promise<RegexEngine> | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly controller: Controller,
    private readonly replicas: ReplicaManager,
    private readonly settings: BrokerSettings,
    private readonly loadRegexes: () => Promise<RegexEngine>,
  ) {
    this.random = environment.random.fork('member-ids');
    const broker = settings.values;
    this.config = {
      initialRebalanceDelayMs: broker['group.initial.rebalance.delay.ms'],
      minSessionTimeoutMs: broker['group.min.session.timeout.ms'],
      maxSessionTimeoutMs: broker['group.max.session.timeout.ms'],
      maxSize: broker['group.max.size'],
      newMemberJoinTimeoutMs,
      offsetMetadataMaxBytes: broker['offset.metadata.max.bytes'],
      offsetsRetentionMs: broker['offsets.retention.minutes'] * 60_000,
    };
    this.consumerConfig = {
      maxSize: broker['group.consumer.max.size'],
      migrationPolicy: broker['group.consumer.migration.policy'].toLowerCase() as MigrationPolicy,
      regexRefreshIntervalMs: broker['group.consumer.regex.refresh.interval.ms'],
      classicMaxSize: broker['group.max.size'],
      assignors: assignorsNamed(broker['group.consumer.assignors']),
    };
    controller.onTopicDeleted(({ name, topicId }, cause) => this.topicDeleted(name, topicId, cause));
  }

  /** Ids for a new member, as Kafka's are: in a classic group its instance's or its client's name and a random uuid, in the other ones a uuid alone. */
  newMemberIds(name: string): NewMemberIds {
    return { classic: () => `${name}-${this.uuid()}`, consumer: () => this.newConsumerId() };
  }

  newConsumerId(): string {
    return topicIdText(randomUuidBytes(this.random));
  }

  private uuid(): string {
    const hex = Array.from(randomUuidBytes(this.random), (byte) => byte.toString(16).padStart(2, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  /** The names of the assignors that members may ask for, the default one first. */
  get assignorNames(): readonly string[] {
    return this.consumerConfig.assignors.map(({ name }) => name);
  }

  /** What matches names against regular expressions: loaded when it is needed first. */
  regexes(): Promise<RegexEngine> {
    this.loadingRegexes ??= this.loadRegexes().catch((error: unknown) => {
      this.loadingRegexes = undefined;
      throw error;
    });
    return this.loadingRegexes;
  }

  private consumerContext(groupId: string, memory: ConsumerMemory): ConsumerContext {
    return {
      config: {
        ...this.consumerConfig,
        ...consumerGroupTuning(this.controller.groupConfigs.get(groupId), this.settings),
      },
      classicConfig: this.config,
      topics: this.controller.publishedTopics,
      memory,
      now: this.environment.clock.now(),
    };
  }

  /** Takes up the groups that are stored, if there are any. */
  async recover(): Promise<void> {
    if (this.replicas.topic(groupMetadataTopic) !== undefined) await this.ready(undefined);
  }

  /** Makes sure that there is a topic for groups and that its partitions are read. Rejects with COORDINATOR_NOT_AVAILABLE if the disk does not let it, or another error for a defect. */
  private ready(cause: string | undefined): Promise<void> {
    if (this.shards.length > 0 && this.replicas.topic(groupMetadataTopic) === undefined) this.forget();
    this.starting ??= this.start(cause).catch((error: unknown) => {
      this.starting = undefined;
      throw storageFailure(error) === undefined ? error : notAvailable(error);
    });
    return this.starting;
  }

  /** False if the disk does not let it: whoever asked has to find the coordinator again. */
  async isReady(cause: string | undefined): Promise<boolean> {
    try {
      await this.ready(cause);
      return true;
    } catch (error) {
      if (error instanceof KafkaError && error.code === 'COORDINATOR_NOT_AVAILABLE') return false;
      throw error;
    }
  }

  private async start(cause: string | undefined): Promise<void> {
    if (this.replicas.topic(groupMetadataTopic) === undefined) await this.createTopic(cause ?? '');
    const partitions = this.replicas.topic(groupMetadataTopic)?.partitions ?? [];
    if (partitions.length === 0) throw notAvailable(undefined);
    const shards = partitions.map(({ partition }) => {
      const replica = this.replicas.replica(groupMetadataTopic, partition) as Replica;
      return new GroupShard(this.environment, this.groupLog(replica), this.config, {
        contextOf: (groupId, memory) => this.consumerContext(groupId, memory),
        regexes: () => this.regexes(),
      });
    });
    await Promise.all(shards.map((shard) => shard.load()));
    this.shards = shards;
    if (this.isStopped) this.stop();
    else this.scheduleExpiry();
  }

  private scheduleExpiry(): void {
    this.expiry = this.environment.timers.set(this.settings.values['offsets.retention.check.interval.ms'], () => {
      for (const shard of this.shards) shard.expireOffsets();
      this.scheduleExpiry();
    });
  }

  private async createTopic(cause: string): Promise<void> {
    const configs = [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'compression.type', value: 'producer' },
      { name: 'segment.bytes', value: String(this.settings.values['offsets.topic.segment.bytes']) },
    ];
    const numPartitions = this.settings.values['offsets.topic.num.partitions'];
    const topic = { name: groupMetadataTopic, numPartitions, replicationFactor: 1, assignments: [], configs };
    await this.controller.createTopics([topic], false, cause);
  }

  private groupLog(replica: Replica): GroupLog {
    return {
      batchOf: (records) => {
        const timestamp = this.environment.clock.now();
        const bytes = encodeBatch({ records: records.map((record) => ({ ...encodeGroupRecord(record), timestamp })) });
        const { maxMessageBytes, segmentBytes } = replica.log.config;
        if (bytes.length > Math.min(maxMessageBytes, segmentBytes)) return undefined;
        return {
          append: async (cause) => {
            await this.replicas.append(replica, bytes, 'strict', cause, { need: 'essential' }).durable;
          },
        };
      },
      readAll: async () => {
        const records: GroupRecord[] = [];
        for await (const { key, value } of readAllRecords(replica.log)) {
          const record = key === null ? undefined : decodeGroupRecord(key, value);
          if (record !== undefined) records.push(record);
        }
        return records;
      },
    };
  }

  /** Takes a decision about a group, for a request; see `GroupShard.decide`. */
  async decide<Response>(groupId: string, requestId: string, decide: Decide<Response>): Promise<Outcome<Response>> {
    if (!(await this.isReady(requestId))) return { refused: 'lost' };
    return this.shardOf(groupId).decide(groupId, requestId, requestId, decide);
  }

  /** What `view` makes of a group, in memory and in the log, when all that was written of it is durable. */
  async inspect<View>(
    groupId: string,
    view: (group: ClassicGroup | undefined, stored: StoredGroup | undefined) => View,
  ): Promise<Outcome<View>> {
    if (this.starting === undefined) return { answered: view(undefined, undefined) };
    if (!(await this.isReady(undefined))) return { refused: 'lost' };
    return this.shardOf(groupId).inspect(groupId, view);
  }

  /** What `view` makes of each group; of shards that have lost their log, nothing. */
  async inspectAll<View>(view: (group: ClassicGroup | ConsumerGroup) => View): Promise<readonly View[]> {
    if (this.starting === undefined) return [];
    if (!(await this.isReady(undefined))) return [];
    const ofShards = await Promise.all(this.shards.map((shard) => shard.inspectAll(view)));
    return ofShards.flatMap((outcome) => ('answered' in outcome ? outcome.answered : []));
  }

  /** Gives a group offsets for topics that were not here before; resolves when they are durable. */
  async importOffsets(groupId: string, offsets: readonly OffsetToImport[], requestId: string): Promise<void> {
    for (let at = 0; at < offsets.length; at += importedAtOnce) {
      const some = offsets.slice(at, at + importedAtOnce);
      const outcome = await this.decide(groupId, requestId, (group, now, stored) =>
        decideOffsetImport(stored?.consumer ?? group, groupId, some, this.config, now),
      );
      if ('answered' in outcome) continue;
      throw new KafkaError(refusal(outcome), `The offsets of group ${groupId} could not be stored.`);
    }
  }

  /** Commits offsets; an error for each, in their order. */
  async commitOffsets(requestId: string, request: OffsetCommitRequest): Promise<readonly ErrorName[]> {
    let acceptedAt: Millis = 0;
    const outcome = await this.decide(request.groupId, requestId, (group, now, stored) => {
      acceptedAt = now;
      return stored?.consumer === undefined
        ? decideOffsetCommit(group, request, this.config, now)
        : decideConsumerCommit(stored.consumer, request, this.config, now);
    });
    const waitedMs = this.environment.clock.now() - acceptedAt;
    if (!('answered' in outcome)) {
      const error = outcome.refused === 'lost' ? 'NOT_COORDINATOR' : 'INVALID_COMMIT_OFFSET_SIZE';
      return request.offsets.map(() => error);
    }
    const { offsets: errors } = outcome.answered;
    request.offsets.forEach(({ topic, partition, offset }, index) => {
      if (errors[index] !== 'NONE') return;
      this.environment.tracer.emit({
        kind: 'offset-committed',
        group: request.groupId,
        member: request.memberId,
        topic,
        partition,
        offset,
        waitedMs,
        cause: requestId,
      });
    });
    return errors;
  }

  private topicDeleted(topic: string, topicId: Uint8Array, cause: string): void {
    const isOfTopic = (id: Uint8Array): boolean => isZeroId(id) || topicIdText(id) === topicIdText(topicId);
    for (const shard of this.shards) shard.topicDeleted(topic, isOfTopic, cause);
  }

  /** Gives all groups up: whoever waits is sent to find the coordinator again. */
  stop(): void {
    this.isStopped = true;
    this.expiry?.cancel();
    for (const shard of this.shards) shard.stop();
  }

  /** Somebody has deleted the topic, and with it all groups: the next one begins with a new topic. */
  private forget(): void {
    this.expiry?.cancel();
    for (const shard of this.shards) shard.stop();
    this.shards = [];
    this.starting = undefined;
  }

  private shardOf(groupId: string): GroupShard {
    return this.shards[partitionForGroup(groupId, this.shards.length)] as GroupShard;
  }
}

/** Kafka's own assignors by their names. */
function assignorsNamed(names: string): readonly ServerAssignor[] {
  const known = [uniformServerAssignor, rangeServerAssignor];
  return listOf(names).map((name) => {
    const assignor = known.find((each) => each.name === name);
    if (assignor !== undefined) return assignor;
    const text = known.map((each) => each.name).join(' and ');
    throw new Error(`group.consumer.assignors names "${name}", but the assignors of this broker are ${text}.`);
  });
}

/** The error that tells a client why its request has not been carried out. */
export function refusal({ refused }: { readonly refused: 'lost' | 'too-large' }): Exclude<ErrorName, 'NONE'> {
  return refused === 'lost' ? 'NOT_COORDINATOR' : 'UNKNOWN_SERVER_ERROR';
}

function notAvailable(cause: unknown): KafkaError {
  return new KafkaError(
    'COORDINATOR_NOT_AVAILABLE',
    `The log of groups, ${groupMetadataTopic}, can't be opened or read at present. Ask again.`,
    cause === undefined ? undefined : { cause },
  );
}
