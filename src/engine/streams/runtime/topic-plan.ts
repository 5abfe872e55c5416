import { StreamsError } from '../streams-error.js';
import { matchesWhole } from '../task/stream-task.js';
import type { BuiltTopology, InternalTopic, SubTopology } from '../topology/topology-node.js';

/** An internal topic, and how many partitions it is to have. */
export interface PlannedTopic extends InternalTopic {
  readonly partitions: number;
}

/** What a topology needs of the cluster, as its topics are now. */
export interface TopicPlan {
  readonly repartitionTopics: readonly PlannedTopic[];
  readonly changelogTopics: readonly PlannedTopic[];
  /** `<sub-topology>_<partition>`, in order. */
  readonly tasks: readonly PlannedTask[];
  /** The partitions of every topic that tasks read. */
  readonly partitionsOf: ReadonlyMap<string, number>;
}

export interface PlannedTask {
  readonly id: string;
  readonly subTopology: SubTopology;
  readonly partition: number;
  /** The topics of which it reads its partition. */
  readonly topics: readonly string[];
  /** Whether it has a state that moving it would have to bring back. */
  readonly isStateful: boolean;
}

/**
 * Decides how many partitions internal topics have, and which tasks there are (Kafka's `RepartitionTopics`, `CopartitionedTopicsEnforcer` and
 * `PartitionGrouper`).
 * @param partitionsOf the topics of the cluster and their partitions
 * @throws StreamsError MissingSourceTopicException for source topics that do not exist; TopologyException where topics that are joined have different numbers of partitions
 */
export function planTopics(topology: BuiltTopology, partitionsOf: ReadonlyMap<string, number>): TopicPlan {
  const internal = new Map(
    topology.subTopologies.flatMap((each) => each.repartitionTopics.map((topic) => [topic.name, topic])),
  );
  const external = topology.subTopologies.flatMap(({ sourceTopics }) =>
    sourceTopics.filter((topic) => !internal.has(topic)),
  );
  requireTopics([...external, ...(topology.global?.sourceTopics ?? [])], partitionsOf);
  const counts = new Map([...partitionsOf].filter(([topic]) => !internal.has(topic)));
  countRepartitionTopics(topology, internal, counts);
  for (const { copartitionGroups } of topology.subTopologies)
    for (const group of copartitionGroups) enforceCopartitioning(group, internal, counts);
  const tasks = topology.subTopologies.flatMap((each) => tasksOf(each, counts));
  const changelogTopics = topology.subTopologies.flatMap((each) => {
    const partitions = tasks.filter(({ subTopology }) => subTopology === each).length;
    return [...each.changelogTopics.values()]
      .filter(({ name }) => !each.sourceTopics.includes(name))
      .map((topic) => ({ ...topic, partitions }));
  });
  return {
    repartitionTopics: [...internal.values()].map((topic) => ({
      ...topic,
      partitions: counts.get(topic.name) as number,
    })),
    changelogTopics,
    tasks,
    partitionsOf: counts,
  };
}

/** The topics that a sub-topology reads: by name, and those of the cluster that its patterns match. */
export function topicsOf({ nodes, sourceTopics }: SubTopology, known: Iterable<string>): string[] {
  const patterns = nodes.flatMap((node) =>
    node.kind === 'source' && node.topics instanceof RegExp ? [node.topics] : [],
  );
  const matched = [...known].filter((topic) => patterns.some((pattern) => matchesWhole(pattern, topic)));
  return [...new Set([...sourceTopics, ...matched.sort()])];
}

function requireTopics(topics: readonly string[], partitionsOf: ReadonlyMap<string, number>): void {
  const missing = [...new Set(topics.filter((topic) => !partitionsOf.has(topic)))].sort();
  if (missing.length > 0)
    throw new StreamsError(
      'MissingSourceTopicException',
      `One or more source topics were missing: [${missing.join(', ')}]. Create them before the application starts.`,
    );
}

/** Each repartition topic without a number of its own has as many partitions as the largest topic that what writes it reads. */
function countRepartitionTopics(
  { subTopologies }: BuiltTopology,
  internal: ReadonlyMap<string, InternalTopic>,
  counts: Map<string, number>,
): void {
  for (const { name, partitions } of internal.values()) if (partitions !== null) counts.set(name, partitions);
  for (;;) {
    const open = [...internal.keys()].filter((name) => !counts.has(name));
    if (open.length === 0) return;
    let isAnyFound = false;
    for (const name of open) {
      const upstream = subTopologies
        .filter(({ sinkTopics }) => sinkTopics.includes(name))
        .flatMap((each) => topicsOf(each, counts.keys()).flatMap((topic) => counts.get(topic) ?? []));
      if (upstream.length === 0) continue;
      counts.set(name, Math.max(...upstream));
      isAnyFound = true;
    }
    if (!isAnyFound)
      throw new StreamsError(
        'TopologyException',
        `Failed to compute number of partitions for all repartition topics: nothing that has partitions leads to [${open.join(', ')}].`,
      );
  }
}

function enforceCopartitioning(
  group: readonly string[],
  internal: ReadonlyMap<string, InternalTopic>,
  counts: Map<string, number>,
): void {
  const repartition = group.flatMap((topic) => internal.get(topic) ?? []);
  const external = group.filter((topic) => !internal.has(topic));
  const partitions =
    external.length === 0
      ? partitionsAmongRepartitionTopics(repartition, counts)
      : partitionsOfExternal(external, counts);
  for (const { name, partitions: enforced } of repartition) {
    if (enforced !== null && enforced !== partitions)
      throw new StreamsError(
        'TopologyException',
        `Invalid topology: Number of partitions [${enforced}] of repartition topic [${name}] doesn't match number of partitions [${partitions}] of the source topic.`,
      );
    counts.set(name, partitions);
  }
}

function partitionsAmongRepartitionTopics(
  topics: readonly InternalTopic[],
  counts: ReadonlyMap<string, number>,
): number {
  const enforced = topics.filter(({ partitions }) => partitions !== null);
  const [first] = enforced;
  if (first === undefined) return Math.max(...topics.map(({ name }) => counts.get(name) ?? 0));
  if (enforced.some(({ partitions }) => partitions !== first.partitions))
    throw new StreamsError(
      'TopologyException',
      `Invalid topology: Following topics do not have the same number of partitions: [${enforced.map(({ name, partitions }) => `${name}: ${partitions}`).join(', ')}]`,
    );
  return first.partitions as number;
}

function partitionsOfExternal(topics: readonly string[], counts: ReadonlyMap<string, number>): number {
  const found = topics.map((topic) => counts.get(topic) ?? 0);
  const [first = 0] = found;
  if (found.some((each) => each !== first))
    throw new StreamsError(
      'TopologyException',
      `Invalid topology: Topics not co-partitioned: [${topics.map((topic) => `${topic}: ${counts.get(topic)}`).join(', ')}]. Topics that are joined need equally many partitions.`,
    );
  return first;
}

function tasksOf(subTopology: SubTopology, counts: ReadonlyMap<string, number>): PlannedTask[] {
  const topics = topicsOf(subTopology, counts.keys()).map((topic) => ({ topic, count: counts.get(topic) ?? 0 }));
  const tasks = Math.max(0, ...topics.map(({ count }) => count));
  return Array.from({ length: tasks }, (_, partition) => ({
    id: `${subTopology.id}_${partition}`,
    subTopology,
    partition,
    topics: topics.filter(({ count }) => partition < count).map(({ topic }) => topic),
    isStateful: subTopology.stores.length > 0,
  }));
}
