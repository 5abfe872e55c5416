import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { RecordedEvent } from '../../../src/engine/environment/trace-events.js';
import { VirtualClock } from '../../../src/engine/streams/driver/virtual-clock.js';
import { emitIntervalConfigs } from '../../../src/engine/streams/processors/emit-interval.js';
import { planTopics } from '../../../src/engine/streams/runtime/topic-plan.js';
import type { StateStore } from '../../../src/engine/streams/state/state-store.js';
import { StreamTask } from '../../../src/engine/streams/task/stream-task.js';
import { StreamsStage, type StoredRecord } from '../../engine/streams/runtime/streams-stage.js';
import { instanceNames, type ApplicationPlan, type Happening } from './application-plan.js';
import type { ApplicationProgram } from './application-programs.js';
import { programs } from './programs.js';

export type { StoredRecord } from '../../engine/streams/runtime/streams-stage.js';

/** A row of a store as text: the key, with its window if it has one, and the value. */
export type StoreRow = string;

export interface Crash {
  readonly client: string;
  /** After so many events of the trace. */
  readonly at: number;
  /** Whether it had a task that did not have its state yet. */
  readonly isRestoring: boolean;
}

/** What can be seen of an application once everything has come to rest. */
export interface ApplicationRun {
  readonly plan: ApplicationPlan;
  /** What its inputs hold, by topic, in the order of their offsets. */
  readonly inputs: Readonly<Record<string, readonly StoredRecord[]>>;
  readonly output: readonly StoredRecord[];
  /** By store: what the instances have. */
  readonly stores: Readonly<Record<string, readonly StoreRow[]>>;
  /** By store: what its changelog makes of a new one. */
  readonly folds: Readonly<Record<string, readonly StoreRow[]>>;
  readonly trace: readonly RecordedEvent[];
  readonly crashes: readonly Crash[];
}

/** Carries out a plan on a simulated broker, and then lets everything come to rest. */
export async function runApplication(plan: ApplicationPlan): Promise<ApplicationRun> {
  const stage = await StreamsStage.open(String(plan.seed));
  const life = new ApplicationLife(stage, plan);
  await life.begin();
  for (const happening of plan.happenings) await life.happen(happening);
  return await life.end();
}

class ApplicationLife {
  readonly #stage: StreamsStage;
  readonly #plan: ApplicationPlan;
  readonly #program: ApplicationProgram;
  readonly #disks = new Map<string, MemoryStorage>();
  readonly #crashes: Crash[] = [];
  /** Event time goes on with each record. It begins with the world, or retention would take what is written. */
  #time: number;
  /** Tells records apart whose numbers are the same. */
  #serial = 1;

  constructor(stage: StreamsStage, plan: ApplicationPlan) {
    this.#stage = stage;
    this.#plan = plan;
    this.#program = programs[plan.program];
    this.#time = stage.world.now;
  }

