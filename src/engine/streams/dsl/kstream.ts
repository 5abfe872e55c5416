import type { ProcessorSupplier } from '../processor/processor.js';
import { filter } from '../processors/filter.js';
import { flatMapValues } from '../processors/flat-map-values.js';
import { flatMap } from '../processors/flat-map.js';
import { mapValues } from '../processors/map-values.js';
import { map, selectKey } from '../processors/map.js';
import { passThrough } from '../processors/pass-through.js';
import { foreach, peek } from '../processors/peek.js';
import { tableSource } from '../processors/table-source.js';
import type { Serde } from '../serdes.js';
import type { TopicNameExtractor, StreamPartitioner } from '../topology/topology-node.js';
import { validName } from '../topology/resource-name.js';
import type { Branches, SplitStreams } from './branched-kstream.js';
import { BranchedKStream, splitInto } from './branched-kstream.js';
import { fixedKey } from './fixed-key.js';
import type { GlobalKTable } from './global-ktable.js';
import type { GraphNodeTraits } from './graph/graph-node.js';
import { GraphNode } from './graph/graph-node.js';
import { RepartitionNode, repartitionNames, repartitionSuffix } from './graph/repartition-node.js';
import type { Grouped } from './grouped.js';
import type { Joined, StreamJoined } from './joined.js';
import { KGroupedStream } from './kgrouped-stream.js';
import { KTable } from './ktable.js';
import type { Materialized } from './materialized.js';
import type { Named } from './named.js';
import type { StreamPart } from './part.js';
import type { Present } from './present.js';
import type { Produced, Repartitioned } from './produced.js';
import { joinWithGlobalTable } from './stream-global-table-join.js';
import { joinStreams } from './stream-stream-join.js';
import { joinWithTable } from './stream-table-join.js';
import { keyValueTableStore, storeName } from './table-store.js';
import type { JoinWindows } from './window/join-windows.js';

/** Stores that a processor uses; those that it brings itself (`stores` of its supplier) need not be named. */
export interface WithStores extends Named {
  readonly stores?: readonly string[];
}

/** Where each record of a sink goes, and what else is known of the record. */
export type TopicChooser<K, V> = (key: K, value: V, record: Parameters<TopicNameExtractor>[2]) => string;

/** A stream of records, each a fact of its own (Kafka's `KStream`). Operators go depth first: a record is done before the next begins. */
export class KStream<K, V> {
  #repartition: { readonly prefix: string; readonly node: RepartitionNode } | null = null;

  /** @internal */
  constructor(
    /** @internal */
    readonly part: StreamPart<K, V>,
  ) {}

  /** Keeps the records for which the predicate holds. A predicate that narrows the value's type narrows the stream's. */
  filter<V2 extends V>(predicate: (key: K, value: V) => value is V2 & V, named?: Named): KStream<K, V2>;
  filter(predicate: (key: K, value: V) => boolean, named?: Named): KStream<K, V>;
  filter(predicate: (key: K, value: V) => boolean, named: Named = {}): KStream<K, V> {
    return this.#next('KSTREAM-FILTER-', named, filter({ predicate }), sameSerdes(this.part));
  }

  /** Keeps the records for which it does not hold. */
  filterNot(predicate: (key: K, value: V) => boolean, named: Named = {}): KStream<K, V> {
    return this.#next('KSTREAM-FILTER-', named, filter({ predicate, not: true }), sameSerdes(this.part));
  }

  /** Gives each record another key: what groups or joins the result sends it through a repartition topic first. */
  selectKey<K2>(mapper: (key: K, value: V) => K2, named: Named = {}): KStream<K2, V> {
    const serdes = { keySerde: null, valueSerde: this.part.valueSerde };
    return this.#next('KSTREAM-KEY-SELECT-', named, selectKey({ mapper }), serdes, { isKeyChanging: true });
  }

  /** Gives each record another key and value. */
  map<K2, V2>(mapper: (key: K, value: V) => readonly [K2, V2], named: Named = {}): KStream<K2, V2> {
    return this.#next('KSTREAM-MAP-', named, map({ mapper }), noSerdes, { isKeyChanging: true });
  }

  /** Gives each record another value. */
  mapValues<V2>(mapper: (value: V, key: K) => V2, named: Named = {}): KStream<K, V2> {
    const serdes = { keySerde: this.part.keySerde, valueSerde: null };
    return this.#next('KSTREAM-MAPVALUES-', named, mapValues({ mapper }), serdes, { isValueChanging: true });
  }

