import { hashOrder } from './hash-order.js';
import { InsertionTree } from './insertion-tree.js';
import type { TopologyParts } from './topology-parts.js';

export interface DescribedNode {
  readonly kind: 'source' | 'processor' | 'sink';
  readonly name: string;
  /** Of sources and sinks. */
  readonly topics: readonly string[] | RegExp;
  /** Of a sink: the name of the function that names the topic of each record. */
  readonly topicExtractor: string | null;
  readonly stores: readonly string[];
  readonly predecessors: readonly string[];
  readonly successors: readonly string[];
}

export interface DescribedSubTopology {
  readonly id: number;
  /** Whether every instance runs it whole. */
  readonly isGlobal: boolean;
  /** The largest sub-tree first, then by name. */
  readonly nodes: readonly DescribedNode[];
}

/** Kafka's `TopologyDescription`. */
export interface TopologyDescription {
  readonly subTopologies: readonly DescribedSubTopology[];
  /** Kafka's text, to the letter. */
  toString(): string;
}

/** Kafka's `Topology.describe()`. */
export function describeTopology(parts: TopologyParts): TopologyDescription {
  const globalSources = new Set([...parts.globalStores.values()].map(({ sourceName }) => sourceName));
  const subTopologies = parts.groups.numbered(parts.nodes.keys()).map((names, id) => ({
    id,
    isGlobal: names.some((name) => globalSources.has(name)),
    nodes: describeNodes(parts, names),
  }));
  return { subTopologies, toString: () => text(subTopologies) };
}

interface Drawn {
  readonly name: string;
  readonly kind: DescribedNode['kind'];
  /** Of the tree below it, itself included; a node that is reached by two ways counts twice. */
  size: number;
  readonly predecessors: InsertionTree<Drawn>;
  readonly successors: InsertionTree<Drawn>;
}

function bySizeThenName(a: Drawn, b: Drawn): number {
  if (a === b) return 0;
  if (a.size !== b.size) return b.size - a.size;
  return a.name < b.name ? -1 : 1;
}

/** Sizes grow while nodes are put in order, as Kafka does it: the order of siblings depends on it. */
function describeNodes(parts: TopologyParts, names: readonly string[]): DescribedNode[] {
  const drawn = new Map<string, Drawn>();
  for (const name of hashOrder(names)) {
    const kind = parts.nodes.get(name)?.kind ?? 'processor';
    const trees = { predecessors: new InsertionTree(bySizeThenName), successors: new InsertionTree(bySizeThenName) };
    drawn.set(name, { name, kind, size: 1, ...trees });
  }
  for (const node of drawn.values()) {
    const draft = parts.nodes.get(node.name);
    if (draft === undefined || draft.kind === 'source') continue;
    for (const parentName of draft.parents) {
      const parent = drawn.get(parentName);
      if (parent === undefined) continue;
      node.predecessors.add(parent);
      parent.successors.add(node);
      grow(parent, node.size);
    }
  }
  return [...drawn.values()].sort(bySizeThenName).map((node) => describeNode(parts, node));
}

function grow(node: Drawn, by: number): void {
  node.size += by;
  for (const predecessor of node.predecessors) grow(predecessor, by);
}

function describeNode(parts: TopologyParts, { name, kind, predecessors, successors }: Drawn): DescribedNode {
  const draft = parts.nodes.get(name);
  const names = (nodes: Iterable<Drawn>) => [...nodes].map((node) => node.name);
  const topicsOf = () => {
    if (draft?.kind === 'source')
      return draft.topics instanceof RegExp ? draft.topics : hashOrder(draft.topics, 'copy');
    return draft?.kind === 'sink' && typeof draft.topic === 'string' ? [draft.topic] : [];
  };
  return {
    kind,
    name,
    topics: topicsOf(),
    topicExtractor: draft?.kind === 'sink' && typeof draft.topic === 'function' ? draft.topic.name : null,
    stores: draft?.kind === 'processor' ? hashOrder(draft.stores, 'copy') : [],
    predecessors: names(predecessors),
    successors: names(successors),
  };
}

function text(subTopologies: readonly DescribedSubTopology[]): string {
  const parts = subTopologies.map(({ id, isGlobal, nodes }) => {
    const title = isGlobal ? `${id} for global store (will not generate tasks)` : String(id);
    const lines = nodes.map((node) => `    ${nodeText(node)}\n`).join('');
    return `  Sub-topology: ${title}\n${lines}${isGlobal ? '' : '\n'}`;
  });
  return `Topologies:\n ${parts.join('')}`;
}

function nodeText(node: DescribedNode): string {
  const { kind, name, topics, topicExtractor, stores, predecessors, successors } = node;
  const list = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '));
  const above = `\n      <-- ${list(predecessors)}`;
  const below = `\n      --> ${list(successors)}`;
  switch (kind) {
    case 'source':
      return `Source: ${name} (topics: ${topics instanceof RegExp ? topics.source : `[${topics.join(', ')}]`})${below}`;
    case 'processor':
      return `Processor: ${name} (stores: [${stores.join(', ')}])${below}${above}`;
    case 'sink':
      return topicExtractor === null
        ? `Sink: ${name} (topic: ${topics instanceof RegExp ? topics.source : topics.join(', ')})${above}`
        : `Sink: ${name} (extractor class: ${topicExtractor})${above}`;
  }
}
