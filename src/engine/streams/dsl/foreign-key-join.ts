import { foreignKeyJoin } from '../processors/foreign-key-join.js';
import { tableSource } from '../processors/table-source.js';
import { validName } from '../topology/resource-name.js';
import type { StreamPartitioner } from '../topology/topology-node.js';
import { GraphNode } from './graph/graph-node.js';
import { StreamSourceNode } from './graph/source-node.js';
import { processorNode } from './kstream.js';
import type { OnForeignKey } from './ktable.js';
import type { Materialized } from './materialized.js';
import type { TablePart } from './part.js';
import { keyValueTableStore, storeName } from './table-store.js';

/**
 * The join of a table with another by a key in its rows (KIP-213): the left one subscribes, through a topic, to the right
 * one's rows, which answers through another. The right table may be partitioned otherwise.
 */
export function joinByForeignKey<K, V, FK, FV, VR>(
  kind: 'inner' | 'left',
  left: TablePart<K, V>,
  right: TablePart<FK, FV>,
  { foreignKey, otherPartitioner }: OnForeignKey<K, V, FK>,
  joiner: (left: V | null, right: FV | null) => VR | null,
  materialized: Materialized<K, VR>,
): TablePart<K, VR> {
  const { graph } = left;
  right.table.enableSendingOldValues(true);
  left.table.enableSendingOldValues(true);
  const names = foreignKeyNames(left, materialized.name);
  const join = foreignKeyJoin<K, V, FK, FV, VR>({
    kind,
    left: left.table,
    right: right.table,
    foreignKey: (key, value) => foreignKey(value, key),
    joiner,
    keySerde: left.keySerde,
    valueSerde: left.valueSerde,
    foreignKeySerde: right.keySerde,
    foreignValueSerde: right.valueSerde,
    subscriptionStoreName: names.store,
    foreignKeyTopic: `${names.subscriptionTopic}-fk`,
    primaryKeyTopic: `${names.subscriptionTopic}-pk`,
    valueHashTopic: `${names.subscriptionTopic}-vh`,
  });
  graph.topology.addInternalTopic(names.subscriptionTopic, null);
  graph.topology.addInternalTopic(names.responseTopic, null);

  // Being read makes both tables keep their rows.
  const [leftStores, rightStores] = [left.table.view().storeNames, right.table.view().storeNames];
  const sender = processorNode(names.sender, join.sender);
  const subscription = { key: right.keySerde, value: join.subscriptionSerde };
  const subscriptionSink = new GraphNode(names.subscriptionSink, ({ topology }, parents) =>
    topology.addSink(names.subscriptionSink, names.subscriptionTopic, parents, {
      ...subscription,
      partitioner: otherPartitioner as StreamPartitioner | undefined,
    }),
  );
  const subscriptionSource = new StreamSourceNode(names.subscriptionSource, [names.subscriptionTopic], subscription);
  const receiver = new GraphNode(names.receiver, ({ topology }, parents) => {
    topology.addProcessor(names.receiver, join.receiver, parents);
    topology.addStateStore(join.subscriptionStore, [names.receiver]);
  });
  const subscriptionJoin = new GraphNode(names.subscriptionJoin, ({ topology }, parents) => {
    topology.addProcessor(names.subscriptionJoin, join.subscriptionJoin, parents);
    topology.connectProcessorAndStateStores(names.subscriptionJoin, rightStores);
  });
  const foreignTableJoin = new GraphNode(names.foreignTableJoin, ({ topology }, parents) => {
    topology.addProcessor(names.foreignTableJoin, join.foreignTableJoin, parents);
    topology.addStateStore(join.subscriptionStore, [names.foreignTableJoin]);
  });
  const response = { key: left.keySerde, value: join.responseSerde };
  const responseSink = new GraphNode(names.responseSink, ({ topology }, parents) =>
    topology.addSink(names.responseSink, names.responseTopic, parents, {
      ...response,
      partitioner: join.responsePartitioner,
    }),
  );
  const responseSource = new StreamSourceNode(names.responseSource, [names.responseTopic], response);
  const resolver = new GraphNode(names.resolver, ({ topology }, parents) => {
    topology.addProcessor(names.resolver, join.resolver, parents);
    topology.connectProcessorAndStateStores(names.resolver, leftStores);
  });

  graph.add(left.node, sender);
  graph.add(sender, subscriptionSink);
  graph.add(subscriptionSink, subscriptionSource);
  graph.topology.copartitionSources([...right.sources, names.subscriptionSource]);
  graph.add(subscriptionSource, receiver);
  graph.add(receiver, subscriptionJoin);
  graph.add(right.node, foreignTableJoin);
  graph.add([subscriptionJoin, foreignTableJoin], responseSink);
  graph.add(responseSink, responseSource);
  const sources = new Set([...left.sources, names.responseSource]);
  graph.topology.copartitionSources(sources);
  graph.add(responseSource, resolver);
  return resultOf(left, names.result, resolver, sources, materialized);
}

/** The table of the results: what the resolver passes on, kept if its store is named. */
function resultOf<K, V, VR>(
  { graph, keySerde }: TablePart<K, V>,
  name: string,
  resolver: GraphNode,
  sources: ReadonlySet<string>,
  materialized: Materialized<K, VR>,
): TablePart<K, VR> {
  const nameOfStore = storeName(graph, materialized, 'KTABLE-FK-JOIN-OUTPUT-');
  const store = keyValueTableStore<K, VR>(nameOfStore, materialized, { keySerde, valueSerde: null });
  const source = tableSource<K, VR>({
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
  graph.add(resolver, node);
  return {
    graph,
    name,
    node,
    keySerde: store.keySerde,
    valueSerde: store.valueSerde,
    sources,
    table: source,
    queryableStoreName: store.queryableName,
  };
}

/** The numbers are taken in Kafka's order. */
function foreignKeyNames({ graph: { names } }: TablePart<unknown, unknown>, given: string | undefined) {
  if (given !== undefined) validName(given);
  const prefix = 'KTABLE-FK-JOIN-SUBSCRIPTION-';
  return {
    subscriptionTopic: `${names.nodeName(given, `${prefix}REGISTRATION-`, '-subscription-registration')}-topic`,
    sender: names.nodeName(given, `${prefix}REGISTRATION-`, '-subscription-registration-processor'),
    subscriptionSink: names.nodeName(given, 'KTABLE-SINK-', '-subscription-registration-sink'),
    subscriptionSource: names.nodeName(given, 'KTABLE-SOURCE-', '-subscription-registration-source'),
    store: names.nodeName(given, `${prefix}STATE-STORE-`, '-subscription-store'),
    receiver: names.nodeName(given, `${prefix}PROCESSOR-`, '-subscription-receive'),
    subscriptionJoin: names.nodeName(given, `${prefix}PROCESSOR-`, '-subscription-join-foreign'),
    foreignTableJoin: names.nodeName(given, `${prefix}PROCESSOR-`, '-foreign-join-subscription'),
    responseTopic: `${names.nodeName(given, `${prefix}RESPONSE-`, '-subscription-response')}-topic`,
    responseSink: names.nodeName(given, 'KTABLE-SINK-', '-subscription-response-sink'),
    responseSource: names.nodeName(given, 'KTABLE-SOURCE-', '-subscription-response-source'),
    resolver: names.nodeName(given, `${prefix}RESPONSE-RESOLVER-PROCESSOR-`, '-subscription-response-resolver'),
    result: names.nodeName(given, 'KTABLE-FK-JOIN-OUTPUT-', '-result'),
  };
}
