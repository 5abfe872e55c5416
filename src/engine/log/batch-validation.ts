import type { Millis } from '../environment/environment.js';
import { attributeBits, batchCrc, viewOf, type CompressionType, type TimestampType } from '../protocol/batch-header.js';
import { KafkaError } from '../protocol/kafka-error.js';
import {
  batchesIn,
  decodeRecords,
  encodeBatch,
  readBatchHeader,
  scanRecords,
  verifyCrc,
  type BatchHeader,
} from '../protocol/record-batch.js';
import type { LogConfig } from './log-config.js';
import { InvalidRecordsError, type RecordError } from './invalid-records-error.js';

/** What decides whether batches may be appended. */
export interface ValidationContext {
  readonly config: LogConfig;
  /** A client may write neither control batches nor offsets of its own. */
  readonly origin: 'client' | 'coordinator';
  readonly now: Millis;
  /** For errors: `orders-0`. */
  readonly topicPartition: string;
  /** Of the Produce request: zstd came with version 7. */
  readonly requestVersion?: number;
}

/** Batches that may be appended. */
export interface ValidatedBatches {
  /** Those that were handed in, with timestamp type and largest timestamp set in place, or batches made anew with the topic's compression. */
  readonly bytes: Uint8Array;
  /** None if no whole batch was handed in. */
  readonly headers: readonly BatchHeader[];
  /** -1: no record has a timestamp. */
  readonly maxTimestamp: number;
  /** -1 unless the topic stamps the time of the append. */
  readonly logAppendTime: number;
}

/**
 * Checks batches as Kafka's leader does before it gives them offsets (`UnifiedLog.analyzeAndValidateRecords` and `LogValidator`), and gives them the topic's
 * timestamp type and compression. A batch that is cut off at the end is left out. Throws MESSAGE_TOO_LARGE, CORRUPT_MESSAGE, INVALID_RECORD, INVALID_TIMESTAMP or
 * UNSUPPORTED_COMPRESSION_TYPE in Kafka's words; then the bytes are as they were.
 */
export function validateBatches(bytes: Uint8Array, context: ValidationContext): ValidatedBatches {
  const headers = wholeBatches(bytes, context);
  const last = headers.at(-1);
  const logAppendTime = context.config.timestampType === 'LogAppendTime' ? context.now : -1;
  if (last === undefined) return { bytes: bytes.subarray(0, 0), headers, maxTimestamp: -1, logAppendTime };
  // Kafka says so of batches that are not compressed too.
  if (headers.length > 1) throw new KafkaError('INVALID_RECORD', 'Compressed outer record has more than one batch');
  const checked = headers.map((header) => checkedBatch(bytes, header, context));
  const maxTimestamp = logAppendTime >= 0 ? logAppendTime : Math.max(...checked.map((batch) => batch.maxTimestamp));
  const whole = bytes.subarray(0, last.position + last.sizeInBytes);
  // Markers are never compressed.
  const target = last.isControlBatch ? 'none' : targetCompression(context.config, last.compression);
  if (headers.some(({ compression }) => compression !== target))
    return { ...encodedAnew(whole, headers, target, context), maxTimestamp, logAppendTime };
  const { timestampType } = context.config;
  const stamped = checked.map((batch) =>
    stampTimestamps(whole, batch.header, timestampType, logAppendTime >= 0 ? logAppendTime : batch.maxTimestamp),
  );
  return { bytes: whole, headers: stamped, maxTimestamp, logAppendTime };
}

/** The headers of the whole batches, whose bytes are sound. */
function wholeBatches(bytes: Uint8Array, { config, origin, topicPartition }: ValidationContext): BatchHeader[] {
  const headers: BatchHeader[] = [];
  for (const { header } of readBatches(bytes, topicPartition)) {
    if (origin === 'client' && header.baseOffset !== 0)
      throw new KafkaError(
        'INVALID_RECORD',
        `The baseOffset of the record batch in the append to ${topicPartition} should be 0, but it is ${header.baseOffset}`,
      );
    if (header.sizeInBytes > config.maxMessageBytes)
      throw new KafkaError(
        'MESSAGE_TOO_LARGE',
        `The record batch size in the append to ${topicPartition} is ${header.sizeInBytes} bytes which exceeds the maximum configured value of ${config.maxMessageBytes}).`,
      );
    if (!verifyCrc(bytes, header))
      throw new KafkaError(
        'CORRUPT_MESSAGE',
        `Record is corrupt (stored crc = ${header.crc}) in topic partition ${topicPartition}.`,
      );
    headers.push(header);
  }
  return headers;
}

