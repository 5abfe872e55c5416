import { compress } from './compression/codecs.js';
import {
  attributeBits,
  batchCrc,
  batchHeaderSize,
  compressionTypes,
  type CompressionType,
  type RecordHeader,
  type TimestampType,
} from './batch-header.js';
import {
  sizeOfUnsignedVarint,
  sizeOfVarint,
  sizeOfVarlong,
  writeUnsignedVarint,
  writeVarint,
  writeVarlong,
} from './varint.js';

export interface RecordToEncode {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: readonly RecordHeader[];
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Its place in the log; the one after the record before it, if absent. Offsets must grow. */
  readonly offset?: number;
}

/** A batch. Only the records must be given. */
export interface BatchToEncode {
  readonly records: readonly RecordToEncode[];
  /** 0, as a producer sends it, if absent. */
  readonly baseOffset?: number;
  /** The last record's, if absent: a compacted batch may end beyond it. */
  readonly lastOffset?: number;
  readonly partitionLeaderEpoch?: number;
  readonly timestampType?: TimestampType;
  /** None if absent; `compressionLevel` as the codec counts it, its default if absent. */
  readonly compression?: CompressionType;
  readonly compressionLevel?: number;
  readonly isTransactional?: boolean;
  readonly isControlBatch?: boolean;
  readonly deleteHorizonMs?: number | null;
  /** The delete horizon, else the first record's, if absent. */
  readonly baseTimestamp?: number;
  /** The largest of the records, if absent; with LogAppendTime the time of the append. */
  readonly maxTimestamp?: number;
  readonly producerId?: number | bigint;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
}

/** One buffer that grows with the largest batch, up to a limit, and is used for every batch: encoding is synchronous. */
let arena = new Uint8Array(64 * 1024);
const largestArena = 16 * 1024 * 1024;

/** Where the bytes of a batch may be had from: so many, whatever is in them. */
export interface BatchMemory {
  take(size: number): Uint8Array;
}

/** Encodes a batch of format version 2, checksum included, into bytes of exactly its length: from `memory`, or ones of their own. */
export function encodeBatch(batch: BatchToEncode, memory?: BatchMemory): Uint8Array {
  const { records } = batch;
  const baseOffset = batch.baseOffset ?? 0;
  const baseTimestamp = batch.baseTimestamp ?? batch.deleteHorizonMs ?? records[0]?.timestamp ?? -1;
  let offset = baseOffset - 1;
  let maxTimestamp = -1;
  let at = batchHeaderSize;
  for (const record of records) {
    offset = record.offset ?? offset + 1;
    if (record.timestamp > maxTimestamp) maxTimestamp = record.timestamp;
    at = writeRecord(record, at, offset - baseOffset, record.timestamp - baseTimestamp);
  }
  at = compressRecords(batch, at);
  writeHeader(batch, at, {
    baseOffset,
    lastOffset: batch.lastOffset ?? offset,
    baseTimestamp,
    maxTimestamp: batch.maxTimestamp ?? maxTimestamp,
  });
  const bytes = memory === undefined ? arena.slice(0, at) : memory.take(at);
  if (memory !== undefined) bytes.set(arena.subarray(0, at));
  if (arena.length > largestArena) arena = new Uint8Array(64 * 1024);
  return bytes;
}

/** Puts compressed records in the place of those that end at `end`; answers where they end. A batch without records stays as it is, as in Kafka. */
function compressRecords({ records, compression = 'none', compressionLevel }: BatchToEncode, end: number): number {
  if (compression === 'none' || records.length === 0) return end;
  const compressed = compress(compression, arena.slice(batchHeaderSize, end), compressionLevel);
  const at = batchHeaderSize + compressed.length;
  if (arena.length < at) growArena(batchHeaderSize, at);
  arena.set(compressed, batchHeaderSize);
  return at;
}

interface Extent {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
}

function writeHeader(
  batch: BatchToEncode,
  size: number,
  { baseOffset, lastOffset, baseTimestamp, maxTimestamp }: Extent,
): void {
  if (arena.length < size) growArena(0, size);
  const view = new DataView(arena.buffer);
  view.setBigInt64(0, BigInt(baseOffset));
  view.setInt32(8, size - 12);
  view.setInt32(12, batch.partitionLeaderEpoch ?? -1);
  view.setInt8(16, 2);
  view.setInt16(21, attributesOf(batch));
  view.setInt32(23, lastOffset - baseOffset);
  view.setBigInt64(27, BigInt(baseTimestamp));
  view.setBigInt64(35, BigInt(maxTimestamp));
  view.setBigInt64(43, BigInt(batch.producerId ?? -1));
  view.setInt16(51, batch.producerEpoch ?? -1);
  view.setInt32(53, batch.baseSequence ?? -1);
  view.setInt32(57, batch.records.length);
  view.setUint32(17, batchCrc(arena, 0, size));
}

function attributesOf(batch: BatchToEncode): number {
  return (
    (batch.records.length === 0 ? 0 : compressionTypes.indexOf(batch.compression ?? 'none')) |
    (batch.timestampType === 'LogAppendTime' ? attributeBits.logAppendTime : 0) |
    (batch.isTransactional ? attributeBits.transactional : 0) |
    (batch.isControlBatch ? attributeBits.control : 0) |
    (batch.deleteHorizonMs !== undefined && batch.deleteHorizonMs !== null ? attributeBits.deleteHorizon : 0)
  );
}

