import { passThrough } from '../processors/pass-through.js';
import type { AggregateProcessorSupplier } from '../processors/table.js';
import type { Serde } from '../serdes.js';
import type { GroupedPart } from './aggregate-stream.js';
import type { GraphNodeTraits } from './graph/graph-node.js';
import { GraphNode } from './graph/graph-node.js';
import { processorNode } from './kstream.js';
import type { TablePart } from './part.js';
import type { TableStore } from './table-store.js';

/** One of the grouped streams that share an aggregate, and how its values go into it. */
export interface Cogroup<K, A> {
  readonly grouped: GroupedPart<K, unknown>;
  readonly aggregator: (key: K, value: unknown, aggregate: A | null) => A | null;
}

export interface Cogrouping<K, KOut, A> {
  readonly cogroups: readonly Cogroup<K, A>[];
  readonly name: string | undefined;
  readonly store: TableStore<K, A>;
  readonly supplierOf: (aggregator: Cogroup<K, A>['aggregator']) => AggregateProcessorSupplier<K, unknown, KOut, A>;
  readonly keySerde: Serde<KOut> | null;
  readonly traits: GraphNodeTraits;
}

/** An aggregation of each stream into one store, and a node where their results meet. Repartition topics come first, in the order of the streams. */
export function cogroupStreams<K, KOut, A>(cogrouping: Cogrouping<K, KOut, A>): TablePart<KOut, A> {
  const { cogroups, name: given, store, supplierOf, keySerde, traits } = cogrouping;
  const [first] = cogroups;
  if (first === undefined) throw new Error('a cogrouped stream has at least one stream');
  const { graph } = first.grouped.part;
  const isNamed = store.queryableName !== null;
  const parents = cogroups.map(({ grouped }) => grouped.repartitionedFor(store.name, isNamed));
  // As in Kafka, what must be partitioned alike is what the streams came from, not the repartition topics between.
  graph.topology.copartitionSources(new Set(cogroups.flatMap(({ grouped }) => [...grouped.part.sources])));
  const suppliers = cogroups.map(({ aggregator }) => supplierOf(aggregator));
  const nodes = suppliers.map((supplier, index) => {
    const name = graph.names.nodeName(given, 'COGROUPKSTREAM-AGGREGATE-', `-cogroup-agg-${index}`);
    const node = new GraphNode(
      name,
      (target, parentNames) => {
        target.topology.addProcessor(name, supplier, parentNames);
        target.topology.addStateStore(store.builder(target), [name]);
      },
      traits,
    );
    graph.add(parents[index]?.node ?? graph.root, node);
    return node;
  });
  const name = graph.names.nodeName(given, 'COGROUPKSTREAM-MERGE-', '-cogroup-merge');
  const node = processorNode(name, passThrough());
  graph.add(nodes, node);
  return {
    graph,
    name,
    node,
    keySerde,
    valueSerde: store.valueSerde,
    sources: new Set([name]),
    queryableStoreName: store.queryableName,
    table: {
      isVersioned: store.isVersioned,
      view: () => {
        const [supplier] = suppliers;
        if (supplier === undefined) throw new Error('a cogrouped stream has at least one stream');
        return supplier.view();
      },
      enableSendingOldValues: (force) =>
        suppliers.map((supplier) => supplier.enableSendingOldValues(force)).every(Boolean),
    },
  };
}
