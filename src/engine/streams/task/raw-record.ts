import type { RecordHeaders } from '../processor/record.js';

/** A record as it lies in a topic. */
export interface RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since the epoch, -1 if it has none. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: RecordHeaders;
}

/** A record that a task sends. */
export interface ProducedRecord {
  readonly topic: string;
  /** Of a changelog, which is partitioned as its task is; `null` leaves it to `choosePartition`. */
  readonly partition: number | null;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: RecordHeaders;
  /**
   * Chooses among the topic's partitions: one, several (KIP-837), none, which drops the record, or `null` for the default
   * partitioner's. Absent where that decides anyway.
   */
  readonly choosePartition?: (partitions: number) => number | readonly number[] | null;
  /** The sink that sends it; `null` for changelogs and dead letters. */
  readonly node: string | null;
}

/** Where what a task sends goes. In the order it was sent, topic by topic; whether it arrived shows at the next commit. */
export interface TaskOutput {
  send(record: ProducedRecord): void;
}
