import type { AggregateProcessorSupplier } from '../processors/table.js';
import type { Serde } from '../serdes.js';
import { validName } from '../topology/resource-name.js';
import type { GraphNodeTraits } from './graph/graph-node.js';
import { GraphNode } from './graph/graph-node.js';
import { RepartitionNode, repartitionNames, repartitionSuffix } from './graph/repartition-node.js';
import type { StreamPart, TablePart } from './part.js';
import type { TableStore } from './table-store.js';

/** A grouped stream: what aggregates it sends it through a repartition topic first, if keys may have changed. */
export class GroupedPart<K, V> {
  #repartition: RepartitionNode | null = null;

  constructor(
    readonly part: StreamPart<K, V>,
    /** The name that was given to the grouping. */
    readonly repartitionName: string | null,
  ) {}

  /** Aggregations of a named grouping share one topic; those of a nameless one have one each, named by the store. */
  repartitionedFor(storeName: string, isStoreNamed: boolean): StreamPart<K, V> {
    const { part } = this;
    const { graph, keySerde, valueSerde } = part;
    if (!part.needsRepartition) return part;
    const prefix = this.repartitionName ?? storeName;
    const names = repartitionNames(graph.names, prefix);
    if (this.repartitionName === null && !isStoreNamed) graph.generatedNames.repartition(prefix + repartitionSuffix);
    if (this.#repartition === null || this.repartitionName === null) {
      this.#repartition = new RepartitionNode(names, { keySerde, valueSerde });
    }
    graph.add(part.node, this.#repartition);
    return {
      ...part,
      node: this.#repartition,
      name: names.source,
      sources: new Set([names.source]),
      needsRepartition: false,
    };
  }
}

export interface StreamAggregation<K, V, KOut, A> {
  readonly grouped: GroupedPart<K, V>;
  readonly name: string;
  readonly store: TableStore<K, A>;
  readonly supplier: AggregateProcessorSupplier<K, V, KOut, A>;
  readonly keySerde: Serde<KOut> | null;
  readonly traits: GraphNodeTraits;
  /** Where records go that came too late, and the name of the node that sends them there. */
  readonly late?: { readonly topic: string; readonly nodeName: string } | null;
}

/** Attaches the node of an aggregation, with its store, below its grouped stream. */
export function aggregateStream<K, V, KOut, A>(aggregation: StreamAggregation<K, V, KOut, A>): TablePart<KOut, A> {
  const { grouped, name, store, supplier, keySerde, traits, late = null } = aggregation;
  const part = grouped.repartitionedFor(store.name, store.queryableName !== null);
  const { graph } = part;
  const node = new GraphNode(
    name,
    (target, parents) => {
      target.topology.addProcessor(name, supplier, parents);
      target.topology.addStateStore(store.builder(target), [name]);
      if (late === null) return;
      const { keySerde: key, valueSerde: value } = grouped.part;
      target.topology.addSink(validName(late.nodeName), late.topic, name, { key, value });
    },
    traits,
  );
  graph.add(part.node, node);
  const { valueSerde, queryableName: queryableStoreName } = store;
  return { graph, name, node, keySerde, valueSerde, sources: part.sources, table: supplier, queryableStoreName };
}
