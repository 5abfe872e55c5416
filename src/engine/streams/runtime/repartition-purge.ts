import type { Admin } from '../../client/admin.js';
import type { Clock } from '../../environment/environment.js';
import type { TaskOffset } from '../task/stream-task.js';
import type { BuiltTopology } from '../topology/topology-node.js';

const intervalMsByDefault = 30_000;

/** Deletes from repartition topics what is committed: nobody reads it again (Kafka's `TaskManager#maybePurgeCommittedRecords`). */
export class RepartitionPurge {
  readonly #admin: Admin;
  readonly #topics: ReadonlySet<string>;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #offsets = new Map<string, TaskOffset>();
  #lastMs: number;
  #running: Promise<void> | undefined;

  constructor(admin: Admin, { subTopologies }: BuiltTopology, clock: Clock, intervalMs = intervalMsByDefault) {
    this.#admin = admin;
    this.#topics = new Set(subTopologies.flatMap(({ repartitionTopics }) => repartitionTopics.map(({ name }) => name)));
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#lastMs = clock.now();
  }

  /** These offsets are committed. Deletes what lies before them if it is time, in the background. */
  committed(offsets: readonly TaskOffset[]): void {
    for (const offset of offsets)
      if (this.#topics.has(offset.topic)) this.#offsets.set(`${offset.topic}-${offset.partition}`, offset);
    const now = this.#clock.now();
    if (this.#offsets.size === 0 || this.#running !== undefined || now - this.#lastMs < this.#intervalMs) return;
    this.#lastMs = now;
    const due = [...this.#offsets.values()];
    this.#offsets.clear();
    // What could not be deleted now is deleted next time, with what is committed by then.
    this.#running = this.#purge(due)
      .catch(() => undefined)
      .finally(() => (this.#running = undefined));
  }

  async ended(): Promise<void> {
    await this.#running;
  }

  async #purge(offsets: readonly TaskOffset[]): Promise<void> {
    for (const topic of new Set(offsets.map((each) => each.topic)))
      await this.#admin.deleteTopicRecords({
        topic,
        partitions: offsets
          .filter((each) => each.topic === topic)
          .map(({ partition, offset }) => ({ partition, offset: String(offset) })),
      });
  }
}
