import { batchCrc, batchSize, logOverhead, readBatchHeader, viewOf, type BatchHeader } from './batch-header.js';

export { batchHeaderSize, readBatchHeader, sequenceAfter } from './batch-header.js';
export type { BatchHeader, RecordHeader } from './batch-header.js';
export { encodeBatch, recordSizeLimit, type BatchMemory, type RecordToEncode } from './batch-encoder.js';
export { decodeRecords, scanRecords, type DecodedRecord } from './batch-decoder.js';

/** A whole batch: `bytes.subarray(start, end)`. */
export interface BatchLocation {
  readonly header: BatchHeader;
  readonly start: number;
  readonly end: number;
}

/**
 * The whole batches in `bytes`, in order, from `from` on. A batch that is cut off at the end is left out (a fetch may end inside one).
 * Throws CORRUPT_MESSAGE where no batch can begin.
 */
export function* batchesIn(bytes: Uint8Array, from = 0): Generator<BatchLocation, void, undefined> {
  const view = viewOf(bytes);
  for (let start = from; bytes.length - start >= logOverhead;) {
    const end = start + batchSize(view, start);
    if (end > bytes.length) return;
    yield { header: readBatchHeader(bytes, start), start, end };
    start = end;
  }
}

/** Gives the batch at `position` its place in a log, in place: both fields lie outside the checksum. */
export function stampBatch(
  bytes: Uint8Array,
  position: number,
  { baseOffset, leaderEpoch }: { readonly baseOffset: number; readonly leaderEpoch: number },
): void {
  const view = viewOf(bytes);
  view.setInt32(position, Math.floor(baseOffset / 0x1_0000_0000));
  view.setUint32(position + 4, baseOffset >>> 0);
  view.setInt32(position + 12, leaderEpoch);
}

/** Whether the batch's checksum is that of its bytes. */
export function verifyCrc(bytes: Uint8Array, header: BatchHeader): boolean {
  return batchCrc(bytes, header.position, header.position + header.sizeInBytes) === header.crc;
}

/** The producer id of the batch at `position`, exact over all 64 bits. */
export function exactProducerId(bytes: Uint8Array, position: number): bigint {
  return viewOf(bytes).getBigInt64(position + 43);
}

/** A copy of the one batch that `bytes` are, from another producer, epoch or sequence number. */
export function renumberBatch(
  bytes: Uint8Array,
  numbers: { readonly producerId: bigint; readonly producerEpoch: number; readonly baseSequence: number },
): Uint8Array {
  const copy = bytes.slice();
  const view = viewOf(copy);
  view.setBigInt64(43, numbers.producerId);
  view.setInt16(51, numbers.producerEpoch);
  view.setInt32(53, numbers.baseSequence);
  view.setUint32(17, batchCrc(copy, 0, copy.length));
  return copy;
}
