import type { TopicPartition } from '../../client/assigned-partitions.js';
import type { Consumer } from '../../client/consumer.js';
import type { ConsumerRecord } from '../../client/record-stream.js';
import { Signal } from '../../client/signal.js';
import type { Timers } from '../../environment/environment.js';
import { sleep } from '../../environment/environment.js';
import { KafkaError } from '../../protocol/kafka-error.js';
import type { ChangelogRecord } from '../state/state-store.js';
import { headersOfMessage } from './consumed-record.js';

/** Hears how the stores of tasks are brought back (Kafka's `StateRestoreListener`). */
export interface StateRestoreListener {
  onRestoreStart?(changelog: TopicPartition, storeName: string, startOffset: number, endOffset: number): void;
  onBatchRestored?(changelog: TopicPartition, storeName: string, batchEndOffset: number, restored: number): void;
  onRestoreEnd?(changelog: TopicPartition, storeName: string, totalRestored: number): void;
}

/** A changelog partition to be read into a store. */
export interface Restoration extends TopicPartition {
  readonly taskId: string;
  readonly storeName: string;
  /** Where to begin, if a copy of the state was kept here; `null`: at the beginning. */
  readonly fromOffset: number | null;
  /** Where to end at the latest, besides the end of the log: of a source topic, what is committed of it. `null`: no limit of its own. */
  readonly limit: number | null;
  /** Whether it goes on at the end, as a standby does. */
  readonly isStandby: boolean;
  readonly take: (records: readonly ChangelogRecord[], nextOffset: number) => void;
  /** The copy does not fit the log any more: the store begins anew, at the beginning of the log. */
  readonly startOver: () => void;
  /** Everything up to the end is there. */
  readonly done: () => void;
}

interface Running extends Restoration {
  endOffset: number;
  restored: number;
  isDone: boolean;
}

const pollMs = 100;
const retryMs = 300;

/** Reads changelogs into stores, beside the processing of other tasks (Kafka's `StoreChangelogReader`). */
export class StateRestorer {
  readonly #consumer: Consumer;
  readonly #timers: Timers;
  readonly #listener: StateRestoreListener;
  readonly #failed: (error: Error) => void;
  readonly #signal = new Signal();
  readonly #running = new Map<string, Running>();
  readonly #starts = new Map<string, number>();
  #new: Restoration[] = [];
  #isClosed = false;
  #loop: Promise<void> | undefined;

  /** @param consumer without a group */
  constructor(
    consumer: Consumer,
    timers: Timers,
    options: { readonly listener: StateRestoreListener; readonly failed: (error: Error) => void },
  ) {
    this.#consumer = consumer;
    this.#timers = timers;
    this.#listener = options.listener;
    this.#failed = options.failed;
  }

  async connect(): Promise<void> {
    await this.#consumer.connect();
  }

  start(): void {
    this.#loop = this.#run();
  }

  add(restorations: readonly Restoration[]): void {
    this.#new.push(...restorations);
    this.#wake();
  }

