import type { StreamRecord } from '../processor/record.js';
import type { TaskContext } from '../processor/task-context.js';
import type { Windowed } from '../state/state-store.js';
import { SuppressionBuffer } from '../state/suppression-buffer.js';
import { StreamsError } from '../streams-error.js';
import type { Change } from './change.js';
import type { TableProcessorSupplier, TableView, ValueGetterSupplier } from './table.js';

/** How much may be held back, and what is done when it is more: let the oldest go early, or stop the application. */
export interface BufferConfig {
  readonly maxRecords: number | null;
  readonly maxBytes: number | null;
  readonly whenFull: 'emit-early' | 'shut-down';
}

export type SuppressUntil =
  /** Until stream time is `graceMs` past the end of the window; the grace found above in the topology. */
  | { readonly kind: 'window-closes'; readonly graceMs: number }
  /** Until stream time is so much past the time of the first update. */
  | { readonly kind: 'time-limit'; readonly waitMs: number };

export interface SuppressOptions<K, V> {
  readonly parent: TableView<K, V>;
  readonly until: SuppressUntil;
  readonly buffer: BufferConfig;
  /** Of `suppressionBufferBuilder`. */
  readonly storeName: string;
}

/**
 * Holds back the updates of a table (KTableSuppressProcessor). A key keeps the place of its first update and leaves with its
 * latest. Until windows close, tombstones are not passed on: nothing was before them.
 */
export function suppress<K, V>(options: SuppressOptions<K, V>): TableProcessorSupplier<K, V, V> {
  const { parent, storeName } = options;
  // What those below know of a key that is held back is its old value.
  parent.enableSendingOldValues(true);
  return {
    isVersioned: false,
    view: () => suppressedView(parent, storeName),
    enableSendingOldValues: (force) => parent.enableSendingOldValues(force),
    get: () => {
      let suppression: Suppression<K, V>;
      return {
        init: (given) => void (suppression = new Suppression(given as TaskContext<K, Change<V>>, options)),
        process: (record) => suppression.process(record),
      };
    },
  };
}

/** What Kafka's message says where there is no limit. */
const unboundedBytes = '9223372036854775807';

class Suppression<K, V> {
  private readonly buffer: SuppressionBuffer<K, V>;
  private readonly waitMs: number;
  private streamTime = -1;

  constructor(
    private readonly context: TaskContext<K, Change<V>>,
    private readonly options: SuppressOptions<K, V>,
  ) {
    this.buffer = bufferOf(context as TaskContext, options.storeName);
    const { until } = options;
    this.waitMs = until.kind === 'window-closes' ? until.graceMs : until.waitMs;
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { buffer, options } = this;
    if (record.timestamp > this.streamTime) this.streamTime = record.timestamp;
    const waitsFrom =
      options.until.kind === 'window-closes' ? (record.key as Windowed<unknown>).window.end : record.timestamp;
    buffer.put(waitsFrom, record);
    const isOver = () => buffer.minTimestamp !== null && buffer.minTimestamp <= this.streamTime - this.waitMs;
    buffer.evictWhile(isOver, (key, change, context) => this.emit(key, change, context));
    if (!this.isFull()) return;
    if (options.buffer.whenFull === 'shut-down') {
      const { maxRecords, maxBytes } = options.buffer;
      throw new StreamsError(
        'StreamsException',
        `${this.context.nodeName} buffer exceeded its max capacity. Currently [${buffer.numRecords}/${maxRecords ?? unboundedBytes}] records and [${buffer.bufferBytes}/${maxBytes ?? unboundedBytes}] bytes.`,
      );
    }
    buffer.evictWhile(
      () => this.isFull(),
      (key, change, context) => this.emit(key, change, context),
    );
  }

  private emit(key: K, change: Change<V>, context: TaskContext['current']): void {
    if (change.newValue === null && this.options.until.kind === 'window-closes') return;
    const { timestamp, headers } = context;
    this.context.during(context, () => this.context.forward({ key, value: change, timestamp, headers }));
  }

  private isFull(): boolean {
    const { maxRecords, maxBytes } = this.options.buffer;
    return this.buffer.numRecords > (maxRecords ?? Infinity) || this.buffer.bufferBytes > (maxBytes ?? Infinity);
  }
}

function bufferOf<K, V>(context: TaskContext, storeName: string): SuppressionBuffer<K, V> {
  const store = context.getStateStore(storeName);
  if (store instanceof SuppressionBuffer) return store as SuppressionBuffer<K, V>;
  throw new StreamsError('IllegalStateException', `Store ${storeName} is not the buffer of a suppress().`);
}

/** What those below a suppression know: for a key that is held back the value before, else what the parent holds. */
function suppressedView<K, V>(parent: TableView<K, V>, storeName: string): ValueGetterSupplier<K, V> {
  const parentView = parent.view();
  return {
    storeNames: [storeName, ...parentView.storeNames],
    get: () => {
      const getter = parentView.get();
      let buffer: SuppressionBuffer<K, V>;
      const get = (key: K) => {
        const prior = buffer.priorValue(key);
        if (prior === undefined) return getter.get(key);
        return prior === null ? null : { value: prior, timestamp: -1 };
      };
      return {
        init(context) {
          getter.init(context);
          buffer = bufferOf(context, storeName);
        },
        get,
        getAsOf: get,
        isVersioned: false,
        close: () => getter.close?.(),
      };
    },
  };
}
