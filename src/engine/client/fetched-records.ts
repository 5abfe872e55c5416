import { batchesIn, decodeRecords, type DecodedRecord } from '../protocol/record-batch.js';
import type { AssignedPartition } from './assigned-partitions.js';

/** What one fetch brought for one partition. It is decoded as it is read; a seek, pause or revocation makes it stale. */
export class FetchedRecords {
  readonly #bytes: Uint8Array;
  readonly #fetchEpoch: number;
  #batchBaseOffset = -1;

  constructor(
    readonly assigned: AssignedPartition,
    readonly fetchOffset: number,
    readonly highWatermark: number,
    bytes: Uint8Array,
  ) {
    this.#bytes = bytes;
    this.#fetchEpoch = assigned.fetchEpoch;
  }

  /** Whether it must not be handed out any more. */
  get isStale(): boolean {
    return this.assigned.fetchEpoch !== this.#fetchEpoch;
  }

  /** The offset after the last whole batch: where the next fetch begins. Gaps that compaction left are skipped with it. */
  get nextOffset(): number {
    let next = this.fetchOffset;
    for (const { header } of batchesIn(this.#bytes)) next = header.lastOffset + 1;
    return next;
  }

  /** The base offset of the batch that the record last read came from: it names the append that stored it. */
  get batchBaseOffset(): number {
    return this.#batchBaseOffset;
  }

  /** The records from the fetch offset on: a batch may begin below it. Control batches are not for users. Throws what can't be decoded. */
  *records(): Generator<DecodedRecord, void, undefined> {
    for (const { header } of batchesIn(this.#bytes)) {
      if (header.isControlBatch || header.lastOffset < this.fetchOffset) continue;
      this.#batchBaseOffset = header.baseOffset;
      for (const record of decodeRecords(this.#bytes, header)) if (record.offset >= this.fetchOffset) yield record;
    }
  }
}
