/** A transaction that was aborted, as the index of the segment with its marker keeps it (Kafka's `AbortedTxn`). Offsets are inclusive. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** That of the marker. */
  readonly lastOffset: number;
  /** Where committed records ended when it was aborted. */
  readonly lastStableOffset: number;
}

const entryBytes = 34;

/** The aborted transactions of a segment, in the sequence of their markers (Kafka's `TransactionIndex`). It never changes. */
export class TransactionIndex {
  constructor(private readonly aborted: readonly AbortedTransaction[] = []) {}

  get entries(): readonly AbortedTransaction[] {
    return this.aborted;
  }

  /** This index with one more. */
  with(transaction: AbortedTransaction): TransactionIndex {
    return new TransactionIndex([...this.aborted, transaction]);
  }

  /**
   * Those that a reader of `from` up to `upTo` must know. `isComplete` tells that none of a later segment concerns it: committed records ended at or beyond
   * `upTo` when one of these was aborted.
   */
  collect(
    from: number,
    upTo: number,
  ): { readonly aborted: readonly AbortedTransaction[]; readonly isComplete: boolean } {
    const found: AbortedTransaction[] = [];
    for (const transaction of this.aborted) {
      if (transaction.lastOffset >= from && transaction.firstOffset < upTo) found.push(transaction);
      if (transaction.lastStableOffset >= upTo) return { aborted: found, isComplete: true };
    }
    return { aborted: found, isComplete: false };
  }

  /** This index without those whose marker lies at `offset` or beyond. */
  before(offset: number): TransactionIndex {
    return new TransactionIndex(this.aborted.filter(({ lastOffset }) => lastOffset < offset));
  }

  /** Kafka's bytes of the index. */
  encode(): Uint8Array {
    const bytes = new Uint8Array(this.aborted.length * entryBytes);
    const view = new DataView(bytes.buffer);
    this.aborted.forEach((transaction, index) => {
      const { producerId, firstOffset, lastOffset, lastStableOffset } = transaction;
      [producerId, firstOffset, lastOffset, lastStableOffset].forEach((value, field) =>
        view.setBigInt64(index * entryBytes + 2 + field * 8, BigInt(value)),
      );
    });
    return bytes;
  }

  /** The index that such bytes hold; undefined if they are none. */
  static decode(bytes: Uint8Array): TransactionIndex | undefined {
    if (bytes.length % entryBytes !== 0) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const entries: AbortedTransaction[] = [];
    for (let at = 0; at < bytes.length; at += entryBytes) {
      if (view.getInt16(at) !== 0) return undefined;
      const field = (index: number) => Number(view.getBigInt64(at + 2 + index * 8));
      entries.push({ producerId: field(0), firstOffset: field(1), lastOffset: field(2), lastStableOffset: field(3) });
    }
    return new TransactionIndex(entries);
  }
}
