import type { BuiltNode } from '../environment/trace-events.js';
import type { Millis } from '../environment/environment.js';
import type { CountingWindows } from './streams-programs/counting-windows.js';
import type { StreamsProgram } from './streams-run-spec.js';

/** Streams applications at one moment: a pure function of the run's spec and its trace up to then. The page draws this and nothing else. All times are run times in milliseconds; nothing later than `atMs` is in it. */
export interface StreamsRunView {
  readonly atMs: Millis;
  readonly finished: boolean;
  /** Inputs and outputs first, as in the spec, then those that applications make for themselves. */
  readonly topics: readonly StreamsTopicView[];
  /** In the sequence of the spec. */
  readonly applications: readonly ApplicationView[];
  /** What the script asked of brokers and instances beside sending, and what was answered. */
  readonly actions: readonly StreamsActionView[];
}

export type StreamsTopicRole = 'input' | 'output' | 'repartition' | 'changelog';

export interface StreamsTopicView {
  readonly topic: string;
  readonly role: StreamsTopicRole;
  /** The application that made it for itself. */
  readonly application: string | undefined;
  readonly partitions: readonly StreamsPartitionView[];
}

export interface StreamsPartitionView {
  readonly partition: number;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  /** Every record that was stored, by offset, also those that are gone. */
  readonly cells: readonly StreamsCell[];
}

export interface EventTimeWindow {
  readonly startMs: Millis;
  readonly endMs: Millis;
}

export interface StreamsCell {
  readonly offset: number;
  readonly key: string | null;
  /** null: a tombstone. */
  readonly value: string | null;
  readonly timestampMs: Millis;
  readonly window: EventTimeWindow | undefined;
  readonly storedAtMs: Millis;
  /** Index of the event that stored it. */
  readonly event: number;
  /** Deleted, or left out by the cleaner. */
  readonly isGone: boolean;
}

export interface ApplicationView {
  readonly application: string;
  readonly program: StreamsProgram;
  readonly nodes: readonly BuiltNode[];
  readonly repartitionTopics: readonly string[];
  readonly windows: CountingWindows | undefined;
  readonly instances: readonly InstanceView[];
  /** By sub-topology and partition; those of code that was replaced as well, as long as they were seen. */
  readonly tasks: readonly TaskView[];
  /** Of the part that every instance runs whole. */
  readonly globalStores: readonly StoreView[];
}

export type InstanceCondition = 'absent' | 'starting' | 'running' | 'rebalancing' | 'stopped' | 'crashed' | 'failed';

export interface InstanceView {
  readonly instance: string;
  readonly condition: InstanceCondition;
  /** Each life of it, from its start to its end. */
  readonly lives: readonly {
    readonly fromMs: Millis;
    readonly toMs: Millis | undefined;
    readonly end: 'stopped' | 'crashed' | 'failed' | undefined;
    readonly event: number;
  }[];
  /** What the life that failed, or failed last, failed with; undefined if it runs. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
  /** What each life that failed has failed with, in their sequence. */
  readonly failures: readonly { readonly code: string; readonly message: string }[];
}

export interface TaskView {
  /** `<sub-topology>_<partition>`. */
  readonly task: string;
  readonly subTopology: number;
  readonly partition: number;
  readonly spans: readonly TaskSpan[];
  /** The largest timestamp that whoever runs it has taken; undefined before the first. */
  readonly streamTimeMs: Millis | undefined;
  readonly processed: readonly ProcessedView[];
  readonly stores: readonly StoreView[];
}

/** A stretch in which an instance had the task. */
export interface TaskSpan {
  readonly instance: string;
  readonly role: 'active' | 'standby';
  readonly fromMs: Millis;
  /** When it had its state back, from so many records of its changelogs. */
  readonly restoredAtMs: Millis | undefined;
  readonly restoredRecords: number;
  readonly toMs: Millis | undefined;
  readonly end: 'revoked' | 'lost' | 'closed' | 'failed' | 'crashed' | undefined;
  readonly event: number;
}

/** A record, taken by a task: with everything below it done. */
export interface ProcessedView {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestampMs: Millis;
  /** Of the task, after it. */
  readonly streamTimeMs: Millis;
  readonly atMs: Millis;
  readonly instance: string;
  /** The task had processed it before, before it was committed. */
  readonly isAgain: boolean;
  readonly drops: readonly DropView[];
  readonly event: number;
}

/** A node left a record out; of a window that was closed, if it names one. */
export interface DropView {
  readonly node: string;
  readonly reason: string;
  readonly window: EventTimeWindow | undefined;
  readonly event: number;
}

export interface StoreView {
  readonly store: string;
  /** The topic that it can be rebuilt from; undefined if there is none. */
  readonly changelog: string | undefined;
  readonly rows: readonly StoreRow[];
}

export interface StoreRow {
  /** Names it among the rows of its store. */
  readonly id: string;
  readonly key: string;
  readonly value: string;
  readonly timestampMs: Millis;
  readonly window: EventTimeWindow | undefined;
  readonly changedAtMs: Millis;
  readonly event: number;
}

export interface StreamsActionView {
  /** Index of the script's step. */
  readonly step: number;
  readonly atMs: Millis;
  readonly answeredAtMs: Millis | undefined;
  readonly refused: { readonly code: string; readonly message: string } | undefined;
  readonly event: number;
}
