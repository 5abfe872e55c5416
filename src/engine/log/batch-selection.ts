import { batchHeaderSize } from '../protocol/record-batch.js';

/** Which batches a read asks for. */
export interface BatchRange {
  /** The first batch is the one that holds this offset, or the next one if none does. */
  readonly fromOffset: number;
  /** No batch that ends beyond this offset is taken. */
  readonly upTo: number;
  readonly maxBytes: number;
  /** Take the first batch even if it alone is larger than `maxBytes`. */
  readonly minOneMessage: boolean;
  /** Behind whole batches give what fits of the next one too, as Kafka does. */
  readonly withCut?: boolean;
}

/** The batches that a read takes lie at `start`…`end`. */
export interface Selection {
  readonly start: number;
  readonly end: number;
  /** The offset after the last batch that was taken; absent if none was. */
  readonly nextOffset?: number;
  /** More of what was asked for would have followed, had `maxBytes` been larger. */
  readonly isCut?: boolean;
  /** Set if the bytes end too early to tell: how many bytes from `start` on must be there to go on. */
  readonly neededBytes?: number;
}

/** Chooses whole batches of `bytes`, which begin with a batch and are sound. */
export function selectBatches(bytes: Uint8Array, range: BatchRange): Selection {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = -1;
  let at = 0;
  let taken: { readonly nextOffset?: number } = {};
  for (;;) {
    const from = start < 0 ? at : start;
    const selected = { start: from, end: at, ...taken };
    if (at + batchHeaderSize > bytes.length) return { ...selected, neededBytes: at + batchHeaderSize - from };
    const size = view.getInt32(at + 8) + 12;
    const nextOffset = Number(view.getBigInt64(at)) + view.getInt32(at + 23) + 1;
    if (nextOffset > range.fromOffset) {
      const takenBytes = at + size - from;
      const isForced = start < 0 && range.minOneMessage;
      if (nextOffset > range.upTo) return selected;
      if (takenBytes > range.maxBytes && !isForced) return { ...selected, isCut: true };
      if (at + size > bytes.length) return { ...selected, neededBytes: takenBytes };
      start = from;
      taken = { nextOffset };
      if (nextOffset === range.upTo || takenBytes >= range.maxBytes) return { start, end: at + size, nextOffset };
    }
    at += size;
  }
}
