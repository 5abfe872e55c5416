import { UndeliveredError } from './undelivered-error.js';

/** Where the records of one `send` went: one entry for each partition. */
export interface RecordMetadata {
  readonly topicName: string;
  readonly partition: number;
  /** Always 0: a failure rejects the send. */
  readonly errorCode: number;
  /** The offset of the send's first record in this partition; '-1' where nobody says: with acks 0, or when a broker that was restarted knows that it is stored, and no longer where. */
  readonly baseOffset: string;
  /** When the broker appended the records, if the topic's timestamps say that; else '-1'. */
  readonly logAppendTime: string;
  readonly logStartOffset: string;
}

/** What the broker said of a batch. */
export interface Acknowledgement {
  readonly baseOffset: number;
  readonly logAppendTimeMs: number;
  readonly logStartOffset: number;
}

/** Until the promise is made, which is at once. One for all calls: there may be millions. */
const unsettled = (): void => undefined;

/** One call of `send`: settles once all of its records have, with where they went or with the first failure, which is certain only if nothing of the call is stored. */
export class SendCall {
  readonly settled: Promise<RecordMetadata[]>;
  readonly #metadata: RecordMetadata[] = [];
  /** Of which part each of the metadata tells. */
  readonly #partsTold: number[] = [];
  #parts = 0;
  #outstanding: number;
  #failure: Error | undefined;
  /** Whether some of the records are stored, or may be. */
  #mayBeStored = false;
  #resolve: (metadata: RecordMetadata[]) => void = unsettled;
  #reject: (error: Error) => void = unsettled;

  constructor(recordCount: number) {
    this.#outstanding = recordCount;
    this.settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (recordCount === 0) this.#resolve(this.#metadata);
  }

  /** Records of the call begin to go into a batch. Gives the number of that part: they rise with the records of a partition. */
  beginPart(): number {
    return this.#parts++;
  }

  /** `count` records were stored in this partition, the first of them `index` places after the beginning of the batch. Parts may be told of in any sequence. */
  acknowledge(
    topic: string,
    partition: number,
    part: number,
    index: number,
    count: number,
    stored: Acknowledgement,
  ): void {
    const at = this.#placeOf(topic, partition);
    if (part < (this.#partsTold[at] ?? Infinity)) {
      this.#partsTold[at] = part;
      this.#metadata[at] = {
        topicName: topic,
        partition,
        errorCode: 0,
        baseOffset: String(stored.baseOffset < 0 ? -1 : stored.baseOffset + index),
        logAppendTime: String(stored.logAppendTimeMs),
        logStartOffset: String(stored.logStartOffset),
      };
    }
    this.#mayBeStored = true;
    this.#count(count);
  }

  /** `count` records were not stored, or nobody knows whether they were. */
  fail(error: Error, count: number): void {
    this.#failure ??= error;
    if (!(error instanceof UndeliveredError) || error.mayBeStored) this.#mayBeStored = true;
    this.#count(count);
  }

  /** Where the partition's entry is, or is to come. */
  #placeOf(topic: string, partition: number): number {
    let at = 0;
    for (const each of this.#metadata) {
      if (each.partition === partition && each.topicName === topic) break;
      at++;
    }
    return at;
  }

  #count(count: number): void {
    this.#outstanding -= count;
    if (this.#outstanding > 0) return;
    if (this.#failure === undefined) this.#resolve(this.#metadata);
    else this.#reject(this.#ofAll(this.#failure));
  }

  /** The failure, as it is to be understood of all records of the call. */
  #ofAll(failure: Error): Error {
    if (!this.#mayBeStored || !(failure instanceof UndeliveredError) || failure.mayBeStored) return failure;
    const message = `${failure.message} Of the other records of this send some may be stored.`;
    return new UndeliveredError(failure.code, message, true, { cause: failure });
  }
}
