import type { StreamRecord } from '../processor/record.js';
import type { TaskContext } from '../processor/task-context.js';
import type { ValueAndTimestamp, Windowed } from '../state/state-store.js';
import type { Change } from './change.js';
import type { AggregateProcessorSupplier } from './table.js';
import { WindowResults, windowStoreView, type EmitStrategy } from './window-results.js';

export interface SlidingWindowSpec {
  readonly timeDifferenceMs: number;
  readonly graceMs: number;
}

export interface SlidingWindowAggregateOptions<K, V, A> {
  /** A timestamped window store; with `on-window-close` one made with `timeOrdered` and without a cache. */
  readonly storeName: string;
  readonly windows: SlidingWindowSpec;
  readonly emit: EmitStrategy;
  readonly initializer: () => A | null;
  readonly aggregator: (key: K, value: V, aggregate: A | null) => A | null;
  /** As in `windowAggregate`. */
  readonly lateChild?: string;
}

/**
 * One aggregate for each key and each set of its records that is no longer apart than the time difference
 * (KStreamSlidingWindowAggregate). Both ends of a window belong to it. Records without key or value are dropped.
 */
export function slidingWindowAggregate<K, V, A>(
  options: SlidingWindowAggregateOptions<K, V, A>,
): AggregateProcessorSupplier<K, V, Windowed<K>, A> {
  let sendsOldValues = false;
  return {
    isVersioned: false,
    view: () => windowStoreView(options.storeName),
    enableSendingOldValues: () => (sendsOldValues = true),
    get: () => {
      let aggregation: SlidingAggregation<K, V, A>;
      return {
        init(given) {
          const context = given as TaskContext<Windowed<K>, Change<A>>;
          aggregation = new SlidingAggregation(context, options, () => sendsOldValues);
        },
        process: (record) => aggregation.process(record),
      };
    },
  };
}

/** A window as far as the record that is being processed has to do with it. */
interface FoundWindow<A> {
  readonly start: number;
  readonly row: ValueAndTimestamp<A>;
}

class SlidingAggregation<K, V, A> {
  private readonly results: WindowResults<K, A>;
  private readonly difference: number;

  constructor(
    private readonly context: TaskContext<Windowed<K>, Change<A>>,
    private readonly options: SlidingWindowAggregateOptions<K, V, A>,
    sendsOldValues: () => boolean,
  ) {
    this.results = new WindowResults(context, options, sendsOldValues);
    this.difference = options.windows.timeDifferenceMs;
  }

  process(record: StreamRecord<K, V>): void {
    const { key, value, timestamp } = record;
    if (key === null || value === null) {
      this.context.dropped({ reason: 'null-key-or-value', record });
      return;
    }
    this.results.observe(timestamp);
    if (timestamp + this.difference < this.closeTime) {
      this.results.drop(record, { start: timestamp, end: timestamp + this.difference });
      this.results.forwardLate(record);
      return;
    }
    if (timestamp < this.difference) {
      this.processEarly(record);
    } else {
      this.processInWindows(record);
      this.emitClosed(record);
    }
  }

  private get closeTime(): number {
    return this.results.streamTime - this.options.windows.graceMs;
  }

  /** From the latest window to the earliest that the record may be in, or that tells of the record before it. */
  private processInWindows(record: StreamRecord<K, V>): void {
    const { timestamp } = record;
    const starts = new Set<number>();
    let before: ValueAndTimestamp<A> | null = null;
    let after: ValueAndTimestamp<A> | null = null;
    let hasLeftWindow = false;
    let hasRightWindow = false;
    let previousTimestamp: number | null = null;
    for (const { start, row } of this.windowsBackward(record, timestamp - 2 * this.difference)) {
      const end = start + this.difference;
      starts.add(start);
      if (start === timestamp + 1) {
        hasRightWindow = true;
      } else if (end > timestamp) {
        after ??= row;
        this.add(record, start, row);
      } else if (end === timestamp) {
        hasLeftWindow = true;
        this.add(record, start, row);
        // Another record of this time has made all windows already.
        if (row.timestamp >= timestamp) return;
        previousTimestamp = row.timestamp;
      } else {
        before = row;
        previousTimestamp = row.timestamp;
        break;
      }
    }
    if (previousTimestamp !== null) {
      const start = previousTimestamp + 1;
      if (!starts.has(start) && start + this.difference >= timestamp) this.add(record, start, this.empty(timestamp));
    }
    if (!hasLeftWindow) {
      const holdsPrevious = previousTimestamp !== null && timestamp - this.difference <= previousTimestamp;
      const row = holdsPrevious && before !== null ? { value: before.value, timestamp } : this.empty(timestamp);
      this.add(record, timestamp - this.difference, row);
    }
    if (!hasRightWindow) this.addRightWindow(record, after);
  }

