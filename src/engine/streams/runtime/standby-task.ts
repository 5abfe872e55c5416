import { StreamTask } from '../task/stream-task.js';
import type { Restoration } from './state-restorer.js';
import type { TaskManagerOptions } from './task-manager.js';
import type { PlannedTask } from './topic-plan.js';

/** A copy of the state of a task that another instance runs, kept up from its changelogs (Kafka's `StandbyTask`). Interactive queries may read it. */
export class StandbyTask {
  readonly planned: PlannedTask;
  readonly task: StreamTask;
  readonly #options: TaskManagerOptions;

  constructor(planned: PlannedTask, options: TaskManagerOptions) {
    const { config, clock, globalStores } = options;
    this.planned = planned;
    this.#options = options;
    this.task = new StreamTask({
      taskId: planned.id,
      partition: planned.partition,
      topology: planned.subTopology,
      topics: planned.topics,
      config,
      clock,
      output: { send: () => undefined },
      globalStores,
      cache: null,
    });
  }

  async start(): Promise<void> {
    const { task, planned } = this;
    const { copies, restorer } = this.#options;
    task.openStores();
    const restorations: Restoration[] = [];
    for (const [storeName, { name: topic }] of planned.subTopology.changelogTopics) {
      // A source topic would be read up to its end, beyond what the task has committed.
      if (planned.subTopology.sourceTopics.includes(topic)) continue;
      const copy = (await copies?.load(planned.id, storeName)) ?? null;
      if (copy !== null) task.restore(storeName, copy.records);
      restorations.push({
        topic,
        partition: planned.partition,
        taskId: planned.id,
        storeName,
        fromOffset: copy?.nextOffset ?? null,
        limit: null,
        isStandby: true,
        take: (records, nextOffset) => {
          task.restore(storeName, records);
          copies?.add(planned.id, storeName, records, nextOffset);
        },
        startOver: () => task.emptyStore(storeName),
        done: () => undefined,
      });
    }
    restorer.add(restorations);
  }

  /** What it has is kept, for whoever goes on with it here. */
  async close(): Promise<void> {
    const { restorer, copies } = this.#options;
    restorer.remove(new Set([this.planned.id]));
    await copies?.checkpoint([this.planned.id]);
    this.task.close();
  }
}
