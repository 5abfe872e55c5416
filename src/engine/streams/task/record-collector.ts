import type { RecordHeaders } from '../processor/record.js';
import { StreamsError } from '../streams-error.js';
import type { Serde } from '../serdes.js';
import type { SinkNode, StreamPartitioner } from '../topology/topology-node.js';
import { partitionForKey } from '../../protocol/murmur2.js';
import type { DeadLetter } from './dead-letter.js';
import type { TaskOutput } from './raw-record.js';

/** What of a record goes to a sink. */
export interface OutgoingRecord {
  readonly key: unknown;
  readonly value: unknown;
  readonly timestamp: number;
  readonly headers: RecordHeaders;
}

/** Turns what a task sends into bytes, and says which partition it is for (Kafka's `RecordCollector`). */
export class RecordCollector {
  readonly #output: TaskOutput;

  constructor(output: TaskOutput) {
    this.#output = output;
  }

  /** @throws SerializationFailure if a serde refuses the key or the value */
  send(
    node: SinkNode,
    topic: string,
    record: OutgoingRecord,
    serdes: { readonly key: Serde<unknown> | null; readonly value: Serde<unknown> | null },
  ): void {
    const { timestamp, headers } = record;
    const key = bytesOf('key', topic, record.key, serdes.key, node.name, headers);
    const value = bytesOf('value', topic, record.value, serdes.value, node.name, headers);
    const choosePartition = chooser(node.partitioner, serdes.key, topic, record);
    const produced = { topic, partition: null, timestamp, key, value, headers, node: node.name };
    this.#output.send(choosePartition === null ? produced : { ...produced, choosePartition });
  }

  sendChange(
    topic: string,
    partition: number,
    key: Uint8Array,
    value: Uint8Array | null,
    timestamp: number,
    headers: RecordHeaders,
  ): void {
    this.#output.send({ topic, partition, key, value, timestamp, headers, node: null });
  }

  sendDeadLetter(letter: DeadLetter): void {
    this.#output.send({ ...letter, partition: null, node: null });
  }
}

/** A serde refused what a sink was to send. */
export class SerializationFailure extends Error {
  override readonly name = 'SerializationFailure';

  constructor(
    readonly origin: 'key' | 'value',
    readonly topic: string,
    override readonly cause: unknown,
  ) {
    super(`A ${origin} for ${topic} could not be serialized.`);
  }
}

function bytesOf(
  origin: 'key' | 'value',
  topic: string,
  data: unknown,
  serde: Serde<unknown> | null,
  node: string,
  headers: RecordHeaders,
): Uint8Array | null {
  if (data === null || data === undefined) return null;
  if (serde === null) throw missingSerde(origin, node);
  try {
    return serde.serialize(topic, data, headers);
  } catch (error) {
    throw new SerializationFailure(origin, topic, error);
  }
}

export function missingSerde(origin: 'key' | 'value', node: string): StreamsError {
  return new StreamsError(
    'StreamsException',
    `${node} has no serde for its ${origin}s, and there is no default one. Give it one, or set default.${origin}.serde.`,
  );
}

function chooser(
  partitioner: StreamPartitioner | null,
  keySerde: Serde<unknown> | null,
  topic: string,
  { key, value }: OutgoingRecord,
): ((partitions: number) => number | readonly number[] | null) | null {
  if (partitioner !== null) return (partitions) => partitioner(topic, key, value, partitions);
  if (key === null || keySerde?.partitionBytes === undefined) return null;
  const bytes = keySerde.partitionBytes(topic, key);
  return (partitions) => partitionForKey(bytes, partitions);
}
