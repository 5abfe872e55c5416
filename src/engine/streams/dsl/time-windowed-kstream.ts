import { slidingWindowAggregate } from '../processors/sliding-window-aggregate.js';
import type { AggregateProcessorSupplier } from '../processors/table.js';
import type { EmitStrategy } from '../processors/window-aggregate.js';
import { windowAggregate } from '../processors/window-aggregate.js';
import { Serdes } from '../serdes.js';
import type { Windowed } from '../state/state-store.js';
import type { GroupedPart } from './aggregate-stream.js';
import { aggregateStream } from './aggregate-stream.js';
import { KTable } from './ktable.js';
import type { Materialized } from './materialized.js';
import type { Present } from './present.js';
import { storeName, windowTableStore } from './table-store.js';
import { closesAfterMs, keySerdeSizeMs, windowStoreOf } from './window/window-store.js';
import { SlidingWindows } from './window/sliding-windows.js';
import type { TimeWindows } from './window/time-windows.js';

export interface WindowedOptions {
  readonly emit: EmitStrategy;
  /** The topic for records that came too late. */
  readonly lateTopic: string | null;
}

/** A grouped stream cut into windows of time (Kafka's `TimeWindowedKStream`). Records without key are dropped; those that come too late are dropped and counted. */
export class TimeWindowedKStream<K, V> {
  /** @internal */
  constructor(
    private readonly grouped: GroupedPart<K, V>,
    private readonly windows: TimeWindows | SlidingWindows,
    private readonly options: WindowedOptions = { emit: 'on-window-update', lateTopic: null },
  ) {}

  /**
   * Whether each update is passed on, or one result when a window closes (KIP-825). A window that leaves its store before it goes out
   * is lost, as in Kafka: where stream time may jump by more than size and grace, give a longer `retention`.
   */
  emitStrategy(emit: EmitStrategy): TimeWindowedKStream<K, V> {
    return new TimeWindowedKStream(this.grouped, this.windows, { ...this.options, emit });
  }

  /** Sends records that every one of their windows refused to a topic, as they came. Kafka only counts and logs them. */
  lateTo(topic: string): TimeWindowedKStream<K, V> {
    return new TimeWindowedKStream(this.grouped, this.windows, { ...this.options, lateTopic: topic });
  }

  /** How many records each window has had. In tumbling and hopping windows records without a value count too, as in Kafka. */
  count(materialized: Materialized<K, number> = {}): KTable<Windowed<K>, number> {
    // Kafka takes a number too many here, save for sliding windows, and goes on doing so for the sake of names that are in use.
    if (materialized.as === undefined && !(this.windows instanceof SlidingWindows))
      this.grouped.part.graph.names.store('KSTREAM-AGGREGATE-');
    return this.#aggregate<number>(
      'KSTREAM-AGGREGATE-',
      { value: Serdes.safeLong, ...materialized },
      () => 0,
      (_key, _value, count) => (count ?? 0) + 1,
    );
  }

  /** Puts the values of each window together; the first is taken as it is. */
  reduce(
    reducer: (aggregate: Present<V>, value: Present<V>) => Present<V> | null,
    materialized: Materialized<K, Present<V>> = {},
  ): KTable<Windowed<K>, Present<V>> {
    const { valueSerde } = this.grouped.part;
    const options = (valueSerde === null ? materialized : { value: valueSerde, ...materialized }) as Materialized<
      K,
      Present<V>
    >;
    return this.#aggregate<Present<V>>(
      'KSTREAM-REDUCE-',
      options,
      () => null,
      (_key, value, aggregate) =>
        aggregate === null ? (value as Present<V>) : reducer(aggregate, value as Present<V>),
    );
  }

  /** Puts the values of each window into an aggregate. A result of `null` deletes the window. */
  aggregate<A>(
    initializer: () => A,
    aggregator: (key: K, value: V, aggregate: A) => A | null,
    materialized: Materialized<K, A> = {},
  ): KTable<Windowed<K>, A> {
    return this.#aggregate<A>(
      'KSTREAM-AGGREGATE-',
      materialized,
      initializer,
      aggregator as (key: K, value: V, aggregate: A | null) => A | null,
    );
  }

  #aggregate<A>(
    prefix: string,
    materialized: Materialized<K, A>,
    initializer: () => A | null,
    aggregator: (key: K, value: V, aggregate: A | null) => A | null,
  ): KTable<Windowed<K>, A> {
    const { grouped, windows } = this;
    const { emit, lateTopic } = this.options;
    const { graph, keySerde } = grouped.part;
    const windowed = (name: string) => windowStoreOf(windows, name, materialized.retention, emit);
    const nameOfStore = storeName(graph, materialized, prefix);
    const name = graph.names.nodeName(materialized.name, prefix);
    const store = windowTableStore<K, A>(
      nameOfStore,
      materialized,
      { keySerde, valueSerde: null },
      windowed(nameOfStore),
    );
    const late = lateTopic === null ? null : { topic: lateTopic, nodeName: `${name}-late-sink` };
    const common = { storeName: store.name, emit, initializer, aggregator, lateChild: late?.nodeName };
    const supplier: AggregateProcessorSupplier<K, V, Windowed<K>, A> = windows instanceof SlidingWindows
      ? slidingWindowAggregate({ ...common, windows })
      : windowAggregate({ ...common, windows });
    const part = aggregateStream({
      grouped,
      name,
      store,
      supplier,
      keySerde: store.keySerde === null ? null : Serdes.windowed(store.keySerde, keySerdeSizeMs(windows)),
      traits: { closesAfterMs: closesAfterMs(windows), isVersioned: false },
      late,
    });
    return new KTable(part);
  }
}
