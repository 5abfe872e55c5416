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
  if (reader.at !== reader.end)
    throw corrupt(header.position, `${reader.end - reader.at} bytes follow its last record`);
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
  const size = reader.varint();
  const end = reader.at + size;
  if (size < 0 || end > reader.end)
    throw corrupt(header.position, `a record of ${size} bytes begins at byte ${reader.at}`);
  reader.byte();
  const timestamp = header.baseTimestamp + reader.varlong();
  const offset = header.baseOffset + reader.varint();
  const key = readNullable(reader, header);
  const value = readNullable(reader, header);
  const headers = readHeaders(reader, header);
  if (reader.at !== end)
    throw corrupt(header.position, `the record before byte ${reader.at} should end at byte ${end}`);
  if (!Number.isSafeInteger(timestamp) || !Number.isSafeInteger(offset)) {
    throw corrupt(header.position, `a record has offset ${offset} and timestamp ${timestamp}`);
  }
  return {
    offset,
    timestamp: header.timestampType === 'LogAppendTime' ? header.maxTimestamp : timestamp,
    key,
    value,
    headers,
  };
}

function readNullable(reader: VarintReader, header: BatchHeader): Uint8Array | null {
  const length = reader.varint();
  if (length < 0) {
    if (length === -1) return null;
    throw corrupt(header.position, `a length of ${length} stands before byte ${reader.at}`);
  }
  const start = reader.at;
  if (start + length > reader.end)
    throw corrupt(header.position, `${length} bytes should follow byte ${start}, but it ends before`);
  reader.at = start + length;

  return reader.bytes.subarray(start, reader.at);
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function readHeaders(reader: VarintReader, header: BatchHeader): readonly RecordHeader[] {
  const count = reader.varint();
  if (count === 0) return noHeaders;
  if (count < 0) throw corrupt(header.position, `a record has ${count} headers`);
  const headers: RecordHeader[] = [];
  for (let index = 0; index < count; index++) {
    const key = readNullable(reader, header);
    if (key === null) throw corrupt(header.position, `a record header before byte ${reader.at} has no key`);
    headers.push({ key: textOf(key), value: readNullable(reader, header) });
  }
  return headers;
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
