import { streamAggregate } from '../processors/stream-aggregate.js';
import { streamReduce } from '../processors/stream-reduce.js';
import type { AggregateProcessorSupplier } from '../processors/table.js';
import { Serdes } from '../serdes.js';
import { aggregateStream, GroupedPart } from './aggregate-stream.js';
import { CogroupedKStream } from './cogrouped-kstream.js';
import { KTable } from './ktable.js';
import type { Materialized } from './materialized.js';
import type { StreamPart } from './part.js';
import type { Present } from './present.js';
import { SessionWindowedKStream } from './session-windowed-kstream.js';
import { keyValueTableStore, storeName } from './table-store.js';
import { TimeWindowedKStream } from './time-windowed-kstream.js';
import { SessionWindows } from './window/session-windows.js';
import type { SlidingWindows } from './window/sliding-windows.js';
import type { TimeWindows } from './window/time-windows.js';

/** A stream whose records are to be aggregated by their keys (Kafka's `KGroupedStream`). Records without key or value are dropped. */
export class KGroupedStream<K, V> {
  /** @internal */
  readonly grouped: GroupedPart<K, V>;

  /** @internal */
  constructor(part: StreamPart<K, V>, repartitionName: string | null) {
    this.grouped = new GroupedPart(part, repartitionName);
  }

  /** How many records each key has had. */
  count(materialized: Materialized<K, number> = {}): KTable<K, number> {
    const { names } = this.grouped.part.graph;
    // Kafka takes a number too many here, and goes on doing so for the sake of names that are in use.
    if (materialized.as === undefined) names.store('KSTREAM-AGGREGATE-');
    return this.#aggregate('KSTREAM-AGGREGATE-', { value: Serdes.safeLong, ...materialized }, (kept) =>
      streamAggregate<K, V, number>({
        ...kept,
        initializer: () => 0,
        aggregator: (_key, _value, count) => (count ?? 0) + 1,
      }),
    );
  }

  /** Puts each key's values together; the first is taken as it is. A result of `null` deletes the row. */
  reduce(
    reducer: (aggregate: Present<V>, value: Present<V>) => Present<V> | null,
    materialized: Materialized<K, Present<V>> = {},
  ): KTable<K, Present<V>> {
    const { valueSerde } = this.grouped.part;
    const options = valueSerde === null ? materialized : { value: valueSerde, ...materialized };
    return this.#aggregate<Present<V>>('KSTREAM-REDUCE-', options as Materialized<K, Present<V>>, (kept) =>
      streamReduce<K, Present<V>>({ ...kept, reducer }),
    );
  }

  /** Puts each key's values into an aggregate. A result of `null` deletes the row, and the next record begins anew. */
  aggregate<A>(
    initializer: () => A,
    aggregator: (key: K, value: Present<V>, aggregate: A) => A | null,
    materialized: Materialized<K, A> = {},
  ): KTable<K, A> {
    return this.#aggregate('KSTREAM-AGGREGATE-', materialized, (kept) =>
      streamAggregate<K, V, A>({
        ...kept,
        initializer,
        aggregator: aggregator as (key: K, value: V, aggregate: A | null) => A | null,
      }),
    );
  }

  /** Aggregates by key and window of time. */
  windowedBy(windows: TimeWindows | SlidingWindows): TimeWindowedKStream<K, V>;
  windowedBy(windows: SessionWindows): SessionWindowedKStream<K, V>;
  windowedBy(
    windows: TimeWindows | SlidingWindows | SessionWindows,
  ): TimeWindowedKStream<K, V> | SessionWindowedKStream<K, V> {
    return windows instanceof SessionWindows
      ? new SessionWindowedKStream(this.grouped, windows)
      : new TimeWindowedKStream(this.grouped, windows);
  }

  /** Begins an aggregate that several grouped streams put their values into. */
  cogroup<A>(aggregator: (key: K, value: Present<V>, aggregate: A) => A | null): CogroupedKStream<K, A> {
    return CogroupedKStream.of(this, aggregator);
  }

  #aggregate<A>(
    prefix: string,
    materialized: Materialized<K, A>,
    supplierOf: (kept: {
      readonly storeName: string;
      readonly isVersioned: boolean;
    }) => AggregateProcessorSupplier<K, V, K, A>,
  ): KTable<K, A> {
    const { grouped } = this;
    const { graph, keySerde } = grouped.part;
    const serdes = { keySerde, valueSerde: null };
    const store = keyValueTableStore<K, A>(storeName(graph, materialized, prefix), materialized, serdes);
    const name = graph.names.nodeName(materialized.name, prefix);
    const traits = { isVersioned: store.isVersioned };
    const part = aggregateStream({
      grouped,
      name,
      store,
      supplier: supplierOf({ storeName: store.name, isVersioned: store.isVersioned }),
      keySerde: store.keySerde,
      traits,
    });
    return new KTable(part);
  }
}
