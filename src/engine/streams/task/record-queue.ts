import { StreamsError } from '../streams-error.js';
import type { SourceNode, TimestampExtractor } from '../topology/topology-node.js';
import type { RawRecord } from './raw-record.js';

/** A record whose turn it is: what it holds, and its event time. `isSkipped`: it only moves the offset. */
export interface QueuedRecord {
  readonly raw: RawRecord;
  readonly timestamp: number;
  readonly key: unknown;
  readonly value: unknown;
  readonly isSkipped: boolean;
}

/** What a queue does with its records. */
export interface RecordReader {
  /** Key and value of a record; `null` if it cannot be deserialized and is to be skipped. */
  deserialize(source: SourceNode, raw: RawRecord): { readonly key: unknown; readonly value: unknown } | null;
  readonly extractor: TimestampExtractor;
  systemTimeMs(): number;
  /** A record is skipped because its time is negative. */
  skipped(source: SourceNode, raw: RawRecord): void;
}

/** The records of one partition that wait for their turn, in offset order (Kafka's `RecordQueue`). Only the first is deserialized. */
export class RecordQueue {
  readonly source: SourceNode;
  readonly topic: string;
  readonly #reader: RecordReader;
  readonly #extract: TimestampExtractor;
  #raw: RawRecord[] = [];
  #next = 0;
  #head: QueuedRecord | null = null;
  #partitionTime = -1;

  constructor(topic: string, source: SourceNode, reader: RecordReader) {
    this.topic = topic;
    this.source = source;
    this.#reader = reader;
    this.#extract = source.timestampExtractor ?? reader.extractor;
  }

  /** The largest time that was taken from it; -1 before the first. */
  get partitionTime(): number {
    return this.#partitionTime;
  }

  set partitionTime(time: number) {
    if (time > this.#partitionTime) this.#partitionTime = time;
  }

  get head(): QueuedRecord | null {
    return this.#head;
  }

  get size(): number {
    return this.#raw.length - this.#next + (this.#head === null ? 0 : 1);
  }

  add(records: readonly RawRecord[]): void {
    // Most often it is one, and a copy is no longer than that: what is pushed onto an empty array makes room for 16 more.
    if (this.#raw.length === 0) this.#raw = [...records];
    else for (const record of records) this.#raw.push(record);
    this.#findHead();
  }

  take(): QueuedRecord | null {
    const taken = this.#head;
    if (taken === null) return null;
    this.#head = null;
    if (!taken.isSkipped) this.partitionTime = taken.timestamp;
    this.#findHead();
    return taken;
  }

  clear(): void {
    this.#raw = [];
    this.#next = 0;
    this.#head = null;
  }

  #findHead(): void {
    let skipped: RawRecord | null = null;
    while (this.#head === null && this.#next < this.#raw.length) {
      const raw = this.#raw[this.#next] as RawRecord;
      this.#next += 1;
      const read = this.#reader.deserialize(this.source, raw);
      if (read === null) {
        skipped = raw;
        continue;
      }
      const timestamp = this.#timestampOf(raw, read.key, read.value);
      if (timestamp < 0) {
        this.#reader.skipped(this.source, raw);
        skipped = raw;
        continue;
      }
      this.#head = { raw, timestamp, key: read.key, value: read.value, isSkipped: false };
    }
    if (this.#next === this.#raw.length && this.#next > 0) {
      this.#raw = [];
      this.#next = 0;
    } else if (this.#next > 1024) {
      this.#raw = this.#raw.slice(this.#next);
      this.#next = 0;
    }
    // The last of those skipped stands for them, so that their offsets are committed (KAFKA-6502).
    if (this.#head === null && skipped !== null)
      this.#head = { raw: skipped, timestamp: -1, key: null, value: null, isSkipped: true };
  }

  #timestampOf(raw: RawRecord, key: unknown, value: unknown): number {
    const { topic, partition, offset, headers } = raw;
    const consumed = { topic, partition, offset, timestamp: raw.timestamp, key, value, headers };
    try {
      return this.#extract(consumed, this.#partitionTime, this.#reader.systemTimeMs());
    } catch (error) {
      if (error instanceof StreamsError) throw error;
      throw new StreamsError(
        'StreamsException',
        `Fatal user code error in TimestampExtractor callback for record ${raw.topic}-${raw.partition}@${raw.offset}.`,
        { cause: error },
      );
    }
  }
}
