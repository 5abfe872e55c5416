import type { Millis } from '../environment/environment.js';
import type { ResponseOf } from '../protocol/apis.js';
import type { BrokerAddress } from '../protocol/connection.js';
import { errorByCode, type ErrorName } from '../protocol/errors.js';
import { zeroUuid } from '../protocol/schema.js';

/** A partition, in KafkaJS's shape. */
export interface PartitionMetadata {
  readonly partitionErrorCode: number;
  readonly partitionId: number;
  /** The leader's node id; -1 when there is none. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offlineReplicas: readonly number[];
}

export interface TopicMetadata {
  readonly name: string;
  /** 16 bytes; all zero when the broker is too old to tell. */
  readonly topicId: Uint8Array;
  readonly hasTopicId: boolean;
  readonly isInternal: boolean;
  /** Ordered by partition id, which is also the index. */
  readonly partitions: readonly PartitionMetadata[];
  readonly loadedAtMs: Millis;
}

/** What the client knows of the cluster: merged from one Metadata response after another. */
export class ClusterMetadata {
  readonly brokers = new Map<number, BrokerAddress>();
  readonly topics = new Map<string, TopicMetadata>();
  readonly #namesById = new Map<string, string>();
  controllerId = -1;
  clusterId: string | null = null;

  /** Takes in a response. Gives the errors of the topics that could not be told, by name. */
  update(response: ResponseOf<'Metadata'>, now: Millis): ReadonlyMap<string, ErrorName> {
    const errors = new Map<string, ErrorName>();
    if (response.brokers.length > 0) {
      this.brokers.clear();
      for (const { nodeId, host, port } of response.brokers) this.brokers.set(nodeId, { host, port });
    }
    this.controllerId = response.controllerId;
    this.clusterId = response.clusterId ?? this.clusterId;
    for (const topic of response.topics) {
      if (topic.name === null) continue;
      const error = errorByCode(topic.errorCode).name;
      if (error === 'NONE') this.#set(topic.name, topic, now);
      else errors.set(topic.name, error);
      if (error === 'UNKNOWN_TOPIC_OR_PARTITION') this.forget(topic.name);
    }
    return errors;
  }

  /** The topic as a Produce or Fetch response names it: by name up to version 12, by id from 13 on. */
  nameOf(name: string, topicId: Uint8Array): string | undefined {
    return name === '' ? this.#namesById.get(textOfId(topicId)) : name;
  }

  /** Forgets all topics that are not in `names`: those that were deleted since all were asked for. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of [...this.topics.keys()]) if (!names.has(name)) this.forget(name);
  }

  #set(name: string, topic: ResponseOf<'Metadata'>['topics'][number], now: Millis): void {
    this.forget(name);
    const hasTopicId = topic.topicId.some((byte) => byte !== 0);
    this.topics.set(name, {
      name,
      topicId: hasTopicId ? topic.topicId : zeroUuid,
      hasTopicId,
      isInternal: topic.isInternal,
      partitions: topic.partitions
        .map((partition) => ({
          partitionErrorCode: partition.errorCode,
          partitionId: partition.partitionIndex,
          leader: partition.leaderId,
          replicas: partition.replicaNodes,
          isr: partition.isrNodes,
          offlineReplicas: partition.offlineReplicas,
        }))
        .sort((a, b) => a.partitionId - b.partitionId),
      loadedAtMs: now,
    });
    if (hasTopicId) this.#namesById.set(textOfId(topic.topicId), name);
  }

  /** Has the topic asked for again when it is next needed. */
  forget(name: string): void {
    const known = this.topics.get(name);
    if (known === undefined) return;
    this.topics.delete(name);
    this.#namesById.delete(textOfId(known.topicId));
  }
}

function textOfId(topicId: Uint8Array): string {
  return topicId.join();
}
