import type { Cancellable, PunctuationType } from '../processor/processor.js';
import type { RecordHeaders, RecordOrigin, StreamRecord } from '../processor/record.js';
import type { DroppedRecord, TaskContext } from '../processor/task-context.js';
import type { Serde } from '../serdes.js';
import type { RecordCache } from '../state/record-cache.js';
import type { StateStore } from '../state/state-store.js';
import { StreamsError } from '../streams-error.js';

/** What is being processed: its time and headers, and where it came from. */
export type CurrentRecord = TaskContext['current'];

/** Something that takes records from its parents. */
export interface RunningNode {
  readonly name: string;
  process(record: StreamRecord<unknown, unknown>): void;
}

/** What the contexts of a task's nodes share: the task itself, as they see it. */
export interface TaskScope {
  readonly applicationId: string;
  readonly taskId: string;
  /** `null` while nothing is processed. */
  current: CurrentRecord | null;
  readonly streamTimeMs: number;
  systemTimeMs(): number;
  store(name: string): StateStore | undefined;
  isGlobalStore(name: string): boolean;
  schedule(
    nodeName: string,
    intervalMs: number,
    type: PunctuationType,
    callback: (timestampMs: number) => void,
    startTimeMs?: number,
  ): Cancellable;
  requestCommit(): void;
  dropped(nodeName: string, record: DroppedRecord): void;
  logChange(
    storeName: string,
    key: Uint8Array,
    value: Uint8Array | null,
    timestamp: number,
    headers: RecordHeaders,
  ): void;
  addProcessorMetadata(key: string, value: number): void;
  processorMetadata(key: string): number | null;
  readonly isProcessing: boolean;
  readonly cache: RecordCache | null;
  readonly defaultKeySerde: Serde<unknown> | null;
  readonly defaultValueSerde: Serde<unknown> | null;
  config(name: string): string | number | boolean | undefined;
}

const noRecord: CurrentRecord = { timestamp: -1, headers: [], origin: null };

/** What one node of a task, or one of its stores, may ask for. */
export class NodeContext implements TaskContext {
  readonly nodeName: string;
  readonly #scope: TaskScope;
  readonly #stores: ReadonlySet<string>;
  readonly #children: RunningNode[] = [];

  /** @param stores the names of those it is connected to */
  constructor(scope: TaskScope, nodeName: string, stores: readonly string[]) {
    this.#scope = scope;
    this.nodeName = nodeName;
    this.#stores = new Set(stores);
  }

  addChild(child: RunningNode): void {
    this.#children.push(child);
  }

  get applicationId(): string {
    return this.#scope.applicationId;
  }

  get taskId(): string {
    return this.#scope.taskId;
  }

  get current(): CurrentRecord {
    return this.#scope.current ?? noRecord;
  }

  get isProcessing(): boolean {
    return this.#scope.isProcessing;
  }

  get recordMetadata(): RecordOrigin | null {
    return this.#scope.current?.origin ?? null;
  }

  get hasChildren(): boolean {
    return this.#children.length > 0;
  }

  get children(): readonly string[] {
    return this.#children.map(({ name }) => name);
  }

  get cache(): RecordCache | null {
    return this.#scope.cache;
  }

  get defaultKeySerde(): Serde<unknown> | null {
    return this.#scope.defaultKeySerde;
  }

  get defaultValueSerde(): Serde<unknown> | null {
    return this.#scope.defaultValueSerde;
  }

  currentStreamTimeMs(): number {
    return this.#scope.streamTimeMs;
  }

  currentSystemTimeMs(): number {
    return this.#scope.systemTimeMs();
  }

  config(name: string): string | number | boolean | undefined {
    return this.#scope.config(name);
  }

  forward(record: StreamRecord<unknown, unknown>, childName?: string): void {
    const scope = this.#scope;
    const before = scope.current;
    if (before === null)
      throw new StreamsError(
        'StreamsException',
        `${this.nodeName} forwards a record while none is processed. Forward in process() or in a punctuation only.`,
      );
    const { timestamp, headers } = record;
    if (timestamp !== before.timestamp || headers !== before.headers)
      scope.current = { timestamp, headers, origin: before.origin };
    try {
      if (childName === undefined) for (const child of this.#children) child.process(record);
      else this.#child(childName).process(record);
    } finally {
      scope.current = before;
    }
  }

  during(current: CurrentRecord, body: () => void): void {
    const before = this.#scope.current;
    this.#scope.current = current;
    try {
      body();
    } finally {
      this.#scope.current = before;
    }
  }

  getStateStore(name: string): StateStore {
    const store = this.#scope.store(name);
    if (store === undefined)
      throw new StreamsError('StreamsException', `${this.nodeName} asks for the store ${name}, which does not exist.`);
    if (!this.#stores.has(name) && !this.#scope.isGlobalStore(name))
      throw new StreamsError(
        'StreamsException',
        `Processor ${this.nodeName} has no access to StateStore ${name} as the store is not connected to the processor. Connect them by addStateStore(builder, processor) or connectProcessorAndStateStores(), in the DSL by naming the store to process().`,
      );
    return store;
  }

  schedule(
    intervalMs: number,
    type: PunctuationType,
    callback: (timestampMs: number) => void,
    startTimeMs?: number,
  ): Cancellable {
    return this.#scope.schedule(this.nodeName, intervalMs, type, callback, startTimeMs);
  }

  commit(): void {
    this.#scope.requestCommit();
  }

  dropped(reason: DroppedRecord): void {
    this.#scope.dropped(this.nodeName, reason);
  }

  logChange(
    storeName: string,
    key: Uint8Array,
    value: Uint8Array | null,
    timestamp: number,
    headers: RecordHeaders,
  ): void {
    this.#scope.logChange(storeName, key, value, timestamp, headers);
  }

  addProcessorMetadata(key: string, value: number): void {
    this.#scope.addProcessorMetadata(key, value);
  }

  processorMetadata(key: string): number | null {
    return this.#scope.processorMetadata(key);
  }

  #child(name: string): RunningNode {
    const child = this.#children.find((each) => each.name === name);
    if (child !== undefined) return child;
    throw new StreamsError(
      'StreamsException',
      `Unknown downstream node: ${name} either does not exist or is not connected to this processor.`,
    );
  }
}
