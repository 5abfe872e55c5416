/** A transaction that has records in this partition. */
export interface PartitionTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** A transaction whose marker was written at `lastOffset`. */
export interface CompletedTransaction extends PartitionTransaction {
  readonly lastOffset: number;
  readonly isAborted: boolean;
}

/** Which transactions are open on a partition, and which are complete but not yet below the high watermark. */
export class OngoingTransactions {
  /** By first offset, ascending: transactions begin in the sequence of the log. */
  private readonly open = new Map<number, PartitionTransaction>();
  private readonly unreplicated = new Map<number, CompletedTransaction>();

  /** The first offset that a reader of committed records may not pass; undefined if there is none. */
  get firstUnstableOffset(): number | undefined {
    const first = Math.min(firstKey(this.open) ?? Infinity, firstKey(this.unreplicated) ?? Infinity);
    return first === Infinity ? undefined : first;
  }

  begin(transaction: PartitionTransaction): void {
    this.open.set(transaction.firstOffset, transaction);
  }

  /** Takes back a `begin`. */
  forget(firstOffset: number): void {
    this.open.delete(firstOffset);
  }

  /** Where committed records end once `completed` is complete: what the transaction index keeps. */
  lastStableOffset(completed: CompletedTransaction): number {
    for (const { producerId, firstOffset } of this.open.values())
      if (producerId !== completed.producerId) return firstOffset;
    return completed.lastOffset + 1;
  }

  complete(completed: CompletedTransaction): void {
    this.open.delete(completed.firstOffset);
    this.unreplicated.set(completed.firstOffset, completed);
  }

  /** Takes back a `complete`. */
  reopen({ producerId, firstOffset }: CompletedTransaction): void {
    this.unreplicated.delete(firstOffset);
    const later = [...this.open.values()].filter((transaction) => transaction.firstOffset > firstOffset);
    for (const transaction of later) this.open.delete(transaction.firstOffset);
    for (const transaction of [{ producerId, firstOffset }, ...later])
      this.open.set(transaction.firstOffset, transaction);
  }

  /** Readers have everything below `offset`: complete transactions whose marker lies there hold them up no longer. */
  replicatedTo(offset: number): void {
    for (const [firstOffset, { lastOffset }] of this.unreplicated) {
      if (lastOffset >= offset) return;
      this.unreplicated.delete(firstOffset);
    }
  }

  clear(): void {
    this.open.clear();
    this.unreplicated.clear();
  }
}

function firstKey(map: ReadonlyMap<number, unknown>): number | undefined {
  for (const key of map.keys()) return key;
  return undefined;
}