function* readBatches(bytes: Uint8Array, topicPartition: string): Generator<{ readonly header: BatchHeader }> {
  const magic = bytes.length > 16 ? viewOf(bytes).getInt8(16) : 2;
  // Messages of the old formats have their checksum elsewhere; whatever lies there is not it.
  if (magic === 0 || magic === 1)
    throw new KafkaError(
      'CORRUPT_MESSAGE',
      `Record is corrupt (stored crc = ${viewOf(bytes).getUint32(12)}) in topic partition ${topicPartition}.`,
    );
  if (magic !== 2) throw new KafkaError('CORRUPT_MESSAGE', `Invalid magic found in record: ${magic}`);
  yield* batchesIn(bytes);
}

interface CheckedBatch {
  readonly header: BatchHeader;
  readonly maxTimestamp: number;
}

function checkedBatch(bytes: Uint8Array, header: BatchHeader, context: ValidationContext): CheckedBatch {
  if (context.origin === 'client') checkClientBatch(header, context);
  const { config, now, topicPartition } = context;
  const [low, high] = [now - config.timestampBeforeMaxMs, now + config.timestampAfterMaxMs];
  const errors: RecordError[] = [];
  let badTimestamps = 0;
  let maxTimestamp = -1;
  let index = 0;
  lookAtRecords(bytes, header, (offset, timestamp, hasKey) => {
    if (offset !== header.baseOffset + index)
      throw new KafkaError(
        'INVALID_RECORD',
        `Record ${index} of the batch has offset ${offset} where ${header.baseOffset + index} was expected in topic partition ${topicPartition}.`,
      );
    if (config.isCompacted && !hasKey)
      errors.push({
        batchIndex: index,
        message: `Compacted topic cannot accept message without key in topic partition ${topicPartition}`,
      });
    else if (isCreatedIn(config, timestamp) && (timestamp < low || timestamp > high)) {
      badTimestamps += 1;
      errors.push({
        batchIndex: index,
        message: `Timestamp ${timestamp} of message with offset ${index} is out of range. The timestamp should be within [${shownLimit(now, -config.timestampBeforeMaxMs)}, ${shownLimit(now, config.timestampAfterMaxMs)}]`,
      });
    } else if (
      context.origin === 'client' &&
      header.timestampType === 'LogAppendTime' &&
      !isCreatedIn(config, timestamp)
    ) {
      badTimestamps += 1;
      errors.push({
        batchIndex: index,
        message: `Invalid timestamp type in message ${shownRecord(bytes, header, index, config)}. Producer should not set timestamp type to LogAppendTime.`,
      });
    }
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    index += 1;
  });
  if (badTimestamps > 0)
    throw new InvalidRecordsError(
      'INVALID_TIMESTAMP',
      'One or more records have been rejected due to invalid timestamp',
      errors,
    );
  if (errors.length > 0) {
    const shown = errors.slice(0, 3).map(errorText).join(', ');
    throw new InvalidRecordsError(
      'INVALID_RECORD',
      `One or more records have been rejected due to ${errors.length} record errors in total, and only showing the first three errors at most: [${shown}]`,
      errors,
    );
  }
  return { header, maxTimestamp };
}

/** Whether a record's own time is kept. */
function isCreatedIn({ timestampType }: LogConfig, timestamp: number): boolean {
  return timestampType === 'CreateTime' && timestamp !== -1;
}

/** A record as Kafka's classes show it. */
function shownRecord(bytes: Uint8Array, header: BatchHeader, index: number, config: LogConfig): string {
  const record = [...decodeRecords(bytes, header)][index];
  const isCheckedInPlace =
    header.compression !== 'none' && targetCompression(config, header.compression) === header.compression;
  return `${isCheckedInPlace ? 'PartialDefaultRecord' : 'DefaultRecord'}(offset=${index}, timestamp=${record?.timestamp}, key=${record?.key?.length ?? 0} bytes, value=${record?.value?.length ?? 0} bytes)`;
}

/** A limit as Kafka computes it: a distance beyond 2^53 stands for the largest of 64 bits. */
function shownLimit(now: Millis, distanceMs: number): bigint {
  const exact =
    Math.abs(distanceMs) < Number.MAX_SAFE_INTEGER
      ? BigInt(distanceMs)
      : BigInt(Math.sign(distanceMs)) * (2n ** 63n - 1n);
  return BigInt.asIntN(64, BigInt(now) + exact);
}

function errorText({ batchIndex, message }: RecordError): string {
  return `RecordError(batchIndex=${batchIndex}, message='${message}')`;
}

