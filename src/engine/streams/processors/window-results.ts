import type { StreamRecord } from '../processor/record.js';
import type { TaskContext } from '../processor/task-context.js';
import type { TimestampedWindowStore, Window, Windowed } from '../state/state-store.js';
import { ChangeForwarder } from './change-forwarder.js';
import type { Change } from './change.js';
import { EmitInterval, emitIntervalConfigs } from './emit-interval.js';
import { LateRecords } from './late-records.js';
import type { ValueGetterSupplier } from './table.js';

/** When results of windows go out: with every update, or once when a window closes (KIP-825). */
export type EmitStrategy = 'on-window-update' | 'on-window-close';

export interface WindowResultsOptions {
  readonly storeName: string;
  readonly emit: EmitStrategy;
  readonly lateChild?: string;
}

/** The store of a windowed aggregation and what goes out of it: each update, or each window once it has closed. */
export class WindowResults<K, A> {
  readonly store: TimestampedWindowStore<K, A>;
  /** The largest timestamp that the aggregation has seen; -1 before the first. Not kept when the task moves. */
  streamTime = -1;
  /** The close time up to which windows have gone out; survives the task. */
  lastCloseTime: number | null = null;
  private readonly late: LateRecords<Windowed<K>, Change<A>>;
  /** Null where windows go out when they close: then what the store lets go of does not. */
  private readonly forwarder: ChangeForwarder<Windowed<K>, A> | null;
  private readonly interval: EmitInterval;

  constructor(
    private readonly context: TaskContext<Windowed<K>, Change<A>>,
    private readonly options: WindowResultsOptions,
    sendsOldValues: () => boolean,
  ) {
    this.store = context.getStateStore(options.storeName) as TimestampedWindowStore<K, A>;
    this.late = new LateRecords(context, options.lateChild);
    this.interval = new EmitInterval(context, emitIntervalConfigs.windowedAggregation);
    const emitsClosed = options.emit === 'on-window-close';
    if (emitsClosed) this.lastCloseTime = context.processorMetadata(options.storeName);
    const target = { forward: (record: StreamRecord<Windowed<K>, Change<A>>) => this.late.forwardResult(record) };
    this.forwarder = emitsClosed ? null : new ChangeForwarder(target, this.store, sendsOldValues);
  }

  observe(timestamp: number): void {
    if (timestamp > this.streamTime) this.streamTime = timestamp;
  }

  /** Keeps a window's new aggregate and passes it on, unless only closed windows are passed on. */
  update(
    { key, headers }: StreamRecord<K, unknown>,
    window: Window,
    oldValue: A | null,
    newValue: A | null,
    timestamp: number,
  ): void {
    this.store.put(key, newValue === null ? null : { value: newValue, timestamp }, window.start);
    this.forwarder?.maybeForward({ key, window }, newValue, oldValue, true, timestamp, headers);
  }

  /** Counts a window that the record is too late for. */
  drop(record: StreamRecord<unknown, unknown>, window: Window): void {
    this.context.dropped({ reason: 'late-record', window, streamTime: this.streamTime, record });
  }

  /** All of the record was too late. */
  forwardLate(record: StreamRecord<unknown, unknown>): void {
    this.late.forwardLate(record);
  }

  /** Whether windows may have closed since the last time that any went out. */
  isTimeToEmit(closeTime: number): boolean {
    if (this.options.emit !== 'on-window-close' || !this.interval.isOver()) return false;
    return this.lastCloseTime === null || this.lastCloseTime < closeTime;
  }

  /** Passes on the windows that start in [from, to], by start and then key, with the headers of the record that closed them. */
  emitClosed({ headers }: StreamRecord<unknown, unknown>, closeTime: number, from: number, to: number): void {
    for (const [key, { value, timestamp }] of this.store.fetchAll(from, to)) {
      const change = { newValue: value, oldValue: null, isLatest: true };
      this.late.forwardResult({ key, value: change, timestamp, headers });
    }
    this.lastCloseTime = closeTime;
    this.context.addProcessorMetadata(this.options.storeName, closeTime);
  }
}

/** The view of a table of windows. */
export function windowStoreView<K, A>(storeName: string): ValueGetterSupplier<Windowed<K>, A> {
  return {
    storeNames: [storeName],
    get: () => {
      let store: TimestampedWindowStore<K, A>;
      const get = ({ key, window }: Windowed<K>) => store.fetch(key, window.start);
      return {
        init: (context) => void (store = context.getStateStore(storeName) as TimestampedWindowStore<K, A>),
        get,
        getAsOf: get,
        isVersioned: false,
      };
    },
  };
}