  /** Makes any number of records of each, with its timestamp. */
  flatMap<K2, V2>(mapper: (key: K, value: V) => Iterable<readonly [K2, V2]>, named: Named = {}): KStream<K2, V2> {
    return this.#next('KSTREAM-FLATMAP-', named, flatMap({ mapper }), noSerdes, { isKeyChanging: true });
  }

  /** Makes any number of records of each, with its key and timestamp. */
  flatMapValues<V2>(mapper: (value: V, key: K) => Iterable<V2>, named: Named = {}): KStream<K, V2> {
    const serdes = { keySerde: this.part.keySerde, valueSerde: null };
    return this.#next('KSTREAM-FLATMAPVALUES-', named, flatMapValues({ mapper }), serdes, { isValueChanging: true });
  }

  /** Looks at each record and passes it on. */
  peek(action: (key: K, value: V) => void, named: Named = {}): KStream<K, V> {
    return this.#next('KSTREAM-PEEK-', named, peek({ action }), sameSerdes(this.part));
  }

  /** Looks at each record, at the end of a line. */
  foreach(action: (key: K, value: V) => void, named: Named = {}): void {
    this.#next('KSTREAM-FOREACH-', named, foreach({ action }), noSerdes);
  }

  /** The records of both, as they come. */
  merge<V2>(other: KStream<K, V2>, named: Named = {}): KStream<K, V | V2> {
    const { graph } = this.part;
    const name = graph.names.nodeName(named.name, 'KSTREAM-MERGE-');
    const node = processorNode(name, passThrough(), { isMerge: true });
    graph.add([this.part.node, other.part.node], node);
    return new KStream<K, V | V2>({
      ...noSerdes,
      graph,
      name,
      node,
      sources: new Set([...this.part.sources, ...other.part.sources]),
      needsRepartition: this.part.needsRepartition || other.part.needsRepartition,
    });
  }

  /** Each record goes to the first branch whose predicate holds. With `branches`: the streams by the branches' names. */
  split(named?: Named): BranchedKStream<K, V>;
  split<const B extends Branches<K, V>>(branches: B, named?: Named): SplitStreams<K, V, B>;
  split<const B extends Branches<K, V>>(
    branchesOrName: B | Named = {},
    named: Named = {},
  ): BranchedKStream<K, V> | SplitStreams<K, V, B> {
    if (!isBranches(branchesOrName)) return new BranchedKStream(this, branchesOrName);
    return splitInto(this, branchesOrName, named);
  }

  /** Sends the stream through a topic of the application's own, partitioned by its keys. */
  repartition(options: Repartitioned<K, V> = {}): KStream<K, V> {
    const { graph } = this.part;
    const prefix = options.name === undefined ? graph.names.processor('KSTREAM-REPARTITION-') : validName(options.name);
    if (options.name === undefined) graph.generatedNames.repartition(prefix + repartitionSuffix);
    const keySerde = options.key ?? this.part.keySerde;
    const valueSerde = options.value ?? this.part.valueSerde;
    const node = new RepartitionNode(repartitionNames(graph.names, prefix), {
      keySerde,
      valueSerde,
      partitioner: options.partitioner as StreamPartitioner | undefined,
      partitions: options.partitions,
      isFixed: true,
    });
    graph.add(this.part.node, node);
    const { name } = node;
    return new KStream({ graph, name, node, keySerde, valueSerde, sources: new Set([name]), needsRepartition: false });
  }

  /** Writes the stream to a topic, or each record to the topic that a function names. */
  to(topic: string | TopicChooser<K, V>, produced: Produced<K, V> = {}): void {
    const { graph, keySerde, valueSerde } = this.part;
    const name = graph.names.nodeName(produced.name, 'KSTREAM-SINK-');
    const node = new GraphNode(name, ({ topology }, parents) =>
      topology.addSink(name, topic as string | TopicNameExtractor, parents, {
        key: produced.key ?? keySerde,
        value: produced.value ?? valueSerde,
        partitioner: produced.partitioner as StreamPartitioner | undefined,
      }),
    );
    graph.add(this.part.node, node);
  }

