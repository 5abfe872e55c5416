import { KafkaError } from '../protocol/kafka-error.js';
import { readBatchHeader, verifyCrc, type BatchHeader } from '../protocol/record-batch.js';

/**
 * The headers of the batches in `bytes`, which must be whole sound batches and nothing else. Throws CORRUPT_MESSAGE (cut off, wrong magic, wrong checksum)
 * or INVALID_RECORD (no records, or not as many as offsets).
 */
export function checkedBatches(bytes: Uint8Array, name: string): readonly BatchHeader[] {
  const headers: BatchHeader[] = [];
  let position = 0;
  while (position < bytes.length) {
    const header = readBatchHeader(bytes, position);
    if (!verifyCrc(bytes, header)) {
      throw new KafkaError(
        'CORRUPT_MESSAGE',
        `A batch for ${name} does not have its checksum (stored crc = ${header.crc}). Send it again.`,
      );
    }
    if (header.recordCount === 0 || header.lastOffsetDelta + 1 !== header.recordCount) {
      throw new KafkaError(
        'INVALID_RECORD',
        `A batch for ${name} covers ${header.lastOffsetDelta + 1} offsets and says that it has ${header.recordCount} records; both must be the same, and at least 1.`,
      );
    }
    headers.push(header);
    position += header.sizeInBytes;
  }
  if (headers.length === 0) {
    throw new KafkaError('INVALID_RECORD', `An append to ${name} holds no batch. Send at least one record.`);
  }
  return headers;
}
