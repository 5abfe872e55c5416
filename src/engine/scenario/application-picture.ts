import type { Millis } from '../environment/environment.js';
import type { BuiltNode, RecordedEvent } from '../environment/trace-events.js';
import { countingWindows, type CountingWindows } from './streams-programs/counting-windows.js';
import type { RunApplication, StreamsProgram } from './streams-run-spec.js';
import type { ApplicationView, InstanceCondition, InstanceView, StreamsTopicRole } from './streams-run-view.js';
import { StoreRows } from './store-rows.js';
import type { StoredCell, StreamsTopicPicture } from './streams-topic-picture.js';
import { TaskPicture } from './task-picture.js';

type BuiltStore = Extract<RecordedEvent, { kind: 'topology-built' }>['stores'][number];

interface Life {
  fromMs: Millis;
  toMs: Millis | undefined;
  end: 'stopped' | 'crashed' | 'failed' | undefined;
  readonly event: number;
}

interface Instance {
  condition: InstanceCondition;
  readonly lives: Life[];
  error: InstanceView['error'];
  readonly failures: InstanceView['failures'][number][];
}

/** One application, from the events of its instances and of the topics that it has made. */
export class ApplicationPicture {
  readonly application: string;
  private program: StreamsProgram;
  private windows: CountingWindows | undefined;
  private nodes: readonly BuiltNode[] = [];
  private stores: readonly BuiltStore[] = [];
  private repartitionTopics: readonly string[] = [];
  private readonly instances: ReadonlyMap<string, Instance>;
  private readonly tasks = new Map<string, TaskPicture>();
  private globalStores = new Map<string, { readonly topic: string; readonly rows: StoreRows }>();

  constructor(
    { application, program, instances }: RunApplication,
    private readonly originMs: Millis,
  ) {
    this.application = application;
    this.program = program;
    this.windows = countingWindows(program);
    this.instances = new Map(
      instances.map((instance) => [instance, { condition: 'absent', lives: [], error: undefined, failures: [] }]),
    );
  }

  /** The topics that it reads and has not made. */
  get sourceTopics(): readonly string[] {
    const topics = this.nodes.flatMap(({ kind, topics: read }) => (kind === 'source' ? read : []));
    return topics.filter((topic) => !this.repartitionTopics.includes(topic));
  }

  /** What a topic is to it, if it has made it for itself. */
  roleOf(topic: string): StreamsTopicRole | undefined {
    if (this.repartitionTopics.includes(topic)) return 'repartition';
    if (!topic.startsWith(`${this.application}-`)) return undefined;
    if (this.stores.some(({ changelog }) => changelog === topic)) return 'changelog';
    return topic.endsWith('-repartition') ? 'repartition' : topic.endsWith('-changelog') ? 'changelog' : undefined;
  }

  deploy(program: StreamsProgram): void {
    this.program = program;
    this.windows = countingWindows(program);
  }

  cleanedUp(instance: string): void {
    for (const task of this.tasks.values()) task.cleanedUp(instance);
  }

  topicDeleted(topic: string): void {
    for (const task of this.tasks.values()) task.forget(topic);
  }

  stored(topic: string, partition: number, cells: readonly StoredCell[]): void {
    for (const task of this.tasks.values()) if (task.partition === partition) task.changed(topic, cells);
    for (const global of this.globalStores.values()) if (global.topic === topic) global.rows.add(cells);
  }

  apply(event: RecordedEvent, atMs: Millis, topics: ReadonlyMap<string, StreamsTopicPicture>): void {
    switch (event.kind) {
      case 'topology-built':
        if (event.application === this.application) this.built(event);
        return;
      case 'application-started':
        if (event.group === this.application) this.started(event.client, atMs, event.index);
        return;
      case 'application-ended':
        if (event.group === this.application) this.ended(event, atMs);
        return;
      case 'application-state-changed': {
        const instance = event.application === this.application ? this.instances.get(event.client) : undefined;
        if (instance === undefined) return;
        if (event.to === 'RUNNING') instance.condition = 'running';
        if (event.to === 'REBALANCING') instance.condition = event.from === 'CREATED' ? 'starting' : 'rebalancing';
        return;
      }
      case 'task-assigned':
      case 'task-restored':
      case 'task-ended':
      case 'record-processed':
      case 'record-dropped':
        if (event.application === this.application) this.taskOf(event.task).apply(event, atMs, topics);
        return;
      default:
    }
  }

  view(): ApplicationView {
    return {
      application: this.application,
      program: this.program,
      nodes: this.nodes,
      repartitionTopics: this.repartitionTopics,
      windows: this.windows,
      instances: [...this.instances].map(([instance, { condition, lives, error, failures }]) => ({
        instance,
        condition,
        lives: lives.map((life) => ({ ...life })),
        error,
        failures: [...failures],
      })),
      tasks: [...this.tasks.values()]
        .map((task) => task.view())
        .sort((a, b) => a.subTopology - b.subTopology || a.partition - b.partition),
      globalStores: [...this.globalStores].map(([store, { topic, rows }]) => ({
        store,
        changelog: topic,
        rows: rows.view(),
      })),
    };
  }

  private built(event: Extract<RecordedEvent, { kind: 'topology-built' }>): void {
    this.nodes = event.nodes;
    this.stores = event.stores;
    this.repartitionTopics = event.repartitionTopics;
    for (const { store, subTopology } of event.stores) {
      const topic = subTopology === -1 ? this.topicOfTable(store) : undefined;
      if (topic !== undefined && !this.globalStores.has(store))
        this.globalStores.set(store, { topic, rows: new StoreRows() });
    }
  }

  private started(client: string, atMs: Millis, event: number): void {
    const instance = this.instances.get(client);
    if (instance === undefined) return;
    instance.condition = 'starting';
    instance.error = undefined;
    instance.lives.push({ fromMs: atMs, toMs: undefined, end: undefined, event });
  }

  private ended(event: Extract<RecordedEvent, { kind: 'application-ended' }>, atMs: Millis): void {
    const instance = this.instances.get(event.client);
    const life = instance?.lives.at(-1);
    if (instance === undefined || life === undefined) return;
    instance.condition = event.end;
    instance.error = event.error;
    if (event.error !== undefined) instance.failures.push(event.error);
    life.toMs = atMs;
    life.end = event.end;
    for (const task of this.tasks.values()) task.instanceEnded(event.client, atMs);
  }

  private taskOf(task: string): TaskPicture {
    const known = this.tasks.get(task);
    if (known !== undefined) return known;
    const subTopology = Number(task.split('_')[0]);
    const stores = this.stores
      .filter((each) => each.subTopology === subTopology)
      .map(({ store, changelog }) => ({ store, changelog: changelog ?? undefined, table: this.topicOfTable(store) }));
    const added = new TaskPicture(task, stores, this.originMs);
    this.tasks.set(task, added);
    return added;
  }

  /** The topic that a store is the table of; undefined if it is no table of a topic. */
  private topicOfTable(store: string): string | undefined {
    const user = this.nodes.find(({ stores }) => stores.includes(store));
    const source = this.nodes.find(({ kind, children }) => kind === 'source' && children.includes(user?.name ?? ''));
    return source?.topics[0];
  }
}
