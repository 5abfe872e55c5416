import type { Storage } from '../environment/storage.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { batchHeaderSize, readBatchHeader, verifyCrc, type BatchHeader } from '../protocol/record-batch.js';

/** A batch as it lies in a file. */
export interface StoredBatch {
  /** Its position is that in `bytes`. */
  readonly header: BatchHeader;
  readonly bytes: Uint8Array;
  readonly filePosition: number;
}

/** Which bytes of a file are read, and how closely they are looked at. */
export interface FileRange {
  readonly from: number;
  readonly to: number;
  /** `none`: they are known to be sound. `checksums`: as Kafka does, which reads a magic beyond 2 as 2, for that lies outside the checksum. */
  readonly checks: 'all' | 'checksums' | 'none';
}

/** How much of a file is read at a time. */
const windowBytes = 1024 * 1024;

/**
 * Goes through the sound batches of a file from `position` to `size`, and answers why it stopped before the end; null if it did not. What follows the
 * last sound batch is not part of the log.
 */
export async function* batchesOfFile(
  storage: Pick<Storage, 'read'>,
  file: string,
  { from, to: size, checks }: FileRange,
): AsyncGenerator<StoredBatch, string | null, undefined> {
  let position = from;
  let window: Uint8Array = new Uint8Array(0);
  let at = 0;
  while (position < size) {
    let wanted = batchHeaderSize;
    if (at + wanted <= window.length) wanted = batchLength(window, at);
    if (at + wanted > window.length) {
      if (position + wanted > size)
        return `${file} holds only ${size - position} bytes of the batch that begins at byte ${position}`;
      window = await storage.read(file, position, Math.min(Math.max(windowBytes, wanted), size - position));
      at = 0;
      if (window.length < wanted) return `${file} ends at byte ${position + window.length} of ${size}`;
      continue;
    }
    const header = soundHeader(window, at, checks);
    if (typeof header === 'string') return `${file}, byte ${position}: ${header}`;
    yield { header, bytes: window, filePosition: position };
    at += header.sizeInBytes;
    position += header.sizeInBytes;
  }
  return null;
}

/** How long the batch at `at` says it is. Less than a header if that makes no sense. */
function batchLength(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at).getInt32(8) + 12;
}

/** The header of the batch at `at`, or what is wrong with the batch. */
function soundHeader(bytes: Uint8Array, at: number, checks: FileRange['checks']): BatchHeader | string {
  const magic = (bytes[at + 16] as number) & 0xff;
  if (checks !== 'all' && magic > 2 && magic < 128) bytes[at + 16] = 2;
  let header: BatchHeader;
  try {
    header = readBatchHeader(bytes, at);
  } catch (error) {
    if (error instanceof KafkaError) return error.message;
    throw error;
  }
  if (checks !== 'none' && !verifyCrc(bytes, header))
    return `the batch at offset ${header.baseOffset} does not have its checksum`;
  if (header.lastOffsetDelta < 0) return `the batch at offset ${header.baseOffset} ends before it begins`;
  return header;
}
