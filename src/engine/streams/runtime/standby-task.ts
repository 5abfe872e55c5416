import type { RestorableStore } from '../state/state-store.js';
import type { StreamTask } from '../task/stream-task.js';
import type { Restoration } from './state-restorer.js';
import type { TaskManagerOptions } from './task-manager.js';
import type { PlannedTask } from './topic-plan.js';

/** What a task had when it was given up, everything committed: its stores, and by store where in its changelog it is. */
export interface TaskState {
  readonly stores: ReadonlyMap<string, RestorableStore>;
  readonly positions: ReadonlyMap<string, number>;
}

/** Opens the stores of a task with the state of another; but those empty that no changelog of the application's own keeps up. */
export function openStoresOf(
  task: StreamTask,
  { subTopology }: PlannedTask,
  { stores }: Pick<TaskState, 'stores'>,
): void {
  task.openStores(stores);
  for (const name of stores.keys()) {
    const changelog = subTopology.changelogTopics.get(name)?.name;
    if (changelog === undefined || subTopology.sourceTopics.includes(changelog)) task.emptyStore(name);
  }
}

/** A copy of the state of a task that another instance runs, kept up from its changelogs (Kafka's `StandbyTask`). Interactive queries may read it. */
export class StandbyTask {
  readonly planned: PlannedTask;
  readonly task: StreamTask;
  readonly #options: Pick<TaskManagerOptions, 'copies' | 'restorer'>;
  /** By store: where in its changelog it is. */
  readonly #offsets = new Map<string, number>();

  /** @param task not started; it may be, when it becomes the active one */
  constructor(planned: PlannedTask, task: StreamTask, options: Pick<TaskManagerOptions, 'copies' | 'restorer'>) {
    this.planned = planned;
    this.task = task;
    this.#options = options;
  }

  /** @param state what the active task had that this instance has just given up, or `null` */
  async start(state: TaskState | null): Promise<void> {
    const { task, planned } = this;
    const { copies, restorer } = this.#options;
    if (state === null) task.openStores();
    else openStoresOf(task, planned, state);
    const restorations: Restoration[] = [];
    for (const [storeName, { name: topic }] of planned.subTopology.changelogTopics) {
      // A source topic would be read up to its end, beyond what the task has committed.
      if (planned.subTopology.sourceTopics.includes(topic)) continue;
      const copy = state === null ? ((await copies?.load(planned.id, storeName)) ?? null) : null;
      if (copy !== null) task.restore(storeName, copy.records);
      const fromOffset = state?.positions.get(storeName) ?? copy?.nextOffset ?? null;
      if (fromOffset !== null) this.#offsets.set(storeName, fromOffset);
      restorations.push({
        topic,
        partition: planned.partition,
        taskId: planned.id,
        storeName,
        fromOffset,
        limit: null,
        isStandby: true,
        take: (records, nextOffset) => {
          task.restore(storeName, records);
          this.#offsets.set(storeName, nextOffset);
          copies?.add(planned.id, storeName, records, nextOffset);
        },
        startOver: () => {
          this.#offsets.delete(storeName);
          task.emptyStore(storeName);
        },
        done: () => undefined,
      });
    }
    restorer.add(restorations);
  }

  /** Hands over the task with the state that it has, and where each store is in its changelog: it becomes the active one. */
  release(): { readonly task: StreamTask; readonly offsets: ReadonlyMap<string, number> } {
    this.#options.restorer.remove(new Set([this.planned.id]));
    return { task: this.task, offsets: this.#offsets };
  }

  /** What it has is kept, for whoever goes on with it here. */
  async close(): Promise<void> {
    const { restorer, copies } = this.#options;
    restorer.remove(new Set([this.planned.id]));
    await copies?.checkpoint([this.planned.id]);
    this.task.close();
  }
}
