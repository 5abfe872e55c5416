import type { Millis } from '../environment/environment.js';
import type { RunTopic } from './run-topic.js';

/**
 * A run of streams applications on a broker, as data: topics, applications with the instances that may run, and a script. The same spec gives the same trace.
 * Times are run times, counted from the moment when the script begins, and so are the timestamps of records.
 */
export interface StreamsRunSpec {
  readonly kind: 'streams';
  /** Any text; draws delays of network and disk, and member ids. */
  readonly seed: string;
  readonly topics: readonly RunTopic[];
  readonly applications: readonly RunApplication[];
  /** What is done, by time. */
  readonly script: readonly StreamsRunStep[];
  /** When the run is over. */
  readonly endsAtMs: Millis;
}

export interface RunApplication {
  /** `application.id`. */
  readonly application: string;
  /** The code that it runs until the script deploys other code. */
  readonly program: StreamsProgram;
  /** Kafka's names and defaults. */
  readonly commitIntervalMs?: Millis;
  readonly cacheMaxBytes?: number;
  readonly sessionTimeoutMs?: Millis;
  readonly standbyReplicas?: number;
  /** Names of those that may run it, unique in the run. */
  readonly instances: readonly string[];
}

/** The programs that a run can run, with what can be changed in each. */
export type StreamsProgram = WindowCountProgram | PriceTableProgram | RetailDeskProgram | PriceJoinProgram;

/** Counts the records of `clicks` by key and window of event time, and writes the counts to `counts`. */
export interface WindowCountProgram {
  readonly program: 'window-count';
  readonly window: WindowKind;
  /** The size of a window; of sliding windows the time difference, of sessions the inactivity gap. */
  readonly sizeMs: Millis;
  /** Of hopping windows. */
  readonly advanceMs: Millis;
  readonly graceMs: Millis;
  /** `final`: `suppress(untilWindowCloses)`. */
  readonly emits: 'updates' | 'final';
}

export type WindowKind = 'tumbling' | 'hopping' | 'sliding' | 'session';

/** Keeps the newest price of each key of `prices` as a table. */
export interface PriceTableProgram {
  readonly program: 'price-table';
  /** How the table is kept beside its store: in a compacted changelog, in one that is deleted by age, in the input topic itself, or not at all. */
  readonly changelog: 'compact' | 'delete' | 'input-topic' | 'none';
}

/** Turns `sales` and `shipments` into stock levels, reorders and price adjustments. */
export interface RetailDeskProgram {
  readonly program: 'retail-desk';
  /** What every item begins with. */
  readonly openingStock: number;
  /** An item is reordered when its stock falls below. */
  readonly reorderBelow: number;
  /** An item of which so many are sold in one window gets dearer. */
  readonly fastSales: number;
  readonly windowMs: Millis;
}

/** Joins `sales` with `prices`. */
export interface PriceJoinProgram {
  readonly program: 'price-join';
  readonly join: 'stream-stream' | 'stream-table' | 'left-stream-table' | 'table-table' | 'global-table';
  /** Of the join of two streams: how far apart two records may be. */
  readonly windowMs: Millis;
  /** Both sides go through a repartition topic first. */
  readonly repartitions: boolean;
  /** The topics that it reads and writes. */
  readonly sales: string;
  readonly prices: string;
  readonly output: string;
}

export type StreamsRunStep = { readonly atMs: Millis } & (
  | {
      readonly does: 'send';
      readonly topic: string;
      readonly key: string | null;
      /** null: a tombstone. */
      readonly value: string | null;
      /** Event time; the moment of sending if absent. */
      readonly timestampMs?: Millis;
    }
  /** An instance's process starts (again), with the code that is deployed. */
  | { readonly does: 'start'; readonly instance: string }
  /** It is told to close, and leaves its group. */
  | { readonly does: 'stop'; readonly instance: string }
  /** It is killed: nothing more comes from it. */
  | { readonly does: 'crash'; readonly instance: string }
  /** `KafkaStreams#cleanUp` of an instance that does not run: what it kept of its state on its own disk is deleted. */
  | { readonly does: 'clean-up'; readonly instance: string }
  /** Whoever starts from now on runs this program. */
  | { readonly does: 'deploy'; readonly application: string; readonly program: StreamsProgram }
  /** `kafka-streams-application-reset`: offsets of its input topics go back to the beginning, its internal topics are deleted. */
  | { readonly does: 'reset'; readonly application: string }
  /** `kafka-consumer-groups --reset-offsets --to-earliest`, and nothing else. */
  | { readonly does: 'reset-offsets'; readonly application: string }
  /** `kafka-topics --alter --partitions`. */
  | { readonly does: 'set-partitions'; readonly topic: string; readonly partitions: number }
);
