import type { ProcessorSupplier } from '../processor/processor.js';
import type { Serde } from '../serdes.js';
import type { StoreBuilder } from '../state/store-builder.js';
import { StreamsError } from '../streams-error.js';
import { buildTopology } from './build-topology.js';
import type { TopologyDescription } from './describe-topology.js';
import { describeTopology } from './describe-topology.js';
import type { InternalTopicConfig } from './internal-topics.js';
import { NodeGroups } from './node-groups.js';
import { invalidTopology } from './resource-name.js';
import type { GlobalStoreParts, ProcessorParts, StoreParts, TopologyParts } from './topology-parts.js';
import type {
  AutoOffsetReset,
  BuiltTopology,
  SinkNode,
  SourceNode,
  StreamPartitioner,
  TimestampExtractor,
  TopicNameExtractor,
} from './topology-node.js';

export interface SourceOptions<K, V> {
  /** Without: the application's default. */
  readonly key?: Serde<K> | null;
  readonly value?: Serde<V> | null;
  readonly timestamp?: TimestampExtractor | null;
  readonly reset?: AutoOffsetReset | null;
}

export interface SinkOptions<K, V> {
  readonly key?: Serde<K> | null;
  readonly value?: Serde<V> | null;
  readonly partitioner?: StreamPartitioner | null;
}

export interface GlobalStoreOptions<K, V> extends SourceOptions<K, V> {
  readonly sourceName: string;
  readonly topic: string;
  readonly processorName: string;
  /** What keeps the store up to date; it forwards nothing. */
  readonly supplier: ProcessorSupplier<K, V, never, never>;
}

/**
 * What an application is made of, node by node (Kafka's `Topology`, the Processor API). `StreamsBuilder` makes one too.
 * Every method throws a StreamsError named TopologyException, with Kafka's message, if the node cannot be added.
 */
export class Topology {
  readonly #nodes = new Map<string, SourceNode | ProcessorParts | SinkNode>();
  readonly #groups = new NodeGroups();
  readonly #stores = new Map<string, StoreParts>();
  readonly #globalStores = new Map<string, GlobalStoreParts>();
  readonly #internalTopics = new Map<string, number | null>();
  readonly #copartitionedSources: ReadonlySet<string>[] = [];
  readonly #sourceOfTopic = new Map<string, string>();

