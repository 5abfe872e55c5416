import { tableFilter } from '../processors/table-filter.js';
import { tableMapValues } from '../processors/table-map-values.js';
import { SerdeSlot } from '../processors/serde-slot.js';
import { tableRepartitionMap } from '../processors/table-repartition-map.js';
import type { TableProcessorSupplier } from '../processors/table.js';
import { tableToStream } from '../processors/table-to-stream.js';
import type { ValueTransformer } from '../processors/table-transform-values.js';
import { tableTransformValues } from '../processors/table-transform-values.js';
import type { JoinKind } from '../processors/join-kind.js';
import type { Serde } from '../serdes.js';
import { joinByForeignKey } from './foreign-key-join.js';
import { GraphNode } from './graph/graph-node.js';
import type { Grouped } from './grouped.js';
import { KGroupedTable } from './kgrouped-table.js';
import type { WithStores } from './kstream.js';
import { KStream, processorNode } from './kstream.js';
import type { Materialized } from './materialized.js';
import { saysHowToKeep } from './materialized.js';
import type { Named } from './named.js';
import type { TablePart } from './part.js';
import { bindingValues } from './slot-serde.js';
import type { Suppression } from './suppressed.js';
import { suppressTable } from './suppress-table.js';
import { keyValueTableStore } from './table-store.js';
import { joinTables } from './table-table-join.js';

/** The key of the right table, from a row of the left one; `null` for none. */
export interface OnForeignKey<K, V, FK> {
  readonly foreignKey: (value: V, key: K) => FK | null;
  /** The partition of a key in the right table's topic, if the default partitioner did not choose it (KIP-775). */
  readonly otherPartitioner?: (topic: string, key: FK, value: unknown, partitions: number) => number | null;
}

/** The latest row of each key, and the changes to it (Kafka's `KTable`). A change without a value deletes the row. */
export class KTable<K, V> {
  /** @internal */
  constructor(
    /** @internal */
    readonly part: TablePart<K, V>,
  ) {}

  /** The name to query its store by, if it was given one. */
  get queryableStoreName(): string | null {
    return this.part.queryableStoreName;
  }

  /** The rows for which the predicate holds. */
  filter(predicate: (key: K, value: V) => boolean, materialized: Materialized<K, V> = {}): KTable<K, V> {
    return this.#filter(predicate, false, materialized);
  }

  /** The rows for which it does not hold. */
  filterNot(predicate: (key: K, value: V) => boolean, materialized: Materialized<K, V> = {}): KTable<K, V> {
    return this.#filter(predicate, true, materialized);
  }

