import { goldenLines } from '../protocol/golden.js';

/** An operator of a recorded program: its name, the operators it takes its input from, and its arguments. */
export interface Operator {
  readonly op: string;
  readonly id: string;
  readonly from?: string;
  readonly with?: string;
  readonly name?: string;
  readonly fn?: string;
  readonly n?: number;
  readonly m?: number;
  readonly s?: string;
  readonly key?: string;
  readonly value?: string;
  readonly topic?: string;
  readonly topics?: readonly string[];
  readonly pattern?: string;
  readonly timestamp?: string;
  readonly store?: string;
  readonly stores?: readonly string[];
  readonly type?: string;
  readonly in?: string;
  readonly duplicates?: boolean;
  readonly materialized?: boolean;
  readonly versioned?: number;
  readonly retention?: number;
  readonly size?: number;
  readonly caching?: boolean;
  readonly logging?: boolean | Readonly<Record<string, string>>;
  readonly partitions?: number;
  readonly branches?: readonly (Pick<Operator, 'id' | 'fn' | 'n' | 's' | 'name'> & Pick<Operator, 'op'>)[];
  readonly default?: string | boolean;
  readonly window?: WindowArguments;
  readonly emit?: string;
  readonly agg?: string;
  readonly reducer?: string;
  readonly subtractor?: string;
  readonly merger?: string;
  readonly joiner?: string;
  readonly storeName?: string;
  readonly grace?: number;
  readonly until?: string;
  readonly ms?: number;
  readonly maxRecords?: number;
  readonly maxBytes?: number;
  readonly whenFull?: string;
  readonly every?: number;
  readonly clock?: string;
  readonly startTime?: number;
  readonly cancelAfter?: number;
  readonly child?: string;
}

export interface WindowArguments {
  readonly kind?: string;
  readonly size?: number;
  readonly advance?: number;
  readonly grace: number;
  readonly difference?: number;
  readonly gap?: number;
  readonly before?: number;
  readonly after?: number;
}

export interface RecordedError {
  readonly at: 'build' | 'start' | number;
  readonly class: string;
  readonly message: string | null;
  readonly cause?: { readonly class: string; readonly message: string | null };
}

export interface RecordedTopic {
  readonly name: string;
  readonly kind: 'repartition' | 'changelog';
  readonly subtopology: number;
  readonly isSourceTopic?: boolean;
  readonly partitions?: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface RecordedInput {
  readonly topic?: string;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly timestamp?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly keyHex?: string | null;
  readonly valueHex?: string | null;
  readonly advanceWallClock?: number;
}

export interface RecordedOutput {
  readonly topic: string;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly keyHex?: string | null;
  readonly valueHex?: string | null;
  readonly timestamp: number;
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** One program through Kafka Streams' own test driver. */
export interface StreamsCase {
  readonly name: string;
  readonly about: string;
  readonly config: {
    readonly optimization: 'none' | 'all';
    readonly cacheBytes: number;
    readonly store: 'rocksdb' | 'memory';
    readonly emitIntervalMs: number;
    readonly wallClockStart: number;
    readonly storeFormat?: string;
    readonly deserializationHandler?: string;
    readonly processingHandler?: string;
    readonly deadLetterTopic?: string;
    readonly ensureExplicitNames?: boolean;
    readonly defaultTimestamp?: string;
  };
  readonly topology: readonly Operator[];
  readonly describe?: string;
  readonly internalTopics?: readonly RecordedTopic[];
  readonly copartition?: readonly (readonly string[])[];
  readonly input?: readonly RecordedInput[];
  readonly output?: readonly (readonly RecordedOutput[])[];
  readonly beforeInput?: readonly RecordedOutput[];
  readonly internal?: readonly (readonly unknown[])[];
  readonly stores?: Readonly<Record<string, { readonly type: string; readonly [field: string]: unknown }>>;
  readonly dropped?: number;
  readonly error?: RecordedError;
}

export const streamsCases = (): StreamsCase[] => goldenLines<StreamsCase>('streams.jsonl');

/** Random programs of many operators, through Kafka Streams 4.3.1 by the same vocabulary; only their topologies are recorded. */
export const topologyCases = (): StreamsCase[] => goldenLines<StreamsCase>('streams-topologies.jsonl');
