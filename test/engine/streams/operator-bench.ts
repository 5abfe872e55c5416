import type { Processor, ProcessorSupplier } from '../../../src/engine/streams/processor/processor.js';
import type { RecordHeaders, RecordOrigin, StreamRecord } from '../../../src/engine/streams/processor/record.js';
import type { DroppedRecord, TaskContext } from '../../../src/engine/streams/processor/task-context.js';
import { emitIntervalConfigs } from '../../../src/engine/streams/processors/emit-interval.js';
import type { Serde } from '../../../src/engine/streams/serdes.js';
import { RecordCache } from '../../../src/engine/streams/state/record-cache.js';
import type { ChangelogRecord, RestorableStore } from '../../../src/engine/streams/state/state-store.js';
import type { StoreBuilder } from '../../../src/engine/streams/state/store-builder.js';

const utf8 = new TextEncoder();

/** Strings as UTF-8. */
export const text: Serde<string> = {
  serialize: (_topic, data) => utf8.encode(data),
  deserialize: (_topic, bytes) => new TextDecoder().decode(bytes),
};

/** Whatever JSON can say. */
export function json<T>(): Serde<T> {
  return {
    serialize: (_topic, data) => utf8.encode(JSON.stringify(data)),
    deserialize: (_topic, bytes) => JSON.parse(new TextDecoder().decode(bytes)) as T,
  };
}

/** A record of a changelog and the store that it is of; what a restore takes. */
export interface LoggedChange extends ChangelogRecord {
  readonly store: string;
  readonly isWithoutTimestamp: boolean;
}

/** A record that a node of the bench passed on to nobody on it. */
export interface Passed {
  readonly from: string;
  /** If it was meant for one child. */
  readonly child: string | undefined;
  readonly record: StreamRecord<unknown, unknown>;
}

/** Processors with their stores and without a task: what they are given, what they pass on, log and drop. */
export class OperatorBench {
  readonly changelog: LoggedChange[] = [];
  readonly dropped: DroppedRecord[] = [];
  readonly passed: Passed[] = [];
  readonly metadata = new Map<string, number>();
  now = 0;
  private readonly stores = new Map<string, RestorableStore>();
  private readonly nodes = new Map<string, Processor>();
  private readonly cache: RecordCache | null;
  private current: TaskContext['current'] = { timestamp: -1, headers: [], origin: null };
  private offset = 0;

  constructor({
    stores = [],
    cacheBytes = 0,
    emitIntervalMs = 0,
    changelog = [],
  }: {
    readonly stores?: readonly StoreBuilder[];
    readonly cacheBytes?: number;
    readonly emitIntervalMs?: number;
    /** What the stores are restored from. */
    readonly changelog?: readonly LoggedChange[];
  } = {}) {
    this.cache = cacheBytes === 0 ? null : new RecordCache(cacheBytes);
    this.emitIntervalMs = emitIntervalMs;
    for (const builder of stores) {
      const store = builder.build();
      this.stores.set(builder.name, store);
      store.init(this.contextOf(builder.name, []));
    }
    this.restore(changelog);
  }

  private readonly emitIntervalMs: number;

  /** Gives its stores more of their changelogs. */
  restore(changelog: readonly LoggedChange[]): void {
    for (const [name, store] of this.stores) {
      const records = changelog.filter((change) => change.store === name);
      if (records.length > 0) store.restore(records);
    }
  }

  store(name: string): unknown {
    return this.stores.get(name);
  }

  /** Sets a processor up; `to` are nodes that were set up before, or names that nobody has. */
  node<KIn, VIn, KOut, VOut>(
    name: string,
    supplier: ProcessorSupplier<KIn, VIn, KOut, VOut>,
    ...to: readonly string[]
  ): (key: KIn, value: VIn, timestamp: number, headers?: RecordHeaders) => unknown[] {
    const processor = supplier.get() as Processor;
    processor.init?.(this.contextOf(name, to));
    this.nodes.set(name, processor);
    return (key, value, timestamp, headers = []) => this.pipe(name, { key, value, timestamp, headers });
  }

  /** Lets `name` process a record; gives what came out of the bench: `[key, value, timestamp]` each. */
  pipe(name: string, record: StreamRecord<unknown, unknown>): unknown[] {
    const before = this.passed.length;
    const origin: RecordOrigin = { topic: 'in', partition: 0, offset: this.offset++ };
    this.during({ timestamp: record.timestamp, headers: record.headers, origin }, () =>
      this.nodes.get(name)?.process(record),
    );
    return this.passed.slice(before).map(({ record: { key, value, timestamp } }) => [key, value, timestamp]);
  }

  /** As if a record of that time were being processed. */
  at<T>(timestamp: number, body: () => T, headers: RecordHeaders = []): T {
    const result: { value?: T } = {};
    this.during({ timestamp, headers, origin: null }, () => (result.value = body()));
    return result.value as T;
  }

  /** What stores let go when the task commits. */
  flush(): unknown[] {
    const before = this.passed.length;
    for (const store of this.stores.values()) store.flush();
    return this.passed.slice(before).map(({ record: { key, value, timestamp } }) => [key, value, timestamp]);
  }

  close(): void {
    for (const node of this.nodes.values()) node.close?.();
    for (const store of this.stores.values()) store.close();
  }

  private during(current: TaskContext['current'], body: () => void): void {
    const before = this.current;
    this.current = current;
    try {
      body();
    } finally {
      this.current = before;
    }
  }

  private contextOf(name: string, to: readonly string[]): TaskContext {
    // Read through the bench, as the contexts of a task are.
    const current = (): TaskContext['current'] => this.current;
    return {
      nodeName: name,
      applicationId: 'app',
      taskId: '0_0',
      get current() {
        return current();
      },
      isProcessing: true,
      get recordMetadata() {
        return current().origin;
      },
      children: to,
      hasChildren: to.length > 0,
      cache: this.cache,
      defaultKeySerde: null,
      defaultValueSerde: null,
      config: (config) =>
        (Object.values(emitIntervalConfigs) as string[]).includes(config) ? this.emitIntervalMs : undefined,
      currentStreamTimeMs: () => this.current.timestamp,
      currentSystemTimeMs: () => this.now,
      forward: (record, child) => this.forward(name, to, record, child),
      during: (given, body) => this.during(given, body),
      dropped: (record) => void this.dropped.push(record),
      logChange: (store, key, value, timestamp, headers) =>
        void this.changelog.push({
          store,
          key,
          value,
          timestamp: timestamp ?? this.now,
          headers,
          isWithoutTimestamp: timestamp === null,
        }),
      addProcessorMetadata: (key, value) => void this.metadata.set(key, value),
      processorMetadata: (key) => this.metadata.get(key) ?? null,
      getStateStore: (store) => this.store(store) as RestorableStore,
      schedule: () => ({ cancel: () => undefined }),
      commit: () => undefined,
    };
  }

  private forward(from: string, to: readonly string[], record: StreamRecord<unknown, unknown>, child?: string): void {
    const { timestamp, headers } = record;
    const targets = child === undefined ? to : [child];
    this.during({ timestamp, headers, origin: this.current.origin }, () => {
      const nodes = targets.flatMap((target) => this.nodes.get(target) ?? []);
      if (nodes.length === 0) this.passed.push({ from, child, record });
      for (const node of nodes) node.process(record);
    });
  }
}

/** A change as tests write it. */
export function change<V>(newValue: V | null, oldValue: V | null = null, isLatest = true) {
  return { newValue, oldValue, isLatest };
}
