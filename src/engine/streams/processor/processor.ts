import type { StateStore } from '../state/state-store.js';
import type { StoreBuilder } from '../state/store-builder.js';
import type { RecordOrigin, StreamRecord } from './record.js';

/** Which clock moves a punctuation: the largest timestamp the task has seen, or the environment's. */
export type PunctuationType = 'stream-time' | 'wall-clock';

/** What `schedule` gives back. */
export interface Cancellable {
  cancel(): void;
}

/** What a processor may ask for while it is open (Kafka's `ProcessorContext`). Everything in it is synchronous. */
export interface ProcessorContext<K = unknown, V = unknown> {
  readonly applicationId: string;
  /** `<sub-topology>_<partition>` */
  readonly taskId: string;
  /** The origin of the record at the task's source; `null` in a punctuation or in `init`. */
  readonly recordMetadata: RecordOrigin | null;
  /** The largest timestamp that the task has taken from its sources, -1 before the first. */
  currentStreamTimeMs(): number;
  currentSystemTimeMs(): number;
  /** Depth first: everything below a child is done before the next child sees the record. */
  forward(record: StreamRecord<K, V>, childName?: string): void;
  /**
   * @throws KafkaError if the store does not exist or is not connected to this processor
   */
  getStateStore(name: string): StateStore;
  /**
   * Calls back every `intervalMs` of the clock. After a gap it fires once (`next = time + (⌊(now − time)/interval⌋ + 1)·interval`).
   * Stream time fires first with the first record, wall clock after one interval, or at `startTimeMs` (KIP-1146).
   */
  schedule(
    intervalMs: number,
    type: PunctuationType,
    callback: (timestampMs: number) => void,
    startTimeMs?: number,
  ): Cancellable;
  /** Asks for a commit as soon as the task has finished with this record. */
  commit(): void;
}

/** One node of a topology at work in one task (Kafka's `processor.api.Processor`). */
export interface Processor<KIn = unknown, VIn = unknown, KOut = unknown, VOut = unknown> {
  init?(context: ProcessorContext<KOut, VOut>): void;
  process(record: StreamRecord<KIn, VIn>): void;
  close?(): void;
}

/** Makes a processor for each task. */
export interface ProcessorSupplier<KIn = unknown, VIn = unknown, KOut = unknown, VOut = unknown> {
  get(): Processor<KIn, VIn, KOut, VOut>;
  /** Stores that are added to the topology with the processor and connected to it (Kafka's `ConnectedStoreProvider`). */
  readonly stores?: readonly StoreBuilder[];
}
