import { sequenceAfter } from '../../protocol/record-batch.js';

/** A batch that a producer wrote, as the log remembers it. Its offsets are those of its records, first and last. */
export interface ProducedBatch {
  readonly lastSequence: number;
  readonly lastOffset: number;
  /** Last offset minus first offset. */
  readonly offsetDelta: number;
  readonly timestamp: number;
}

/** How many batches of a producer are known: a batch that is sent again is recognised if it is one of them (Kafka's `NUM_BATCHES_TO_RETAIN`). */
const retainedBatches = 5;

/** What a partition knows of one producer (Kafka's `ProducerStateEntry`). It never changes: writing on gives the next one. */
export interface ProducerEntry {
  readonly producerId: number;
  /** -1: none yet. */
  readonly epoch: number;
  /** Of the last marker; -1: none yet. */
  readonly coordinatorEpoch: number;
  /** Of the last batch or marker, in milliseconds since the epoch; what expiry counts from. */
  readonly lastTimestamp: number;
  /** Where its open transaction begins on this partition. */
  readonly currentTransactionFirstOffset: number | undefined;
  /** The last five of its epoch, oldest first. */
  readonly batches: readonly ProducedBatch[];
}

/** A producer of which nothing is known. */
export function unknownProducer(producerId: number): ProducerEntry {
  return {
    producerId,
    epoch: -1,
    coordinatorEpoch: -1,
    lastTimestamp: -1,
    currentTransactionFirstOffset: undefined,
    batches: [],
  };
}

/** The sequence number of the last record of a producer; -1 if no batch is known. */
export function lastSequenceOf(entry: ProducerEntry): number {
  return entry.batches.at(-1)?.lastSequence ?? -1;
}

/** The sequence number of a batch's first record. */
export function firstSequenceOf({ lastSequence, offsetDelta }: ProducedBatch): number {
  return sequenceAfter(lastSequence + 0x8000_0000, -offsetDelta);
}

/** The entry after a batch; one of another epoch makes those before it forgotten. */
export function withBatch(entry: ProducerEntry, epoch: number, batch: ProducedBatch): ProducerEntry {
  const known = epoch === entry.epoch ? entry.batches.slice(-(retainedBatches - 1)) : [];
  return { ...entry, epoch, lastTimestamp: batch.timestamp, batches: [...known, batch] };
}

/** The entry after a marker: no transaction is open. */
export function withMarker(
  entry: ProducerEntry,
  marker: { readonly epoch: number; readonly coordinatorEpoch: number; readonly timestamp: number },
): ProducerEntry {
  return {
    ...entry,
    epoch: marker.epoch,
    coordinatorEpoch: marker.coordinatorEpoch,
    lastTimestamp: marker.timestamp,
    currentTransactionFirstOffset: undefined,
    batches: marker.epoch === entry.epoch ? entry.batches : [],
  };
}
