import type { GraphNode } from './graph-node.js';
import { RepartitionNode } from './repartition-node.js';

/** Left and outer joins take records without a key (KIP-962); a repartition before nothing but such joins must not drop them. */
export function keepNullKeysForTolerantJoins(root: GraphNode, visited = new Set<GraphNode>()): void {
  visited.add(root);
  if (root instanceof RepartitionNode)
    root.keepsNullKeys = root.children.length > 0 && root.children.every(endsInTolerantJoin);
  for (const child of root.children) if (!visited.has(child)) keepNullKeysForTolerantJoins(child, visited);
}

function endsInTolerantJoin(node: GraphNode): boolean {
  if (node.traits.isNullKeyTolerant === true) return true;
  return node.children.length > 0 && node.children.every(endsInTolerantJoin);
}
