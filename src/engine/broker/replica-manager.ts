import { StorageError, type Durability, type Storage } from '../environment/storage.js';
import type { Environment } from '../environment/trace-events.js';
import { LogManager } from '../log/log-manager.js';
import type { AppendOptions, AppendResult } from '../log/log-appender.js';
import type { PartitionLog } from '../log/partition-log.js';
import type { ErrorName } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { BrokerSettings } from './broker-config.js';
import type { TopicImage } from './metadata-image.js';
import { topicSettings } from './topic-config.js';
import { topicIdText } from '../protocol/topic-id.js';
import { clusterMetadataTopic, isInternalTopic } from './topic-name.js';

/** A change of the metadata is one batch, and a request may be as large as the largest frame: nothing that was asked for may fail at the size of a batch. */
const maxMetadataBatchBytes = 2 ** 30;

/** A partition that this broker leads. */
export interface Replica {
  readonly topic: string;
  readonly partition: number;
  readonly log: PartitionLog;
}

interface OpenTopic {
  readonly image: TopicImage;
  /** By number; an error in the place of one whose log can't be opened. */
  readonly replicas: readonly (Replica | KafkaError)[];
}

/** A wait that can be given up. */
export interface Advance {
  readonly promise: Promise<void>;
  stop(): void;
}

/** The logs of all partitions, by topic. A topic is known here from when its logs are open until they go: whoever sees it can read and write it. */
export class ReplicaManager {
  private readonly logs: LogManager;
  private readonly byName = new Map<string, OpenTopic>();
  private readonly byId = new Map<string, OpenTopic>();
  private readonly deletionListeners = new Set<(topic: string) => void>();

  constructor(
    environment: Environment,
    storage: Storage,
    private readonly settings: BrokerSettings,
  ) {
    this.logs = new LogManager(environment, storage);
  }

  /** The log of the cluster's metadata, which is there before any topic is. */
  openMetadataLog(): Promise<PartitionLog> {
    return this.logs.open(clusterMetadataTopic, 0, { config: { maxMessageBytes: maxMetadataBatchBytes } });
  }

  /**
   * Opens the logs of a topic's partitions, each in the leader epoch that the metadata tell. One that is damaged where it must be read for that is offline, and the others go on; an
   * internal topic has no such partitions.
   */
  async openTopic(image: TopicImage): Promise<void> {
    const settings = topicSettings(image.configs, this.settings);
    const replicas = await Promise.all(
      image.partitions.map(async ({ partition, leaderEpoch }): Promise<Replica | KafkaError> => {
        try {
          const log = await this.logs.open(image.name, partition, {
            leaderEpoch,
            config: settings,
            topicId: topicIdText(image.topicId),
          });
          log.updateConfig(settings);
          return { topic: image.name, partition, log };
        } catch (error) {
          if (isInternalTopic(image.name) || !isDamage(error)) throw error;
          return offline(image.name, partition, error);
        }
      }),
    );
    const open = { image, replicas };
    this.byName.set(image.name, open);
    this.byId.set(topicIdText(image.topicId), open);
  }

  /** Puts a topic's changed configs in force. */
  configureTopic(image: TopicImage): void {
    const settings = topicSettings(image.configs, this.settings);
    for (const replica of this.byName.get(image.name)?.replicas ?? [])
      if (!(replica instanceof KafkaError)) replica.log.updateConfig(settings);
  }

  /** Every log that is open. */
  get opened(): Iterable<PartitionLog> {
    return this.logs.all;
  }

  /** Takes a topic out of sight, then removes its logs. */
  async deleteTopic(image: TopicImage): Promise<void> {
    this.byName.delete(image.name);
    this.byId.delete(topicIdText(image.topicId));
    for (const listener of [...this.deletionListeners]) listener(image.name);
    await this.deleteLogs([image.name]);
  }

  /** Removes every log that is stored under these names. */
  async deleteLogs(names: Iterable<string>): Promise<void> {
    const wanted = new Set(names);
    if (wanted.size === 0) return;
    const stored = (await this.logs.list()).filter(({ topic }) => wanted.has(topic));
    await Promise.all(stored.map(({ topic, partition }) => this.logs.delete(topic, partition)));
  }

  /** All topics that are ready. */
  get topics(): Iterable<TopicImage> {
    return [...this.byName.values()].map(({ image }) => image);
  }

  topic(name: string): TopicImage | undefined {
    return this.byName.get(name)?.image;
  }

  topicById(id: Uint8Array): TopicImage | undefined {
    return this.byId.get(topicIdText(id))?.image;
  }

  /** Undefined for a partition that is not there, or is offline: `missing` tells which. */
  replica(topic: string, partition: number): Replica | undefined {
    const found = this.byName.get(topic)?.replicas[partition];
    return found instanceof KafkaError ? undefined : found;
  }

  /** Why there is no replica: KAFKA_STORAGE_ERROR, with what is damaged, if it is offline. */
  missing(topic: string, partition: number): KafkaError {
    const found = this.byName.get(topic)?.replicas[partition];
    return found instanceof KafkaError ? found : new KafkaError('UNKNOWN_TOPIC_OR_PARTITION');
  }

  /** Appends batches to a replica; `cause` is the event that brought it about. Throws what the log refuses. */
  append(
    { log }: Replica,
    bytes: Uint8Array,
    durability: Durability,
    cause: string | undefined,
    { requestVersion, need }: Pick<AppendOptions, 'requestVersion' | 'need'> = {},
  ): AppendResult {
    return log.append(bytes, {
      durability,
      ...(need !== undefined && { need }),
      ...(cause !== undefined && { cause }),
      ...(requestVersion !== undefined && { requestVersion }),
    });
  }

  /** Resolves when the high watermark of any of these advances from here on, or one of them is deleted. Stop it when nobody waits for it any more. */
  nextAdvance(replicas: readonly Replica[]): Advance {
    const stops: (() => void)[] = [];
    const promise = new Promise<void>((resolve) => {
      for (const { log } of replicas) stops.push(log.onHighWatermark(() => resolve()));
      const deleted = (topic: string) => {
        if (replicas.some((replica) => replica.topic === topic)) resolve();
      };
      this.deletionListeners.add(deleted);
      stops.push(() => this.deletionListeners.delete(deleted));
    });
    return { promise, stop: () => stops.forEach((stop) => stop()) };
  }

  /** Closes all logs; what was appended is durable or has failed when this resolves. */
  close(): Promise<void> {
    return this.logs.close();
  }
}

/** What is wrong with the leader epoch that a client believes in; -1: it does not say. */
export function leaderEpochError({ log }: Replica, currentLeaderEpoch: number): ErrorName | undefined {
  if (currentLeaderEpoch === -1 || currentLeaderEpoch === log.leaderEpoch) return undefined;
  return currentLeaderEpoch < log.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH';
}

function isDamage(error: unknown): error is Error {
  if (error instanceof StorageError) return error.code === 'corrupt';
  return error instanceof KafkaError && isDamage(error.cause);
}

function offline(topic: string, partition: number, cause: Error): KafkaError {
  return new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `The log of ${topic}-${partition} is offline: ${cause.message} Nothing of it was changed. Import the topic from an export, or delete it.`,
    { cause },
  );
}