  async begin(): Promise<void> {
    const { partitions } = this.#plan;
    await this.#stage.createTopics(...this.#program.inputs.map((topic) => [topic, partitions] as const), ['out', 1]);
    for (const name of instanceNames.slice(0, this.#plan.instances)) await this.#start(name);
    // They begin to join; what comes then is the plan's.
    await this.#stage.world.advanceBy(300);
  }

  async happen(happening: Happening): Promise<void> {
    switch (happening.kind) {
      case 'send': {
        const { input, key, value, late, times } = happening;
        const { inputs, tables = [], unitMs = 1 } = this.#program;
        this.#time += 3 * unitMs;
        const topic = inputs[input % inputs.length] ?? '';
        const serial = String(this.#serial++).padStart(4, '0');
        // A stream's record without a value is one more that is dropped: only tables get tombstones.
        const text = value === null && tables.includes(topic) ? null : `${value ?? 0}.${serial}`;
        const record = { key: `key-${key}`, value: text, timestamp: this.#time - late * unitMs };
        return await this.#stage.send(
          topic,
          Array.from({ length: times }, () => record),
        );
      }
      case 'wait':
        return await this.#stage.world.advanceBy(happening.ms);
      case 'start': {
        const absent = instanceNames.filter((name) => !this.#stage.instances.has(name));
        const name = absent[happening.instance % absent.length];
        return name === undefined ? undefined : await this.#start(name);
      }
      case 'close': {
        const name = this.#present(happening.instance);
        if (name !== undefined) await this.#stage.close(name);
        return;
      }
      case 'crash': {
        await this.#stage.world.advanceBy(happening.afterMs);
        const name = this.#present(happening.instance);
        const tasks = this.#stage.instances.get(name ?? '')?.localTasks() ?? [];
        if (name === undefined) return;
        this.#crashes.push({
          client: name,
          at: this.#stage.world.trace.length,
          isRestoring: tasks.some(({ role, isRunning }) => role === 'active' && !isRunning),
        });
        this.#stage.crash(name);
        return;
      }
      case 'drop-connections':
        return this.#stage.world.dropConnections();
      case 'crash-broker':
        return await this.#stage.restartBroker();
    }
  }

  async end(): Promise<ApplicationRun> {
    if (this.#stage.instances.size === 0) await this.#start(instanceNames[0]);
    // Whoever has crashed may be given tasks until its session is over.
    await this.#stage.world.advanceBy(8_000);
    await this.#awaitEveryTask();
    await this.#stage.rest(Math.max(1_500, 2 * this.#plan.commitIntervalMs));
    const inputs = Object.fromEntries(
      await inTurn(this.#program.inputs, async (topic) => [topic, await this.#stage.read(topic)] as const),
    );
    const stores = Object.fromEntries(Object.keys(this.#program.stores).map((name) => [name, this.#rowsOf(name)]));
    const output = await this.#stage.read('out');
    const folds = await this.#folds();
    const run = { plan: this.#plan, inputs, output, stores, folds, crashes: this.#crashes };
    await this.#stage.closeAll();
    return { ...run, trace: this.#stage.world.trace };
  }

  async #awaitEveryTask(): Promise<void> {
    const { world, instances } = this.#stage;
    const { tasks } = planTopics(
      this.#program.build().build('app'),
      new Map(Object.entries(await this.#stage.topics())),
    );
    const areAllRunning = (): boolean => {
      const local = [...instances.values()].flatMap((streams) => streams.localTasks());
      const running = new Set(
        local.flatMap(({ taskId, role, isRunning }) => (role === 'active' && isRunning ? taskId : [])),
      );
      return tasks.every(({ id }) => running.has(id));
    };
    if (!(await world.runUntil(areAllRunning, world.now + 120_000))) throw new Error('Not every task runs somewhere.');
  }

  #present(instance: number): string | undefined {
    const present = [...this.#stage.instances.keys()];
    return present[instance % present.length];
  }

  async #start(name: string): Promise<void> {
    const { cacheBytes, commitIntervalMs, standbys, keepsCopies, restoredAtATime } = this.#plan;
    const disk = this.#disks.get(name) ?? new MemoryStorage();
    this.#disks.set(name, disk);
    const streams = this.#stage.instance(
      name,
      this.#program.build(),
      {
        'statestore.cache.max.bytes': cacheBytes,
        'num.standby.replicas': standbys,
        'commit.interval.ms': commitIntervalMs,
        'poll.ms': 200,
        // Closed windows are looked for with each record.
        [emitIntervalConfigs.windowedAggregation]: 0,
        [emitIntervalConfigs.outerJoin]: 0,
      },
      {
        ...(keepsCopies && { storage: disk }),
        clients: {
          consumer: { sessionTimeout: 6_000, heartbeatInterval: 1_500 },
          // As Kafka Streams has it: a crash finds records on their way.
          producer: { lingerMs: 100 },
          restoreConsumer: { maxPollRecords: restoredAtATime },
        },
      },
    );
    await this.#stage.world.outcome(streams.start());
  }

  #rowsOf(storeName: string): StoreRow[] {
    const type = this.#program.stores[storeName] ?? 'keyValue';
    return [...this.#stage.instances.values()]
      .flatMap((streams) => {
        try {
          return rowsOf(streams.store({ storeName, type }));
        } catch (error) {
          // It has none of the tasks.
          if ((error as Error).name === 'InvalidStateStoreException') return [];
          throw error;
        }
      })
      .sort();
  }

  /** New stores, made from the changelogs alone. */
  async #folds(): Promise<Record<string, StoreRow[]>> {
    const built = this.#program.build().build('app');
    const { tasks } = planTopics(built, new Map(Object.entries(await this.#stage.topics())));
    const folds: Record<string, StoreRow[]> = {};
    for (const name of Object.keys(this.#program.stores)) {
      const rows: StoreRow[] = [];
      const { topic = '', ofTasks } = changelogOf(tasks, name);
      const records = await this.#stage.read(topic);
      for (const { id, partition, subTopology } of ofTasks) {
        const task = new StreamTask({
          taskId: id,
          partition,
          topology: subTopology,
          topics: [],
          config: { 'application.id': 'app' },
          clock: new VirtualClock(0),
          output: { send: () => undefined },
          globalStores: new Map(),
          cache: null,
        });
        task.openStores();
        const own = records.filter((record) => record.partition === partition);
        task.restore(
          name,
          own.map(({ rawKey, rawValue, timestamp }) => ({ key: rawKey, value: rawValue, timestamp, headers: [] })),
        );
        rows.push(...rowsOf(task.stores.get(name) as unknown as StateStore));
      }
      folds[name] = rows.sort();
    }
    return folds;
  }
}

function changelogOf(tasks: ReturnType<typeof planTopics>['tasks'], storeName: string) {
  const ofTasks = tasks.filter(({ subTopology }) => subTopology.stores.some(({ name }) => name === storeName));
  return { topic: ofTasks[0]?.subTopology.changelogTopics.get(storeName)?.name, ofTasks };
}

function rowsOf(store: object): StoreRow[] {
  const entries = (store as { all(): Iterable<readonly [unknown, unknown]> }).all();
  return [...entries].map(([key, value]) => {
    // Key-value stores are asked without their timestamps; a new one has them.
    const content = typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
    return `${JSON.stringify(key)}=${JSON.stringify(content)}`;
  });
}

async function inTurn<From, To>(list: readonly From[], work: (from: From) => Promise<To>): Promise<To[]> {
  const results: To[] = [];
  for (const each of list) results.push(await work(each));
  return results;
}
