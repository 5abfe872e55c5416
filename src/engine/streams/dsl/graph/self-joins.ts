import type { GraphNode } from './graph-node.js';
import { StreamJoinNode } from './stream-join-node.js';

/** A join whose both sides are one stream needs one store only: its second window goes, and the join does both sides' work. */
export function rewriteSelfJoins(root: GraphNode, visited = new Set<GraphNode>()): void {
  visited.add(root);
  const [parent, other] = root.parents;
  if (root instanceof StreamJoinNode && parent !== undefined && other === undefined) {
    parent.removeChild(root.rightWindow);
    root.isSelfJoin = true;
  }
  for (const child of root.children) if (!visited.has(child)) rewriteSelfJoins(child, visited);
}
