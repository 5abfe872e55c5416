import { streamAggregate } from '../processors/stream-aggregate.js';
import type { Cogroup } from './cogroup-streams.js';
import { cogroupStreams } from './cogroup-streams.js';
import type { KGroupedStream } from './kgrouped-stream.js';
import { KTable } from './ktable.js';
import type { Materialized } from './materialized.js';
import type { Present } from './present.js';
import { SessionWindowedCogroupedKStream } from './session-windowed-cogrouped-kstream.js';
import { keyValueTableStore, storeName } from './table-store.js';
import { TimeWindowedCogroupedKStream } from './time-windowed-cogrouped-kstream.js';
import { SessionWindows } from './window/session-windows.js';
import type { SlidingWindows } from './window/sliding-windows.js';
import type { TimeWindows } from './window/time-windows.js';

/** Several grouped streams, of any values, that are aggregated into one table (Kafka's `CogroupedKStream`, KIP-150). */
export class CogroupedKStream<K, A> {
  private constructor(private readonly cogroups: readonly Cogroup<K, A>[]) {}

  /** @internal */
  static of<K, V, A>(
    group: KGroupedStream<K, V>,
    aggregator: (key: K, value: Present<V>, aggregate: A) => A | null,
  ): CogroupedKStream<K, A> {
    return new CogroupedKStream<K, A>([]).cogroup(group, aggregator);
  }

  /** Adds a stream, with what puts its values into the aggregate. */
  cogroup<V>(
    group: KGroupedStream<K, V>,
    aggregator: (key: K, value: Present<V>, aggregate: A) => A | null,
  ): CogroupedKStream<K, A> {
    const { grouped } = group;
    const others = this.cogroups.filter((cogroup) => cogroup.grouped !== grouped);
    return new CogroupedKStream([...others, { grouped, aggregator: aggregator as Cogroup<K, A>['aggregator'] }]);
  }

  /** One aggregate a key. */
  aggregate(initializer: () => A, materialized: Materialized<K, A> = {}): KTable<K, A> {
    const { graph, keySerde } = keyedBy(this.cogroups);
    const nameOfStore = storeName(graph, materialized, 'COGROUPKSTREAM-AGGREGATE-');
    const store = keyValueTableStore<K, A>(nameOfStore, materialized, { keySerde, valueSerde: null });
    const part = cogroupStreams<K, K, A>({
      cogroups: this.cogroups,
      name: materialized.name,
      store,
      supplierOf: (aggregator) =>
        streamAggregate({ storeName: store.name, isVersioned: store.isVersioned, initializer, aggregator }),
      keySerde: store.keySerde,
      traits: { isVersioned: store.isVersioned },
    });
    return new KTable(part);
  }

  /** One aggregate for each key and window. */
  windowedBy(windows: TimeWindows | SlidingWindows): TimeWindowedCogroupedKStream<K, A>;
  windowedBy(windows: SessionWindows): SessionWindowedCogroupedKStream<K, A>;
  windowedBy(
    windows: TimeWindows | SlidingWindows | SessionWindows,
  ): TimeWindowedCogroupedKStream<K, A> | SessionWindowedCogroupedKStream<K, A> {
    return windows instanceof SessionWindows
      ? new SessionWindowedCogroupedKStream(this.cogroups, windows)
      : new TimeWindowedCogroupedKStream(this.cogroups, windows);
  }
}

/** The plan, and the first serde of keys that any of the streams knows. */
export function keyedBy<K, A>(cogroups: readonly Cogroup<K, A>[]) {
  const parts = cogroups.map(({ grouped }) => grouped.part);
  const [first] = parts;
  if (first === undefined) throw new Error('a cogrouped stream has at least one stream');
  return { graph: first.graph, keySerde: parts.find(({ keySerde }) => keySerde !== null)?.keySerde ?? null };
}
