import { sessionWindowAggregate } from '../processors/session-window-aggregate.js';
import type { EmitStrategy } from '../processors/window-aggregate.js';
import { Serdes } from '../serdes.js';
import type { Windowed } from '../state/state-store.js';
import type { GroupedPart } from './aggregate-stream.js';
import { aggregateStream } from './aggregate-stream.js';
import { KTable } from './ktable.js';
import type { Materialized } from './materialized.js';
import type { Present } from './present.js';
import { sessionTableStore, storeName } from './table-store.js';
import type { WindowedOptions } from './time-windowed-kstream.js';
import type { SessionWindows } from './window/session-windows.js';
import { closesAfterMs, sessionStoreOf } from './window/window-store.js';

type Aggregator<K, V, A> = (key: K, value: V, aggregate: A | null) => A | null;
type Merger<K, A> = (key: K, one: A | null, other: A | null) => A | null;

/** A grouped stream cut into sessions (Kafka's `SessionWindowedKStream`). Records without key are dropped; those that come too late are dropped and counted. */
export class SessionWindowedKStream<K, V> {
  /** @internal */
  constructor(
    private readonly grouped: GroupedPart<K, V>,
    private readonly windows: SessionWindows,
    private readonly options: WindowedOptions = { emit: 'on-window-update', lateTopic: null },
  ) {}

  /** Whether each update is passed on, or one result when a session closes (KIP-825). */
  emitStrategy(emit: EmitStrategy): SessionWindowedKStream<K, V> {
    return new SessionWindowedKStream(this.grouped, this.windows, { ...this.options, emit });
  }

  /** Sends records whose session was closed to a topic, as they came. Kafka only counts and logs them. */
  lateTo(topic: string): SessionWindowedKStream<K, V> {
    return new SessionWindowedKStream(this.grouped, this.windows, { ...this.options, lateTopic: topic });
  }

  /** How many records each session has had, those without a value included. */
  count(materialized: Materialized<K, number> = {}): KTable<Windowed<K>, number> {
    // Kafka takes a number too many here, and goes on doing so for the sake of names that are in use.
    if (materialized.as === undefined) this.grouped.part.graph.names.store('KSTREAM-AGGREGATE-');
    return this.#aggregate<number>(
      'KSTREAM-AGGREGATE-',
      { value: Serdes.safeLong, ...materialized },
      () => 0,
      (_key, _value, count) => (count ?? 0) + 1,
      (_key, one, other) => (one ?? 0) + (other ?? 0),
    );
  }

  /** Puts the values of each session together; the first is taken as it is. */
  reduce(
    reducer: (aggregate: Present<V>, value: Present<V>) => Present<V> | null,
    materialized: Materialized<K, Present<V>> = {},
  ): KTable<Windowed<K>, Present<V>> {
    const { valueSerde } = this.grouped.part;
    const options = (valueSerde === null ? materialized : { value: valueSerde, ...materialized }) as Materialized<
      K,
      Present<V>
    >;
    const step = (aggregate: Present<V> | null, value: Present<V> | null) =>
      aggregate === null ? value : reducer(aggregate, value as Present<V>);
    return this.#aggregate<Present<V>>(
      'KSTREAM-REDUCE-',
      options,
      () => null,
      (_key, value, aggregate) => step(aggregate, value as Present<V>),
      (_key, one, other) => step(one, other),
    );
  }

  /** Puts the values of each session into an aggregate, and two aggregates together where a record joins their sessions. */
  aggregate<A>(
    initializer: () => A,
    aggregator: (key: K, value: V, aggregate: A) => A | null,
    merger: (key: K, one: A, other: A) => A | null,
    materialized: Materialized<K, A> = {},
  ): KTable<Windowed<K>, A> {
    return this.#aggregate<A>(
      'KSTREAM-AGGREGATE-',
      materialized,
      initializer,
      aggregator as Aggregator<K, V, A>,
      merger as Merger<K, A>,
    );
  }

  #aggregate<A>(
    prefix: string,
    materialized: Materialized<K, A>,
    initializer: () => A | null,
    aggregator: Aggregator<K, V, A>,
    merger: Merger<K, A>,
  ): KTable<Windowed<K>, A> {
    const { grouped, windows } = this;
    const { emit, lateTopic } = this.options;
    const { graph, keySerde } = grouped.part;
    const nameOfStore = storeName(graph, materialized, prefix);
    const name = graph.names.nodeName(materialized.name, prefix);
    const windowed = sessionStoreOf(windows, nameOfStore, materialized.retention, emit);
    const store = sessionTableStore<K, A>(nameOfStore, materialized, { keySerde, valueSerde: null }, windowed);
    const late = lateTopic === null ? null : { topic: lateTopic, nodeName: `${name}-late-sink` };
    const supplier = sessionWindowAggregate<K, V, A>({
      storeName: store.name,
      windows,
      emit,
      initializer,
      aggregator,
      merger,
      lateChild: late?.nodeName,
    });
    const part = aggregateStream({
      grouped,
      name,
      store,
      supplier,
      keySerde: store.keySerde === null ? null : Serdes.sessionWindowed(store.keySerde),
      traits: { closesAfterMs: closesAfterMs(windows), isVersioned: false },
      late,
    });
    return new KTable(part);
  }
}
