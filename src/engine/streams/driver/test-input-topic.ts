import type { RecordHeaders } from '../processor/record.js';
import type { Serde } from '../serdes.js';
import { StreamsError } from '../streams-error.js';
import type { RawRecord } from '../task/raw-record.js';
import type { TestRecord } from './test-record.js';

export interface TestInputTopicOptions {
  /** The time of records that are piped without one; the driver's clock at the start by default. */
  readonly startTimestamp?: number;
  /** How far that time moves with each of them, in ms; 0 by default. */
  readonly autoAdvance?: number;
}

/** Feeds one topic of a topology under test (Kafka's `TestInputTopic`). */
export class TestInputTopic<K, V> {
  readonly topic: string;
  readonly #keySerde: Serde<K>;
  readonly #valueSerde: Serde<V>;
  readonly #pipe: (record: Omit<RawRecord, 'partition' | 'offset'>) => void;
  readonly #autoAdvanceMs: number;
  #timeMs: number;

  constructor(
    topic: string,
    serdes: { readonly key: Serde<K>; readonly value: Serde<V> },
    options: Required<TestInputTopicOptions>,
    pipe: (record: Omit<RawRecord, 'partition' | 'offset'>) => void,
  ) {
    if (options.autoAdvance < 0)
      throw new StreamsError('IllegalArgumentException', `autoAdvance is ${options.autoAdvance}. Give 0 or more.`);
    this.topic = topic;
    this.#keySerde = serdes.key;
    this.#valueSerde = serdes.value;
    this.#pipe = pipe;
    this.#timeMs = options.startTimestamp;
    this.#autoAdvanceMs = options.autoAdvance;
  }

  /** Moves the time of the records that come without one. */
  advanceTime(byMs: number): void {
    if (!(byMs >= 0))
      throw new StreamsError('IllegalArgumentException', `Time cannot be advanced by ${byMs} ms. Give 0 or more.`);
    this.#timeMs += byMs;
  }

  /**
   * Processes one record, and everything that follows from it. A `null` value is a tombstone.
   * @throws StreamsError what the topology fails with
   */
  pipeInput(key: K | null, value: V | null, timestamp = this.#nextTime(), headers: RecordHeaders = []): void {
    this.#pipe({
      topic: this.topic,
      timestamp,
      headers,
      key: key === null ? null : this.#keySerde.serialize(this.topic, key, headers),
      value: value === null ? null : this.#valueSerde.serialize(this.topic, value, headers),
    });
  }

  pipeRecord({ key, value, timestamp, headers }: Partial<TestRecord<K, V>>): void {
    this.pipeInput(key ?? null, value ?? null, timestamp ?? this.#nextTime(), headers ?? []);
  }

  pipeRecordList(records: readonly Partial<TestRecord<K, V>>[]): void {
    for (const record of records) this.pipeRecord(record);
  }

  /** @param startTimestamp the time of the first; each next one comes `advanceMs` later */
  pipeKeyValueList(
    pairs: readonly (readonly [key: K | null, value: V | null])[],
    startTimestamp?: number,
    advanceMs = 0,
  ): void {
    pairs.forEach(([key, value], index) => {
      if (startTimestamp === undefined) this.pipeInput(key, value);
      else this.pipeInput(key, value, startTimestamp + index * advanceMs);
    });
  }

  /** Records without a key. */
  pipeValueList(values: readonly (V | null)[], startTimestamp?: number, advanceMs = 0): void {
    this.pipeKeyValueList(
      values.map((value) => [null, value] as const),
      startTimestamp,
      advanceMs,
    );
  }

  #nextTime(): number {
    const time = this.#timeMs;
    this.#timeMs += this.#autoAdvanceMs;
    return time;
  }
}