  /** @param topics their names, or a pattern that the topics of the cluster are matched with, whole */
  addSource<K, V>(
    name: string,
    topics: string | readonly string[] | RegExp,
    { key = null, value = null, timestamp = null, reset = null }: SourceOptions<K, V> = {},
  ): this {
    const given = topics instanceof RegExp ? topics : typeof topics === 'string' ? [topics] : [...topics];
    if (!(given instanceof RegExp) && given.length === 0) throw invalidTopology('topics cannot be empty');
    this.#refuseKnown(name);
    for (const topic of given instanceof RegExp ? [] : given) this.#refuseTopic(topic);
    if (given instanceof RegExp) this.#refusePattern(given);
    else for (const topic of given) this.#sourceOfTopic.set(topic, name);
    this.#add({
      kind: 'source',
      name,
      topics: given,
      keySerde: key,
      valueSerde: value,
      timestampExtractor: timestamp,
      offsetReset: reset,
    });
    return this;
  }

  addProcessor<KIn, VIn, KOut, VOut>(
    name: string,
    supplier: ProcessorSupplier<KIn, VIn, KOut, VOut>,
    parents: string | readonly string[],
  ): this {
    const parentNames = this.#knownParents(name, parents);
    requireNewEachTime(name, supplier);
    this.#add({ kind: 'processor', name, parents: parentNames, supplier, stores: new Set() });
    for (const store of supplier.stores ?? []) this.addStateStore(store, [name]);
    return this;
  }

  /** @param topic its name, or a function that names one for each record */
  addSink<K, V>(
    name: string,
    topic: string | TopicNameExtractor,
    parents: string | readonly string[],
    { key = null, value = null, partitioner = null }: SinkOptions<K, V> = {},
  ): this {
    const parentNames = this.#knownParents(name, parents);
    this.#add({ kind: 'sink', name, parents: parentNames, topic, keySerde: key, valueSerde: value, partitioner });
    return this;
  }

  /** @param processors whom it is connected to at once */
  addStateStore(builder: StoreBuilder, processors: readonly string[] = []): this {
    const known = this.#stores.get(builder.name);
    if (known !== undefined && known.builder !== builder) {
      throw invalidTopology(`A different StateStore has already been added with the name ${builder.name}`);
    }
    if (this.#globalStores.has(builder.name)) {
      throw invalidTopology(`A different GlobalStateStore has already been added with the name ${builder.name}`);
    }
    if (known === undefined) this.#stores.set(builder.name, { builder, users: new Set(), sourceTopic: null });
    for (const processor of processors) this.connectProcessorAndStateStores(processor, [builder.name]);
    return this;
  }

  /** A store that every instance keeps whole, from all partitions of its topic. It has no changelog, whatever its builder says: the topic is. */
  addGlobalStore<K, V>(builder: StoreBuilder, options: GlobalStoreOptions<K, V>): this {
    const { sourceName, topic, processorName, supplier, key = null, value = null, timestamp = null } = options;
    this.#refuseTopic(topic);
    this.#refuseKnown(sourceName);
    this.#refuseKnown(processorName);
    if (this.#stores.has(builder.name)) {
      throw invalidTopology(`A different StateStore has already been added with the name ${builder.name}`);
    }
    if (this.#globalStores.has(builder.name)) {
      throw invalidTopology(`A different GlobalStateStore has already been added with the name ${builder.name}`);
    }
    if (sourceName === processorName) throw invalidTopology('sourceName and processorName must be different.');
    this.#sourceOfTopic.set(topic, sourceName);
    this.#add({
      kind: 'source',
      name: sourceName,
      topics: [topic],
      keySerde: key,
      valueSerde: value,
      timestampExtractor: timestamp,
      offsetReset: null,
    });
    this.#add({
      kind: 'processor',
      name: processorName,
      parents: [sourceName],
      supplier,
      stores: new Set([builder.name]),
    });
    this.#globalStores.set(builder.name, { builder, sourceName, processorName });
    return this;
  }

  connectProcessorAndStateStores(processor: string, storeNames: readonly string[]): this {
    if (storeNames.length === 0) throw invalidTopology('stateStoreNames cannot be empty');
    for (const storeName of storeNames) this.#connect(processor, storeName);
    return this;
  }

  /** What Kafka's `describe()` gives; as text, its very text. */
  describe(): TopologyDescription {
    return describeTopology(this.parts);
  }

  /** The topology made ready for an application: its internal topics bear the application's id. */
  build(applicationId: string, config: InternalTopicConfig = {}): BuiltTopology {
    return buildTopology(this.parts, applicationId, config);
  }

  /** @internal */
  get parts(): TopologyParts {
    return {
      nodes: this.#nodes,
      groups: this.#groups,
      stores: this.#stores,
      globalStores: this.#globalStores,
      internalTopics: this.#internalTopics,
      copartitionedSources: this.#copartitionedSources,
    };
  }

  /**
   * For the DSL: a topic that the application makes for itself; nodes name it without the application's id.
   * @internal
   */
  addInternalTopic(name: string, partitions: number | null): void {
    this.#internalTopics.set(name, partitions);
  }

  /**
   * For the DSL: sources whose topics must have equally many partitions.
   * @internal
   */
  copartitionSources(sources: Iterable<string>): void {
    this.#copartitionedSources.push(new Set(sources));
  }

  /**
   * For the DSL: another source reads now what this one was to read.
   * @internal
   */
  replaceCopartitionedSource(replaced: string, by: string): void {
    this.#copartitionedSources.forEach((sources, index) => {
      if (!sources.has(replaced)) return;
      this.#copartitionedSources[index] = new Set([...sources].map((name) => (name === replaced ? by : name)));
    });
  }

  /**
   * For the DSL: the store has no changelog of its own, since this topic holds all that it does.
   * @internal
   */
  keepStoreInTopic(storeName: string, topic: string): void {
    const store = this.#stores.get(storeName);
    if (store !== undefined) store.sourceTopic = topic;
  }

  #connect(processor: string, storeName: string): void {
    if (this.#globalStores.has(storeName)) {
      throw invalidTopology(
        `Global StateStore ${storeName} can be used by a Processor without being specified; it should not be explicitly passed.`,
      );
    }
    const store = this.#stores.get(storeName);
    if (store === undefined) throw invalidTopology(`StateStore ${storeName} is not added yet.`);
    const node = this.#nodes.get(processor);
    if (node === undefined) throw invalidTopology(`Processor ${processor} is not added yet.`);
    if (node.kind !== 'processor') {
      throw invalidTopology(`cannot connect a state store ${storeName} to a source node or a sink node.`);
    }
    this.#groups.unite(processor, store.users);
    store.users.add(processor);
    node.stores.add(storeName);
  }

  #add(node: SourceNode | ProcessorParts | SinkNode): void {
    this.#nodes.set(node.name, node);
    this.#groups.add(node.name);
    if (node.kind !== 'source') this.#groups.unite(node.name, node.parents);
  }

  #knownParents(name: string, parents: string | readonly string[]): readonly string[] {
    const parentNames = typeof parents === 'string' ? [parents] : [...parents];
    if (parentNames.length === 0) throw invalidTopology('predecessorNames cannot be empty');
    this.#refuseKnown(name);
    for (const parentName of parentNames) {
      if (parentName === name) throw invalidTopology(`Parent node ${name} is unknown (self-reference).`);
      const parent = this.#nodes.get(parentName);
      if (parent === undefined) throw invalidTopology(`Parent node ${parentName} is unknown.`);
      if (parent.kind === 'sink') throw invalidTopology(`Sink ${parentName} cannot be used a parent.`);
    }
    return parentNames;
  }

  #refuseKnown(name: string): void {
    if (this.#nodes.has(name)) throw invalidTopology(`Processor ${name} is already added.`);
  }

  #refuseTopic(topic: string): void {
    if (this.#sourceOfTopic.has(topic)) {
      throw invalidTopology(`Topic ${topic} has already been registered by another source.`);
    }
    const isMatched = [...this.#nodes.values()].some(
      (node) => node.kind === 'source' && node.topics instanceof RegExp && matchesWhole(node.topics, topic),
    );
    if (isMatched) throw invalidTopology(`Topic ${topic} matches a Pattern already registered by another source.`);
  }

  #refusePattern(pattern: RegExp): void {
    if ([...this.#sourceOfTopic.keys()].some((topic) => matchesWhole(pattern, topic))) {
      throw invalidTopology(
        `Pattern ${pattern.source} will match a topic that has already been registered by another source.`,
      );
    }
  }
}

/** A processor has state of its own: tasks must not share one. */
function requireNewEachTime<KIn, VIn, KOut, VOut>(
  name: string,
  supplier: ProcessorSupplier<KIn, VIn, KOut, VOut>,
): void {
  if (supplier.get() !== supplier.get()) return;
  throw new StreamsError(
    'IllegalArgumentException',
    `The supplier of ${name} generates single reference. get() must return a new object each time it is called.`,
  );
}

/** Kafka matches patterns with the whole name of a topic. */
export function matchesWhole(pattern: RegExp, topic: string): boolean {
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, '')).test(topic);
}