  /** The latest value of each key; a record without value deletes the key's row. */
  toTable(materialized: Materialized<K, Present<V>> = {}): KTable<K, Present<V>> {
    const { graph } = this.part;
    const name = graph.names.nodeName(materialized.name, 'KSTREAM-TOTABLE-');
    const inherited = this.part as unknown as StreamPart<K, Present<V>>;
    const store = keyValueTableStore(storeName(graph, materialized, 'KSTREAM-TOTABLE-'), materialized, inherited);
    let { node: parent, sources } = this.part;
    if (this.part.needsRepartition) {
      if (materialized.name === undefined) graph.generatedNames.repartition(name + repartitionSuffix);
      const repartition = new RepartitionNode(repartitionNames(graph.names, name), store);
      graph.add(parent, repartition);
      parent = repartition;
      sources = new Set([repartition.name]);
    }
    const source = tableSource<K, Present<V>>({
      storeName: store.name,
      isMaterialized: store.queryableName !== null,
      isVersioned: store.isVersioned,
    });
    const node = new GraphNode(
      name,
      (target, parents) => {
        target.topology.addProcessor(name, source, parents);
        if (source.materializedAs === null) return;
        target.topology.addStateStore(store.builder(target), [name]);
      },
      { isVersioned: store.isVersioned },
    );
    graph.add(parent, node);
    const { keySerde, valueSerde, queryableName: queryableStoreName } = store;
    return new KTable({ graph, name, node, keySerde, valueSerde, sources, table: source, queryableStoreName });
  }

  /** Groups the records by their keys. */
  groupByKey(grouped: Grouped<K, V> = {}): KGroupedStream<K, V> {
    const { key = this.part.keySerde, value = this.part.valueSerde, name } = grouped;
    return new KGroupedStream({ ...this.part, keySerde: key, valueSerde: value }, repartitionNameOf(name));
  }

  /** Groups the records by a key made of key and value, through a repartition topic. */
  groupBy<K2>(selector: (key: K, value: V) => K2, grouped: Grouped<K2, V> = {}): KGroupedStream<K2, V> {
    const { key = null, value = this.part.valueSerde, name } = grouped;
    const { part } = this.selectKey(selector, { name });
    return new KGroupedStream({ ...part, keySerde: key, valueSerde: value }, repartitionNameOf(name));
  }

  /** Pairs records of one key that are close in time. Records without key or value are dropped. */
  join<VO, VR>(
    other: KStream<K, VO>,
    joiner: (left: Present<V>, right: Present<VO>, key: K) => VR,
    windows: JoinWindows,
    options?: StreamJoined<K, V, VO>,
  ): KStream<K, VR>;
  /** Gives each record the row that the table has for its key now. */
  join<VT, VR>(
    other: KTable<K, VT>,
    joiner: (left: Present<V>, right: VT, key: K) => VR,
    options?: Joined<K, V>,
  ): KStream<K, VR>;
  /** Gives each record the row that the global table has for a key made of key and value. */
  join<KT, VT, VR>(
    other: GlobalKTable<KT, VT>,
    keyMapper: (key: K, value: Present<V>) => KT | null,
    joiner: (left: Present<V>, right: VT, key: K) => VR,
    named?: Named,
  ): KStream<K, VR>;
  join(other: object, ...args: readonly unknown[]): KStream<K, unknown> {
    return this.#join('inner', other, args);
  }

  /** As `join`; a record of this side that finds no partner is passed on with `null` for it, once none can come any more. */
  leftJoin<VO, VR>(
    other: KStream<K, VO>,
    joiner: (left: Present<V>, right: Present<VO> | null, key: K) => VR,
    windows: JoinWindows,
    options?: StreamJoined<K, V, VO>,
  ): KStream<K, VR>;
  leftJoin<VT, VR>(
    other: KTable<K, VT>,
    joiner: (left: Present<V>, right: VT | null, key: K) => VR,
    options?: Joined<K, V>,
  ): KStream<K, VR>;
  leftJoin<KT, VT, VR>(
    other: GlobalKTable<KT, VT>,
    keyMapper: (key: K, value: Present<V>) => KT | null,
    joiner: (left: Present<V>, right: VT | null, key: K) => VR,
    named?: Named,
  ): KStream<K, VR>;
  leftJoin(other: object, ...args: readonly unknown[]): KStream<K, unknown> {
    return this.#join('left', other, args);
  }

  /** As `join`; records of both sides that find no partner are passed on alone. */
  outerJoin<VO, VR>(
    other: KStream<K, VO>,
    joiner: (left: Present<V> | null, right: Present<VO> | null, key: K) => VR,
    windows: JoinWindows,
    options: StreamJoined<K, V, VO> = {},
  ): KStream<K, VR> {
    const anyJoiner = joiner as (left: unknown, right: unknown, key: K) => VR;
    return new KStream(joinStreams('outer', this, other, anyJoiner, windows, options));
  }

  /** Gives each record to a processor, which may forward any keys and values, keep state and ask to be called by time. */
  process<K2, V2>(supplier: ProcessorSupplier<K, V, K2, V2>, options: WithStores = {}): KStream<K2, V2> {
    const next = this.#withStores('KSTREAM-PROCESSOR-', supplier, options);
    return new KStream<K2, V2>({ ...next, ...noSerdes, needsRepartition: true });
  }

