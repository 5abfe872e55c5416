import type { BuildTarget } from './build-target.js';

export interface GraphNodeTraits {
  /** Records may leave with another key: what groups or joins them further down must repartition first. */
  readonly isKeyChanging?: boolean;
  readonly isValueChanging?: boolean;
  readonly isMerge?: boolean;
  /** A left or outer join, which takes records without a key (KIP-962). */
  readonly isNullKeyTolerant?: boolean;
  /** Whether the table that it makes is versioned; left out where that follows from its parents. */
  readonly isVersioned?: boolean;
  /** Of a windowed aggregation: how long after its end a window may still change, ms. */
  readonly closesAfterMs?: number;
}

/** An operator in the plan of an application: one or several nodes of the topology, once it is written. */
export class GraphNode {
  readonly #parents = new Set<GraphNode>();
  readonly #children = new Set<GraphNode>();
  /** Operators are written in the order in which they were called. */
  buildPriority = 0;
  isWritten = false;

  /**
   * @param name of the node of the topology that its children are attached to
   * @param writeTo adds its nodes to the topology
   */
  constructor(
    readonly name: string,
    readonly writeTo: (target: BuildTarget, parents: readonly string[]) => void,
    readonly traits: GraphNodeTraits = {},
  ) {}

  /** A copy, safe to walk over while the graph changes. */
  get parents(): readonly GraphNode[] {
    return [...this.#parents];
  }

  get children(): readonly GraphNode[] {
    return [...this.#children];
  }

  addChild(child: GraphNode): void {
    this.#children.add(child);
    child.#parents.add(this);
  }

  removeChild(child: GraphNode): void {
    this.#children.delete(child);
    child.#parents.delete(this);
  }

  write(target: BuildTarget): void {
    this.writeTo(
      target,
      this.parents.map(({ name }) => name),
    );
    this.isWritten = true;
  }
}
