import type { TopicPartition } from '../../client/assigned-partitions.js';
import type { Consumer } from '../../client/consumer.js';
import type { ConsumerRecord } from '../../client/record-stream.js';
import type { Clock } from '../../environment/environment.js';
import { RecordCache } from '../state/record-cache.js';
import type { StateStore } from '../state/state-store.js';
import type { StreamsConfig } from '../streams-config.js';
import { StreamTask, type TaskOffset } from '../task/stream-task.js';
import type { TaskObserver } from '../task/task-observer.js';
import { rawRecordOf } from './consumed-record.js';
import { openStoresOf, StandbyTask, type TaskState } from './standby-task.js';
import type { StateCopies } from './state-copies.js';
import type { Restoration, StateRestorer } from './state-restorer.js';
import type { TaskProducer } from './task-producer.js';
import type { PlannedTask, TopicPlan } from './topic-plan.js';

export type TaskEnd = 'revoked' | 'lost' | 'closed' | 'failed';

export interface TaskManagerOptions {
  readonly config: StreamsConfig;
  readonly clock: Clock;
  readonly consumer: Consumer;
  readonly producer: TaskProducer;
  readonly restorer: StateRestorer;
  readonly copies: StateCopies | null;
  readonly globalStores: ReadonlyMap<string, StateStore>;
  readonly observer: TaskObserver;
  /** The tasks that there are at present. */
  readonly plan: () => TopicPlan;
  readonly onAssigned: (task: PlannedTask, role: 'active' | 'standby') => void;
  readonly onRestored: (task: PlannedTask, records: number) => void;
  readonly onEnded: (taskId: string, role: 'active' | 'standby', end: TaskEnd) => void;
  /** A task has its state back; whoever waits in a poll is to go on. */
  readonly wake: () => void;
}

/** A task that this instance runs. */
export interface ActiveTask {
  readonly planned: PlannedTask;
  readonly task: StreamTask;
  /** By store: the offset in its changelog up to which it has everything; nothing of a store whose changelog had nothing yet. */
  readonly positions: Map<string, number>;
  /** Whether the stores were open when it came: those of a standby, or of the task that was given up here. */
  readonly hasStores: boolean;
  /** Whether every change is known by its offset. */
  isPositionKnown: boolean;
  /** Whether it is known where it begins, and what is to be restored. */
  isPrepared: boolean;
  /** Changelogs that are still being read; processing begins at 0. */
  restoring: number;
  restored: number;
  isRunning: boolean;
}

const cacheBytesByDefault = 10 * 1024 * 1024;
const bufferedByDefault = 1_000;
/** Records of one task before the others, and the consumer, have their turn. */
const recordsPerTurn = 100;

/** The tasks of an instance: made when their partitions come, brought back, run, committed, closed when they go (Kafka's `TaskManager`). */
export class TaskManager {
  readonly #options: TaskManagerOptions;
  readonly #active = new Map<string, ActiveTask>();
  readonly #standby = new Map<string, StandbyTask>();
  /** What tasks had that were given up here, until it is known who goes on with them. */
  readonly #handedOver = new Map<string, TaskState>();
  readonly #cache: RecordCache | null;
  readonly #bufferLimit: number;
  readonly #paused = new Set<string>();
  #assignmentsHeard = 0;

  constructor(options: TaskManagerOptions) {
    const { config } = options;
    const cacheBytes = config['statestore.cache.max.bytes'] ?? cacheBytesByDefault;
    this.#options = options;
    this.#cache = cacheBytes > 0 ? new RecordCache(cacheBytes) : null;
    this.#bufferLimit = config['buffered.records.per.partition'] ?? bufferedByDefault;
  }

  get active(): ReadonlyMap<string, ActiveTask> {
    return this.#active;
  }

  get standby(): ReadonlyMap<string, StandbyTask> {
    return this.#standby;
  }

  /** Whether it has been told what to run, and all of that runs. */
  get isRunning(): boolean {
    return this.#assignmentsHeard > 0 && [...this.#active.values()].every((each) => each.isRunning);
  }

