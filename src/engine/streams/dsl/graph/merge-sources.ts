import { invalidTopology } from '../../topology/resource-name.js';
import type { GraphNode } from './graph-node.js';
import { StreamSourceNode } from './source-node.js';

/**
 * Streams of the same topics, or of the same pattern, become one source.
 * @throws StreamsError TopologyException if two sources share some topics but not all
 */
export function mergeSources(root: GraphNode): void {
  const sourceOf = new Map<string, StreamSourceNode>();
  for (const source of root.children) {
    if (!(source instanceof StreamSourceNode)) continue;
    for (const subject of subjectsOf(source)) {
      const first = sourceOf.get(subject);
      if (first === undefined) {
        sourceOf.set(subject, source);
      } else if (first !== source) {
        if (!haveSameTopics(first, source)) {
          throw invalidTopology('Two source nodes are subscribed to overlapping but not equal input topics');
        }
        first.merge(source);
        root.removeChild(source);
      }
    }
  }
}

function subjectsOf({ topics }: StreamSourceNode): string[] {
  return topics instanceof RegExp ? [`pattern ${topics.source}`] : topics.map((topic) => `topic ${topic}`);
}

function haveSameTopics(a: StreamSourceNode, b: StreamSourceNode): boolean {
  const topicsOf = ({ topics }: StreamSourceNode) =>
    topics instanceof RegExp ? topics.source : [...topics].sort().join();
  return topicsOf(a) === topicsOf(b);
}
