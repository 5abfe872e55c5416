import type { Millis } from '../environment/environment.js';
import type { RecordedEvent } from '../environment/trace-events.js';
import { StoreRows } from './store-rows.js';
import type { DropView, ProcessedView, StreamsCell, TaskSpan, TaskView } from './streams-run-view.js';
import { windowOf, type StoredCell, type StreamsTopicPicture } from './streams-topic-picture.js';

type TaskEvent = Extract<
  RecordedEvent,
  { kind: 'task-assigned' | 'task-restored' | 'task-ended' | 'record-processed' | 'record-dropped' }
>;

type Writable<Type> = { -readonly [Field in keyof Type]: Type[Field] };

interface Store {
  readonly store: string;
  readonly changelog: string | undefined;
  /** The topic that it is the table of, if it is. */
  readonly table: string | undefined;
  readonly rows: StoreRows;
}

/** One task, whoever has it, from the events of its instances; its stores from their changelogs. */
export class TaskPicture {
  readonly partition: number;
  private readonly subTopology: number;
  private readonly spans: Writable<TaskSpan>[] = [];
  private readonly processed: ProcessedView[] = [];
  private readonly seen = new Set<string>();
  private readonly stores: readonly Store[];
  /** The instances that have a copy of its stores on their own disks. */
  private readonly copies = new Set<string>();
  private drops: DropView[] = [];
  private streamTimeMs: Millis | undefined;

  constructor(
    private readonly task: string,
    stores: readonly Omit<Store, 'rows'>[],
    private readonly originMs: Millis,
  ) {
    const [subTopology, partition] = task.split('_').map(Number);
    this.subTopology = subTopology ?? 0;
    this.partition = partition ?? 0;
    this.stores = stores.map((store) => ({ ...store, rows: new StoreRows() }));
  }

  /** `topics` are those of the run as they are now. */
  apply(event: TaskEvent, atMs: Millis, topics: ReadonlyMap<string, StreamsTopicPicture>): void {
    switch (event.kind) {
      case 'task-assigned':
        this.assigned(event, atMs);
        return;
      case 'task-restored': {
        const span = this.openSpan(event.client);
        if (span === undefined) return;
        span.restoredAtMs = atMs;
        span.restoredRecords = event.records;
        this.cameBack(event.client, topics);
        return;
      }
      case 'task-ended':
        this.endSpan(event.client, atMs, event.reason);
        return;
      case 'record-dropped':
        this.drops.push({
          node: event.node,
          reason: event.reason,
          window: windowOf(event.window, this.originMs),
          event: event.index,
        });
        return;
      case 'record-processed':
        this.took(event, atMs, topics.get(event.topic)?.cell(event.partition, event.offset));
    }
  }

  /** A topic has got these records in this task's partition. */
  changed(topic: string, cells: readonly StoredCell[]): void {
    for (const { changelog, table, rows } of this.stores)
      if (changelog === topic && changelog !== table) rows.add(cells);
  }

  /** A topic is deleted: what its stores held is gone with it. */
  forget(topic: string): void {
    for (const { changelog, rows } of this.stores) if (changelog === topic) rows.clear();
    this.seen.clear();
  }

  /** What an instance kept of it on its own disk is deleted. */
  cleanedUp(instance: string): void {
    this.copies.delete(instance);
  }

  instanceEnded(instance: string, atMs: Millis): void {
    this.endSpan(instance, atMs, 'crashed');
  }

  view(): TaskView {
    const { task, subTopology, partition, streamTimeMs } = this;
    return {
      task,
      subTopology,
      partition,
      spans: this.spans.map((span) => ({ ...span })),
      streamTimeMs,
      processed: [...this.processed],
      stores: this.stores.map(({ store, changelog, rows }) => ({ store, changelog, rows: rows.view() })),
    };
  }

  private assigned(event: Extract<TaskEvent, { kind: 'task-assigned' }>, atMs: Millis): void {
    const { client: instance, role, index } = event;
    this.spans.push({
      instance,
      role,
      fromMs: atMs,
      restoredAtMs: undefined,
      restoredRecords: 0,
      toMs: undefined,
      end: undefined,
      event: index,
    });
    // What is kept nowhere begins anew.
    if (role === 'active') for (const { changelog, rows } of this.stores) if (changelog === undefined) rows.clear();
  }

  private took(
    event: Extract<TaskEvent, { kind: 'record-processed' }>,
    atMs: Millis,
    cell: StreamsCell | undefined,
  ): void {
    const { topic, partition, offset, client: instance, index } = event;
    const name = `${topic}-${partition}@${offset}`;
    const timestampMs = event.timestamp - this.originMs;
    this.streamTimeMs = event.streamTime - this.originMs;
    this.processed.push({
      topic,
      partition,
      offset,
      key: cell?.key ?? null,
      value: cell?.value ?? null,
      timestampMs,
      streamTimeMs: this.streamTimeMs,
      atMs,
      instance,
      isAgain: this.seen.has(name),
      drops: this.drops,
      event: index,
    });
    this.drops = [];
    this.seen.add(name);
    // A table that has no changelog of its own holds what was taken of its topic.
    for (const { table, changelog, rows } of this.stores)
      if (table === topic && (changelog === undefined || changelog === topic) && cell !== undefined)
        rows.add([{ ...cell, storedAtMs: atMs, event: index, sequence: undefined }]);
  }

  /** Whoever has nothing of it on its own disk has what is left of the changelogs, and no more. */
  private cameBack(instance: string, topics: ReadonlyMap<string, StreamsTopicPicture>): void {
    if (!this.copies.has(instance))
      for (const { changelog, table, rows } of this.stores) {
        if (changelog === undefined || changelog === table) continue;
        rows.clear();
        rows.add(topics.get(changelog)?.kept(this.partition) ?? []);
      }
    this.copies.add(instance);
  }

  private openSpan(instance: string): Writable<TaskSpan> | undefined {
    return this.spans.findLast((span) => span.instance === instance && span.toMs === undefined);
  }

  private endSpan(instance: string, atMs: Millis, end: TaskSpan['end']): void {
    for (const span of this.spans) {
      if (span.instance !== instance || span.toMs !== undefined) continue;
      span.toMs = atMs;
      span.end = end;
    }
  }
}