  /** Reads no further for these tasks. */
  remove(taskIds: ReadonlySet<string>): void {
    this.#new = this.#new.filter(({ taskId }) => !taskIds.has(taskId));
    for (const [name, { taskId }] of this.#running) if (taskIds.has(taskId)) this.#running.delete(name);
    this.#assign();
    this.#wake();
  }

  /** How many records are still to be read, by changelog partition. */
  lags(): ReadonlyMap<string, number> {
    return new Map(
      [...this.#running].map(([name, { topic, partition }]) => [
        name,
        this.#consumer.currentLag({ topic, partition }) ?? -1,
      ]),
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#loop;
    await this.#consumer.disconnect();
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        if (this.#new.length > 0) await this.#begin();
        else if (this.#running.size === 0) await this.#signal.wait();
        else await this.#read();
      } catch (error) {
        if (this.#hasClosed()) return;
        if (!(error instanceof KafkaError) || !error.retriable) return this.#failed(error as Error);
        await sleep(this.#timers, retryMs);
      }
    }
  }

  /** It may have been closed while something was waited for. */
  #hasClosed(): boolean {
    return this.#isClosed;
  }

  async #begin(): Promise<void> {
    const added = [...this.#new];
    const [beginnings, ends] = await Promise.all([
      this.#consumer.beginningOffsets(added),
      this.#consumer.endOffsets(added),
    ]);
    // Some may have been taken back meanwhile.
    const begun = added.filter((each) => this.#new.includes(each));
    this.#new = this.#new.filter((each) => !added.includes(each));
    for (const each of begun) this.#beginOne(each, offsetIn(beginnings, each), offsetIn(ends, each));
    this.#assign();
    for (const each of begun) {
      const { topic, partition } = each;
      const startOffset = this.#starts.get(nameOf(each)) ?? 0;
      this.#consumer.seek({ topic, partition, offset: String(startOffset) });
      this.#finishIfAtEnd(this.#running.get(nameOf(each)), startOffset);
    }
  }

  #beginOne(restoration: Restoration, beginning: number, end: number): void {
    const { fromOffset, limit, topic, partition, storeName } = restoration;
    const endOffset = limit === null ? end : Math.min(limit, end);
    const fits = fromOffset !== null && fromOffset >= beginning && fromOffset <= end;
    if (fromOffset !== null && !fits) restoration.startOver();
    const startOffset = fits ? fromOffset : beginning;
    this.#running.set(nameOf(restoration), { ...restoration, endOffset, restored: 0, isDone: false });
    this.#starts.set(nameOf(restoration), startOffset);
    this.#listener.onRestoreStart?.({ topic, partition }, storeName, startOffset, endOffset);
  }

  async #read(): Promise<void> {
    const records = await this.#consumer.poll(pollMs);
    const byPartition = new Map<string, ConsumerRecord[]>();
    for (const record of records) {
      const name = nameOf(record);
      const list = byPartition.get(name);
      if (list === undefined) byPartition.set(name, [record]);
      else list.push(record);
    }
    for (const [name, list] of byPartition) this.#take(this.#running.get(name), list);
    for (const running of [...this.#running.values()]) {
      if (running.isDone || this.#running.get(nameOf(running)) !== running) continue;
      const position = Number(await this.#consumer.position(running));
      this.#finishIfAtEnd(running, position);
    }
  }

  #take(running: Running | undefined, records: readonly ConsumerRecord[]): void {
    if (running === undefined) return;
    const { topic, partition, storeName, isStandby, endOffset } = running;
    const wanted = isStandby ? records : records.filter(({ offset }) => Number(offset) < endOffset);
    if (wanted.length === 0) return;
    const nextOffset = Number((wanted.at(-1) as ConsumerRecord).offset) + 1;
    running.take(
      wanted.flatMap(({ key, value, timestamp, headers }) =>
        key === null ? [] : [{ key, value, timestamp: Number(timestamp), headers: headersOfMessage(headers) }],
      ),
      nextOffset,
    );
    running.restored += wanted.length;
    this.#listener.onBatchRestored?.({ topic, partition }, storeName, nextOffset, wanted.length);
  }

  #finishIfAtEnd(running: Running | undefined, position: number): void {
    if (running === undefined || running.isDone || position < running.endOffset) return;
    running.isDone = true;
    const { topic, partition, storeName, isStandby, restored } = running;
    if (!isStandby) {
      this.#running.delete(nameOf(running));
      this.#assign();
    }
    this.#listener.onRestoreEnd?.({ topic, partition }, storeName, restored);
    running.done();
  }

  #assign(): void {
    this.#consumer.assign([...this.#running.values()].map(({ topic, partition }) => ({ topic, partition })));
  }

  #wake(): void {
    this.#signal.raise();
    this.#consumer.wakeup();
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

function offsetIn(
  offsets: readonly (TopicPartition & { readonly offset: string })[],
  { topic, partition }: TopicPartition,
): number {
  return Number(offsets.find((each) => each.topic === topic && each.partition === partition)?.offset ?? 0);
}
