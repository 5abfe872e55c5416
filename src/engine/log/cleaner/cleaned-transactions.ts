import type { ControlMarker } from '../producers/control-marker.js';
import { TransactionIndex, type AbortedTransaction } from '../producers/transaction-index.js';
import type { BatchHeader } from '../../protocol/record-batch.js';

interface AbortedProgress {
  readonly transaction: AbortedTransaction;
  hasData: boolean;
}

/** Which transactions a cleaning goes through, and which of them still have data: their markers must stay (Kafka's `CleanedTransactionMetadata`). */
export class CleanedTransactions {
  private readonly committed = new Set<number>();
  private readonly aborted = new Map<number, AbortedProgress>();
  /** By first offset. */
  private ahead: AbortedTransaction[] = [];
  /** Aborted transactions of the segment that is being written. */
  index = new TransactionIndex();

  /** Makes known the transactions that were aborted in what is read next. */
  expect(transactions: readonly AbortedTransaction[]): void {
    this.ahead = [...this.ahead, ...transactions].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Whether the batch belongs to an aborted transaction. */
  isAborted({ lastOffset, isTransactional, producerId }: BatchHeader): boolean {
    this.reach(lastOffset);
    if (!isTransactional) return false;
    const progress = this.aborted.get(producerId);
    if (progress === undefined) this.committed.add(producerId);
    else progress.hasData = true;
    return progress !== undefined;
  }

  /** Whether the marker's transaction has no data left in what was read; an empty control batch was cleaned before. */
  isEmptyTransaction({ lastOffset, producerId }: BatchHeader, marker: ControlMarker | undefined): boolean {
    this.reach(lastOffset);
    if (marker === undefined) return true;
    if (marker.type === 'COMMIT') return !this.committed.delete(producerId);
    const progress = this.aborted.get(producerId);
    this.aborted.delete(producerId);
    if (progress === undefined || !progress.hasData) return true;
    this.index = this.index.with(progress.transaction);
    return false;
  }

  private reach(offset: number): void {
    while (this.ahead.length > 0 && (this.ahead[0] as AbortedTransaction).firstOffset <= offset) {
      const transaction = this.ahead.shift() as AbortedTransaction;
      if (!this.aborted.has(transaction.producerId))
        this.aborted.set(transaction.producerId, { transaction, hasData: false });
    }
  }
}
