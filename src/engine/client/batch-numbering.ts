import { sequenceAfter } from '../protocol/record-batch.js';
import type { ProducerBatch } from './producer-batch.js';
import type { ProducerIdentity } from './producer-identity.js';

/** A broker knows the last five batches of a producer: of those from the first one without an answer on there may be no more, or it could not tell that one when it is sent again. */
export const mostUnsettledBatches = 5;

/**
 * How an idempotent producer numbers the batches of one partition, so that a broker stores each once and in their sequence, whatever becomes of requests and
 * answers (Kafka's `TxnPartitionEntry`, KIP-98, KIP-360).
 *
 * A batch keeps its numbers as long as it may be stored under them. Where one is given up, what comes behind it can't be stored any more: there is a
 * gap. Then the partition needs another epoch, in which what is left is numbered anew; but not before it is certain of each batch that it is not stored,
 * or it would be stored twice.
 */
export class BatchNumbering {
  /** Numbered and neither acknowledged nor given up, in the sequence of their numbers. */
  readonly unsettled: ProducerBatch[] = [];
  #identity: ProducerIdentity | undefined;
  #next = 0;
  /** How many batches were numbered in this epoch, and of those that are unsettled, the how-manieth each was. */
  #count = 0;
  readonly #places = new Map<ProducerBatch, number>();
  /** The number after that of the last record that was acknowledged. */
  #acknowledged = 0;
  /** A batch was given up that may be stored: what follows tells whether it is. */
  #isUnresolved = false;
  /** A batch was given up that is not stored: nothing can follow it. */
  #isBroken = false;
  /** The broker says that the first batch is not the next. Either there is a gap; or it has stored it, and has forgotten in a restart all but its last batch. */
  #isInDoubt = false;
  /** The producer id under which something is stored. */
  #knownId: bigint | undefined;

  /** In whose name the numbers are given; undefined before the first. */
  get identity(): ProducerIdentity | undefined {
    return this.#identity;
  }

  /** Whether what is left has to be numbered anew in another epoch, and can be: none of it is stored. */
  get isReadyForEpoch(): boolean {
    return (this.#isBroken || this.#isInDoubt) && this.unsettled.every(({ mayBeStored }) => !mayBeStored);
  }

  /** Whether another batch can get numbers now. */
  mayNumber(identity: ProducerIdentity): boolean {
    if (this.#isBroken || this.#isInDoubt || this.#isUnresolved || this.#window >= mostUnsettledBatches) return false;
    if (this.unsettled.length === 0) return true;
    // A broker takes whatever comes from a producer that it does not know for its first batch: so the first goes alone.
    return this.#identity === identity && this.#knownId === identity.producerId;
  }

  /** Whether a batch that has numbers may be sent again: only what the broker waits for next, or what has to become certain. */
  mayRepeat(batch: ProducerBatch): boolean {
    if (!this.#isBroken && !this.#isInDoubt) return this.unsettled[0] === batch;
    return this.unsettled.find(({ mayBeStored }) => mayBeStored) === batch;
  }

  /** Whether a batch can be handed over now: what has to be stored before it is on its way already. */
  mayFollow(batch: ProducerBatch, inFlight: readonly ProducerBatch[]): boolean {
    if (this.#isBroken || this.#isInDoubt) return this.mayRepeat(batch);
    const place = this.unsettled.indexOf(batch);
    return this.unsettled.every((other, at) => at >= place || inFlight.includes(other));
  }

  /** Gives the next numbers to a batch that has none. */
  number(batch: ProducerBatch, identity: ProducerIdentity): void {
    if (this.#identity !== identity) this.#restart(identity);
    this.#give(batch, identity);
    this.unsettled.push(batch);
  }

  /**
   * The batch is stored. So is what stands before it, also if a broker with a short memory has said that it missed something before that: gives those batches, which
   * are settled too.
   */
  acknowledge(batch: ProducerBatch): ProducerBatch[] {
    const before = this.unsettled.slice(0, this.unsettled.indexOf(batch));
    const forgotten = before.filter(({ isSent, mayBeStored }) => isSent && !mayBeStored);
    for (const each of [...forgotten, batch]) this.#remove(each);
    if (forgotten.length > 0) this.#isInDoubt = false;
    this.#knownId = batch.numbers?.identity.producerId;
    this.#acknowledged = sequenceAfter(batch.numbers?.baseSequence ?? 0, batch.recordCount);
    this.#resolve();
    return forgotten;
  }

  /** The batch will not be sent again; whether it is stored, it says itself. */
  giveUp(batch: ProducerBatch): void {
    this.#remove(batch);
    if (batch.mayBeStored) this.#isUnresolved = true;
    else this.#isBroken = true;
    this.#resolve();
  }

  /** The broker says that this batch is not the next. Unless others before it are still on their way, that is serious. */
  missesBefore(batch: ProducerBatch): void {
    if (this.unsettled[0] === batch) this.#isInDoubt = true;
  }

  /** Numbers what is left anew. */
  beginEpoch(identity: ProducerIdentity): void {
    this.#restart(identity);
    for (const batch of this.unsettled) this.#give(batch, identity);
  }

  /** How many batches were numbered from the first that is unsettled on. */
  get #window(): number {
    const [first] = this.unsettled;
    return first === undefined ? 0 : this.#count - (this.#places.get(first) ?? 0);
  }

  #give(batch: ProducerBatch, identity: ProducerIdentity): void {
    batch.number({ identity, baseSequence: this.#next });
    this.#next = sequenceAfter(this.#next, batch.recordCount);
    this.#places.set(batch, this.#count++);
  }

  #restart(identity: ProducerIdentity): void {
    this.#identity = identity;
    this.#next = 0;
    this.#count = 0;
    this.#acknowledged = 0;
    this.#isUnresolved = false;
    this.#isBroken = false;
    this.#isInDoubt = false;
  }

  #remove(batch: ProducerBatch): void {
    this.unsettled.splice(this.unsettled.indexOf(batch), 1);
    this.#places.delete(batch);
  }

  /** With nothing left it shows whether all that was numbered is stored. */
  #resolve(): void {
    if (!this.#isUnresolved || this.unsettled.length > 0) return;
    this.#isUnresolved = false;
    if (this.#acknowledged !== this.#next) this.#isBroken = true;
  }
}
