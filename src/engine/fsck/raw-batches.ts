import { crc32c } from '../protocol/crc32c.js';
import { rawRecords, type RawMarker } from './raw-records.js';
import { UnreadableBytes, type RawFile, type RawStore } from './raw-store.js';

/** The smallest batch: a header without records. */
const headerBytes = 61;
/** Base offset and length. */
const prefixBytes = 12;
/** The checksum covers what follows it. */
const checkedFrom = 21;

/** A sound record batch, as it lies in a file (Kafka's format, magic 2). */
export interface RawBatch {
  readonly position: number;
  readonly size: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly leaderEpoch: number;
  readonly maxTimestamp: number;
  readonly isTransactional: boolean;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
  /** Of a control batch that ends a transaction, unless it was cleaned away. */
  readonly marker: RawMarker | undefined;
  readonly isControl: boolean;
  /** Keys and values, where somebody asked for them. */
  readonly records: readonly RawKeyValue[];
}

export interface RawKeyValue {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/** Why no batch can be read from `position` on. */
export interface RawProblem {
  readonly position: number;
  readonly what: string;
  /** The bytes themselves cannot be had. */
  readonly isUnreadable: boolean;
}

const windowBytes = 1024 * 1024;

/** Goes through the batches of a file; answers what stopped it before the end, or null. With `keepsRecords` batches come with their keys and values. */
export async function* rawBatches(
  store: RawStore,
  { name, size }: RawFile,
  keepsRecords = false,
): AsyncGenerator<RawBatch, RawProblem | null, undefined> {
  let position = 0;
  let window: Uint8Array = new Uint8Array(0);
  let windowAt = 0;
  while (position < size) {
    const stop = (what: string, isUnreadable = false): RawProblem => ({ position, what, isUnreadable });
    const left = size - position;
    if (left < headerBytes) return stop(`${left} bytes are left, but a batch has at least ${headerBytes}`);
    const batchBytes = async (length: number): Promise<Uint8Array> => {
      if (position < windowAt || position + length > windowAt + window.length) {
        window = await store.read(name, position, Math.min(Math.max(windowBytes, length), left));
        windowAt = position;
      }
      return window.subarray(position - windowAt, position - windowAt + length);
    };
    try {
      const prefix = await batchBytes(headerBytes);
      if (prefix.length < headerBytes)
        return stop(`the file ends at byte ${position + prefix.length} of ${size}`, true);
      const batchSize = view(prefix).getInt32(8) + prefixBytes;
      if (batchSize < headerBytes) return stop(`a length of ${batchSize - prefixBytes} is less than that of a header`);
      if (batchSize > left) return stop(`${left} of the ${batchSize} bytes of a batch are there`);
      const bytes = await batchBytes(batchSize);
      if (bytes.length < batchSize) return stop(`the file ends at byte ${position + bytes.length} of ${size}`, true);
      const batch = readBatch(bytes, position, keepsRecords);
      if (typeof batch === 'string') return stop(batch);
      yield batch;
      position += batchSize;
    } catch (error) {
      if (!(error instanceof UnreadableBytes)) throw error;
      return stop(error.message, true);
    }
  }
  return null;
}

function readBatch(bytes: Uint8Array, position: number, keepsRecords: boolean): RawBatch | string {
  const data = view(bytes);
  const magic = data.getInt8(16);
  if (magic !== 2) return `the magic is ${magic} instead of 2`;
  const baseOffset = Number(data.getBigInt64(0));
  if (!Number.isSafeInteger(baseOffset) || baseOffset < 0) return `the first offset would be ${data.getBigInt64(0)}`;
  if (crc32c(bytes, checkedFrom, bytes.length) !== data.getUint32(17))
    return `the batch at offset ${baseOffset} does not have its checksum`;
  const attributes = data.getInt16(21);
  const lastDelta = data.getInt32(23);
  if (lastDelta < 0) return `the batch at offset ${baseOffset} ends before it begins`;
  const isControl = (attributes & 0x20) !== 0;
  const recordCount = data.getInt32(57);
  const found = rawRecords(bytes.subarray(headerBytes), {
    codec: attributes & 0x07,
    count: recordCount,
    lastDelta,
    isControl,
    baseTimestamp: Number(data.getBigInt64(27)),
    keepsRecords,
  });
  if (typeof found === 'string') return `in the batch at offset ${baseOffset} ${found}`;
  return {
    position,
    size: bytes.length,
    baseOffset,
    lastOffset: baseOffset + lastDelta,
    leaderEpoch: data.getInt32(12),
    maxTimestamp: Number(data.getBigInt64(35)),
    isTransactional: (attributes & 0x10) !== 0,
    producerId: Number(data.getBigInt64(43)),
    producerEpoch: data.getInt16(51),
    baseSequence: data.getInt32(53),
    recordCount,
    isControl,
    marker: found.marker,
    records: found.records,
  };
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