function checkClientBatch(header: BatchHeader, { topicPartition, requestVersion }: ValidationContext): void {
  const { baseOffset, lastOffset, lastOffsetDelta, recordCount, producerId, baseSequence } = header;
  const refuse = (message: string): never => {
    throw new KafkaError('INVALID_RECORD', message);
  };
  if (lastOffsetDelta < 0)
    refuse(`Batch has an invalid offset range: [${baseOffset}, ${lastOffset}] in topic partition ${topicPartition}.`);
  if (recordCount <= 0)
    refuse(`Invalid reported count for record batch: ${recordCount} in topic partition ${topicPartition}.`);
  if (recordCount !== lastOffsetDelta + 1)
    refuse(
      `Inconsistent batch offset range [${baseOffset}, ${lastOffset}] and count of records ${recordCount} in topic partition ${topicPartition}`,
    );
  if (header.isControlBatch)
    refuse(`Clients are not allowed to write control records in topic partition ${topicPartition}`);
  if (producerId >= 0 && baseSequence < 0)
    refuse(
      `Invalid sequence number ${baseSequence} in record batch with producerId ${producerId} in topic partition ${topicPartition}`,
    );
  if (header.compression === 'zstd' && requestVersion !== undefined && requestVersion < 7)
    throw new KafkaError('UNSUPPORTED_COMPRESSION_TYPE', 'Produce requests with version 0-6 may not use ZStandard.');
}

/** The records; what can't be read makes the batch invalid, as with Kafka's iterator over a batch. */
function lookAtRecords(bytes: Uint8Array, header: BatchHeader, look: Parameters<typeof scanRecords>[2]): void {
  try {
    scanRecords(bytes, header, look);
  } catch (error) {
    if (error instanceof KafkaError && error.code === 'CORRUPT_MESSAGE' && header.compression === 'none')
      throw new KafkaError('INVALID_RECORD', 'Incorrect declared batch size, premature EOF reached');
    throw error;
  }
}

function targetCompression({ compressionType }: LogConfig, source: CompressionType): CompressionType {
  if (compressionType === 'producer') return source;
  return compressionType === 'uncompressed' ? 'none' : compressionType;
}

function levelFor(config: LogConfig, compression: CompressionType): number | undefined {
  if (compression === 'gzip') return config.gzipLevel;
  if (compression === 'lz4') return config.lz4Level;
  return compression === 'zstd' ? config.zstdLevel : undefined;
}

/** The same records in batches of another compression. */
function encodedAnew(
  bytes: Uint8Array,
  headers: readonly BatchHeader[],
  compression: CompressionType,
  { config, now, topicPartition }: ValidationContext,
): Pick<ValidatedBatches, 'bytes' | 'headers'> {
  const level = levelFor(config, compression);
  const parts = headers.map((header) =>
    encodeBatch({
      records: [...decodeRecords(bytes, header)],
      compression,
      ...(level !== undefined && { compressionLevel: level }),
      isTransactional: header.isTransactional,
      isControlBatch: header.isControlBatch,
      producerId: header.producerId,
      producerEpoch: header.producerEpoch,
      baseSequence: header.baseSequence,
      timestampType: config.timestampType,
      ...(config.timestampType === 'LogAppendTime' && { maxTimestamp: now }),
    }),
  );
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  const made = parts.map((part) => {
    if (part.length > config.maxMessageBytes)
      throw new KafkaError(
        'MESSAGE_TOO_LARGE',
        `Message batch size is ${part.length} bytes in append topartition ${topicPartition} which exceeds the maximum configured size of ${config.maxMessageBytes}.`,
      );
    whole.set(part, position);
    position += part.length;
    return readBatchHeader(whole, position - part.length);
  });
  return { bytes: whole, headers: made };
}

/** Gives a batch its timestamp type and largest timestamp, in place. Both lie inside the checksum, which is made anew if something changed. */
function stampTimestamps(
  bytes: Uint8Array,
  header: BatchHeader,
  timestampType: TimestampType,
  maxTimestamp: number,
): BatchHeader {
  if (header.timestampType === timestampType && header.maxTimestamp === maxTimestamp) return header;
  const view = viewOf(bytes);
  const { position, sizeInBytes } = header;
  // What stands for nothing goes, as in Kafka.
  const { compression, transactional, control, deleteHorizon } = attributeBits;
  const others = header.attributes & (compression | transactional | control | deleteHorizon);
  const attributes = timestampType === 'LogAppendTime' ? others | attributeBits.logAppendTime : others;
  view.setInt16(position + 21, attributes);
  view.setBigInt64(position + 35, BigInt(maxTimestamp));
  view.setUint32(position + 17, batchCrc(bytes, position, position + sizeInBytes));
  return readBatchHeader(bytes, position);
}
