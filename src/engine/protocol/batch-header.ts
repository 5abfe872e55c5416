import { crc32c } from './crc32c.js';
import { KafkaError } from './kafka-error.js';

/** Bytes of a batch before its first record: the smallest batch there is (Kafka's `DefaultRecordBatch`, magic 2). */
export const batchHeaderSize = 61;

/** Base offset and length: what a batch has before the bytes that its length counts. */
export const logOverhead = 12;

/** The checksum covers what follows it: base offset, length, leader epoch and magic lie outside. */
const checkedFrom = 21;

export type CompressionType = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
export type TimestampType = 'CreateTime' | 'LogAppendTime';

/** The compression types by the number that stands for them in a batch's attributes. */
export const compressionTypes: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** The bits of a batch's attributes. */
export const attributeBits = {
  compression: 0x07,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
  deleteHorizon: 0x40,
} as const;

export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** The header of a batch in memory. Timestamps are milliseconds since the epoch, -1 for none. */
export interface BatchHeader {
  /** Where the batch begins in the bytes that it was read from. */
  readonly position: number;
  /** The whole batch, header included. */
  readonly sizeInBytes: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly lastOffsetDelta: number;
  readonly partitionLeaderEpoch: number;
  /** Unsigned. */
  readonly crc: number;
  readonly attributes: number;
  readonly compression: CompressionType;
  readonly timestampType: TimestampType;
  readonly isTransactional: boolean;
  readonly isControlBatch: boolean;
  /** When compaction may drop the batch's tombstones; null before the first pass has said so. */
  readonly deleteHorizonMs: number | null;
  /** The first record's timestamp, or the delete horizon: what the records' deltas count from. */
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  /** -1 for none. Beyond 2^53 not exact and no safe integer: `exactProducerId` is. Kafka counts its ids up from 0. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  /** Wraps from 2^31-1 to 0; -1 without a sequence. */
  readonly lastSequence: number;
  readonly recordCount: number;
}

/** Reads the header of the batch that begins at `position`. Throws CORRUPT_MESSAGE if there is none, or not all of the batch is there. Reads no record. */
export function readBatchHeader(bytes: Uint8Array, position: number): BatchHeader {
  const available = bytes.length - position;
  if (available < batchHeaderSize) {
    throw corrupt(position, `${Math.max(available, 0)} bytes are left, but a batch has at least ${batchHeaderSize}`);
  }
  const view = viewOf(bytes);
  const sizeInBytes = batchSize(view, position);
  if (sizeInBytes > available)
    throw corrupt(position, `its length says ${sizeInBytes} bytes, but only ${available} are there`);
  const magic = view.getInt8(position + 16);
  if (magic !== 2)
    throw corrupt(position, `its magic is ${magic}, but only 2 is supported. Send record batches of format version 2`);
  return headerAt(view, position, sizeInBytes);
}

function headerAt(view: DataView, position: number, sizeInBytes: number): BatchHeader {
  const attributes = view.getInt16(position + 21);
  const baseOffset = safeInteger(view, position, 'base offset', position);
  const lastOffsetDelta = view.getInt32(position + 23);
  const baseTimestamp = safeInteger(view, position + 27, 'base timestamp', position);
  const baseSequence = view.getInt32(position + 53);
  const recordCount = view.getInt32(position + 57);
  if (recordCount < 0) throw corrupt(position, `its record count is ${recordCount}`);
  const compression = compressionTypes[attributes & attributeBits.compression];
  if (compression === undefined)
    throw corrupt(position, `${attributes & attributeBits.compression} is no compression type`);
  return {
    position,
    sizeInBytes,
    baseOffset,
    lastOffset: baseOffset + lastOffsetDelta,
    lastOffsetDelta,
    partitionLeaderEpoch: view.getInt32(position + 12),
    crc: view.getUint32(position + 17),
    attributes,
    compression,
    timestampType: attributes & attributeBits.logAppendTime ? 'LogAppendTime' : 'CreateTime',
    isTransactional: (attributes & attributeBits.transactional) !== 0,
    isControlBatch: (attributes & attributeBits.control) !== 0,
    deleteHorizonMs: attributes & attributeBits.deleteHorizon ? baseTimestamp : null,
    baseTimestamp,
    maxTimestamp: safeInteger(view, position + 35, 'largest timestamp', position),
    producerId: Number(view.getBigInt64(position + 43)),
    producerEpoch: view.getInt16(position + 51),
    baseSequence,
    lastSequence: baseSequence < 0 ? -1 : sequenceAfter(baseSequence, lastOffsetDelta),
    recordCount,
  };
}

/** The sequence number `delta` after `sequence`; 0 comes after 2^31-1. */
export function sequenceAfter(sequence: number, delta: number): number {
  return (sequence + delta) % 0x8000_0000;
}

/** How many bytes the batch at `position` says it has; at least its first 12 must be there. */
export function batchSize(view: DataView, position: number): number {
  const length = view.getInt32(position + 8);
  if (length < batchHeaderSize - logOverhead) {
    throw corrupt(position, `its length is ${length}, but it is at least ${batchHeaderSize - logOverhead}`);
  }
  return length + logOverhead;
}

/** The checksum that a batch which lies at `start`…`end` must have. */
export function batchCrc(bytes: Uint8Array, start: number, end: number): number {
  return crc32c(bytes, start + checkedFrom, end);
}

/** What is wrong with the batch at `position`, as an error. */
export function corrupt(position: number, found: string): KafkaError {
  return new KafkaError('CORRUPT_MESSAGE', `No record batch can be read at byte ${position}: ${found}.`);
}

function safeInteger(view: DataView, at: number, what: string, position: number): number {
  const value = view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
  if (!Number.isSafeInteger(value))
    throw corrupt(position, `its ${what} ${view.getBigInt64(at)} is not between -2^53 and 2^53`);
  return value;
}

/** A view of just these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
