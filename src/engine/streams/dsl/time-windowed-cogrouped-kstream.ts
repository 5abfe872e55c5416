import { slidingWindowAggregate } from '../processors/sliding-window-aggregate.js';
import { windowAggregate } from '../processors/window-aggregate.js';
import { Serdes } from '../serdes.js';
import type { Windowed } from '../state/state-store.js';
import type { Cogroup } from './cogroup-streams.js';
import { cogroupStreams } from './cogroup-streams.js';
import { keyedBy } from './cogrouped-kstream.js';
import { KTable } from './ktable.js';
import type { Materialized } from './materialized.js';
import { storeName, windowTableStore } from './table-store.js';
import { SlidingWindows } from './window/sliding-windows.js';
import type { TimeWindows } from './window/time-windows.js';
import { closesAfterMs, keySerdeSizeMs, windowStoreOf } from './window/window-store.js';

/** Cogrouped streams cut into windows of time. */
export class TimeWindowedCogroupedKStream<K, A> {
  /** @internal */
  constructor(
    private readonly cogroups: readonly Cogroup<K, A>[],
    private readonly windows: TimeWindows | SlidingWindows,
  ) {}

  /** One aggregate for each key and window. */
  aggregate(initializer: () => A, materialized: Materialized<K, A> = {}): KTable<Windowed<K>, A> {
    const { windows, cogroups } = this;
    const { graph, keySerde } = keyedBy(cogroups);
    const nameOfStore = storeName(graph, materialized, 'COGROUPKSTREAM-AGGREGATE-');
    const windowed = windowStoreOf(windows, nameOfStore, materialized.retention, 'on-window-update');
    const store = windowTableStore<K, A>(nameOfStore, materialized, { keySerde, valueSerde: null }, windowed);
    const common = { storeName: store.name, emit: 'on-window-update', initializer } as const;
    const part = cogroupStreams<K, Windowed<K>, A>({
      cogroups,
      name: materialized.name,
      store,
      supplierOf: (aggregator) =>
        windows instanceof SlidingWindows
          ? slidingWindowAggregate({ ...common, windows, aggregator })
          : windowAggregate({ ...common, windows, aggregator }),
      keySerde: store.keySerde === null ? null : Serdes.windowed(store.keySerde, keySerdeSizeMs(windows)),
      traits: { closesAfterMs: closesAfterMs(windows), isVersioned: false },
    });
    return new KTable(part);
  }
}
