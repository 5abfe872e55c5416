import { tableSource } from '../processors/table-source.js';
import type { ProcessorSupplier } from '../processor/processor.js';
import type { StoreBuilder } from '../state/store-builder.js';
import type { SourceOptions, Topology } from '../topology/topology.js';
import { invalidTopology } from '../topology/resource-name.js';
import type { TimestampExtractor } from '../topology/topology-node.js';
import type { Consumed } from './consumed.js';
import { GlobalKTable } from './global-ktable.js';
import type { TopologyConfig } from './graph/build-target.js';
import { GraphNode } from './graph/graph-node.js';
import { StreamSourceNode, TableSourceNode } from './graph/source-node.js';
import { StreamsGraph } from './graph/streams-graph.js';
import { KStream } from './kstream.js';
import { KTable } from './ktable.js';
import type { Materialized } from './materialized.js';
import { keyValueTableStore, storeName } from './table-store.js';

/** How a topic is read as a table. The name is that of the table; its store is named in `materialized`. */
export interface ConsumedTable<K, V> extends Consumed<K, V> {
  readonly materialized?: Materialized<K, V>;
}

export interface GlobalStore<K, V> extends Consumed<K, V> {
  /** Keeps the store up to date with each record of the topic; it forwards nothing. */
  readonly supplier: ProcessorSupplier<K, V, never, never>;
}

/**
 * Where an application's topology begins: streams and tables of topics (Kafka's `StreamsBuilder`). Building errors are
 * `StreamsError`s with the name of Kafka's class and its message.
 */
export class StreamsBuilder {
  readonly #graph = new StreamsGraph();

  /** A stream of all records of one or several topics, or of those whose whole name the pattern matches. */
  stream<K, V>(topics: string | readonly string[] | RegExp, consumed: Consumed<K, V> = {}): KStream<K, V> {
    const graph = this.#graph;
    const name = graph.names.nodeName(consumed.name, 'KSTREAM-SOURCE-');
    const node = new StreamSourceNode(name, typeof topics === 'string' ? [topics] : topics, sourceOptions(consumed));
    graph.add(graph.root, node);
    const { key: keySerde = null, value: valueSerde = null } = consumed;
    return new KStream({ graph, name, node, keySerde, valueSerde, sources: new Set([name]), needsRepartition: false });
  }

  /** A table of a topic: each record is the latest row of its key, and one without value deletes it. */
  table<K, V>(topic: string, consumed: ConsumedTable<K, V> = {}): KTable<K, V> {
    const graph = this.#graph;
    const { materialized = {}, key: keySerde = null, value: valueSerde = null } = consumed;
    const store = keyValueTableStore(storeName(graph, materialized, `${topic}-`), materialized, {
      keySerde,
      valueSerde,
    });
    const sourceName = graph.names.nodeName(consumed.name, 'KSTREAM-SOURCE-', '-source');
    const name = graph.names.nodeName(consumed.name, 'KTABLE-SOURCE-');
    const source = tableSource<K, V>({
      storeName: store.name,
      isMaterialized: store.queryableName !== null,
      isVersioned: store.isVersioned,
    });
    const node = new TableSourceNode(
      name,
      (target) => {
        const { topology } = target;
        topology.addSource(sourceName, topic, sourceOptions(consumed));
        topology.addProcessor(name, source, sourceName);
        if (source.materializedAs === null) return;
        if (node.keepsStateInTopic) {
          topology.addStateStore(store.builder(target, { loggingEnabled: false }), [name]);
          topology.keepStoreInTopic(store.name, topic);
        } else {
          topology.addStateStore(store.builder(target), [name]);
        }
      },
      { isVersioned: store.isVersioned },
    );
    graph.add(graph.root, node);
    return new KTable({
      graph,
      name,
      node,
      keySerde: store.keySerde,
      valueSerde: store.valueSerde,
      sources: new Set([sourceName]),
      table: source,
      queryableStoreName: store.queryableName,
    });
  }

  /** A table that every instance has whole, loaded before anything is processed. */
  globalTable<K, V>(topic: string, consumed: ConsumedTable<K, V> = {}): GlobalKTable<K, V> {
    const graph = this.#graph;
    const { materialized = {}, key: keySerde = null, value: valueSerde = null } = consumed;
    if (materialized.versioned !== undefined) throw invalidTopology('GlobalTables cannot be versioned.');
    const store = keyValueTableStore(storeName(graph, materialized, `${topic}-`, false), materialized, {
      keySerde,
      valueSerde,
    });
    const sourceName = graph.names.nodeName(consumed.name, 'KSTREAM-SOURCE-', '-source');
    const processorName = graph.names.nodeName(consumed.name, 'KTABLE-SOURCE-');
    const source = tableSource<K, V>({ storeName: store.name, isMaterialized: true });
    const node = new GraphNode(processorName, (target) =>
      target.topology.addGlobalStore(store.builder(target, { loggingEnabled: false }), {
        ...sourceOptions(consumed),
        sourceName,
        topic,
        processorName,
        supplier: source,
      }),
    );
    graph.add(graph.root, node);
    return new GlobalKTable(source.view(), store.queryableName);
  }

  /** A store that processors name; without any it is not made. */
  addStateStore(builder: StoreBuilder): this {
    const node = new GraphNode(builder.name, ({ topology }) => topology.addStateStore(builder));
    this.#graph.add(this.#graph.root, node);
    return this;
  }

  /** A store of the user's that every instance keeps whole, from all partitions of a topic. It must have no changelog. */
  addGlobalStore<K, V>(builder: StoreBuilder, topic: string, { supplier, ...consumed }: GlobalStore<K, V>): this {
    const graph = this.#graph;
    const sourceName = graph.names.nodeName(consumed.name, 'KSTREAM-SOURCE-', '-source');
    const processorName = graph.names.nodeName(consumed.name, 'KTABLE-SOURCE-');
    const node = new GraphNode(processorName, ({ topology }) =>
      topology.addGlobalStore(builder, { ...sourceOptions(consumed), sourceName, topic, processorName, supplier }),
    );
    graph.add(graph.root, node);
    return this;
  }

  /**
   * The topology of all that was called so far.
   * @param config the application's: `topology.optimization` and what else decides how it is built
   * @throws StreamsError TopologyException if it cannot be
   */
  build(config: TopologyConfig = {}): Topology {
    return this.#graph.build(config);
  }
}

function sourceOptions<K, V>({ key, value, timestamp, reset }: Consumed<K, V>): SourceOptions<K, V> {
  return { key, value, timestamp: timestamp as TimestampExtractor | undefined, reset };
}
