import { batchesIn, decodeRecords, type BatchHeader, type DecodedRecord } from '../protocol/record-batch.js';
import type { AssignedPartition } from './assigned-partitions.js';

/** A transaction that was aborted: from `firstOffset` to its marker the producer's records are not for readers of what is committed. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface Fetched {
  readonly fetchOffset: number;
  readonly highWatermark: number;
  readonly records: Uint8Array;
  /** In the order of their first offsets; for readers of what is committed only. */
  readonly aborted: readonly AbortedTransaction[];
}

/** What one fetch brought for one partition. It is decoded as it is read; a seek, pause or revocation makes it stale. */
export class FetchedRecords {
  readonly #fetched: Fetched;
  readonly #fetchEpoch: number;
  readonly #rest: Generator<DecodedRecord, void, undefined>;
  #batchBaseOffset = -1;
  #failure: Error | undefined;

  constructor(
    readonly assigned: AssignedPartition,
    fetched: Fetched,
  ) {
    this.#fetched = fetched;
    this.#fetchEpoch = assigned.fetchEpoch;
    this.#rest = this.#read();
  }

  get fetchOffset(): number {
    return this.#fetched.fetchOffset;
  }

  get highWatermark(): number {
    return this.#fetched.highWatermark;
  }

  /** Whether it must not be handed out any more. */
  get isStale(): boolean {
    return this.assigned.fetchEpoch !== this.#fetchEpoch;
  }

  /** The offset after the last whole batch: where the next fetch begins. Gaps that compaction left are skipped with it. */
  get nextOffset(): number {
    let next = this.fetchOffset;
    for (const { header } of batchesIn(this.#fetched.records)) next = header.lastOffset + 1;
    return next;
  }

  /** The base offset of the batch that the record last read came from: it names the append that stored it. */
  get batchBaseOffset(): number {
    return this.#batchBaseOffset;
  }

  /** The records that were not read yet, from the fetch offset on: a batch may begin below it. Throws what can't be decoded. */
  records(): Generator<DecodedRecord, void, undefined> {
    return this.#rest;
  }

  /** The next record; undefined after the last one. Throws what can't be decoded, each time: nothing is read behind it. */
  next(): DecodedRecord | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return this.#rest.next().value ?? undefined;
    } catch (error) {
      this.#failure = error as Error;
      throw error;
    }
  }

  /** Control batches are not for users, and of aborted transactions nothing is. */
  *#read(): Generator<DecodedRecord, void, undefined> {
    const { records, fetchOffset, aborted } = this.#fetched;
    const waiting = [...aborted];
    const open = new Set<number>();
    for (const { header } of batchesIn(records)) {
      while (waiting[0] !== undefined && waiting[0].firstOffset <= header.lastOffset)
        open.add((waiting.shift() as AbortedTransaction).producerId);
      if (header.isControlBatch && open.has(header.producerId) && isAbortMarker(records, header))
        open.delete(header.producerId);
      if (header.isControlBatch || header.lastOffset < fetchOffset) continue;
      if (header.isTransactional && open.has(header.producerId)) continue;
      this.#batchBaseOffset = header.baseOffset;
      for (const record of decodeRecords(records, header)) if (record.offset >= fetchOffset) yield record;
    }
  }
}

/** A marker's key: int16 version, int16 type; type 0 aborts. */
function isAbortMarker(bytes: Uint8Array, header: BatchHeader): boolean {
  for (const { key } of decodeRecords(bytes, header))
    if (key !== null && key.length >= 4) return new DataView(key.buffer, key.byteOffset).getInt16(2) === 0;
  return false;
}
