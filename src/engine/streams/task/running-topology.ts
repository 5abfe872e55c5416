import type { StreamRecord } from '../processor/record.js';
import type { Processor } from '../processor/processor.js';
import type { StoreBuilder } from '../state/store-builder.js';
import type { RestorableStore } from '../state/state-store.js';
import { StreamsError } from '../streams-error.js';
import type { ProcessorNode, SinkNode, SourceNode, TopologyNode } from '../topology/topology-node.js';
import type { FailurePolicy } from './failure-policy.js';
import { NodeContext, type CurrentRecord, type RunningNode, type TaskScope } from './node-context.js';
import type { RawRecord } from './raw-record.js';
import { missingSerde, SerializationFailure, type RecordCollector } from './record-collector.js';

export interface RunningTopologyOptions {
  readonly nodes: readonly TopologyNode[];
  readonly stores: readonly StoreBuilder[];
  readonly scope: TaskScope;
  readonly collector: RecordCollector;
  readonly failures: FailurePolicy;
  /** The source record that is being processed. */
  readonly raw: () => RawRecord | null;
}

/** The nodes of one task at work, with their stores: a record given to a source runs through all below it, depth first. */
export class RunningTopology {
  readonly #stores: Map<string, RestorableStore>;
  readonly #options: RunningTopologyOptions;
  readonly #contexts = new Map<string, NodeContext>();
  readonly #processors: { readonly processor: Processor; readonly context: NodeContext }[] = [];
  #isStarted = false;

  constructor(options: RunningTopologyOptions) {
    this.#options = options;
    this.#stores = this.#buildStores();
  }

  /** In the order in which their nodes come, as Kafka flushes them. */
  get stores(): ReadonlyMap<string, RestorableStore> {
    return this.#stores;
  }

  /** Opens the stores: those that another task has handed over as they are, the others empty. */
  openStores(handedOver: ReadonlyMap<string, RestorableStore>): void {
    const { scope } = this.#options;
    for (const [name, store] of handedOver) if (this.#stores.has(name)) this.#stores.set(name, store);
    for (const [name, store] of this.stores) store.init(new NodeContext(scope, name, [name]));
  }

  /** Puts an empty store in the place of one that holds what it should not; before `start`. */
  emptyStore(name: string): void {
    const { scope, stores } = this.#options;
    this.#stores.get(name)?.close();
    const store = this.#buildStore(stores.find((builder) => builder.name === name));
    if (store === undefined) return;
    this.#stores.set(name, store);
    store.init(new NodeContext(scope, name, [name]));
  }

  /** Makes the processors and initializes them, once the stores hold what they held. */
  start(): void {
    for (const node of this.#options.nodes) this.#add(node);
    this.#isStarted = true;
    for (const { processor, context } of this.#processors) processor.init?.(context);
  }

  /** Gives a record to the nodes below a source. */
  process(source: SourceNode, record: StreamRecord<unknown, unknown>): void {
    this.context(source.name).forward(record);
  }

  /** Key and value of a record as its source sees them; `null` if it is to be skipped. */
  deserialize(source: SourceNode, raw: RawRecord): { readonly key: unknown; readonly value: unknown } | null {
    const { scope, failures } = this.#options;
    const { topic, headers } = raw;
    const keySerde = source.keySerde ?? scope.defaultKeySerde;
    const valueSerde = source.valueSerde ?? scope.defaultValueSerde;
    if (keySerde === null) throw missingSerde('key', source.name);
    if (valueSerde === null) throw missingSerde('value', source.name);
    try {
      return {
        key: raw.key === null ? null : keySerde.deserialize(topic, raw.key, headers),
        value: raw.value === null ? null : valueSerde.deserialize(topic, raw.value, headers),
      };
    } catch (error) {
      failures.notDeserialized(source.name, raw, error);
      return null;
    }
  }

  context(nodeName: string): NodeContext {
    return this.#contexts.get(nodeName) as NodeContext;
  }

  /** Closes processors, then stores. What fails on the way is thrown at the end, the first of it. */
  close(): void {
    closeAll([...this.#takeProcessors(), ...this.stores.values()]);
  }

  /** Closes the processors, and leaves the stores to another task. */
  closeProcessors(): void {
    closeAll(this.#takeProcessors());
  }

  #takeProcessors(): Processor[] {
    const processors = this.#isStarted ? this.#processors.map(({ processor }) => processor) : [];
    this.#isStarted = false;
    return processors;
  }

  #buildStores(): Map<string, RestorableStore> {
    const { nodes, stores } = this.#options;
    const builders = new Map(stores.map((builder) => [builder.name, builder]));
    const inOrder = nodes.flatMap((node) => (node.kind === 'processor' ? node.stores : []));
    const names = new Set([...inOrder, ...builders.keys()]);
    const built = new Map<string, RestorableStore>();
    for (const name of names) {
      const store = this.#buildStore(builders.get(name));
      if (store !== undefined) built.set(name, store);
    }
    return built;
  }

  #buildStore(builder: StoreBuilder | undefined): RestorableStore | undefined {
    const { scope } = this.#options;
    return builder?.build({ key: scope.defaultKeySerde, value: scope.defaultValueSerde });
  }

  #add(node: TopologyNode): void {
    const { scope } = this.#options;
    const context = new NodeContext(scope, node.name, node.kind === 'processor' ? node.stores : []);
    this.#contexts.set(node.name, context);
    if (node.kind === 'source') return;
    const running = node.kind === 'sink' ? this.#sink(node) : this.#processor(node, context);
    for (const parent of node.parents) {
      const above = this.#contexts.get(parent);
      if (above === undefined)
        throw new StreamsError('TopologyException', `${node.name} comes before its parent ${parent}.`);
      above.addChild(running);
    }
  }

  #processor({ name, supplier }: ProcessorNode, context: NodeContext): RunningNode {
    const processor = supplier.get();
    const { failures, raw } = this.#options;
    this.#processors.push({ processor, context });
    return {
      name,
      process(record) {
        try {
          processor.process(record);
        } catch (error) {
          failures.notProcessed(name, record, error, context.current, raw());
        }
      },
    };
  }

  #sink(node: SinkNode): RunningNode {
    const { scope, collector, failures, raw } = this.#options;
    const serdes = { key: node.keySerde ?? scope.defaultKeySerde, value: node.valueSerde ?? scope.defaultValueSerde };
    return {
      name: node.name,
      process(record) {
        const current = scope.current as CurrentRecord;
        if (record.timestamp < 0)
          throw new StreamsError(
            'StreamsException',
            `Invalid (negative) timestamp of ${record.timestamp} for an output record of ${node.name}.`,
          );
        const { timestamp, headers } = record;
        const topic =
          typeof node.topic === 'string'
            ? node.topic
            : node.topic(record.key, record.value, { timestamp, headers, origin: current.origin });
        try {
          collector.send(node, topic, record, serdes);
        } catch (error) {
          if (!(error instanceof SerializationFailure)) throw error;
          failures.notSerialized(node.name, error, current, raw());
        }
      },
    };
  }
}

function closeAll(things: readonly { close?(): void }[]): void {
  const failures: unknown[] = [];
  for (const each of things) {
    try {
      each.close?.();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0] as Error;
}
