import type { BatchHeader } from '../protocol/record-batch.js';
import { controlMarker } from '../log/producers/control-marker.js';
import { OngoingTransactions, type PartitionTransaction } from '../log/producers/ongoing-transactions.js';
import { TransactionIndex, type AbortedTransaction } from '../log/producers/transaction-index.js';
import type { LogConfig } from '../log/log-config.js';
import { Segment } from '../log/segment.js';

/** The configs that say how indexes are made. */
export type Indexing = Pick<LogConfig, 'indexIntervalBytes' | 'segmentIndexBytes'>;

/** A transaction without an end, and the epoch in which its producer wrote last. */
export interface OpenTransaction extends PartitionTransaction {
  readonly producerEpoch: number;
}

/**
 * Goes through the batches of one partition, first to last, and finds what follows from them: the indexes of each segment, the transactions, the counts. Export and
 * import both take it from here, so that the same batches always give the same files.
 */
export class PartitionScan {
  /** Records that are no markers. */
  records = 0;
  /** The largest id of a producer, -1 without any. */
  largestProducerId = -1;
  private current: Segment;
  private aborted: AbortedTransaction[] = [];
  private readonly transactions = new OngoingTransactions();
  private readonly open = new Map<number, OpenTransaction>();

  constructor(private readonly indexing: Indexing) {
    this.current = new Segment('', 0, indexing, 0);
  }

  /** The next segment begins. */
  begin(file: string, baseOffset: number, modifiedAt: number): void {
    this.current = new Segment(file, baseOffset, this.indexing, modifiedAt);
    this.aborted = [];
  }

  /** Takes note of a batch of the segment. Its header's position is that in `bytes`. */
  add(header: BatchHeader, bytes: Uint8Array): void {
    this.current.add(header);
    if (!header.isControlBatch) this.records += header.recordCount;
    if (header.producerId < 0) return;
    this.largestProducerId = Math.max(this.largestProducerId, header.producerId);
    if (header.isControlBatch) this.endTransaction(header, bytes);
    else if (header.isTransactional) this.continueTransaction(header);
  }

  /** The segment as it is when nothing more comes. */
  finish(): Segment {
    this.current.finishRecovery();
    this.current.transactions = new TransactionIndex(this.aborted);
    return this.current;
  }

  /** Those that have no end yet, by first offset. */
  get openTransactions(): readonly OpenTransaction[] {
    return [...this.open.values()].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  private continueTransaction({ producerId, producerEpoch, baseOffset, recordCount }: BatchHeader): void {
    const begun = this.open.get(producerId);
    if (begun !== undefined) this.open.set(producerId, { ...begun, producerEpoch });
    // A batch that the cleaner has emptied belongs to a transaction that is over; its marker may be gone too.
    else if (recordCount > 0) {
      this.open.set(producerId, { producerId, producerEpoch, firstOffset: baseOffset });
      this.transactions.begin({ producerId, firstOffset: baseOffset });
    }
  }

  private endTransaction(header: BatchHeader, bytes: Uint8Array): void {
    const { producerId, baseOffset } = header;
    const begun = this.open.get(producerId);
    const marker = controlMarker(bytes, header);
    if (begun === undefined || marker === undefined) return;
    const { firstOffset } = begun;
    const completed = { producerId, firstOffset, lastOffset: baseOffset, isAborted: marker.type === 'ABORT' };
    const lastStableOffset = this.transactions.lastStableOffset(completed);
    if (completed.isAborted) this.aborted.push({ producerId, firstOffset, lastOffset: baseOffset, lastStableOffset });
    this.open.delete(producerId);
    this.transactions.complete(completed);
    this.transactions.replicatedTo(Infinity);
  }
}
