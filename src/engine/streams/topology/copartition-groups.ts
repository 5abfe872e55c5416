import { hashOrder } from './hash-order.js';
import { invalidTopology } from './resource-name.js';
import type { TopologyParts } from './topology-parts.js';

/** The topics, by their names in the cluster, that must have equally many partitions; a group with a topic of an earlier one joins that. */
export function copartitionGroups(parts: TopologyParts, nameInCluster: (topic: string) => string): string[][] {
  const groupOfTopic = new Map<string, Set<string>>();
  for (const sources of parts.copartitionedSources) {
    // Kafka joins only the first group it meets, and meets them in this order.
    const topics = hashOrder(topicsOf(parts, hashOrder(sources)).map(nameInCluster));
    const group = topics.map((topic) => groupOfTopic.get(topic)).find((found) => found !== undefined) ?? new Set();
    for (const topic of topics) {
      group.add(topic);
      groupOfTopic.set(topic, group);
    }
  }
  return [...new Set(groupOfTopic.values())].map((group) => [...group].sort());
}

/** @throws StreamsError TopologyException if repartition topics of one group are to have different numbers of partitions */
export function checkCopartition(parts: TopologyParts): void {
  for (const sources of parts.copartitionedSources) {
    const fixed = topicsOf(parts, sources)
      .flatMap((topic) => {
        const partitions = parts.internalTopics.get(topic) ?? null;
        return partitions === null ? [] : [{ topic, partitions }];
      })
      .sort((a, b) => (a.topic < b.topic ? -1 : 1));
    if (new Set(fixed.map(({ partitions }) => partitions)).size <= 1) continue;
    const found = fixed.map(({ topic, partitions }) => `${topic}=${partitions}`).join(', ');
    throw invalidTopology(`Following topics do not have the same number of partitions: [{${found}}]`);
  }
}

function topicsOf(parts: TopologyParts, sources: Iterable<string>): string[] {
  return [...sources].flatMap((name) => {
    const node = parts.nodes.get(name);
    return node?.kind === 'source' && !(node.topics instanceof RegExp) ? node.topics : [];
  });
}
