import type { Serde } from '../serdes.js';
import type { StoreBuilder } from '../state/store-builder.js';
import type { StoreOptions } from '../state/store-options.js';
import {
  sessionStoreBuilder,
  timestampedKeyValueStoreBuilder,
  timestampedWindowStoreBuilder,
  versionedKeyValueStoreBuilder,
} from '../state/stores.js';
import { StreamsError } from '../streams-error.js';
import { validName } from '../topology/resource-name.js';
import type { BuildTarget } from './graph/build-target.js';
import type { StreamsGraph } from './graph/streams-graph.js';
import type { Materialized } from './materialized.js';

/** The store of a table. It is made when the topology is written: only then it is known what stores are by default. */
export class TableStore<K, V> {
  #builder: StoreBuilder | null = null;

  constructor(
    readonly name: string,
    /** `null` if the name was generated: nobody is to ask for it. */
    readonly queryableName: string | null,
    readonly keySerde: Serde<K> | null,
    readonly valueSerde: Serde<V> | null,
    private readonly options: Materialized<K, V>,
    private readonly make: (options: StoreOptions<K, V>) => StoreBuilder,
  ) {}

  get isVersioned(): boolean {
    return this.options.versioned !== undefined;
  }

  get loggingEnabled(): boolean {
    return this.options.logging !== false;
  }

  /** One and the same builder every time. */
  builder({ config }: BuildTarget, forced: { readonly loggingEnabled?: false } = {}): StoreBuilder {
    const { logging, caching, store } = this.options;
    this.#builder ??= this.make({
      name: this.name,
      keySerde: this.keySerde,
      valueSerde: this.valueSerde,
      inMemory: store === undefined ? config['default.dsl.store'] === 'in_memory' : store === 'memory',
      cachingEnabled: caching !== false,
      loggingEnabled: logging !== false && forced.loggingEnabled !== false,
      logConfig: typeof logging === 'object' ? logging : {},
    });
    return this.#builder;
  }
}

export interface StoreSerdes<K, V> {
  readonly keySerde: Serde<K> | null;
  readonly valueSerde: Serde<V> | null;
}

/**
 * The name that was given, or a generated one, which takes a number.
 * @param isLogged whether it would have a changelog; the options say so if they do
 */
export function storeName(
  graph: StreamsGraph,
  options: Materialized<unknown, unknown>,
  prefix: string,
  isLogged = options.logging !== false,
): string {
  if (options.as !== undefined) return validName(options.as);
  const generated = graph.names.store(prefix);
  graph.generatedNames.store(generated, isLogged);
  return generated;
}

/** A store of a table's rows; `inherited` serdes hold where the options have none. */
export function keyValueTableStore<K, V>(
  name: string,
  options: Materialized<K, V>,
  inherited: StoreSerdes<K, V>,
): TableStore<K, V> {
  if (options.versioned !== undefined && options.as === undefined) {
    throw new StreamsError('IllegalArgumentException', 'A versioned store must be named: say what to keep it `as`.');
  }
  return new TableStore(
    name,
    options.as ?? null,
    keyOf(options, inherited),
    valueOf(options, inherited),
    options,
    (store) =>
      options.versioned === undefined
        ? timestampedKeyValueStoreBuilder(store)
        : versionedKeyValueStoreBuilder({
            ...store,
            cachingEnabled: false,
            inMemory: false,
            historyRetentionMs: options.versioned.historyRetention,
            segmentIntervalMs: options.versioned.segmentInterval,
          }),
  );
}

export interface WindowedStore {
  readonly retentionMs: number;
  readonly windowSizeMs: number;
  /** Whether its windows are sent when they close: then it is kept in the order of time. */
  readonly timeOrdered: boolean;
  /** Whether it can have a cache: Kafka gives none to sliding windows and sessions that go out when they close, and one to other windows all the same. */
  readonly mayCache: boolean;
}

export function windowTableStore<K, V>(
  name: string,
  options: Materialized<K, V>,
  inherited: StoreSerdes<K, V>,
  { retentionMs, windowSizeMs, timeOrdered, mayCache }: WindowedStore,
): TableStore<K, V> {
  return new TableStore(
    name,
    options.as ?? null,
    keyOf(options, inherited),
    valueOf(options, inherited),
    options,
    (store) =>
      timestampedWindowStoreBuilder({
        ...store,
        cachingEnabled: store.cachingEnabled === true && mayCache,
        retentionMs,
        windowSizeMs,
        timeOrdered,
      }),
  );
}

export function sessionTableStore<K, V>(
  name: string,
  options: Materialized<K, V>,
  inherited: StoreSerdes<K, V>,
  { retentionMs, timeOrdered, mayCache }: Omit<WindowedStore, 'windowSizeMs'>,
): TableStore<K, V> {
  return new TableStore(
    name,
    options.as ?? null,
    keyOf(options, inherited),
    valueOf(options, inherited),
    options,
    (store) =>
      sessionStoreBuilder({
        ...store,
        cachingEnabled: store.cachingEnabled === true && mayCache,
        retentionMs,
        timeOrdered,
      }),
  );
}

function keyOf<K, V>(options: Materialized<K, V>, inherited: StoreSerdes<K, V>): Serde<K> | null {
  return options.key ?? inherited.keySerde;
}

function valueOf<K, V>(options: Materialized<K, V>, inherited: StoreSerdes<K, V>): Serde<V> | null {
  return options.value ?? inherited.valueSerde;
}
