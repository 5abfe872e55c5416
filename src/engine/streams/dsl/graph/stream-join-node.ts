import type { ProcessorSupplier } from '../../processor/processor.js';
import type { BuildTarget } from './build-target.js';
import { GraphNode } from './graph-node.js';

export interface StreamJoinWriters {
  readonly isNullKeyTolerant: boolean;
  /** Adds both sides' joins, what merges them, and the stores. */
  readonly write: (target: BuildTarget) => void;
  /** Adds the one node of a join of a stream with itself. */
  readonly writeSelfJoin: (target: BuildTarget) => void;
}

/** What keeps the records of one side of a join. */
export class JoinWindowNode extends GraphNode {
  constructor(name: string, supplier: ProcessorSupplier) {
    super(name, ({ topology }, parents) => topology.addProcessor(name, supplier, parents));
  }
}

/** A join of two streams. */
export class StreamJoinNode extends GraphNode {
  /** Set when the two turned out to be one (optimization). */
  isSelfJoin = false;

  constructor(
    name: string,
    readonly leftWindow: JoinWindowNode,
    readonly rightWindow: JoinWindowNode,
    readonly writers: StreamJoinWriters,
  ) {
    super(
      name,
      (target) => {
        if (this.isSelfJoin) writers.writeSelfJoin(target);
        else writers.write(target);
      },
      { isNullKeyTolerant: writers.isNullKeyTolerant },
    );
  }
}
