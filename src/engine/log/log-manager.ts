import type { Storage, StorageWrite } from '../environment/storage.js';
import type { Environment } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { parsePartitionFolder, partitionFolder, type TopicPartition } from './file-names.js';
import { GroupCommit } from './group-commit.js';
import type { LogConfig } from './log-config.js';
import { Meeting } from './meeting.js';
import { PartitionLog } from './partition-log.js';

export interface OpenPartitionOptions {
  /** Kafka's defaults where absent. */
  readonly config?: Partial<LogConfig>;
  /** The epoch in which this leader writes; the latest of the log plus 1 if absent. */
  readonly leaderEpoch?: number;
  /** The id of the topic in Kafka's words, which a new log keeps beside its records. */
  readonly topicId?: string;
}

/** All partition logs over one storage: what is appended to them at the same time is committed together. */
export class LogManager {
  private readonly groupCommit: GroupCommit;
  private readonly logs = new Map<string, Promise<PartitionLog>>();
  private readonly opened = new Map<string, PartitionLog>();
  /** Of those whose opening has begun in this turn. */
  private meeting: Meeting | undefined;

  /** Reads and writes nothing yet. The storage stays the caller's, who closes it after this. */
  constructor(
    private readonly environment: Environment,
    private readonly storage: Storage,
  ) {
    this.groupCommit = new GroupCommit(storage);
  }

  /** Every partition of which anything is stored, opened or not, by topic and number. */
  async list(): Promise<readonly TopicPartition[]> {
    const found = new Map<string, TopicPartition>();
    const { files, blobs } = await this.storage.contents();
    for (const name of [...files.map((file) => file.name), ...blobs]) {
      const partition = parsePartitionFolder(name);
      if (partition !== undefined) found.set(partitionFolder(partition), partition);
    }
    return [...found.values()].sort((a, b) =>
      a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
    );
  }

  /** Every log that is open. */
  get all(): Iterable<PartitionLog> {
    return this.opened.values();
  }

  /** The log of a partition that has been opened; undefined for any other. */
  get(topic: string, partition: number): PartitionLog | undefined {
    return this.opened.get(partitionFolder({ topic, partition }));
  }

  /**
   * Opens the log of a partition; one that is not stored begins empty, and is stored when this resolves. A partition that is open already is given as it is,
   * whatever the options say. Opening many at once costs one commit.
   */
  open(topic: string, partition: number, options: OpenPartitionOptions = {}): Promise<PartitionLog> {
    const folder = partitionFolder({ topic, partition });
    let log = this.logs.get(folder);
    if (log === undefined) {
      const { environment, storage, groupCommit } = this;
      const whenRead = this.meetingOfThisTurn().expect();
      log = PartitionLog.open({ ...options, topic, partition, environment, storage, groupCommit, whenRead });
      this.logs.set(folder, log);
      log.then(
        (opened) => this.opened.set(folder, opened),
        () => this.logs.delete(folder),
      );
    }
    return log;
  }

  /** Begins the log of a new partition. Rejects with TOPIC_ALREADY_EXISTS if it is stored or open already. */
  async create(topic: string, partition: number, options: OpenPartitionOptions = {}): Promise<PartitionLog> {
    const folder = partitionFolder({ topic, partition });
    const isStored = (await this.list()).some((stored) => partitionFolder(stored) === folder);
    if (isStored || this.logs.has(folder)) {
      throw new KafkaError(
        'TOPIC_ALREADY_EXISTS',
        `The log of ${folder} is there already. Open it, or delete it first.`,
      );
    }
    return this.open(topic, partition, options);
  }

  /** Removes a partition's log, opened or not; resolves when it is gone. One that is not there is no error. */
  async delete(topic: string, partition: number): Promise<void> {
    const folder = partitionFolder({ topic, partition });
    const log = await this.logs.get(folder);
    if (log === undefined) return this.deleteFiles({ topic, partition });
    await log.delete();
    this.logs.delete(folder);
    this.opened.delete(folder);
  }

  /** Closes every log. Resolves when all that was appended is durable or has failed. */
  async close(): Promise<void> {
    for (const log of await Promise.allSettled(this.logs.values()))
      if (log.status === 'fulfilled') await log.value.close();
    this.logs.clear();
    this.opened.clear();
    await this.groupCommit.settled();
  }

  private meetingOfThisTurn(): Meeting {
    if (this.meeting === undefined) {
      this.meeting = new Meeting();
      void Promise.resolve().then(() => (this.meeting = undefined));
    }
    return this.meeting;
  }

  private async deleteFiles(partition: TopicPartition): Promise<void> {
    const { files, blobs } = await this.storage.contents(partitionFolder(partition));
    await this.storage.commit(
      [
        ...files.map(({ name }): StorageWrite => ({ kind: 'delete', file: name })),
        ...blobs.map((name): StorageWrite => ({ kind: 'delete-blob', name })),
      ],
      'strict',
    );
  }
}