/** The most bytes that a record can take in a batch: for producers that fill batches up to a size. */
export function recordSizeLimit(record: Pick<RecordToEncode, 'key' | 'value' | 'headers'>): number {
  const fields = bodySize(record, keysOf(record.headers), 0x7fff_ffff, Number.MAX_SAFE_INTEGER);
  return sizeOfVarint(fields) + fields;
}

/** Deltas and lengths below it take at most four bytes each, zigzagged. */
const plainBelow = 1 << 27;

/** Most records have no headers, and neither deltas nor lengths that are out of the ordinary: they are written in one go. */
function writeRecord(record: RecordToEncode, start: number, offsetDelta: number, timestampDelta: number): number {
  const { key, value, headers } = record;
  if (headers !== undefined || key === null || value === null || key.length + value.length >= plainBelow)
    return writeAnyRecord(record, start, offsetDelta, timestampDelta);
  if (offsetDelta >= plainBelow || timestampDelta < 0 || timestampDelta >= plainBelow)
    return writeAnyRecord(record, start, offsetDelta, timestampDelta);
  const [keyLength, valueLength] = [key.length, value.length];
  const [offsetBits, timestampBits, keyBits, valueBits] = [
    offsetDelta << 1,
    timestampDelta << 1,
    keyLength << 1,
    valueLength << 1,
  ];
  const size =
    2 +
    sizeOfUnsignedVarint(timestampBits) +
    sizeOfUnsignedVarint(offsetBits) +
    sizeOfUnsignedVarint(keyBits) +
    keyLength +
    sizeOfUnsignedVarint(valueBits) +
    valueLength;
  if (arena.length < start + size + 5) growArena(start, start + size + 5);
  const target = arena;
  let at = writeUnsignedVarint(target, start, size << 1);
  target[at++] = 0;
  at = writeUnsignedVarint(target, at, timestampBits);
  at = writeUnsignedVarint(target, at, offsetBits);
  at = writeUnsignedVarint(target, at, keyBits);
  if (keyLength >= shortBytes) target.set(key, at);
  else for (let index = 0; index < keyLength; index++) target[at + index] = key[index] as number;
  at = writeUnsignedVarint(target, at + keyLength, valueBits);
  target.set(value, at);
  at += valueLength;
  target[at] = 0;
  return at + 1;
}

function writeAnyRecord(record: RecordToEncode, start: number, offsetDelta: number, timestampDelta: number): number {
  const keys = keysOf(record.headers);
  const size = bodySize(record, keys, offsetDelta, timestampDelta);
  if (arena.length < start + size + 5) growArena(start, start + size + 5);
  const target = arena;
  let at = writeVarint(target, start, size);
  target[at++] = 0;
  at = writeVarlong(target, at, timestampDelta);
  at = writeVarint(target, at, offsetDelta);
  at = writeNullable(target, record.key, at);
  at = writeNullable(target, record.value, at);
  if (keys === null) {
    target[at++] = 0;
    return at;
  }
  at = writeVarint(target, at, keys.length);
  record.headers?.forEach((header, index) => {
    at = writeNullable(target, keys[index] as Uint8Array, at);
    at = writeNullable(target, header.value, at);
  });
  return at;
}

function bodySize(
  record: Pick<RecordToEncode, 'key' | 'value' | 'headers'>,
  keys: readonly Uint8Array[] | null,
  offsetDelta: number,
  timestampDelta: number,
): number {
  const size =
    1 +
    sizeOfVarlong(timestampDelta) +
    sizeOfVarint(offsetDelta) +
    sizeOfNullable(record.key) +
    sizeOfNullable(record.value);
  if (keys === null) return size + 1;
  return (record.headers ?? []).reduce(
    (sum, header, index) => sum + sizeOfNullable(keys[index] as Uint8Array) + sizeOfNullable(header.value),
    size + sizeOfVarint(keys.length),
  );
}

const utf8 = new TextEncoder();

/** Header keys are few and come again and again: their bytes are kept, up to a number of them. */
const encodedKeys = new Map<string, Uint8Array>();
const mostEncodedKeys = 256;

function keysOf(headers: readonly RecordHeader[] | undefined): readonly Uint8Array[] | null {
  return headers === undefined || headers.length === 0 ? null : headers.map(({ key }) => encodedKey(key));
}

function encodedKey(key: string): Uint8Array {
  const known = encodedKeys.get(key);
  if (known !== undefined) return known;
  const encoded = utf8.encode(key);
  if (encodedKeys.size >= mostEncodedKeys) encodedKeys.clear();
  encodedKeys.set(key, encoded);
  return encoded;
}

function sizeOfNullable(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : sizeOfVarint(bytes.length) + bytes.length;
}

/** Below this a loop is quicker than `set`. */
const shortBytes = 32;

function writeNullable(target: Uint8Array, bytes: Uint8Array | null, start: number): number {
  if (bytes === null) return writeVarint(target, start, -1);
  const { length } = bytes;
  const at = writeVarint(target, start, length);
  if (length >= shortBytes) target.set(bytes, at);
  else for (let index = 0; index < length; index++) target[at + index] = bytes[index] as number;
  return at + length;
}

function growArena(used: number, needed: number): void {
  const larger = new Uint8Array(Math.max(needed, arena.length * 2));
  larger.set(arena.subarray(0, used));
  arena = larger;
}
