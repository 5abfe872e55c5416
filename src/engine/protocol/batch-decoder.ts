import { batchHeaderSize, corrupt, type BatchHeader, type RecordHeader } from './batch-header.js';
import { decompress } from './compression/codecs.js';
import { VarintReader } from './varint.js';

export interface DecodedRecord {
  readonly offset: number;
  /** Of the record, or of the append if the batch says so. */
  readonly timestamp: number;
  /** Views into the batch's own bytes, or into what they were decompressed to; as are the values. */
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

const noHeaders: readonly RecordHeader[] = [];

/** Compressed records may become a hundred times as large, and this much more; never larger than `largestBatch`. */
const smallestLimit = 64 * 1024;
const largestRatio = 100;
const largestBatch = 64 * 1024 * 1024;

/**
 * The records of the batch whose header was read from `bytes`, one at a time, as they are asked for; compressed ones are decompressed together. Throws
 * CORRUPT_MESSAGE at the first record that can't be read, MESSAGE_TOO_LARGE for compressed records that grow beyond all measure.
 */
export function* decodeRecords(bytes: Uint8Array, header: BatchHeader): Generator<DecodedRecord, void, undefined> {
  const reader = readerOf(bytes, header);
  for (let index = 0; index < header.recordCount; index++) yield readRecord(reader, header);
  checkEnd(reader, header);
}

function checkEnd(reader: VarintReader, header: BatchHeader): void {
  if (reader.at !== reader.end)
    throw corrupt(header.position, `${reader.end - reader.at} bytes follow its last record`);
}

/**
 * Looks at the records of a batch without making anything of their bytes: `look` gets each one's offset, timestamp and whether it has a key. Throws what
 * `decodeRecords` throws, where it throws it.
 */
export function scanRecords(
  bytes: Uint8Array,
  header: BatchHeader,
  look: (offset: number, timestamp: number, hasKey: boolean) => void,
): void {
  const reader = readerOf(bytes, header);
  const { baseOffset, baseTimestamp, recordCount } = header;
  for (let index = 0; index < recordCount; index++) {
    const end = beginRecord(reader, header);
    const timestamp = baseTimestamp + reader.varlong();
    const offset = baseOffset + reader.varint();
    const keyLength = skipNullable(reader, header);
    skipNullable(reader, header);
    for (let headers = headerCount(reader, header); headers > 0; headers--) {
      if (skipNullable(reader, header) < 0) throw withoutKey(reader, header);
      skipNullable(reader, header);
    }
    endRecord(reader, header, end, offset, timestamp);
    look(offset, timestampIn(header, timestamp), keyLength >= 0);
  }
  checkEnd(reader, header);
}

function readerOf(bytes: Uint8Array, { compression, position, sizeInBytes }: BatchHeader): VarintReader {
  const [start, end] = [position + batchHeaderSize, position + sizeInBytes];
  const fail = (found: string) => corrupt(position, found);
  if (compression === 'none') return new VarintReader(bytes, start, end, fail);
  const limit = Math.min(largestBatch, (end - start) * largestRatio + smallestLimit);
  const records = decompress(compression, bytes.subarray(start, end), limit);
  return new VarintReader(records, 0, records.length, fail);
}

function readRecord(reader: VarintReader, header: BatchHeader): DecodedRecord {
  const end = beginRecord(reader, header);
  const timestamp = header.baseTimestamp + reader.varlong();
  const offset = header.baseOffset + reader.varint();
  const key = readNullable(reader, header);
  const value = readNullable(reader, header);
  const headers = readHeaders(reader, header);
  endRecord(reader, header, end, offset, timestamp);
  return {
    offset,
    timestamp: timestampIn(header, timestamp),
    key,
    value,
    headers,
  };
}

/** A record's timestamp: its own, or that of the append if the batch says so. */
function timestampIn({ timestampType, maxTimestamp }: BatchHeader, own: number): number {
  return timestampType === 'LogAppendTime' ? maxTimestamp : own;
}

/** Reads a record's size and attributes; answers where it ends. */
function beginRecord(reader: VarintReader, header: BatchHeader): number {
  const size = reader.varint();
  const end = reader.at + size;
  if (size < 0 || end > reader.end)
    throw corrupt(header.position, `a record of ${size} bytes begins at byte ${reader.at}`);
  reader.byte();
  return end;
}

function endRecord(reader: VarintReader, header: BatchHeader, end: number, offset: number, timestamp: number): void {
  if (reader.at !== end)
    throw corrupt(header.position, `the record before byte ${reader.at} should end at byte ${end}`);
  if (!Number.isSafeInteger(timestamp) || !Number.isSafeInteger(offset)) {
    throw corrupt(header.position, `a record has offset ${offset} and timestamp ${timestamp}`);
  }
}

function readNullable(reader: VarintReader, header: BatchHeader): Uint8Array | null {
  const length = skipNullable(reader, header);
  if (length < 0) return null;
  const { buffer, byteOffset } = reader.bytes;
  return new Uint8Array(buffer, byteOffset + reader.at - length, length);
}

/** Goes past bytes that may be null; answers how many they are, -1 for null. */
function skipNullable(reader: VarintReader, header: BatchHeader): number {
  const length = reader.varint();
  if (length < -1) throw corrupt(header.position, `a length of ${length} stands before byte ${reader.at}`);
  if (length < 0) return length;
  const start = reader.at;
  if (start + length > reader.end)
    throw corrupt(header.position, `${length} bytes should follow byte ${start}, but it ends before`);
  reader.at = start + length;
  return length;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function readHeaders(reader: VarintReader, header: BatchHeader): readonly RecordHeader[] {
  const count = headerCount(reader, header);
  if (count === 0) return noHeaders;
  const headers: RecordHeader[] = [];
  for (let index = 0; index < count; index++) {
    const key = readNullable(reader, header);
    if (key === null) throw withoutKey(reader, header);
    headers.push({ key: textOf(key), value: readNullable(reader, header) });
  }
  return headers;
}

function headerCount(reader: VarintReader, header: BatchHeader): number {
  const count = reader.varint();
  if (count < 0) throw corrupt(header.position, `a record has ${count} headers`);
  return count;
}

function withoutKey(reader: VarintReader, header: BatchHeader): Error {
  return corrupt(header.position, `a record header before byte ${reader.at} has no key`);
}

/** Short ASCII, as header keys mostly are, is put together here: a call of the decoder takes longer. */
function textOf(bytes: Uint8Array): string {
  if (bytes.length > 32) return utf8.decode(bytes);
  let text = '';
  for (const byte of bytes) {
    if (byte >= 0x80) return utf8.decode(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}
