import type { GraphNode } from './graph-node.js';
import { RepartitionNode } from './repartition-node.js';

/**
 * Left and outer joins take records without a key (KIP-962), so a repartition with such a join below must not drop them. As in
 * Kafka that holds for all that is below it, then: what needs a key drops those records itself.
 */
export function keepNullKeysForTolerantJoins(root: GraphNode, visited = new Set<GraphNode>()): void {
  visited.add(root);
  if (root instanceof RepartitionNode) root.keepsNullKeys = leadsToTolerantJoin(root);
  for (const child of root.children) if (!visited.has(child)) keepNullKeysForTolerantJoins(child, visited);
}

/** Whether there is one below, before the next repartition. */
function leadsToTolerantJoin({ children }: GraphNode): boolean {
  return children.some(
    (child) =>
      child.traits.isNullKeyTolerant === true || (!(child instanceof RepartitionNode) && leadsToTolerantJoin(child)),
  );
}
