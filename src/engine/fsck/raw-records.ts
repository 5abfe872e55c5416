import { compressionTypes } from '../protocol/batch-header.js';
import { decompress } from '../protocol/compression/codecs.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { RawKeyValue } from './raw-batches.js';

/** The end of a transaction. */
export interface RawMarker {
  readonly isAbort: boolean;
  readonly coordinatorEpoch: number;
  readonly timestamp: number;
}

interface Expected {
  readonly codec: number;
  readonly count: number;
  readonly lastDelta: number;
  readonly isControl: boolean;
  readonly baseTimestamp: number;
  readonly keepsRecords: boolean;
}

interface FoundRecords {
  readonly marker: RawMarker | undefined;
  readonly records: readonly RawKeyValue[];
}

/** No batch becomes larger when it is decompressed; what would is not read. */
const mostBytes = 64 * 1024 * 1024;

/** Reads the records behind a batch's header and checks that they are what the header says; answers what is wrong with them, if anything is. */
export function rawRecords(stored: Uint8Array, expected: Expected): FoundRecords | string {
  const { codec, count, lastDelta, isControl, baseTimestamp, keepsRecords } = expected;
  if (count < 0) return `there would be ${count} records`;
  const bytes = plain(stored, codec);
  if (typeof bytes === 'string') return bytes;
  const reader = new Reader(bytes);
  const records: RawKeyValue[] = [];
  let marker: RawMarker | undefined;
  let last = -1;
  for (let index = 0; index < count; index++) {
    const length = reader.varint();
    const end = reader.at + length;
    if (length < 0 || end > bytes.length) return `record ${index} would have ${length} bytes`;
    reader.at += 1;
    const timestamp = baseTimestamp + reader.varint();
    const delta = reader.varint();
    const key = reader.field();
    const value = reader.field();
    const headers = reader.varint();
    for (let header = 0; header < headers && reader.at < end; header++) {
      reader.field();
      reader.field();
    }
    if (reader.at !== end || headers < 0) return `record ${index} does not end where it says`;
    if (delta <= last || delta > lastDelta) return `record ${index} has the offset ${delta} of up to ${lastDelta}`;
    last = delta;
    if (keepsRecords) records.push({ key, value });
    if (isControl) marker ??= readMarker(key, value, timestamp);
  }
  return reader.at === bytes.length ? { marker, records } : `${bytes.length - reader.at} bytes follow the last record`;
}

function plain(stored: Uint8Array, codec: number): Uint8Array | string {
  const type = compressionTypes[codec];
  if (type === undefined) return `${codec} stands for no compression`;
  if (type === 'none') return stored;
  try {
    return decompress(type, stored, mostBytes);
  } catch (error) {
    if (error instanceof KafkaError) return `the records cannot be decompressed: ${error.message}`;
    throw error;
  }
}

function readMarker(key: Uint8Array | null, value: Uint8Array | null, timestamp: number): RawMarker | undefined {
  if (key === null || key.length < 4 || value === null || value.length < 6) return undefined;
  const type = new DataView(key.buffer, key.byteOffset).getInt16(2);
  if (type !== 0 && type !== 1) return undefined;
  const coordinatorEpoch = new DataView(value.buffer, value.byteOffset).getInt32(2);
  return { isAbort: type === 0, coordinatorEpoch, timestamp };
}

/** Reads zigzag numbers and fields; beyond the end it reads nothing, and stands beyond the end, which whoever asks notices. */
class Reader {
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80 || scale > 2 ** 63) break;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  field(): Uint8Array | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.at;
    this.at += length;
    return this.bytes.subarray(start, this.at);
  }
}
