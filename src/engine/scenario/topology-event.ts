import type { BuiltNode, TraceEvent } from '../environment/trace-events.js';
import type { BuiltTopology, TopologyNode } from '../streams/topology/topology-node.js';

/** Tells what an application is made of. */
export function topologyEvent(
  application: string,
  built: BuiltTopology,
): Extract<TraceEvent, { kind: 'topology-built' }> {
  const { subTopologies, global } = built;
  return {
    kind: 'topology-built',
    application,
    nodes: [
      ...subTopologies.flatMap(({ id, nodes }) => nodes.map((node) => nodeOf(id, node, nodes))),
      ...(global?.nodes.map((node) => nodeOf(-1, node, global.nodes)) ?? []),
    ],
    stores: [
      ...subTopologies.flatMap(({ id, stores, changelogTopics }) =>
        stores.map(({ name }) => ({
          store: name,
          subTopology: id,
          changelog: changelogTopics.get(name)?.name ?? null,
        })),
      ),
      ...(global?.stores.map(({ name }) => ({ store: name, subTopology: -1, changelog: null })) ?? []),
    ],
    repartitionTopics: subTopologies.flatMap(({ repartitionTopics }) => repartitionTopics.map(({ name }) => name)),
  };
}

function nodeOf(subTopology: number, node: TopologyNode, all: readonly TopologyNode[]): BuiltNode {
  return {
    subTopology,
    name: node.name,
    kind: node.kind,
    topics: topicsOf(node),
    stores: node.kind === 'processor' ? node.stores : [],
    children: all.flatMap((other) => (other.kind !== 'source' && other.parents.includes(node.name) ? other.name : [])),
  };
}

function topicsOf(node: TopologyNode): readonly string[] {
  switch (node.kind) {
    case 'source':
      return node.topics instanceof RegExp ? [String(node.topics)] : node.topics;
    case 'processor':
      return [];
    case 'sink':
      return [typeof node.topic === 'string' ? node.topic : node.topic.name];
  }
}
