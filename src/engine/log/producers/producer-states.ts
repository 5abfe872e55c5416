import type { BatchHeader } from '../../protocol/record-batch.js';
import type { ControlMarker } from './control-marker.js';
import { OngoingTransactions, type CompletedTransaction } from './ongoing-transactions.js';
import {
  checkCoordinatorEpoch,
  checkEpoch,
  checkSequence,
  checkTransactional,
  type AppendOrigin,
  type CheckedPlace,
} from './producer-checks.js';
import {
  firstSequenceOf,
  unknownProducer,
  withBatch,
  withMarker,
  type ProducedBatch,
  type ProducerEntry,
} from './producer-entry.js';

/** A batch that is to be appended, and what of its records concerns the producer. */
export interface ProducedAppend {
  /** With the offsets that it gets, or has. */
  readonly header: BatchHeader;
  readonly origin: AppendOrigin;
  /** Of a control batch. */
  readonly marker?: ControlMarker | undefined;
  /** In which the coordinator writes its marker; -1 if that is not told. */
  readonly transactionVersion?: number | undefined;
}

/** How a batch changed what is known of its producer. */
export interface ProducerChange {
  /** The transaction that its marker ended, if it had written here. */
  readonly completed: CompletedTransaction | undefined;
  /** Makes it as it was before. Changes are taken back in the reverse of their sequence. */
  readonly undo: () => void;
}

/**
 * What a partition knows of its producers: their epochs and last sequences, which makes them idempotent (KIP-98), and their transactions
 * (Kafka's `ProducerStateManager`). It is a function of the log; nothing is known here that the log, or a snapshot of what it was, does not tell.
 */
export class ProducerStates {
  private readonly known = new Map<number, ProducerEntry>();
  readonly transactions = new OngoingTransactions();

  constructor(private readonly topicPartition: string) {}

  get entries(): Iterable<ProducerEntry> {
    return this.known.values();
  }

  /** Whether there is a producer, or a transaction of one, that is not complete for its readers. */
  get isAnybodyKnown(): boolean {
    return this.known.size > 0 || this.transactions.firstUnstableOffset !== undefined;
  }

  /** The producer's entry, if it is known. */
  entry(producerId: number): ProducerEntry | undefined {
    return this.known.get(producerId);
  }

  /** The batch that this one repeats: one of the last five of its producer. */
  duplicateOf({ producerId, producerEpoch, baseSequence, lastSequence }: BatchHeader): ProducedBatch | undefined {
    const entry = this.known.get(producerId);
    if (entry === undefined || entry.epoch !== producerEpoch) return undefined;
    return entry.batches.find(
      (batch) => batch.lastSequence === lastSequence && firstSequenceOf(batch) === baseSequence,
    );
  }

  /**
   * Refuses a batch that its producer may not append; changes nothing. Throws INVALID_PRODUCER_EPOCH, OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_TXN_STATE or
   * TRANSACTION_COORDINATOR_FENCED, in Kafka's words.
   */
  check({ header, origin, marker, transactionVersion }: ProducedAppend): void {
    const entry = this.known.get(header.producerId) ?? unknownProducer(header.producerId);
    const place: CheckedPlace = { topicPartition: this.topicPartition, offset: header.baseOffset };
    checkEpoch(entry, header, origin, place, header.isControlBatch ? transactionVersion : -1);
    if (header.isControlBatch) {
      if (marker !== undefined) checkCoordinatorEpoch(entry, marker.coordinatorEpoch, origin, place);
      return;
    }
    if (origin === 'client') checkSequence(entry, header, place);
    checkTransactional(entry, header, place);
  }

  /** Takes note of a batch that has been appended. */
  apply({ header, marker }: ProducedAppend): ProducerChange {
    const { producerId, producerEpoch, baseOffset, lastOffset } = header;
    const before = this.known.get(producerId);
    const restore = () => {
      if (before === undefined) this.known.delete(producerId);
      else this.known.set(producerId, before);
    };
    const entry = before ?? unknownProducer(producerId);
    if (header.isControlBatch) {
      if (marker === undefined) return { completed: undefined, undo: restore };
      const { coordinatorEpoch, timestamp } = marker;
      this.known.set(producerId, withMarker(entry, { epoch: producerEpoch, coordinatorEpoch, timestamp }));
      const firstOffset = entry.currentTransactionFirstOffset;
      if (firstOffset === undefined) return { completed: undefined, undo: restore };
      const completed = { producerId, firstOffset, lastOffset: baseOffset, isAborted: marker.type === 'ABORT' };
      return { completed, undo: restore };
    }
    const batch: ProducedBatch = {
      lastSequence: header.lastSequence,
      lastOffset,
      offsetDelta: header.lastOffsetDelta,
      timestamp: header.maxTimestamp,
    };
    const next = withBatch(entry, producerEpoch, batch);
    const isBegun = header.isTransactional && entry.currentTransactionFirstOffset === undefined;
    this.known.set(producerId, isBegun ? { ...next, currentTransactionFirstOffset: baseOffset } : next);
    if (!isBegun) return { completed: undefined, undo: restore };
    this.transactions.begin({ producerId, firstOffset: baseOffset });
    return {
      completed: undefined,
      undo: () => {
        this.transactions.forget(baseOffset);
        restore();
      },
    };
  }

  /** Forgets producers that have not written for so long; one with an open transaction stays. */
  expire(now: number, expirationMs: number): void {
    for (const entry of this.known.values())
      if (isExpired(entry, now, expirationMs)) this.known.delete(entry.producerId);
  }

  /** Begins with what a snapshot tells; what has expired since is left out. */
  load(entries: readonly ProducerEntry[], now: number, expirationMs: number): void {
    this.clear();
    const alive = entries.filter((entry) => !isExpired(entry, now, expirationMs));
    for (const entry of alive) this.known.set(entry.producerId, entry);
    const open = alive.flatMap(({ producerId, currentTransactionFirstOffset: firstOffset }) =>
      firstOffset === undefined ? [] : [{ producerId, firstOffset }],
    );
    for (const transaction of open.sort((a, b) => a.firstOffset - b.firstOffset)) this.transactions.begin(transaction);
  }

  clear(): void {
    this.known.clear();
    this.transactions.clear();
  }
}

function isExpired(entry: ProducerEntry, now: number, expirationMs: number): boolean {
  return entry.currentTransactionFirstOffset === undefined && now - entry.lastTimestamp >= expirationMs;
}
