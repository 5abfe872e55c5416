import { changeSerde } from '../processors/change-serde.js';
import type { SerdeSlot } from '../processors/serde-slot.js';
import { tableAggregate } from '../processors/table-aggregate.js';
import { tableReduce } from '../processors/table-reduce.js';
import type { TableProcessorSupplier } from '../processors/table.js';
import type { Serde } from '../serdes.js';
import { Serdes } from '../serdes.js';
import { failOnInvalidTimestamp } from '../task/timestamp-extractors.js';
import { validName } from '../topology/resource-name.js';
import { GraphNode } from './graph/graph-node.js';
import { repartitionSuffix } from './graph/repartition-node.js';
import type { StreamsGraph } from './graph/streams-graph.js';
import { KTable } from './ktable.js';
import type { Materialized } from './materialized.js';
import { bindingValues, slotSerde } from './slot-serde.js';
import { keyValueTableStore, storeName } from './table-store.js';

export interface GroupedTablePart<K, V> {
  readonly graph: StreamsGraph;
  readonly node: GraphNode;
  readonly keySerde: Serde<K> | null;
  readonly valueSerde: Serde<V> | null;
  /** The same, for the topic between, where the application's default may have to do. */
  readonly valueSlot: SerdeSlot<V>;
}

/** A table whose rows are to be aggregated by another key (Kafka's `KGroupedTable`): a changed row's old value is taken out, its new one put in. */
export class KGroupedTable<K, V> {
  #repartition: { readonly node: GraphNode; readonly source: string } | null = null;

  /** @internal */
  constructor(
    private readonly part: GroupedTablePart<K, V>,
    private readonly name: string | undefined,
  ) {}

  /** How many rows each group has. A group that loses its last row stays, with 0. */
  count(materialized: Materialized<K, number> = {}): KTable<K, number> {
    return this.#aggregate('KTABLE-AGGREGATE-', { value: Serdes.safeLong, ...materialized }, (kept) =>
      tableAggregate<K, V, number>({
        ...kept,
        initializer: () => 0,
        adder: (_key, _value, count) => (count ?? 0) + 1,
        subtractor: (_key, _value, count) => count - 1,
      }),
    );
  }

  /** Puts the values of a group together; the first is taken as it is. A result of `null` deletes the group. */
  reduce(
    adder: (aggregate: V, value: V) => V | null,
    subtractor: (aggregate: V, value: V) => V | null,
    materialized: Materialized<K, V> = {},
  ): KTable<K, V> {
    const { valueSerde } = this.part;
    const options = valueSerde === null ? materialized : { value: valueSerde, ...materialized };
    return this.#aggregate('KTABLE-REDUCE-', options, (kept) => tableReduce<K, V>({ ...kept, adder, subtractor }));
  }

  /** Puts the values of a group into an aggregate. A result of `null` deletes the group. */
  aggregate<A>(
    initializer: () => A,
    adder: (key: K, value: V, aggregate: A) => A | null,
    subtractor: (key: K, value: V, aggregate: A) => A | null,
    materialized: Materialized<K, A> = {},
  ): KTable<K, A> {
    type Step = (key: K, value: V, aggregate: A | null) => A | null;
    return this.#aggregate('KTABLE-AGGREGATE-', materialized, (kept) =>
      tableAggregate<K, V, A>({
        ...kept,
        initializer,
        adder: adder as Step,
        subtractor: subtractor,
      }),
    );
  }

  #aggregate<A>(
    prefix: string,
    materialized: Materialized<K, A>,
    supplierOf: (kept: {
      readonly storeName: string;
      readonly isVersioned: boolean;
    }) => TableProcessorSupplier<K, V, A>,
  ): KTable<K, A> {
    const { graph, keySerde } = this.part;
    const serdes = { keySerde, valueSerde: null };
    // Kafka names the stores of reductions so too.
    const nameOfStore = storeName(graph, materialized, 'KTABLE-AGGREGATE-');
    const store = keyValueTableStore<K, A>(nameOfStore, materialized, serdes);
    const sink = graph.names.nodeName(materialized.name, 'KSTREAM-SINK-', '-sink');
    const source = graph.names.nodeName(materialized.name, 'KSTREAM-SOURCE-', '-source');
    const name = graph.names.nodeName(materialized.name, prefix);
    const topic = (this.name === undefined ? store.name : validName(this.name)) + repartitionSuffix;
    if (this.#repartition === null || this.name === undefined)
      this.#repartition = this.#repartitionNode(sink, source, topic);
    const repartition = this.#repartition.node;
    graph.add(this.part.node, repartition);
    const supplier = supplierOf({ storeName: store.name, isVersioned: store.isVersioned });
    const node = new GraphNode(
      name,
      (target, parents) => {
        target.topology.addProcessor(name, bindingValues(supplier, this.part.valueSlot), parents);
        target.topology.addStateStore(store.builder(target), [name]);
      },
      { isVersioned: store.isVersioned },
    );
    graph.add(repartition, node);
    return new KTable({
      graph,
      name,
      node,
      keySerde: store.keySerde,
      valueSerde: store.valueSerde,
      sources: new Set([source]),
      table: supplier,
      queryableStoreName: store.queryableName,
    });
  }

  #repartitionNode(sink: string, source: string, topic: string) {
    const { keySerde: key, valueSlot } = this.part;
    const value = changeSerde(slotSerde(valueSlot));
    const node = new GraphNode(source, ({ topology }, parents) => {
      topology.addInternalTopic(topic, null);
      topology.addSink(sink, topic, parents, { key, value });
      topology.addSource(source, topic, { key, value, timestamp: failOnInvalidTimestamp });
    });
    return { node, source };
  }
}
