import type { RecordToEncode } from '../protocol/record-batch.js';
import { sizeOfVarint, sizeOfVarlong } from '../protocol/varint.js';

/** Bytes that a record takes in a batch of format version 2, exactly (Kafka's `DefaultRecord.sizeInBytes`). */
export function sizeInBatch(record: RecordToEncode, offsetDelta: number, timestampDelta: number): number {
  const { headers } = record;
  const fields = sizeOfBytes(record.key) + sizeOfBytes(record.value);
  let body = 1 + sizeOfVarlong(timestampDelta) + sizeOfVarint(offsetDelta) + fields;
  if (headers === undefined || headers.length === 0) body += 1;
  else {
    body += sizeOfVarint(headers.length);
    for (const header of headers) body += withLength(utf8.encode(header.key).length) + sizeOfBytes(header.value);
  }
  return withLength(body);
}

const utf8 = new TextEncoder();

function sizeOfBytes(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : withLength(bytes.length);
}

function withLength(length: number): number {
  return sizeOfVarint(length) + length;
}
