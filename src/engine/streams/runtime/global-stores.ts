import type { Consumer } from '../../client/consumer.js';
import { sleep, type Timers } from '../../environment/environment.js';
import { KafkaError } from '../../protocol/kafka-error.js';
import type { StateStore } from '../state/state-store.js';
import type { GlobalTask } from '../task/global-task.js';
import { rawRecordOf } from './consumed-record.js';

const pollMs = 100;
const retryMs = 300;

/** Keeps the global stores of an instance up to date (Kafka's `GlobalStreamThread`). */
export class GlobalStores {
  readonly #consumer: Consumer;
  readonly #timers: Timers;
  readonly #task: GlobalTask;
  #isClosed = false;
  #loop: Promise<void> | undefined;

  /** @param consumer without a group, connected, that begins at the earliest offset */
  constructor(consumer: Consumer, timers: Timers, task: GlobalTask) {
    this.#consumer = consumer;
    this.#timers = timers;
    this.#task = task;
  }

  get stores(): ReadonlyMap<string, StateStore> {
    return this.#task.stores;
  }

  /** Processes everything that the topics hold now. Rejects with what a node fails with. */
  async load(partitions: readonly { readonly topic: string; readonly partition: number }[]): Promise<void> {
    this.#task.start();
    this.#consumer.assign(partitions);
    const ends = await this.#consumer.endOffsets(partitions);
    const left = new Map(
      ends.map(({ topic, partition, offset }) => [`${topic}-${partition}`, { topic, partition, end: Number(offset) }]),
    );
    await this.#leaveOutReached(left);
    while (left.size > 0 && !this.#isClosed) {
      await this.#step();
      await this.#leaveOutReached(left);
    }
  }

  /** Goes on reading, until `close`. */
  start(failed: (error: Error) => void): void {
    this.#loop = this.#run(failed);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#consumer.wakeup();
    await this.#loop;
    await this.#consumer.disconnect();
    this.#task.close();
  }

  async #run(failed: (error: Error) => void): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#step();
      } catch (error) {
        if (!this.#hasClosed()) failed(error as Error);
        return;
      }
    }
  }

  /** It may have been closed while something was waited for. */
  #hasClosed(): boolean {
    return this.#isClosed;
  }

  async #step(): Promise<void> {
    try {
      for (const record of await this.#consumer.poll(pollMs)) this.#task.process(rawRecordOf(record));
    } catch (error) {
      if (!(error instanceof KafkaError) || !error.retriable || this.#isClosed) throw error;
      await sleep(this.#timers, retryMs);
    }
  }

  async #leaveOutReached(left: Map<string, { topic: string; partition: number; end: number }>): Promise<void> {
    for (const [name, { topic, partition, end }] of left)
      if (end === 0 || Number(await this.#consumer.position({ topic, partition })) >= end) left.delete(name);
  }
}
