import type { Random } from '../environment/environment.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { partitionForKey } from '../protocol/murmur2.js';
import type { RecordToEncode } from '../protocol/record-batch.js';
import { PartitionQueue } from './accumulator.js';
import type { PartitionMetadata, TopicMetadata } from './cluster-metadata.js';
import type { Message } from './message.js';
import { StickyPartitioner } from './sticky-partitioner.js';

export interface PartitionerArgs {
  readonly topic: string;
  readonly partitionMetadata: readonly PartitionMetadata[];
  readonly message: Message;
}

/** Makes a partitioner of one's own, for one producer; as in KafkaJS it is asked for every message, also for one with an explicit partition. */
export type CustomPartitioner = () => (args: PartitionerArgs) => number;

/** The partitions of one topic as a producer uses them: which one a record goes to, and what waits for it. */
export class TopicPartitions {
  readonly sticky: StickyPartitioner;
  readonly #queues: PartitionQueue[] = [];
  #metadata: TopicMetadata;
  #available: readonly number[] = [];

  constructor(metadata: TopicMetadata, random: Random, batchSize: number) {
    this.sticky = new StickyPartitioner(random, batchSize);
    this.#metadata = metadata;
    this.metadata = metadata;
  }

  get metadata(): TopicMetadata {
    return this.#metadata;
  }

  /** Takes in what has become known since. */
  set metadata(metadata: TopicMetadata) {
    this.#metadata = metadata;
    const withLeader = metadata.partitions.filter(({ leader }) => leader >= 0);
    const available = (withLeader.length > 0 ? withLeader : metadata.partitions).map(({ partitionId }) => partitionId);
    // The sticky partitioner stays where it is while the array is the same.
    if (available.join() !== this.#available.join()) this.#available = available;
  }

  /** The partitions that records without a key may go to. */
  get available(): readonly number[] {
    return this.#available;
  }

  /** Throws INVALID_REQUEST if a message is to go to a partition that does not exist. */
  check(messages: readonly Message[]): void {
    for (const { partition } of messages) if (partition !== undefined) this.#checked(partition);
  }

  /** Where a partitioner of one's own sends the messages. Throws what it throws, and INVALID_REQUEST for partitions that don't exist. */
  chooseBy(custom: ReturnType<CustomPartitioner>, messages: readonly Message[]): number[] {
    const { name, partitions } = this.#metadata;
    return messages.map((message) => this.#checked(custom({ topic: name, partitionMetadata: partitions, message })));
  }

  /** The partition of a message with an explicit one or a key; -1: the sticky partitioner decides. */
  choose(message: Message, { key }: RecordToEncode): number {
    if (message.partition !== undefined) return message.partition;
    return key === null ? -1 : partitionForKey(key, this.#metadata.partitions.length);
  }

  queue(partition: number): PartitionQueue {
    return (this.#queues[partition] ??= new PartitionQueue(this.#metadata.name, partition));
  }

  #checked(partition: number): number {
    const { name, partitions } = this.#metadata;
    if (Number.isInteger(partition) && partition >= 0 && partition < partitions.length) return partition;
    throw new KafkaError(
      'INVALID_REQUEST',
      `A message was to go to partition ${partition} of ${name}, which has partitions 0 to ${partitions.length - 1}. Choose one of these.`,
    );
  }
}
