import {
  decodeRecords,
  encodeBatch,
  readBatchHeader,
  type BatchHeader,
  type DecodedRecord,
} from '../../protocol/record-batch.js';
import { controlMarker } from '../producers/control-marker.js';
import type { ProducerEntry } from '../producers/producer-entry.js';
import type { CleanedTransactions } from './cleaned-transactions.js';
import type { OffsetMap } from './offset-map.js';

/** What a round of cleaning goes by. */
export interface CleaningRound {
  readonly map: OffsetMap;
  readonly now: number;
  readonly deleteRetentionMs: number;
  /** Where cleaning would have ended with a larger map: the batch before it stays, if only as a header. */
  readonly firstUncleanableOffset: number;
  readonly transactions: CleanedTransactions;
  readonly producers: ReadonlyMap<number, ProducerEntry>;
}

/** How much was read and kept. */
export interface CleaningCounts {
  recordsRead: number;
  recordsKept: number;
  recordsWithoutKey: number;
}

/**
 * What is left of a batch after cleaning: the same bytes, fewer records, a header alone, or nothing (undefined). Offsets stay what they were, and so does where the batch
 * begins and ends. Kafka's `Cleaner.cleanInto` with `MemoryRecords.filterTo`.
 */
export function filteredBatch(
  bytes: Uint8Array,
  header: BatchHeader,
  round: CleaningRound,
  counts: CleaningCounts,
): Uint8Array | undefined {
  const { now, transactions } = round;
  const horizon = header.deleteHorizonMs;
  const mayGo = header.isControlBatch
    ? transactions.isEmptyTransaction(header, controlMarker(bytes, header))
    : transactions.isAborted(header);
  const dropsRecords = header.isControlBatch ? mayGo && horizon !== null && horizon <= now : mayGo;
  const staysEmpty =
    isLastOfProducer(header, round.producers) || header.lastOffset + 1 === round.firstUncleanableOffset;
  if (dropsRecords && !staysEmpty) return undefined;
  const kept: DecodedRecord[] = [];
  let count = 0;
  let hasTombstone = false;
  for (const record of decodeRecords(bytes, header)) {
    count += 1;
    counts.recordsRead += 1;
    if (dropsRecords || !(header.isControlBatch || staysRecord(record, header, round, counts))) continue;
    kept.push(record);
    if (record.value === null) hasTombstone = true;
  }
  counts.recordsKept += kept.length;
  if (kept.length === 0) return staysEmpty ? emptyBatch(header) : undefined;
  const setsHorizon = (hasTombstone || (mayGo && header.isControlBatch)) && horizon === null;
  if (kept.length === count && !setsHorizon)
    return bytes.subarray(header.position, header.position + header.sizeInBytes);
  return encodeBatch({
    ...identityOf(header),
    records: kept,
    compression: header.compression,
    deleteHorizonMs: setsHorizon ? now + round.deleteRetentionMs : horizon,
    ...(header.timestampType === 'LogAppendTime' && { maxTimestamp: header.maxTimestamp }),
  });
}

/** Whether a record is the latest of its key, and not a tombstone whose time has come. Records beyond the map are not judged. */
function staysRecord(
  record: DecodedRecord,
  header: BatchHeader,
  round: CleaningRound,
  counts: CleaningCounts,
): boolean {
  if (record.offset > round.map.latestOffset) return true;
  if (record.key === null) {
    counts.recordsWithoutKey += 1;
    return false;
  }
  const staysTombstone = header.deleteHorizonMs === null || round.now < header.deleteHorizonMs;
  return record.offset >= round.map.get(record.key) && (record.value !== null || staysTombstone);
}

/** The batch that holds the last sequence of a living producer stays, or its last marker if it has no data: both are needed to fence and to recognise. */
function isLastOfProducer(header: BatchHeader, producers: ReadonlyMap<number, ProducerEntry>): boolean {
  const entry = header.producerId < 0 ? undefined : producers.get(header.producerId);
  if (entry === undefined) return false;
  const last = entry.batches.at(-1);
  return last === undefined
    ? header.isControlBatch && header.producerEpoch === entry.epoch
    : header.lastOffset === last.lastOffset;
}

function emptyBatch(header: BatchHeader): Uint8Array {
  return encodeBatch({ ...identityOf(header), records: [], baseTimestamp: -1, maxTimestamp: header.maxTimestamp });
}

function identityOf(header: BatchHeader) {
  const { baseOffset, lastOffset, partitionLeaderEpoch, timestampType, isTransactional, isControlBatch } = header;
  const { producerId, producerEpoch, baseSequence } = header;
  return {
    baseOffset,
    lastOffset,
    partitionLeaderEpoch,
    timestampType,
    isTransactional,
    isControlBatch,
    producerId,
    producerEpoch,
    baseSequence,
  };
}

/** The header of a batch that stands alone in `bytes`. */
export function headerOf(bytes: Uint8Array): BatchHeader {
  return readBatchHeader(bytes, 0);
}
