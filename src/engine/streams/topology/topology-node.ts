import type { ProcessorSupplier } from '../processor/processor.js';
import type { RecordHeaders, RecordOrigin, StreamRecord } from '../processor/record.js';
import type { Serde } from '../serdes.js';
import type { StoreBuilder } from '../state/store-builder.js';

/** What a timestamp extractor sees: the record as it was consumed. */
export interface ConsumedRecord<K = unknown, V = unknown> extends StreamRecord<K | null, V | null> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * The event time of a record in ms; negative if it has none, and then the record is skipped.
 * @param partitionTimeMs the largest time taken from this partition so far, -1 before the first
 * @param systemTimeMs the environment's clock
 */
export type TimestampExtractor = (record: ConsumedRecord, partitionTimeMs: number, systemTimeMs: number) => number;

export type AutoOffsetReset = 'earliest' | 'latest' | 'none' | { readonly byDurationMs: number };

/** The partition for a record, `null` for the default partitioner's, or several to send it to each (KIP-837). */
export type StreamPartitioner = (
  topic: string,
  key: unknown,
  value: unknown,
  partitions: number,
) => number | null | readonly number[];

export type TopicNameExtractor = (
  key: unknown,
  value: unknown,
  record: { readonly timestamp: number; readonly headers: RecordHeaders; readonly origin: RecordOrigin | null },
) => string;

export interface SourceNode {
  readonly kind: 'source';
  readonly name: string;
  /** Names, in the order given; or a pattern that topics of the cluster are matched with. */
  readonly topics: readonly string[] | RegExp;
  readonly keySerde: Serde<unknown> | null;
  readonly valueSerde: Serde<unknown> | null;
  readonly timestampExtractor: TimestampExtractor | null;
  readonly offsetReset: AutoOffsetReset | null;
}

export interface ProcessorNode {
  readonly kind: 'processor';
  readonly name: string;
  readonly parents: readonly string[];
  readonly supplier: ProcessorSupplier;
  /** Names of the stores connected to it, sorted. */
  readonly stores: readonly string[];
}

export interface SinkNode {
  readonly kind: 'sink';
  readonly name: string;
  readonly parents: readonly string[];
  readonly topic: string | TopicNameExtractor;
  readonly keySerde: Serde<unknown> | null;
  readonly valueSerde: Serde<unknown> | null;
  readonly partitioner: StreamPartitioner | null;
}

export type TopologyNode = SourceNode | ProcessorNode | SinkNode;

/** A topic that the application makes for itself, already with its prefix `<application.id>-`. */
export interface InternalTopic {
  readonly name: string;
  /** The topic's configuration by Kafka's names, as Kafka would create it. */
  readonly config: Readonly<Record<string, string>>;
  /** Of a repartition topic with a number of its own. */
  readonly partitions: number | null;
}

/** A connected part of a topology: what one task runs (2.1 rule 9). Topic names are as in the cluster: internal ones with their prefix. */
export interface SubTopology {
  readonly id: number;
  /** Parents before children, in the order they were added. */
  readonly nodes: readonly TopologyNode[];
  readonly stores: readonly StoreBuilder[];
  readonly sourceTopics: readonly string[];
  readonly sinkTopics: readonly string[];
  readonly repartitionTopics: readonly InternalTopic[];
  /** By the name of the store; a table may keep its state in its source topic (optimization). */
  readonly changelogTopics: ReadonlyMap<string, InternalTopic>;
  readonly copartitionGroups: readonly (readonly string[])[];
}

/** The part that every instance runs whole: global tables and stores. */
export interface GlobalTopology {
  readonly nodes: readonly TopologyNode[];
  readonly stores: readonly StoreBuilder[];
  readonly sourceTopics: readonly string[];
}

/** A topology made ready for an application. */
export interface BuiltTopology {
  readonly applicationId: string;
  readonly subTopologies: readonly SubTopology[];
  readonly global: GlobalTopology | null;
  /** All groups of topics that must have equally many partitions, also those that reach over sub-topologies. */
  readonly copartitionGroups: readonly (readonly string[])[];
}
