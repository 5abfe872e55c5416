import type { BuiltTopology, SubTopology } from '../topology/topology-node.js';

/** All sub-topologies as one, as Kafka's test driver runs them: what one sends to a repartition topic comes back to the same task. */
export function wholeTopology({ subTopologies }: BuiltTopology): SubTopology {
  return {
    id: 0,
    nodes: subTopologies.flatMap(({ nodes }) => nodes),
    stores: subTopologies.flatMap(({ stores }) => stores),
    sourceTopics: subTopologies.flatMap(({ sourceTopics }) => sourceTopics),
    sinkTopics: subTopologies.flatMap(({ sinkTopics }) => sinkTopics),
    repartitionTopics: subTopologies.flatMap(({ repartitionTopics }) => repartitionTopics),
    changelogTopics: new Map(subTopologies.flatMap(({ changelogTopics }) => [...changelogTopics])),
    copartitionGroups: subTopologies.flatMap(({ copartitionGroups }) => copartitionGroups),
  };
}
