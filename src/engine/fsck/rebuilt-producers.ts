import type { RawBatch } from './raw-batches.js';

/** What is known of a producer. */
export interface RebuiltProducer {
  readonly epoch: number;
  /** Of its last batch, -1 for none. */
  readonly lastSequence: number;
  readonly lastOffset: number;
  readonly offsetDelta: number;
  readonly timestamp: number;
  /** -1: none is known. */
  readonly coordinatorEpoch: number;
  /** Where its open transaction begins, -1 for none. */
  readonly transactionFrom: number;
}

/** A transaction that was aborted: the offsets of its first batch and of its marker. */
export interface RebuiltAbort {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** The producers' state, rebuilt from the batches of a log alone. */
export class RebuiltProducers {
  private readonly known = new Map<number, RebuiltProducer>();

  get all(): ReadonlyMap<number, RebuiltProducer> {
    return this.known;
  }

  /** Takes note of the next batch; answers the transaction that it aborts, if its beginning was seen. */
  take(batch: RawBatch): RebuiltAbort | undefined {
    const { producerId, producerEpoch, baseOffset, lastOffset, marker } = batch;
    if (producerId < 0) return undefined;
    const before = this.known.get(producerId);
    if (batch.isControl) {
      if (marker === undefined) return undefined;
      const { coordinatorEpoch, timestamp } = marker;
      const kept = before?.epoch === producerEpoch ? before : { ...noBatch };
      this.known.set(producerId, {
        ...kept,
        epoch: producerEpoch,
        coordinatorEpoch,
        timestamp,
        transactionFrom: -1,
      });
      const firstOffset = before?.transactionFrom ?? -1;
      return marker.isAbort && firstOffset >= 0 ? { producerId, firstOffset, lastOffset: baseOffset } : undefined;
    }
    const open = before?.transactionFrom ?? -1;
    this.known.set(producerId, {
      epoch: producerEpoch,
      lastSequence: batch.baseSequence < 0 ? -1 : (batch.baseSequence + lastOffset - baseOffset) % 2 ** 31,
      lastOffset,
      offsetDelta: lastOffset - baseOffset,
      timestamp: batch.maxTimestamp,
      coordinatorEpoch: before?.coordinatorEpoch ?? -1,
      transactionFrom: batch.isTransactional && open < 0 ? baseOffset : open,
    });
    return undefined;
  }
}

const noBatch = { lastSequence: -1, lastOffset: -1, offsetDelta: 0 } as const;
