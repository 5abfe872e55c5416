import type { Topology } from '../../topology/topology.js';
import type { GraphNode } from './graph-node.js';
import type { NameCounter } from './name-counter.js';
import { RepartitionNode, repartitionNames } from './repartition-node.js';

/** Which repartitions follow from which change of key, so that those of one change become a single one right below it. */
export class RepartitionMerger {
  readonly #below = new Map<GraphNode, Set<RepartitionNode>>();
  readonly #merges = new Set<GraphNode>();

  /** Called for each operator as it is attached. */
  note(node: GraphNode): void {
    if (node.traits.isKeyChanging === true) {
      if (!this.#below.has(node)) this.#below.set(node, new Set());
    } else if (node instanceof RepartitionNode && node.options.isFixed !== true) {
      const changer = keyChangerAbove(node);
      if (changer !== null) this.#below.get(changer)?.add(node);
    } else if (node.traits.isMerge === true) {
      this.#merges.add(node);
    }
  }

  merge(names: NameCounter, topology: Topology): void {
    this.#moveBelowMerges();
    for (const [changer, repartitions] of this.#below) {
      if (repartitions.size > 0) mergeBelow(changer, [...repartitions], names, topology);
    }
    this.#below.clear();
  }

  /** Where streams whose keys were changed meet before they are repartitioned, the single repartition comes after the meeting. */
  #moveBelowMerges(): void {
    for (const merge of this.#merges) {
      const changers = [...this.#below.entries()].filter(
        ([changer, repartitions]) =>
          [...repartitions].every(
            (repartition) => ancestor(repartition, (node) => node.parents.includes(merge)) !== null,
          ) && ancestor(merge, (node) => node.parents.includes(changer)) !== null,
      );
      const repartitions = new Set(changers.flatMap(([, below]) => [...below]));
      for (const [changer] of changers) this.#below.delete(changer);
      this.#below.set(merge, repartitions);
    }
  }
}

function mergeBelow(
  changer: GraphNode,
  repartitions: readonly RepartitionNode[],
  names: NameCounter,
  topology: Topology,
): void {
  const [first] = repartitions;
  if (first === undefined) return;
  const serdes = repartitions.map(({ options }) => options);
  const single = new RepartitionNode(repartitionNames(names, first.names.topic), {
    keySerde: serdes.find(({ keySerde }) => keySerde !== null)?.keySerde ?? null,
    valueSerde: serdes.find(({ valueSerde }) => valueSerde !== null)?.valueSerde ?? null,
  });
  single.buildPriority = changer.buildPriority;
  for (const replaced of repartitions) {
    const branch = ancestor(replaced, (node) => node.parents.includes(changer));
    // Without one, the branch was moved for another repartition in it.
    if (branch !== null) {
      single.addChild(branch);
      changer.removeChild(branch);
    }
    const parents = replaced.parents;
    for (const child of replaced.children) for (const parent of parents) parent.addChild(child);
    for (const parent of parents) parent.removeChild(replaced);
    for (const child of replaced.children) replaced.removeChild(child);
    topology.replaceCopartitionedSource(replaced.names.source, single.names.source);
  }
  changer.addChild(single);
}

/** The nearest change of key above, unless a value was changed after it: the merged topic would hold the values before that. */
function keyChangerAbove(repartition: RepartitionNode): GraphNode | null {
  const keyChanger = ancestor(repartition, ({ traits }) => traits.isKeyChanging === true);
  const changer = ancestor(
    repartition,
    ({ traits }) => traits.isKeyChanging === true || traits.isValueChanging === true,
  );
  return changer === keyChanger ? keyChanger : null;
}

/** The node itself or the first above it of which `matches` holds; where ways part, the last parent's way counts. */
function ancestor(node: GraphNode, matches: (node: GraphNode) => boolean): GraphNode | null {
  if (matches(node)) return node;
  let found: GraphNode | null = null;
  for (const parent of node.parents) {
    if (matches(parent)) return parent;
    found = ancestor(parent, matches);
  }
  return found;
}