  /** Takes over the tasks of these partitions; `prepare` then has them brought back. */
  assign(partitions: readonly TopicPartition[]): void {
    this.#assignmentsHeard += 1;
    const tasks = this.#tasksOf(partitions);
    const added: ActiveTask[] = [];
    for (const planned of tasks) {
      const known = this.#active.get(planned.id);
      if (known === undefined) added.push(this.#create(planned));
      else for (const topic of planned.topics) if (!known.task.reads(topic)) known.task.addTopic(topic);
    }
    for (const active of added) this.#flow(active);
  }

  /** Finds out where tasks that are new begin, and has their state brought back. Rejects where the cluster does not answer: to be tried again. */
  async prepare(): Promise<void> {
    const added = [...this.#active.values()].filter(({ isPrepared }) => !isPrepared);
    if (added.length === 0) return;
    const read = added.flatMap(({ planned }) =>
      planned.topics.map((topic) => ({ topic, partition: planned.partition })),
    );
    const committed = await this.#options.consumer.committed(read);
    for (const active of added) {
      const { planned, task } = active;
      const offsets = new Map<string, number>();
      for (const { topic, partition, offset, metadata } of committed) {
        if (partition !== planned.partition || offset === null || !task.reads(topic)) continue;
        offsets.set(topic, Number(offset));
        task.resumeFrom(topic, metadata);
      }
      await this.#beginRestore(active, offsets);
    }
  }

  /** Keeps copies of the state of these tasks, and of no others. */
  async setStandbys(taskIds: readonly string[]): Promise<void> {
    const wanted = new Set(taskIds.filter((taskId) => !this.#active.has(taskId)));
    for (const taskId of [...this.#standby.keys()]) if (!wanted.has(taskId)) await this.#endStandby(taskId, 'revoked');
    for (const taskId of wanted) {
      const planned = this.#options.plan().tasks.find(({ id }) => id === taskId);
      if (planned === undefined || this.#standby.has(taskId)) continue;
      const standby = new StandbyTask(planned, this.#newTask(planned), this.#options);
      this.#standby.set(taskId, standby);
      this.#options.onAssigned(planned, 'standby');
      await standby.start(this.#takeHandedOver(taskId));
    }
    this.#closeHandedOver();
  }

  /** A change of a store of an active task has arrived in its changelog, at an offset; -1 if that is not known. */
  changed(taskId: string, storeName: string, offset: number): void {
    const active = this.#active.get(taskId);
    if (active === undefined) return;
    if (offset < 0) active.isPositionKnown = false;
    else active.positions.set(storeName, offset + 1);
  }

  /** Commits the tasks of these partitions and closes them. What they have is kept for a moment: this instance may go on with it as their standby. */
  async revoke(partitions: readonly TopicPartition[]): Promise<void> {
    const going = this.#activeOf(partitions);
    let isCommitted = false;
    try {
      await this.commit(going);
      isCommitted = true;
    } finally {
      this.#close(going, 'revoked', isCommitted && this.#keepsStandbys);
    }
  }

  /** Closes the tasks of these partitions, which others may run already: nothing of them is committed. */
  lose(partitions: readonly TopicPartition[]): void {
    this.#close(this.#activeOf(partitions), 'lost');
  }

  /** Closes everything without committing. */
  async closeAll(end: TaskEnd): Promise<void> {
    this.#close([...this.#active.values()], end);
    this.#closeHandedOver();
    for (const taskId of [...this.#standby.keys()]) await this.#endStandby(taskId, end);
  }

  /** Starts the tasks that have their state back. Tells whether there were any. */
  startRestored(): boolean {
    let hasStarted = false;
    for (const active of this.#active.values()) {
      if (active.isRunning || !active.isPrepared || active.restoring > 0) continue;
      active.task.start();
      active.isRunning = true;
      hasStarted = true;
      this.#options.onRestored(active.planned, active.restored);
      this.#flow(active);
    }
    return hasStarted;
  }

  addRecords(records: readonly ConsumerRecord[]): void {
    const byPartition = new Map<string, ConsumerRecord[]>();
    for (const record of records) {
      const at = `${record.topic}-${record.partition}`;
      const list = byPartition.get(at);
      if (list === undefined) byPartition.set(at, [record]);
      else list.push(record);
    }
    for (const list of byPartition.values()) {
      const { topic, partition } = list[0] as ConsumerRecord;
      const active = this.#activeOf([{ topic, partition }])[0];
      if (active === undefined) continue;
      active.task.addRecords(topic, list.map(rawRecordOf));
      this.#flow(active);
    }
  }

  /** Whether a task could process a record now. */
  get isProcessable(): boolean {
    const now = this.#options.clock.now();
    return this.#running.some(({ task }) => task.isProcessable(now));
  }

  /** When a task has something to do though no record comes. */
  get dueMs(): number | null {
    const due = this.#running.flatMap(({ task }) => task.dueMs ?? []);
    return due.length === 0 ? null : Math.min(...due);
  }

  /** Has every task process some of what waits, and punctuate what is due. */
  process(): void {
    const { clock, consumer } = this.#options;
    const assigned = new Set(consumer.assignment().map(({ topic, partition }) => `${topic}-${partition}`));
    for (const active of this.#running) {
      const { task, planned } = active;
      const { partition } = planned;
      for (const topic of task.topics)
        task.setLag(
          topic,
          assigned.has(`${topic}-${partition}`) ? (consumer.currentLag({ topic, partition }) ?? -1) : -1,
        );
      for (let done = 0; done < recordsPerTurn && task.isProcessable(clock.now()); done += 1) {
        task.process();
        task.punctuateStreamTime();
      }
      task.punctuateSystemTime();
      this.#flow(active);
    }
  }

  get isCommitRequested(): boolean {
    return this.#running.some(({ task }) => task.isCommitRequested);
  }

  /**
   * Commits these tasks, all by default: caches are flushed, everything sent has arrived, offsets are committed, copies of the state are kept; in this order.
   * Gives what was committed.
   */
  async commit(tasks: Iterable<ActiveTask> = this.#active.values()): Promise<readonly TaskOffset[]> {
    const { producer, consumer, copies } = this.#options;
    const running = [...tasks].filter(({ isRunning }) => isRunning);
    const holdingBack = running.filter(({ task }) => task.holdsBack);
    if (holdingBack.length > 0) {
      // Results have to be there before a changelog says that a store has let go of them: nothing else would bring them again after a crash.
      for (const { task } of holdingBack) task.flushCaches();
      await producer.flush();
    }
    const offsets = running.flatMap(({ task }) => task.prepareCommit());
    await producer.flush();
    if (offsets.length > 0)
      await consumer.commitSync(offsets.map(({ offset, ...rest }) => ({ ...rest, offset: String(offset) })));
    for (const { task } of running) if (task.isCommitNeeded || task.isCommitRequested) task.committed();
    await copies?.checkpoint([...running.map(({ planned }) => planned.id), ...this.#standby.keys()]);
    return offsets;
  }

  get #running(): ActiveTask[] {
    return [...this.#active.values()].filter(({ isRunning }) => isRunning);
  }

  /** A standby of the task becomes the active one, with the state that it has; or the task comes back that has just been given up. */
  #create(planned: PlannedTask): ActiveTask {
    const standby = this.#standby.get(planned.id)?.release();
    if (standby !== undefined) {
      this.#standby.delete(planned.id);
      this.#options.onEnded(planned.id, 'standby', 'revoked');
    }
    const task = standby?.task ?? this.#newTask(planned);
    const state = standby === undefined ? this.#takeHandedOver(planned.id) : null;
    if (state !== null) openStoresOf(task, planned, state);
    const active: ActiveTask = {
      planned,
      task,
      positions: new Map(standby?.offsets ?? state?.positions),
      hasStores: standby !== undefined || state !== null,
      isPositionKnown: true,
      isPrepared: false,
      restoring: 0,
      restored: 0,
      isRunning: false,
    };
    this.#active.set(planned.id, active);
    this.#options.onAssigned(planned, 'active');
    return active;
  }

  #newTask(planned: PlannedTask): StreamTask {
    const { config, clock, producer, globalStores, observer } = this.#options;
    return new StreamTask({
      taskId: planned.id,
      partition: planned.partition,
      topology: planned.subTopology,
      topics: planned.topics,
      config,
      clock,
      output: producer.outputOf(planned.id),
      globalStores,
      cache: this.#cache,
      observer,
    });
  }

  async #beginRestore(active: ActiveTask, committed: ReadonlyMap<string, number>): Promise<void> {
    const { planned, task } = active;
    const { copies, restorer } = this.#options;
    const { positions, hasStores } = active;
    if (!hasStores) task.openStores();
    const restorations: Restoration[] = [];
    for (const [storeName, { name: topic }] of planned.subTopology.changelogTopics) {
      const isSource = planned.subTopology.sourceTopics.includes(topic);
      const copy = isSource || hasStores ? null : ((await copies?.load(planned.id, storeName)) ?? null);
      if (copy !== null) {
        task.restore(storeName, copy.records);
        positions.set(storeName, copy.nextOffset);
      }
      restorations.push({
        topic,
        partition: planned.partition,
        taskId: planned.id,
        storeName,
        fromOffset: positions.get(storeName) ?? null,
        limit: isSource ? (committed.get(topic) ?? 0) : null,
        isStandby: false,
        take: (records, nextOffset) => {
          task.restore(storeName, records);
          active.restored += records.length;
          if (isSource) return;
          positions.set(storeName, nextOffset);
          copies?.add(planned.id, storeName, records, nextOffset);
        },
        startOver: () => {
          positions.delete(storeName);
          task.emptyStore(storeName);
        },
        done: () => {
          active.restoring -= 1;
          if (active.restoring === 0) this.#options.wake();
        },
      });
    }
    active.restoring = restorations.length;
    active.isPrepared = true;
    restorer.add(restorations);
  }

  #close(tasks: readonly ActiveTask[], end: TaskEnd, mayHandOver = false): void {
    if (tasks.length === 0) return;
    const { restorer, onEnded, consumer } = this.#options;
    const ids = new Set(tasks.map(({ planned }) => planned.id));
    restorer.remove(ids);
    let failure: unknown;
    for (const { planned, task, positions, isRunning, isPositionKnown } of tasks) {
      this.#active.delete(planned.id);
      const { partition } = planned;
      for (const topic of task.topics) {
        this.#paused.delete(`${topic}-${partition}`);
        consumer.resume([{ topic, partitions: [partition] }]);
      }
      try {
        if (mayHandOver && isRunning && isPositionKnown)
          this.#handedOver.set(planned.id, { stores: task.handOver(), positions });
        else task.close();
      } catch (error) {
        failure ??= error;
      }
      onEnded(planned.id, 'active', end);
    }
    if (failure !== undefined && end !== 'lost' && end !== 'failed') throw failure as Error;
  }

  get #keepsStandbys(): boolean {
    return (this.#options.config['num.standby.replicas'] ?? 0) > 0;
  }

  #takeHandedOver(taskId: string): TaskState | null {
    const state = this.#handedOver.get(taskId) ?? null;
    this.#handedOver.delete(taskId);
    return state;
  }

  #closeHandedOver(): void {
    for (const { stores } of this.#handedOver.values()) for (const store of stores.values()) store.close();
    this.#handedOver.clear();
  }

  async #endStandby(taskId: string, end: TaskEnd): Promise<void> {
    const standby = this.#standby.get(taskId);
    if (standby === undefined) return;
    this.#standby.delete(taskId);
    await standby.close();
    this.#options.onEnded(taskId, 'standby', end);
  }

  /** Lets records of a task's partitions come, or holds them back: while its state is not there, and where too many wait already. */
  #flow({ task, planned, isRunning }: ActiveTask): void {
    const { consumer } = this.#options;
    const { partition } = planned;
    for (const topic of task.topics) {
      const at = `${topic}-${partition}`;
      const mayCome = isRunning && task.buffered(topic) < this.#bufferLimit;
      if (mayCome === !this.#paused.has(at)) continue;
      if (mayCome) {
        this.#paused.delete(at);
        consumer.resume([{ topic, partitions: [partition] }]);
      } else {
        this.#paused.add(at);
        consumer.pause([{ topic, partitions: [partition] }]);
      }
    }
  }

  #tasksOf(partitions: readonly TopicPartition[]): PlannedTask[] {
    const wanted = new Set(partitions.map(({ topic, partition }) => `${topic}-${partition}`));
    return this.#options
      .plan()
      .tasks.filter(({ topics, partition }) => topics.some((topic) => wanted.has(`${topic}-${partition}`)));
  }

  #activeOf(partitions: readonly TopicPartition[]): ActiveTask[] {
    return [...this.#active.values()].filter(({ task, planned }) =>
      partitions.some(({ topic, partition }) => partition === planned.partition && task.reads(topic)),
    );
  }
}
