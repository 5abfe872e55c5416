import type { RecordHeaders, StreamRecord } from '../processor/record.js';
import type { TaskContext } from '../processor/task-context.js';
import type { SessionStore, Window, Windowed } from '../state/state-store.js';
import type { Change } from './change.js';
import { cachingStore } from './change-forwarder.js';
import { EmitInterval, emitIntervalConfigs } from './emit-interval.js';
import { LateRecords } from './late-records.js';
import type { AggregateProcessorSupplier, ValueGetterSupplier } from './table.js';
import type { EmitStrategy } from './window-results.js';

export interface SessionWindowSpec {
  readonly gapMs: number;
  readonly graceMs: number;
}

export interface SessionWindowAggregateOptions<K, V, A> {
  /** A session store; with `on-window-close` one made with `timeOrdered` and without a cache. */
  readonly storeName: string;
  readonly windows: SessionWindowSpec;
  readonly emit: EmitStrategy;
  readonly initializer: () => A | null;
  readonly aggregator: (key: K, value: V, aggregate: A | null) => A | null;
  readonly merger: (key: K, one: A | null, other: A | null) => A | null;
  /** As in `windowAggregate`. */
  readonly lateChild?: string;
}

/**
 * One aggregate for each key and session (KStreamSessionWindowAggregate): records that are no more than the gap apart belong
 * together. Sessions that a record joins are deleted with a tombstone each, then the new one goes out. Records without a key are
 * dropped.
 */
export function sessionWindowAggregate<K, V, A>(
  options: SessionWindowAggregateOptions<K, V, A>,
): AggregateProcessorSupplier<K, V, Windowed<K>, A> {
  let sendsOldValues = false;
  return {
    isVersioned: false,
    view: () => sessionStoreView(options.storeName),
    enableSendingOldValues: () => (sendsOldValues = true),
    get: () => {
      let aggregation: SessionAggregation<K, V, A>;
      return {
        init(given) {
          const context = given as TaskContext<Windowed<K>, Change<A>>;
          aggregation = new SessionAggregation(context, options, () => sendsOldValues);
        },
        process: (record) => aggregation.process(record),
      };
    },
  };
}

class SessionAggregation<K, V, A> {
  private readonly store: SessionStore<K, A>;
  private readonly late: LateRecords<Windowed<K>, Change<A>>;
  private readonly interval: EmitInterval;
  private readonly isHeldBack: boolean;
  private streamTime = -1;
  private lastCloseTime: number | null = null;

  constructor(
    private readonly context: TaskContext<Windowed<K>, Change<A>>,
    private readonly options: SessionWindowAggregateOptions<K, V, A>,
    private readonly sendsOldValues: () => boolean,
  ) {
    this.store = context.getStateStore(options.storeName) as SessionStore<K, A>;
    this.late = new LateRecords(context, options.lateChild);
    this.interval = new EmitInterval(context, emitIntervalConfigs.windowedAggregation);
    if (options.emit === 'on-window-close') {
      this.lastCloseTime = context.processorMetadata(options.storeName);
      this.isHeldBack = false;
      return;
    }
    this.isHeldBack =
      cachingStore<Windowed<K>, A>(this.store)?.setFlushListener((session, newValue, oldValue, _timestamp, headers) =>
        this.forward(session, newValue, oldValue, headers),
      ) ?? false;
  }

  process(record: StreamRecord<K, V>): void {
    const { key, value, timestamp } = record;
    const { windows, initializer, merger, aggregator } = this.options;
    if (key === null) {
      this.context.dropped({ reason: 'null-key', record });
      return;
    }
    if (timestamp > this.streamTime) this.streamTime = timestamp;
    const closeTime = this.streamTime - windows.graceMs - windows.gapMs;
    const joined = [...this.store.findSessions(key, timestamp - windows.gapMs, timestamp + windows.gapMs)];
    let aggregate = initializer();
    let window: Window = { start: timestamp, end: timestamp };
    for (const [session, sessionAggregate] of joined) {
      aggregate = merger(key, aggregate, sessionAggregate);
      window = {
        start: Math.min(window.start, session.window.start),
        end: Math.max(window.end, session.window.end),
      };
    }
    if (window.end < closeTime) {
      this.context.dropped({ reason: 'late-record', window, streamTime: this.streamTime, record });
      this.late.forwardLate(record);
    } else {
      // A session of the record's own time alone is replaced and not deleted first.
      if (window.start !== timestamp || window.end !== timestamp) {
        for (const [session, sessionAggregate] of joined) {
          this.store.remove(session);
          this.maybeForward(session, null, sessionAggregate);
        }
      }
      aggregate = aggregator(key, value, aggregate);
      this.store.put({ key, window }, aggregate);
      this.maybeForward({ key, window }, aggregate, null);
    }
    this.emitClosed(record, closeTime);
  }

  private maybeForward(session: Windowed<K>, newValue: A | null, oldValue: A | null): void {
    if (this.options.emit === 'on-window-close' || this.isHeldBack) return;
    this.forward(session, newValue, oldValue, []);
  }

  private forward(session: Windowed<K>, newValue: A | null, oldValue: A | null, headers: RecordHeaders): void {
    const value = { newValue, oldValue: this.sendsOldValues() ? oldValue : null, isLatest: true };
    this.late.forwardResult({ key: session, value, timestamp: session.window.end, headers });
  }

  private emitClosed({ headers }: StreamRecord<K, V>, closeTime: number): void {
    if (this.options.emit !== 'on-window-close' || !this.interval.isOver()) return;
    if (this.lastCloseTime !== null && this.lastCloseTime >= closeTime) return;
    const from = Math.max(0, this.lastCloseTime ?? -1);
    // Both ends belong to a session, so one that ends at the close time is still open.
    const to = closeTime - 1;
    if (to < from) return;
    for (const [session, aggregate] of this.store.findSessionsEnding(from, to)) {
      this.forward(session, aggregate, null, headers);
    }
    this.lastCloseTime = closeTime;
    this.context.addProcessorMetadata(this.options.storeName, closeTime);
  }
}

function sessionStoreView<K, A>(storeName: string): ValueGetterSupplier<Windowed<K>, A> {
  return {
    storeNames: [storeName],
    get: () => {
      let store: SessionStore<K, A>;
      const get = ({ key, window }: Windowed<K>) => {
        const value = store.fetchSession(key, window.start, window.end);
        return value === null ? null : { value, timestamp: window.end };
      };
      return {
        init: (context) => void (store = context.getStateStore(storeName) as SessionStore<K, A>),
        get,
        getAsOf: get,
        isVersioned: false,
      };
    },
  };
}
