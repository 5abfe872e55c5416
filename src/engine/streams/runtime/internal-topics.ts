import type { Admin } from '../../client/admin.js';
import { KafkaError } from '../../protocol/kafka-error.js';
import { StreamsError } from '../streams-error.js';
import { planTopics, topicsOf, type PlannedTopic, type TopicPlan } from './topic-plan.js';
import type { BuiltTopology } from '../topology/topology-node.js';

/** Sees to it that an application's internal topics are there (Kafka's `InternalTopicManager`). */
export class InternalTopics {
  readonly #admin: Admin;
  readonly #topology: BuiltTopology;
  readonly #replicationFactor: number;

  constructor(admin: Admin, topology: BuiltTopology, replicationFactor: number) {
    this.#admin = admin;
    this.#topology = topology;
    this.#replicationFactor = replicationFactor;
  }

  /**
   * Plans by the topics that there are, and creates those that are missing; another instance may do the same at this moment.
   * @throws StreamsError what `planTopics` throws, and StreamsException for an internal topic with another number of partitions
   */
  async prepare(): Promise<TopicPlan> {
    const known = await this.#partitions();
    const plan = planTopics(this.#topology, known);
    const wanted = [...plan.repartitionTopics, ...plan.changelogTopics];
    const missing = wanted.filter(({ name }) => !known.has(name));
    await this.#create(missing);
    const found = missing.length === 0 ? known : await this.#partitions();
    for (const topic of wanted) requirePartitions(topic, found.get(topic.name));
    return plan;
  }

  /** The topics of the cluster that the topology has to do with, and how many partitions they have. */
  async #partitions(): Promise<ReadonlyMap<string, number>> {
    const names = await this.#admin.listTopics();
    const known = new Set(names);
    const { subTopologies, global } = this.#topology;
    const wanted = subTopologies.flatMap((each) => [
      ...topicsOf(each, names),
      ...each.sinkTopics,
      ...[...each.changelogTopics.values()].map(({ name }) => name),
    ]);
    const topics = [...new Set([...wanted, ...(global?.sourceTopics ?? [])])].filter((topic) => known.has(topic));
    if (topics.length === 0) return new Map();
    const metadata = await this.#admin.fetchTopicMetadata({ topics });
    return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]));
  }

  async #create(topics: readonly PlannedTopic[]): Promise<void> {
    if (topics.length === 0) return;
    try {
      await this.#admin.createTopics({
        topics: topics.map(({ name, partitions, config }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor: this.#replicationFactor,
          configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
        })),
      });
    } catch (error) {
      if (error instanceof KafkaError && error.retriable) throw error;
      throw new StreamsError('StreamsException', 'Could not create the internal topics of the application.', {
        cause: error,
      });
    }
  }
}

function requirePartitions({ name, partitions }: PlannedTopic, found: number | undefined): void {
  if (found === partitions) return;
  // Created, but not told to everybody yet.
  if (found === undefined)
    throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `The internal topic ${name} is not there yet.`);
  throw new StreamsError(
    'StreamsException',
    `Existing internal topic ${name} has invalid partitions: expected: ${partitions}; actual: ${found}. Reset the application (partita streams-reset) before it processes again.`,
  );
}
