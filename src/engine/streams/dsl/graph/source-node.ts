import type { SourceOptions } from '../../topology/topology.js';
import { invalidTopology } from '../../topology/resource-name.js';
import { GraphNode } from './graph-node.js';

/** A stream's source. Streams of the same topics share one, so that each record is read once. */
export class StreamSourceNode extends GraphNode {
  constructor(
    name: string,
    readonly topics: readonly string[] | RegExp,
    private readonly options: SourceOptions<unknown, unknown>,
  ) {
    super(name, ({ topology }) => topology.addSource(name, topics, options));
  }

  /** Takes the other's children over. */
  merge(other: StreamSourceNode): void {
    if (JSON.stringify(this.options.reset ?? null) !== JSON.stringify(other.options.reset ?? null)) {
      throw invalidTopology("Can't configure different offset reset policies on the same input topic(s)");
    }
    for (const child of other.children) {
      other.removeChild(child);
      this.addChild(child);
    }
  }
}

/** A table's source: of its topic, and the node that keeps its state. */
export class TableSourceNode extends GraphNode {
  /** Whether the topic itself serves as the changelog of its store (optimization). */
  keepsStateInTopic = false;
}
