import type { Millis } from '../environment/environment.js';
import type { ErrorName } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { attributeBits, batchCrc } from '../protocol/batch-header.js';
import { batchesIn, decodeRecords, verifyCrc, type BatchHeader } from '../protocol/record-batch.js';
import type { TopicSettings } from './topic-config.js';

/** Why a batch is refused, as its partition's answer tells it. */
export interface BatchRefusal {
  readonly error: Exclude<ErrorName, 'NONE'>;
  /** Shown with record errors only, as in Kafka. */
  readonly message?: string;
  readonly recordErrors?: readonly RecordError[];
}

export interface RecordError {
  readonly batchIndex: number;
  readonly batchIndexErrorMessage: string;
}

/** The one batch that a partition's bytes must hold, or why they are refused (Kafka's `ProduceRequest.validateRecords`). */
export function onlyBatch(bytes: Uint8Array | null): BatchHeader | BatchRefusal {
  const headers: BatchHeader[] = [];
  try {
    for (const { header } of batchesIn(bytes ?? new Uint8Array(0))) headers.push(header);
  } catch (error) {
    if (error instanceof KafkaError) return { error: 'INVALID_RECORD' };
    throw error;
  }
  const header = headers[0];
  if (header === undefined || headers.length > 1) return { error: 'INVALID_RECORD' };
  // Its records could not be looked at, here or by a client of ours.
  if (header.compression !== 'none') return { error: 'UNSUPPORTED_COMPRESSION_TYPE' };
  return header;
}

/**
 * What is wrong with a client's batch, in the order of Kafka's `analyzeAndValidateRecords` and `LogValidator`; undefined if nothing is.
 * Any bad record refuses the whole batch.
 */
export function batchRefusal(
  bytes: Uint8Array,
  header: BatchHeader,
  partition: string,
  settings: TopicSettings,
  now: Millis,
): BatchRefusal | undefined {
  if (header.baseOffset !== 0) return { error: 'INVALID_RECORD' };
  if (header.sizeInBytes > settings.maxMessageBytes) return { error: 'MESSAGE_TOO_LARGE' };
  if (!verifyCrc(bytes, header)) return { error: 'CORRUPT_MESSAGE' };
  const count = header.lastOffsetDelta + 1;
  if (count <= 0 || header.recordCount !== count) return { error: 'INVALID_RECORD' };
  if (header.isControlBatch || (header.producerId >= 0 && header.baseSequence < 0)) return { error: 'INVALID_RECORD' };
  return recordsRefusal(bytes, header, partition, settings, now);
}

function recordsRefusal(
  bytes: Uint8Array,
  header: BatchHeader,
  partition: string,
  settings: TopicSettings,
  now: Millis,
): BatchRefusal | undefined {
  const [low, high] = [now - settings.timestampBeforeMaxMs, now + settings.timestampAfterMaxMs];
  const keyErrors: RecordError[] = [];
  const timeErrors: RecordError[] = [];
  let index = 0;
  try {
    for (const { key, timestamp, offset } of decodeRecords(bytes, header)) {
      if (offset !== header.baseOffset + index) return { error: 'INVALID_RECORD' };
      if (settings.isCompacted && key === null)
        keyErrors.push({
          batchIndex: index,
          batchIndexErrorMessage: `Compacted topic cannot accept message without key in topic partition ${partition}`,
        });
      else if (settings.timestampType === 'CreateTime' && timestamp !== -1 && (timestamp < low || timestamp > high))
        timeErrors.push({
          batchIndex: index,
          batchIndexErrorMessage: `Timestamp ${timestamp} of message with offset ${index} is out of range. The timestamp should be within [${low}, ${high}]`,
        });
      index += 1;
    }
  } catch (error) {
    if (error instanceof KafkaError) return { error: 'INVALID_RECORD' };
    throw error;
  }
  if (timeErrors.length > 0)
    return {
      error: 'INVALID_TIMESTAMP',
      message: 'One or more records have been rejected due to invalid timestamp',
      recordErrors: timeErrors,
    };
  if (keyErrors.length === 0) return undefined;
  const shown = keyErrors.slice(0, 3).map(recordErrorText).join(', ');
  return {
    error: 'INVALID_RECORD',
    message: `One or more records have been rejected due to ${keyErrors.length} record errors in total, and only showing the first three errors at most: [${shown}]`,
    recordErrors: keyErrors,
  };
}

function recordErrorText({ batchIndex, batchIndexErrorMessage }: RecordError): string {
  return `RecordError(batchIndex=${batchIndex}, message='${batchIndexErrorMessage}')`;
}

/**
 * Gives the batch, which begins at 0, the topic's timestamp type, in place: with LogAppendTime its largest timestamp becomes `now`. Both lie inside
 * the checksum, which is made anew when something changed.
 */
export function stampTimestampType(bytes: Uint8Array, header: BatchHeader, settings: TopicSettings, now: Millis): void {
  const isAppendTime = settings.timestampType === 'LogAppendTime';
  if (!isAppendTime && header.timestampType === 'CreateTime') return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const others = header.attributes & ~attributeBits.logAppendTime;
  view.setInt16(21, isAppendTime ? others | attributeBits.logAppendTime : others);
  if (isAppendTime) view.setBigInt64(35, BigInt(now));
  view.setUint32(17, batchCrc(bytes, 0, header.sizeInBytes));
}
