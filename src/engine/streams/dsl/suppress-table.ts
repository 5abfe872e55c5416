import { suppress } from '../processors/suppress.js';
import { suppressionBufferBuilder } from '../state/stores.js';
import type { StreamsError } from '../streams-error.js';
import { invalidTopology, validName } from '../topology/resource-name.js';
import { GraphNode } from './graph/graph-node.js';
import type { Named } from './named.js';
import type { TablePart } from './part.js';
import type { Suppression } from './suppressed.js';

/** A node that holds back a table's changes, and its buffer. A name that is given takes no number, as in Kafka. */
export function suppressTable<K, V>(
  { graph, node: parent, table, keySerde, valueSerde, name: parentName }: TablePart<K, V>,
  suppression: Suppression,
  named: Named,
): TablePart<K, V> {
  const name = named.name === undefined ? graph.names.processor('KTABLE-SUPPRESS-') : validName(named.name);
  if (parent.traits.isVersioned === true) throw notForVersioned();
  const until =
    suppression.kind === 'window-closes'
      ? ({ kind: 'window-closes', graceMs: closesAfterMs(parent, []) } as const)
      : ({ kind: 'time-limit', waitMs: suppression.waitMs } as const);
  const storeName = named.name === undefined ? graph.names.store('KTABLE-SUPPRESS-') : `${named.name}-store`;
  const { logging, ...buffer } = suppression.buffer;
  if (named.name === undefined) graph.generatedNames.buffer(storeName, logging !== false);
  const supplier = suppress({ parent: table, until, buffer, storeName });
  const node = new GraphNode(
    name,
    ({ topology }, parents) => {
      if (isVersioned(parent)) throw notForVersioned(' (note that version semantics might be inherited from upstream)');
      topology.addProcessor(name, supplier, parents);
      topology.addStateStore(
        suppressionBufferBuilder({
          name: storeName,
          keySerde,
          valueSerde,
          loggingEnabled: logging !== false,
          logConfig: typeof logging === 'object' ? logging : {},
        }),
        [name],
      );
    },
    { isVersioned: false },
  );
  graph.add(parent, node);
  const sources = new Set([parentName]);
  return { graph, name, node, keySerde, valueSerde, sources, table: supplier, queryableStoreName: null };
}

function notForVersioned(note = ''): StreamsError {
  return invalidTopology(`suppress() is only supported for non-versioned KTables${note}`);
}

/** The longest that any window above may still change after its end. */
function closesAfterMs(node: GraphNode, below: readonly string[]): number {
  if (node.traits.closesAfterMs !== undefined) return node.traits.closesAfterMs;
  const chain = [node.name, ...below];
  if (node.parents.length === 0) {
    throw invalidTopology(`Window close time is only defined for windowed computations. Got [${chain.join('->')}].`);
  }
  return Math.max(...node.parents.map((parent) => closesAfterMs(parent, chain)));
}

/** A table is versioned if its store is, or if it has none and all it is made of is. */
function isVersioned(node: GraphNode): boolean {
  if (node.traits.isVersioned !== undefined) return node.traits.isVersioned;
  return node.parents.length > 0 && node.parents.every(isVersioned);
}
