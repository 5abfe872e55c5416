import { sessionWindowAggregate } from '../processors/session-window-aggregate.js';
import { Serdes } from '../serdes.js';
import type { Windowed } from '../state/state-store.js';
import type { Cogroup } from './cogroup-streams.js';
import { cogroupStreams } from './cogroup-streams.js';
import { keyedBy } from './cogrouped-kstream.js';
import { KTable } from './ktable.js';
import type { Materialized } from './materialized.js';
import { sessionTableStore, storeName } from './table-store.js';
import type { SessionWindows } from './window/session-windows.js';
import { closesAfterMs, sessionStoreOf } from './window/window-store.js';

/** Cogrouped streams cut into sessions. */
export class SessionWindowedCogroupedKStream<K, A> {
  /** @internal */
  constructor(
    private readonly cogroups: readonly Cogroup<K, A>[],
    private readonly windows: SessionWindows,
  ) {}

  /** One aggregate for each key and session; `merger` puts two together where a record joins their sessions. */
  aggregate(
    initializer: () => A,
    merger: (key: K, one: A, other: A) => A | null,
    materialized: Materialized<K, A> = {},
  ): KTable<Windowed<K>, A> {
    const { windows, cogroups } = this;
    const { graph, keySerde } = keyedBy(cogroups);
    const nameOfStore = storeName(graph, materialized, 'COGROUPKSTREAM-AGGREGATE-');
    const windowed = sessionStoreOf(windows, nameOfStore, materialized.retention, 'on-window-update');
    const store = sessionTableStore<K, A>(nameOfStore, materialized, { keySerde, valueSerde: null }, windowed);
    const part = cogroupStreams<K, Windowed<K>, A>({
      cogroups,
      name: materialized.name,
      store,
      supplierOf: (aggregator) =>
        sessionWindowAggregate({
          storeName: store.name,
          windows,
          emit: 'on-window-update',
          initializer,
          aggregator,
          merger: merger as (key: K, one: A | null, other: A | null) => A | null,
        }),
      keySerde: store.keySerde === null ? null : Serdes.sessionWindowed(store.keySerde),
      traits: { closesAfterMs: closesAfterMs(windows), isVersioned: false },
    });
    return new KTable(part);
  }
}