  /** As `process`, for what keeps the key: whatever key the processor forwards, that of its record goes on. So nothing is repartitioned. */
  processValues<V2>(supplier: ProcessorSupplier<K, V, K, V2>, options: WithStores = {}): KStream<K, V2> {
    const next = this.#withStores('KSTREAM-PROCESSVALUES-', fixedKey(supplier), options);
    return new KStream<K, V2>({ ...next, keySerde: this.part.keySerde, valueSerde: null });
  }

  /**
   * The part of this stream after a repartition for a join; joins without a name of their own share one topic.
   * @internal
   */
  repartitionForJoin(prefix: string, keySerde: Serde<K> | null, valueSerde: Serde<V> | null): StreamPart<K, V> {
    const { graph } = this.part;
    const serdes = { keySerde: keySerde ?? this.part.keySerde, valueSerde: valueSerde ?? this.part.valueSerde };
    const names = repartitionNames(graph.names, prefix);
    if (this.#repartition === null || prefix !== this.part.name) {
      this.#repartition = { prefix, node: new RepartitionNode(names, serdes) };
      graph.add(this.part.node, this.#repartition.node);
    }
    const { node } = this.#repartition;
    return { graph, name: names.source, node, ...serdes, sources: new Set([names.source]), needsRepartition: false };
  }

  #join(kind: 'inner' | 'left', other: object, args: readonly unknown[]): KStream<K, unknown> {
    type Joiner = (left: unknown, right: unknown, key: K) => unknown;
    if (other instanceof KStream) {
      const [joiner, windows, options = {}] = args as [Joiner, JoinWindows, StreamJoined<K, V, unknown>?];
      return new KStream(joinStreams(kind, this, other as KStream<K, unknown>, joiner, windows, options));
    }
    if (other instanceof KTable) {
      const [joiner, options = {}] = args as [Joiner, Joined<K, V>?];
      return new KStream(joinWithTable(kind, this, other as KTable<K, unknown>, joiner, options));
    }
    const [keyMapper, joiner, named = {}] = args as [(key: K, value: unknown) => unknown, Joiner, Named?];
    return new KStream(
      joinWithGlobalTable(kind, this, other as GlobalKTable<unknown, unknown>, keyMapper, joiner, named),
    );
  }

  #withStores(
    prefix: string,
    supplier: ProcessorSupplier<K, V>,
    { name: given, stores = [] }: WithStores,
  ): StreamPart<K, V> {
    // A name that is given takes no number here, as in Kafka.
    const name = given === undefined ? this.part.graph.names.processor(prefix) : validName(given);
    const node = new GraphNode(name, ({ topology }, parents) => {
      topology.addProcessor(name, supplier, parents);
      if (stores.length > 0) topology.connectProcessorAndStateStores(name, stores);
    });
    this.part.graph.add(this.part.node, node);
    return { ...this.part, name, node };
  }

  #next<K2, V2>(
    prefix: string,
    named: Named,
    supplier: ProcessorSupplier<K, V, K2, V2>,
    serdes: { readonly keySerde: Serde<K2> | null; readonly valueSerde: Serde<V2> | null },
    traits: GraphNodeTraits = {},
  ): KStream<K2, V2> {
    const { graph, sources, needsRepartition } = this.part;
    const name = graph.names.nodeName(named.name, prefix);
    const node = processorNode(name, supplier, traits);
    graph.add(this.part.node, node);
    return new KStream({
      graph,
      name,
      node,
      ...serdes,
      sources,
      needsRepartition: needsRepartition || traits.isKeyChanging === true,
    });
  }
}

const noSerdes = { keySerde: null, valueSerde: null } as const;

function sameSerdes<K, V>({ keySerde, valueSerde }: StreamPart<K, V>) {
  return { keySerde, valueSerde };
}

function repartitionNameOf(name: string | undefined): string | null {
  return name === undefined ? null : validName(name);
}

function isBranches<K, V, B extends Branches<K, V>>(given: B | Named): given is B {
  return Object.values(given).some((value) => typeof value === 'function');
}

/** An operator of one processor. */
export function processorNode<KIn, VIn, KOut, VOut>(
  name: string,
  supplier: ProcessorSupplier<KIn, VIn, KOut, VOut>,
  traits: GraphNodeTraits = {},
): GraphNode {
  return new GraphNode(name, ({ topology }, parents) => topology.addProcessor(name, supplier, parents), traits);
}