  /** Windows do not start before 0: the earliest records share the one that starts there. */
  private processEarly(record: StreamRecord<K, V>): void {
    const { timestamp } = record;
    const starts = new Set<number>();
    let combined: ValueAndTimestamp<A> | null = null;
    let after: ValueAndTimestamp<A> | null = null;
    let hasRightWindow = false;
    let previousTimestamp: number | null = null;
    for (const { start, row } of this.windows(record)) {
      starts.add(start);
      if (start === 0) {
        combined = row;
        if (row.timestamp < timestamp) previousTimestamp = row.timestamp;
      } else if (start <= timestamp) {
        after = row;
        this.add(record, start, row);
      } else {
        hasRightWindow = true;
      }
    }
    if (after === null && combined !== null && combined.timestamp > timestamp) after = combined;
    if (!hasRightWindow) this.addRightWindow(record, after);
    if (previousTimestamp !== null && !starts.has(previousTimestamp + 1)) {
      this.add(record, previousTimestamp + 1, this.empty(timestamp));
    }
    this.add(record, 0, combined ?? this.empty(timestamp));
  }

  /** The window that begins right after the record holds what came later already, and not the record. */
  private addRightWindow(record: StreamRecord<K, V>, later: ValueAndTimestamp<A> | null): void {
    if (later === null || later.timestamp <= record.timestamp) return;
    const start = record.timestamp + 1;
    this.results.update(record, { start, end: start + this.difference }, null, later.value, later.timestamp);
  }

  /** Adds the record to a window, which may hold nothing yet. */
  private add(record: StreamRecord<K, V>, start: number, row: { value: A | null; timestamp: number }): void {
    const window = { start, end: start + this.difference };
    if (window.end < this.closeTime) {
      this.results.drop(record, window);
      return;
    }
    const newValue = this.options.aggregator(record.key, record.value, row.value);
    const timestamp = row.value === null ? record.timestamp : Math.max(record.timestamp, row.timestamp);
    this.results.update(record, window, row.value, newValue, timestamp);
  }

  private empty(timestamp: number): { value: A | null; timestamp: number } {
    return { value: this.options.initializer(), timestamp };
  }

  private *windows({ key, timestamp }: StreamRecord<K, V>): IterableIterator<FoundWindow<A>> {
    for (const [start, row] of this.results.store.fetchRange(key, 0, timestamp + 1)) yield { start, row };
  }

  private *windowsBackward({ key, timestamp }: StreamRecord<K, V>, from: number): IterableIterator<FoundWindow<A>> {
    const found = this.results.store.backwardFetchRange(key, Math.max(0, from), timestamp + 1);
    for (const [start, row] of found) yield { start, row };
  }

  private emitClosed(record: StreamRecord<K, V>): void {
    const { closeTime } = this;
    if (!this.results.isTimeToEmit(closeTime)) return;
    // Both ends belong to a window, so one that ends at the close time is still open.
    const to = closeTime - this.difference - 1;
    if (to < 0) return;
    const { lastCloseTime } = this.results;
    const from = lastCloseTime === null ? 0 : Math.max(0, lastCloseTime - this.difference);
    this.results.emitClosed(record, closeTime, from, to);
  }
}
