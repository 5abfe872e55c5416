import { partitionForKey } from '../../../protocol/murmur2.js';
import type { Serde } from '../../serdes.js';
import { StreamsError } from '../../streams-error.js';
import type { BuiltTopology, StreamPartitioner, SubTopology } from '../../topology/topology-node.js';
import type { AssignmentData, ClientTasks } from '../assignor/assignor-data.js';
import type { TopicPlan } from '../topic-plan.js';

/** An instance of the application, and what it has (Kafka's `StreamsMetadata`). */
export interface StreamsMetadata {
  /** Its `application.server`; `null` if it did not set one. */
  readonly server: string | null;
  /** The stores that it has partitions of, global ones too. */
  readonly stateStoreNames: readonly string[];
  /** The tasks that it runs. */
  readonly activeTasks: readonly string[];
  readonly standbyTasks: readonly string[];
}

/** Where a key is (Kafka's `KeyQueryMetadata`). */
export interface KeyQueryMetadata {
  /** The instance that runs its task; `null` while nobody does. */
  readonly active: StreamsMetadata | null;
  readonly standbys: readonly StreamsMetadata[];
  readonly partition: number;
}

/** Who has what, as the last assignment told. */
export class MetadataState {
  readonly #topology: BuiltTopology;
  #clients: readonly StreamsMetadata[] = [];

  constructor(topology: BuiltTopology) {
    this.#topology = topology;
  }

  assigned({ clients }: AssignmentData): void {
    this.#clients = clients.map((client) => this.#metadataOf(client));
  }

  get all(): readonly StreamsMetadata[] {
    return this.#clients;
  }

  withStore(storeName: string): readonly StreamsMetadata[] {
    return this.#clients.filter(({ stateStoreNames }) => stateStoreNames.includes(storeName));
  }

  /**
   * @param key given to the default partitioner as `serde` writes it, or to a partitioner of one's own: the one that the records were written by
   * @throws StreamsError UnknownStateStoreException
   */
  ofKey<K>(storeName: string, key: K, by: Serde<K> | StreamPartitioner, plan: TopicPlan): KeyQueryMetadata {
    const subTopology = this.#subTopologyOf(storeName);
    const [topic = ''] = subTopology.sourceTopics;
    const partitions = plan.tasks.filter((task) => task.subTopology === subTopology).length;
    const partition = partitionOf(topic, key, by, partitions);
    const task = `${subTopology.id}_${partition}`;
    return {
      active: this.#clients.find(({ activeTasks }) => activeTasks.includes(task)) ?? null,
      standbys: this.#clients.filter(({ standbyTasks }) => standbyTasks.includes(task)),
      partition,
    };
  }

  #subTopologyOf(storeName: string): SubTopology {
    const found = this.#topology.subTopologies.find(({ stores }) => stores.some(({ name }) => name === storeName));
    if (found !== undefined) return found;
    throw new StreamsError('UnknownStateStoreException', `The topology has no store ${storeName} that is partitioned.`);
  }

  #metadataOf({ server, active, standby }: ClientTasks): StreamsMetadata {
    const ids = new Set([...active, ...standby].map((task) => Number(task.slice(0, task.indexOf('_')))));
    const { subTopologies, global } = this.#topology;
    const own = subTopologies.filter(({ id }) => ids.has(id)).flatMap(({ stores }) => stores);
    const names = [...own, ...(global?.stores ?? [])].map(({ name }) => name);
    return { server, stateStoreNames: names, activeTasks: active, standbyTasks: standby };
  }
}

function partitionOf<K>(topic: string, key: K, by: Serde<K> | StreamPartitioner, partitions: number): number {
  if (typeof by !== 'function') {
    const bytes = by.partitionBytes?.(topic, key) ?? by.serialize(topic, key);
    return partitionForKey(bytes, partitions);
  }
  const chosen = by(topic, key, null, partitions);
  if (typeof chosen === 'number') return chosen;
  throw new StreamsError(
    'IllegalArgumentException',
    'The partitioner did not name one partition for the key. Give one that does, or the serde of the key.',
  );
}
