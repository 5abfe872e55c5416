import { copartitionGroups } from './copartition-groups.js';
import type { InternalTopicConfig } from './internal-topics.js';
import { changelogTopic, changelogTopicName, repartitionTopic } from './internal-topics.js';
import type { ProcessorParts, StoreParts, TopologyParts } from './topology-parts.js';
import type {
  BuiltTopology,
  GlobalTopology,
  InternalTopic,
  SinkNode,
  SourceNode,
  SubTopology,
  TopologyNode,
} from './topology-node.js';

/** Cuts a topology into its sub-topologies and gives internal topics their names in the cluster. */
export function buildTopology(parts: TopologyParts, applicationId: string, config: InternalTopicConfig): BuiltTopology {
  const nameInCluster = (topic: string) => (parts.internalTopics.has(topic) ? `${applicationId}-${topic}` : topic);
  const globalSources = new Set([...parts.globalStores.values()].map(({ sourceName }) => sourceName));
  const groups = copartitionGroups(parts, nameInCluster);
  const numbered = parts.groups.numbered(parts.nodes.keys()).map((names, id) => ({ names, id }));
  const isGlobal = ({ names }: { names: readonly string[] }) => names.some((name) => globalSources.has(name));
  return {
    applicationId,
    subTopologies: numbered
      .filter((group) => !isGlobal(group))
      .map(({ names, id }) => buildSubTopology(parts, id, names, groups, applicationId, config, nameInCluster)),
    global: buildGlobal(
      parts,
      numbered.filter(isGlobal).flatMap(({ names }) => names),
    ),
    copartitionGroups: groups,
  };
}

function buildSubTopology(
  parts: TopologyParts,
  id: number,
  names: readonly string[],
  allGroups: readonly (readonly string[])[],
  applicationId: string,
  config: InternalTopicConfig,
  nameInCluster: (topic: string) => string,
): SubTopology {
  const drafts = names.flatMap((name) => parts.nodes.get(name) ?? []);
  const nodes = drafts.map((draft) => finished(draft, nameInCluster));
  const ownTopics = drafts.flatMap((draft) =>
    draft.kind === 'source' && !(draft.topics instanceof RegExp) ? draft.topics : [],
  );
  const sourceTopics = ownTopics.map(nameInCluster);
  const stores = storesOf(parts, drafts);
  return {
    id,
    nodes,
    stores: stores.map(({ builder }) => builder),
    sourceTopics,
    sinkTopics: nodes.flatMap((node) => (node.kind === 'sink' && typeof node.topic === 'string' ? node.topic : [])),
    repartitionTopics: ownTopics
      .filter((topic) => parts.internalTopics.has(topic))
      .map((topic) => repartitionTopic(nameInCluster(topic), parts.internalTopics.get(topic) ?? null)),
    changelogTopics: new Map(stores.flatMap((store) => changelogOf(store, applicationId, config, nameInCluster))),
    copartitionGroups: allGroups.filter((group) => group.some((topic) => sourceTopics.includes(topic))),
  };
}

function buildGlobal(parts: TopologyParts, names: readonly string[]): GlobalTopology | null {
  if (names.length === 0) return null;
  const nodes = names.flatMap((name) => parts.nodes.get(name) ?? []).map((draft) => finished(draft, (topic) => topic));
  return {
    nodes,
    stores: [...parts.globalStores.values()].map(({ builder }) => builder),
    sourceTopics: nodes.flatMap((node) =>
      node.kind === 'source' && !(node.topics instanceof RegExp) ? node.topics : [],
    ),
  };
}

function storesOf(parts: TopologyParts, drafts: readonly (SourceNode | ProcessorParts | SinkNode)[]): StoreParts[] {
  const names = new Set(drafts.flatMap((draft) => (draft.kind === 'processor' ? [...draft.stores] : [])));
  return [...names].flatMap((name) => parts.stores.get(name) ?? []);
}

function changelogOf(
  { builder, sourceTopic }: StoreParts,
  applicationId: string,
  config: InternalTopicConfig,
  nameInCluster: (topic: string) => string,
): (readonly [string, InternalTopic])[] {
  if (sourceTopic !== null) return [[builder.name, changelogTopic(nameInCluster(sourceTopic), builder, config)]];
  if (!builder.loggingEnabled) return [];
  return [[builder.name, changelogTopic(changelogTopicName(applicationId, builder.name), builder, config)]];
}

function finished(
  draft: SourceNode | ProcessorParts | SinkNode,
  nameInCluster: (topic: string) => string,
): TopologyNode {
  switch (draft.kind) {
    case 'source':
      return draft.topics instanceof RegExp ? draft : { ...draft, topics: draft.topics.map(nameInCluster) };
    case 'processor':
      return { ...draft, stores: [...draft.stores].sort() };
    case 'sink':
      return typeof draft.topic === 'string' ? { ...draft, topic: nameInCluster(draft.topic) } : draft;
  }
}
