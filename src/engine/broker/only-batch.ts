import type { RecordError } from '../log/invalid-records-error.js';
import type { ErrorName } from '../protocol/errors.js';
import { batchCrc, viewOf } from '../protocol/batch-header.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { batchHeaderSize, batchesIn, type BatchHeader } from '../protocol/record-batch.js';

/** Why a batch is refused, as its partition's answer tells it. */
export interface BatchRefusal {
  readonly error: Exclude<ErrorName, 'NONE'>;
  /** Shown with record errors only, as in Kafka. */
  readonly message?: string;
  readonly recordErrors?: readonly RecordError[];
  /** Kafka finds it out at the log, and tells where that begins. */
  readonly tellsLogStart?: boolean;
}

/** The one batch that a partition's bytes must hold, or why they are refused (Kafka's `ProduceRequest.validateRecords`). */
export function onlyBatch(bytes: Uint8Array | null): BatchHeader | BatchRefusal {
  const headers: BatchHeader[] = [];
  try {
    for (const { header } of batchesIn(bytes ?? new Uint8Array(0))) headers.push(header);
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    if (isDamaged(bytes)) return { error: 'CORRUPT_MESSAGE' };
    return { error: 'INVALID_RECORD', tellsLogStart: hasNegativeCount(bytes) };
  }
  const header = headers[0];
  if (header === undefined || headers.length > 1) return { error: 'INVALID_RECORD' };
  return header;
}

/** Whether the first batch is there whole but not what was sent: its checksum is another, or it is shorter than any. */
function isDamaged(bytes: Uint8Array | null): boolean {
  if (bytes === null || bytes.length < batchHeaderSize) return false;
  const view = viewOf(bytes);
  const size = view.getInt32(sizeAt) + sizeAt + 4;
  if (size > bytes.length) return false;
  if (size < batchHeaderSize) return view.getInt8(magicAt) === 2;
  return view.getUint32(crcAt) !== batchCrc(bytes, 0, size);
}

function hasNegativeCount(bytes: Uint8Array | null): boolean {
  return bytes !== null && bytes.length >= batchHeaderSize && viewOf(bytes).getInt32(countAt) < 0;
}

/** The smallest size that the first batch can tell (a record of the oldest format), and where it and other fields stand. */
const minSize = 14;
const sizeAt = 8;
const magicAt = 16;
const crcAt = 17;
const countAt = 57;

/** Why the first batch can't be told from others, in Kafka's words: then it refuses the whole request (`ByteBufferLogInputStream.nextBatchSize`). */
export function unreadableBatch(bytes: Uint8Array | null): string | undefined {
  if (bytes === null || bytes.length < sizeAt + 4) return undefined;
  const size = viewOf(bytes).getInt32(sizeAt);
  if (size < minSize) return `Record size ${size} is less than the minimum record overhead (${minSize})`;
  if (bytes.length <= magicAt) return undefined;
  const magic = ((bytes[magicAt] as number) << 24) >> 24;
  return magic < 0 || magic > 2 ? `Invalid magic found in record: ${magic}` : undefined;
}
