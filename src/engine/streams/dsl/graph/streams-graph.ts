import { checkCopartition } from '../../topology/copartition-groups.js';
import { Topology } from '../../topology/topology.js';
import type { TopologyConfig } from './build-target.js';
import { GeneratedNames } from './generated-names.js';
import { GraphNode } from './graph-node.js';
import { mergeSources } from './merge-sources.js';
import { NameCounter } from './name-counter.js';
import { keepNullKeysForTolerantJoins } from './null-key-joins.js';
import { optimizationsOf } from './optimizations.js';
import { RepartitionMerger } from './repartition-merger.js';
import { rewriteSelfJoins } from './self-joins.js';
import { TableSourceNode } from './source-node.js';

/** The operators of an application as they were called, before they become a topology (Kafka's `InternalStreamsBuilder`). */
export class StreamsGraph {
  readonly root = new GraphNode('root', () => undefined);
  readonly names = new NameCounter();
  readonly topology = new Topology();
  readonly generatedNames = new GeneratedNames();
  readonly #tableSources = new Set<TableSourceNode>();
  readonly #repartitions = new RepartitionMerger();
  #nextPriority = 0;

  /** Attaches an operator below others. Below several it counts once for each, as in Kafka. */
  add(parents: GraphNode | readonly GraphNode[], node: GraphNode): void {
    for (const parent of parents instanceof GraphNode ? [parents] : parents) {
      parent.addChild(node);
      node.buildPriority = this.#nextPriority++;
      this.#repartitions.note(node);
      if (node instanceof TableSourceNode) this.#tableSources.add(node);
    }
  }

  /** Improves the plan as the configuration asks and writes what has not been written yet. */
  build(config: TopologyConfig): Topology {
    const wanted = optimizationsOf(config);
    mergeSources(this.root);
    if (wanted.has('reuse.ktable.source.topics')) {
      for (const source of this.#tableSources) source.keepsStateInTopic = true;
    }
    if (wanted.has('merge.repartition.topics')) this.#repartitions.merge(this.names, this.topology);
    if (wanted.has('single.store.self.join')) rewriteSelfJoins(this.root);
    keepNullKeysForTolerantJoins(this.root);
    this.#write(config);
    checkCopartition(this.topology.parts);
    if (config['ensure.explicit.internal.resource.naming'] === true) this.generatedNames.refuse();
    return this.topology;
  }

  #write(config: TopologyConfig): void {
    const waiting = [this.root];
    for (;;) {
      const next = takeFirst(waiting);
      if (next === undefined) return;
      if (!next.isWritten && next.parents.every((parent) => parent.isWritten)) {
        next.write({ topology: this.topology, config });
      }
      waiting.push(...next.children);
    }
  }
}

/** Takes out the node that was called first of those that wait. */
function takeFirst(waiting: GraphNode[]): GraphNode | undefined {
  let first = 0;
  waiting.forEach((node, index) => {
    if (node.buildPriority < (waiting[first]?.buildPriority ?? 0)) first = index;
  });
  return waiting.splice(first, 1)[0];
}
