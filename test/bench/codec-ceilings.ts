import { BatchBuffers } from '../../src/engine/client/batch-buffers.js';
import { crc32c } from '../../src/engine/protocol/crc32c.js';
import { batchesIn, decodeRecords, encodeBatch, type RecordToEncode } from '../../src/engine/protocol/record-batch.js';
import type { Pair, Side } from './pair.js';
import { hundredByteRecords, recordsInBatch } from './partita-log.js';

const batches = 300;
const checksummedBytes = 64 * 1024 * 1024;

/** Our checksum against the plainest quick one, a table of eight slices over words. "Records" are bytes. */
export function crc(): Pair {
  const bytes = new Uint8Array(1024 * 1024).map((_, at) => at * 31);
  const words = new Int32Array(bytes.buffer);
  const tables = slices();
  const rounds = checksummedBytes / bytes.length;
  return {
    rival: 'CRC-32C by slices of 8 over words, one flat table, the same MiB (bytes/s)',
    ours: timed(checksummedBytes, () => {
      for (let round = 0; round < rounds; round++) sink ^= crc32c(bytes, 0, bytes.length);
    }),
    theirs: timed(checksummedBytes, () => {
      for (let round = 0; round < rounds; round++) sink ^= sliced(words, tables);
    }),
  };
}

/**
 * Our encoder, with memory that is used again as by a producer whose batches are stored one after the other, against the least that encoding is: known small numbers written into a
 * buffer that is there, and the checksum.
 */
export function batchEncode(): Pair {
  const source = hundredByteRecords();
  const records = Array.from({ length: 10 }, (_, batch) => source(batch));
  const arena = new Uint8Array(256 * 1024);
  const buffers = new BatchBuffers();
  const count = batches * recordsInBatch;
  return {
    rival: 'records written into a buffer that is there, with header and checksum',
    ours: timed(count, () => {
      for (let batch = 0; batch < batches; batch++) {
        const encoded = encodeBatch({ records: records[batch % records.length] ?? [] }, buffers);
        sink ^= encoded.length;
        buffers.giveBack(encoded);
      }
    }),
    theirs: timed(count, () => {
      for (let batch = 0; batch < batches; batch++) sink ^= encodeLeast(records[batch % records.length] ?? [], arena);
    }),
  };
}

/** Our decoder against the least that gives a record's offset, timestamp, key and value as an object, checksum included. */
export function batchDecode(): Pair {
  const source = hundredByteRecords();
  const encoded = Array.from({ length: 10 }, (_, batch) => encodeBatch({ records: source(batch) }));
  const count = batches * recordsInBatch;
  return {
    rival: 'a loop that makes an object of offset, timestamp, key and value of each record, after the checksum',
    ours: timed(count, () => {
      for (let batch = 0; batch < batches; batch++) {
        const bytes = encoded[batch % encoded.length] ?? new Uint8Array();
        for (const { header } of batchesIn(bytes))
          for (const record of decodeRecords(bytes, header)) sink ^= record.offset + (record.value?.length ?? 0);
      }
    }),
    theirs: timed(count, () => {
      for (let batch = 0; batch < batches; batch++) {
        const bytes = encoded[batch % encoded.length] ?? new Uint8Array();
        decodeLeast(bytes, (record) => (sink ^= record.offset + record.value.length));
      }
    }),
  };
}

/** Keeps what is computed in use. */
let sink = 0;

function timed(records: number, run: () => void): Side {
  return {
    round: () => {
      const from = performance.now();
      run();
      return Promise.resolve({ records, ms: performance.now() - from });
    },
  };
}

function slices(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
    tables[byte] = remainder;
  }
  for (let at = 256; at < tables.length; at++) {
    const shorter = tables[at - 256] as number;
    tables[at] = (shorter >>> 8) ^ (tables[shorter & 0xff] as number);
  }
  return tables;
}

function sliced(words: Int32Array, tables: Int32Array): number {
  let crc = -1;
  for (let at = 0; at < words.length; at += 2) {
    const low = (words[at] as number) ^ crc;
    const high = words[at + 1] as number;
    crc =
      (tables[1792 + (low & 0xff)] as number) ^
      (tables[1536 + ((low >>> 8) & 0xff)] as number) ^
      (tables[1280 + ((low >>> 16) & 0xff)] as number) ^
      (tables[1024 + (low >>> 24)] as number) ^
      (tables[768 + (high & 0xff)] as number) ^
      (tables[512 + ((high >>> 8) & 0xff)] as number) ^
      (tables[256 + ((high >>> 16) & 0xff)] as number) ^
      (tables[high >>> 24] as number);
  }
  return ~crc >>> 0;
}

const headerBytes = 61;

function encodeLeast(records: readonly RecordToEncode[], target: Uint8Array): number {
  let at = headerBytes;
  const first = records[0]?.timestamp ?? 0;
  for (let index = 0; index < records.length; index++) {
    const record = records[index] as RecordToEncode;
    const [key, value] = [record.key as Uint8Array, record.value as Uint8Array];
    const timestampDelta = (record.timestamp - first) << 1;
    const size = 1 + small(timestampDelta) + small(index << 1) + 1 + key.length + 2 + value.length + 1;
    at = write(target, at, size << 1);
    target[at++] = 0;
    at = write(target, at, timestampDelta);
    at = write(target, at, index << 1);
    at = write(target, at, key.length << 1);
    target.set(key, at);
    at = write(target, at + key.length, value.length << 1);
    target.set(value, at);
    at += value.length;
    target[at++] = 0;
  }
  const view = new DataView(target.buffer);
  view.setInt32(8, at - 12);
  view.setInt32(57, records.length);
  view.setUint32(17, crc32c(target, 21, at));
  return at;
}

const small = (value: number): number => (value < 0x80 ? 1 : value < 0x4000 ? 2 : 3);

function write(target: Uint8Array, start: number, value: number): number {
  let [at, rest] = [start, value];
  while (rest >= 0x80) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at++] = rest;
  return at;
}

interface LeastRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

function decodeLeast(bytes: Uint8Array, use: (record: LeastRecord) => void): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(17) !== crc32c(bytes, 21, bytes.length)) throw new Error('The checksum is wrong.');
  const baseTimestamp = Number(view.getBigInt64(27));
  const count = view.getInt32(57);
  let at = headerBytes;
  const read = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
  };
  for (let index = 0; index < count; index++) {
    read();
    at++;
    const timestamp = baseTimestamp + read();
    const offset = read();
    const keyLength = read();
    const key = bytes.subarray(at, at + keyLength);
    at += keyLength;
    const valueLength = read();
    const value = bytes.subarray(at, at + valueLength);
    at += valueLength + 1;
    use({ offset, timestamp, key, value });
  }
}