  /** Gives each row another value; `null` for none. */
  mapValues<V2>(mapper: (value: V, key: K) => V2 | null, materialized: Materialized<K, V2> = {}): KTable<K, V2> {
    const { part } = this;
    return this.#kept('KTABLE-MAPVALUES-', materialized, null, (storeName) =>
      tableMapValues({ parent: part.table, mapper, storeName, isVersioned: materialized.versioned !== undefined }),
    );
  }

  /** Gives each row another value, with stores at hand. It is asked with `null` for a row that is gone. */
  transformValues<V2>(
    transformer: () => ValueTransformer<K, V, V2>,
    { stores = [], ...materialized }: Materialized<K, V2> & WithStores = {},
  ): KTable<K, V2> {
    const { part } = this;
    const supplierOf = (storeName: string | null) =>
      tableTransformValues({
        parent: part.table,
        transformer,
        storeName,
        isVersioned: materialized.versioned !== undefined,
        stateStoreNames: stores,
      });
    return this.#kept('KTABLE-TRANSFORMVALUES-', materialized, null, supplierOf, stores);
  }

  /** The changes as a stream; a deleted row is a record with `null`. With `keyMapper` they have other keys. */
  // A function has a name too, so the way with the mapper must come first.
  toStream<K2>(keyMapper: (key: K, value: V | null) => K2, named?: Named): KStream<K2, V | null>;
  toStream(named?: Named): KStream<K, V | null>;
  toStream<K2>(
    keyMapperOrNamed: ((key: K, value: V | null) => K2) | Named = {},
    named: Named = {},
  ): KStream<K, V | null> | KStream<K2, V | null> {
    if (isMapper(keyMapperOrNamed)) return this.toStream(named).selectKey(keyMapperOrNamed);
    const { graph, keySerde, valueSerde, sources } = this.part;
    const name = graph.names.nodeName(keyMapperOrNamed.name, 'KTABLE-TOSTREAM-');
    const node = processorNode(name, tableToStream<K, V>(), { isValueChanging: true });
    graph.add(this.part.node, node);
    return new KStream<K, V | null>({ graph, name, node, keySerde, valueSerde, sources, needsRepartition: false });
  }

  /**
   * Holds changes back.
   * @throws StreamsError TopologyException if it is to wait for windows and the table has none, or if the table is versioned
   */
  suppress(suppression: Suppression, named: Named = {}): KTable<K, V> {
    return new KTable(suppressTable(this.part, suppression, named));
  }

  /** Groups the rows by another key, through a repartition topic; `null` leaves a row out. */
  groupBy<K2, V2>(
    selector: (key: K, value: V) => readonly [K2 | null, V2 | null] | null,
    grouped: Grouped<K2, V2> = {},
  ): KGroupedTable<K2, V2> {
    const { graph, table } = this.part;
    const name = graph.names.nodeName(grouped.name, 'KTABLE-SELECT-');
    table.enableSendingOldValues(true);
    const valueSlot = new SerdeSlot(grouped.value ?? null, 'the values of a grouped table');
    const supplier = tableRepartitionMap({ parent: table, mapper: selector });
    const node = processorNode(name, bindingValues(supplier, valueSlot));
    graph.add(this.part.node, node);
    const { key: keySerde = null, value: valueSerde = null } = grouped;
    return new KGroupedTable({ graph, node, keySerde, valueSerde, valueSlot }, grouped.name);
  }

  /** Pairs the rows of one key. */
  join<VO, VR>(
    other: KTable<K, VO>,
    joiner: (left: V, right: VO, key: K) => VR | null,
    materialized?: Materialized<K, VR>,
  ): KTable<K, VR>;
  /** Gives each row the row of another table that its foreign key names (KIP-213). */
  join<FK, VO, VR>(
    other: KTable<FK, VO>,
    on: OnForeignKey<K, V, FK>,
    joiner: (left: V, right: VO) => VR | null,
    materialized?: Materialized<K, VR>,
  ): KTable<K, VR>;
  join(other: object, ...args: readonly unknown[]): KTable<K, unknown> {
    return this.#join('inner', other, args);
  }

  /** As `join`, with the rows of this table that have no partner. */
  leftJoin<VO, VR>(
    other: KTable<K, VO>,
    joiner: (left: V, right: VO | null, key: K) => VR | null,
    materialized?: Materialized<K, VR>,
  ): KTable<K, VR>;
  leftJoin<FK, VO, VR>(
    other: KTable<FK, VO>,
    on: OnForeignKey<K, V, FK>,
    joiner: (left: V, right: VO | null) => VR | null,
    materialized?: Materialized<K, VR>,
  ): KTable<K, VR>;
  leftJoin(other: object, ...args: readonly unknown[]): KTable<K, unknown> {
    return this.#join('left', other, args);
  }

  /** As `join`, with the rows of both tables that have no partner. */
  outerJoin<VO, VR>(
    other: KTable<K, VO>,
    joiner: (left: V | null, right: VO | null, key: K) => VR | null,
    materialized: Materialized<K, VR> = {},
  ): KTable<K, VR> {
    return new KTable(joinTables('outer', this.part, other.part, joiner, materialized));
  }

  #join(kind: Exclude<JoinKind, 'outer'>, other: object, args: readonly unknown[]): KTable<K, unknown> {
    type Joiner = (left: V | null, right: unknown, key: K) => unknown;
    if (typeof args[0] === 'function') {
      const [joiner, materialized = {}] = args as [Joiner, Materialized<K, unknown>?];
      return new KTable(joinTables(kind, this.part, (other as KTable<K, unknown>).part, joiner, materialized));
    }
    const [on, joiner, materialized = {}] = args as [
      OnForeignKey<K, V, unknown>,
      (left: V | null, right: unknown) => unknown,
      Materialized<K, unknown>?,
    ];
    return new KTable(
      joinByForeignKey(kind, this.part, (other as KTable<unknown, unknown>).part, on, joiner, materialized),
    );
  }

  #filter(predicate: (key: K, value: V) => boolean, not: boolean, materialized: Materialized<K, V>): KTable<K, V> {
    const { table, valueSerde } = this.part;
    return this.#kept('KTABLE-FILTER-', materialized, valueSerde, (storeName) =>
      tableFilter({ parent: table, predicate, not, storeName, isVersioned: materialized.versioned !== undefined }),
    );
  }

  /** A table made of this one's rows; it is kept only if its store is named. */
  #kept<V2>(
    prefix: string,
    materialized: Materialized<K, V2>,
    valueSerde: Serde<V2> | null,
    supplierOf: (storeName: string | null) => TableProcessorSupplier<K, V, V2>,
    otherStores: readonly string[] = [],
  ): KTable<K, V2> {
    const { graph, sources } = this.part;
    const isSaid = saysHowToKeep(materialized);
    // A store that is not made takes its number all the same, before the node does.
    if (isSaid && materialized.as === undefined) graph.names.store(prefix);
    const name = graph.names.nodeName(materialized.name, prefix);
    const store = keyValueTableStore(materialized.as ?? '', materialized, { keySerde: this.part.keySerde, valueSerde });
    const supplier = supplierOf(store.queryableName);
    const node = new GraphNode(
      name,
      (target, parents) => {
        target.topology.addProcessor(name, supplier, parents);
        if (store.queryableName !== null) target.topology.addStateStore(store.builder(target), [name]);
        if (otherStores.length > 0) target.topology.connectProcessorAndStateStores(name, otherStores);
      },
      isSaid ? { isVersioned: store.isVersioned } : {},
    );
    graph.add(this.part.node, node);
    return new KTable({
      graph,
      name,
      node,
      keySerde: store.keySerde,
      valueSerde: store.valueSerde,
      sources,
      table: supplier,
      queryableStoreName: store.queryableName,
    });
  }
}

function isMapper<F extends (...args: never[]) => unknown>(given: F | Named): given is F {
  return typeof given === 'function';
}
