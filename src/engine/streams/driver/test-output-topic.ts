import type { Serde } from '../serdes.js';
import type { ProducedRecords } from './produced-records.js';
import { StreamsError } from '../streams-error.js';
import type { TestRecord } from './test-record.js';

/** Reads one topic that a topology under test writes to (Kafka's `TestOutputTopic`). Each record is read once. */
export class TestOutputTopic<K, V> {
  readonly topic: string;
  readonly #keySerde: Serde<K>;
  readonly #valueSerde: Serde<V>;
  readonly #produced: ProducedRecords;

  constructor(topic: string, serdes: { readonly key: Serde<K>; readonly value: Serde<V> }, produced: ProducedRecords) {
    this.topic = topic;
    this.#keySerde = serdes.key;
    this.#valueSerde = serdes.value;
    this.#produced = produced;
  }

  get isEmpty(): boolean {
    return this.queueSize === 0;
  }

  get queueSize(): number {
    return this.#produced.count(this.topic);
  }

  /** @throws StreamsError NoSuchElementException if nothing is left */
  readRecord(): TestRecord<K, V> {
    const record = this.#produced.read(this.topic);
    if (record === undefined) throw new StreamsError('NoSuchElementException', `Empty topic: ${this.topic}`);
    const { key, value, timestamp, headers } = record;
    return {
      key: key === null ? null : this.#keySerde.deserialize(this.topic, key, headers),
      value: value === null ? null : this.#valueSerde.deserialize(this.topic, value, headers),
      timestamp,
      headers,
    };
  }

  readKeyValue(): readonly [key: K | null, value: V | null] {
    const { key, value } = this.readRecord();
    return [key, value];
  }

  readValue(): V | null {
    return this.readRecord().value;
  }

  readRecordsToList(): TestRecord<K, V>[] {
    return Array.from({ length: this.queueSize }, () => this.readRecord());
  }

  readKeyValuesToList(): (readonly [key: K | null, value: V | null])[] {
    return Array.from({ length: this.queueSize }, () => this.readKeyValue());
  }

  readValuesToList(): (V | null)[] {
    return Array.from({ length: this.queueSize }, () => this.readValue());
  }

  /** The last value of each key. */
  readKeyValuesToMap(): Map<K | null, V | null> {
    return new Map(this.readKeyValuesToList());
  }
}
