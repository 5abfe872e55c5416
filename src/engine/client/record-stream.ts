import type { EachMessagePayload } from './delivery.js';
import type { KafkaMessage } from './kafka-message.js';

/** A record of an async iterator. */
export interface ConsumerRecord extends KafkaMessage {
  /** Where it lies. */
  readonly topic: string;
  readonly partition: number;
}

/** Why the handling of a record ended when the loop around the iterator was left: it does not count as handled. */
class RecordNotFinished extends Error {
  override readonly name = 'RecordNotFinished';

  constructor() {
    super('The loop over the records was left before it asked for the next one.');
  }
}

interface Handover {
  readonly record: ConsumerRecord;
  readonly finish: () => void;
  readonly abandon: (error: Error) => void;
}

/**
 * Turns a handler's calls into an async iterator. A record counts as handled, and may be committed, when the loop asks for the next one; the one in whose turn
 * the loop is left (break, return, throw) does not, and comes again.
 */
export class RecordStream implements AsyncIterableIterator<ConsumerRecord> {
  readonly #start: () => Promise<void>;
  readonly #stop: () => Promise<void>;
  #isStarted = false;
  #isOver = false;
  #failure: Error | undefined;
  #offered: Handover | undefined;
  #inHand: Handover | undefined;
  #waiting: { resolve: (result: IteratorResult<ConsumerRecord>) => void; reject: (error: Error) => void } | undefined;

  /** `start` begins to call `handle`, `stop` ends it. */
  constructor(start: () => Promise<void>, stop: () => Promise<void>) {
    this.#start = start;
    this.#stop = stop;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The handler: resolves when the loop has finished with the record. */
  handle({ topic, partition, message }: EachMessagePayload): Promise<void> {
    return new Promise((finish, abandon) => {
      if (this.#isOver) {
        abandon(new RecordNotFinished());
        return;
      }
      this.#offered = { record: { topic, partition, ...message }, finish, abandon };
      this.#handOver();
    });
  }

  /** The run behind it has ended: with an error, or because the consumer was stopped. */
  end(failure?: Error): void {
    this.#isOver = true;
    this.#failure = failure;
    this.#offered?.abandon(new RecordNotFinished());
    this.#offered = undefined;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    if (failure === undefined) waiting.resolve({ done: true, value: undefined });
    else this.#throwFailure(waiting.reject);
  }

  async next(): Promise<IteratorResult<ConsumerRecord>> {
    this.#inHand?.finish();
    this.#inHand = undefined;
    const result = new Promise<IteratorResult<ConsumerRecord>>((resolve, reject) => {
      if (this.#failure !== undefined) this.#throwFailure(reject);
      else if (this.#isOver) resolve({ done: true, value: undefined });
      else this.#waiting = { resolve, reject };
    });
    this.#handOver();
    if (!this.#isStarted && !this.#isOver) {
      this.#isStarted = true;
      this.#start().catch((error: unknown) => this.end(error as Error));
    }
    return await result;
  }

  async return(): Promise<IteratorResult<ConsumerRecord>> {
    this.#isOver = true;
    if (this.#isStarted) await this.#stop();
    return { done: true, value: undefined };
  }

  /** The consumer is being stopped: the record in the loop's hands is not waited for. */
  abandon(): void {
    this.#isOver = true;
    for (const handover of [this.#inHand, this.#offered]) handover?.abandon(new RecordNotFinished());
    this.#inHand = undefined;
    this.#offered = undefined;
  }

  #handOver(): void {
    if (this.#waiting === undefined || this.#offered === undefined) return;
    this.#inHand = this.#offered;
    this.#offered = undefined;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve({ done: false, value: this.#inHand.record });
  }

  /** Once: a loop that goes on after an error finds the end. */
  #throwFailure(reject: (error: Error) => void): void {
    reject(this.#failure as Error);
    this.#failure = undefined;
  }
}
