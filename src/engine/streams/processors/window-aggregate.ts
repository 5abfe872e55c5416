import type { TaskContext } from '../processor/task-context.js';
import type { Windowed } from '../state/state-store.js';
import type { Change } from './change.js';
import type { AggregateProcessorSupplier } from './table.js';
import { WindowResults, windowStoreView, type EmitStrategy } from './window-results.js';

export type { EmitStrategy } from './window-results.js';

export interface TimeWindowSpec {
  readonly sizeMs: number;
  readonly advanceMs: number;
  readonly graceMs: number;
}

export interface WindowAggregateOptions<K, V, A> {
  /** A timestamped window store; with `on-window-close` one made with `timeOrdered` and without a cache. */
  readonly storeName: string;
  readonly windows: TimeWindowSpec;
  readonly emit: EmitStrategy;
  readonly initializer: () => A | null;
  readonly aggregator: (key: K, value: V, aggregate: A | null) => A | null;
  /** The child that gets the records which every one of their windows refused, as they came; no other child sees them and it sees nothing else (`lateTo`). */
  readonly lateChild?: string;
}

/**
 * One aggregate for each key and window, tumbling or hopping (KStreamWindowAggregate). A reducer is an aggregator that takes the
 * first value as it is. Records without a key are dropped; a value of `null` reaches the aggregator. A window [start, end) takes
 * records as long as `end > stream time − grace`.
 */
export function windowAggregate<K, V, A>(
  options: WindowAggregateOptions<K, V, A>,
): AggregateProcessorSupplier<K, V, Windowed<K>, A> {
  const { windows, initializer, aggregator } = options;
  let sendsOldValues = false;
  return {
    isVersioned: false,
    view: () => windowStoreView(options.storeName),
    enableSendingOldValues: () => (sendsOldValues = true),
    get: () => {
      let context: TaskContext<Windowed<K>, Change<A>>;
      let results: WindowResults<K, A>;

      function emitClosed(record: Parameters<typeof results.emitClosed>[0], closeTime: number): void {
        if (!results.isTimeToEmit(closeTime)) return;
        const to = closeTime - windows.sizeMs;
        if (to < 0) return;
        const { lastCloseTime } = results;
        const lastStart = lastCloseTime === null ? -1 : Math.max(0, lastCloseTime - windows.sizeMs);
        if (lastCloseTime !== null && sameStarts(windowStarts(windows, to), windowStarts(windows, lastStart))) return;
        results.emitClosed(record, closeTime, lastStart + 1, to);
      }

      return {
        init(given) {
          context = given as TaskContext<Windowed<K>, Change<A>>;
          results = new WindowResults(context, options, () => sendsOldValues);
        },
        process(record) {
          const { key, value, timestamp } = record;
          if (key === null) {
            context.dropped({ reason: 'null-key', record });
            return;
          }
          results.observe(timestamp);
          const closeTime = results.streamTime - windows.graceMs;
          let isLate = true;
          for (let start = firstWindowStart(windows, timestamp); start <= timestamp; start += windows.advanceMs) {
            const window = { start, end: start + windows.sizeMs };
            if (window.end <= closeTime) {
              results.drop(record, window);
              continue;
            }
            isLate = false;
            const row = results.store.fetch(key, start);
            const oldValue = row === null ? initializer() : row.value;
            const newValue = aggregator(key, value, oldValue);
            const newTimestamp = row === null ? timestamp : Math.max(timestamp, row.timestamp);
            results.update(record, window, oldValue, newValue, newTimestamp);
          }
          if (isLate) results.forwardLate(record);
          emitClosed(record, closeTime);
        },
      };
    },
  };
}

/** The starts of the windows that a time is in, ascending; windows begin at multiples of the advance, never before 0. */
export function windowStarts(windows: TimeWindowSpec, timestamp: number): number[] {
  const starts: number[] = [];
  for (let start = firstWindowStart(windows, timestamp); start <= timestamp; start += windows.advanceMs)
    starts.push(start);
  return starts;
}

function firstWindowStart({ sizeMs, advanceMs }: TimeWindowSpec, timestamp: number): number {
  return Math.floor(Math.max(0, timestamp - sizeMs + advanceMs) / advanceMs) * advanceMs;
}

function sameStarts(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((start, index) => start === others[index]);
}
