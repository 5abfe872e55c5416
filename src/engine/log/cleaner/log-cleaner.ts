import type { EventId, TraceEvent } from '../../environment/trace-events.js';
import { decodeRecords, type BatchHeader } from '../../protocol/record-batch.js';
import { controlMarker } from '../producers/control-marker.js';
import type { Segment } from '../segment.js';
import { filteredBatch, headerOf, type CleaningCounts, type CleaningRound } from './batch-filter.js';
import type { CleanableLog } from './cleanable-log.js';
import { CleanedTransactions } from './cleaned-transactions.js';
import { groupedSegments, isWorthCleaning, lookAt, segmentsBetween, type CleanerLook } from './cleaning-plan.js';
import { OffsetMap } from './offset-map.js';
import { batchesOfSegment } from './segment-batches.js';

export interface CleanerSettings {
  /** `log.cleaner.dedupe.buffer.size`: how many keys a round can tell apart. */
  readonly dedupeBufferBytes: number;
  readonly now: () => number;
  /** Told of every log that is looked at, and whether it is the one to be cleaned. */
  readonly looked?: (look: CleanerLook, isChosen: boolean) => void;
  /** Told of a log whose cleaning failed; without it, the failure is the caller's. */
  readonly failed?: (log: CleanableLog) => void;
}

/** What a cleaning did. */
export interface Cleaning extends Readonly<CleaningCounts> {
  readonly log: CleanableLog;
  readonly firstDirtyOffset: number;
  /** The log is clean before it. */
  readonly endOffset: number;
  /** Offsets that are gone: from, to; both included. */
  readonly removed: readonly (readonly [number, number])[];
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** What is told of a cleaning. */
export function cleanedEvent(
  { log, firstDirtyOffset, endOffset, removed, bytesBefore, bytesAfter }: Cleaning,
  cause?: EventId,
): Extract<TraceEvent, { kind: 'log-cleaned' }> {
  return {
    kind: 'log-cleaned',
    ...(cause !== undefined && { cause }),
    topic: log.topic,
    partition: log.partition,
    firstDirtyOffset,
    endOffset,
    removed,
    segments: log.segments.map(({ baseOffset, size }) => ({ baseOffset, sizeInBytes: size })),
    bytesBefore,
    bytesAfter,
  };
}

/** One turn of the cleaner: what it saw, and what it did, if it found anything worth cleaning. */
export interface CleanerTurn {
  readonly looks: readonly CleanerLook[];
  readonly chosen: CleanerLook | undefined;
  readonly cleaned: Cleaning | undefined;
}

/** Cleans the dirtiest of the compacted logs, if one is dirty enough (Kafka's `LogCleaner`, one turn of its thread). Rejects if the storage fails; then what was replaced so far stays. */
export async function cleanDirtiest(logs: readonly CleanableLog[], settings: CleanerSettings): Promise<CleanerTurn> {
  const now = settings.now();
  const looks = logs.filter(({ config }) => config.isCompacted).map((log) => lookAt(log, now));
  // A checkpoint outside of the log is of no use: it is set right even if nothing is cleaned.
  for (const { log, checkpoint, firstDirtyOffset } of looks)
    if (checkpoint !== undefined && checkpoint !== firstDirtyOffset) await log.cleanedTo(firstDirtyOffset);
  const [chosen] = looks.filter(isWorthCleaning).sort((a, b) => (b.cleanableRatio ?? 0) - (a.cleanableRatio ?? 0));
  for (const look of looks) settings.looked?.(look, look === chosen);
  if (chosen === undefined) return { looks, chosen, cleaned: undefined };
  try {
    return { looks, chosen, cleaned: await cleanLog(chosen, settings) };
  } catch (error) {
    if (settings.failed === undefined) throw error;
    settings.failed(chosen.log);
    return { looks, chosen, cleaned: undefined };
  }
}

/** Writes a log anew up to where it may be cleaned: of each key the last record. */
async function cleanLog(look: CleanerLook, { dedupeBufferBytes, now }: CleanerSettings): Promise<Cleaning> {
  const { log, firstDirtyOffset, firstUncleanableOffset } = look;
  const map = await offsetsOfKeys(look, dedupeBufferBytes);
  const endOffset = map.latestOffset + 1;
  const counts: CleaningCounts = { recordsRead: 0, recordsKept: 0, recordsWithoutKey: 0 };
  const round: CleaningRound = {
    map,
    now: now(),
    deleteRetentionMs: log.config.deleteRetentionMs,
    firstUncleanableOffset,
    transactions: new CleanedTransactions(),
    producers: new Map([...log.activeProducers].map((entry) => [entry.producerId, entry])),
  };
  const removed = new OffsetRanges();
  let [bytesBefore, bytesAfter] = [0, 0];
  const segments = segmentsBetween(log.segments, 0, endOffset);
  for (const group of groupedSegments(segments, log.config, firstUncleanableOffset)) {
    bytesBefore += group.reduce((sum, { size }) => sum + size, 0);
    bytesAfter += await cleanGroup(log, group, round, counts, removed);
  }
  await log.cleanedTo(endOffset);
  return { log, firstDirtyOffset, endOffset, ...counts, removed: removed.all, bytesBefore, bytesAfter };
}

/** The latest offset of each key of the dirty part, as far as the map has room. Aborted records have none. */
async function offsetsOfKeys(
  { log, firstDirtyOffset, firstUncleanableOffset }: CleanerLook,
  dedupeBufferBytes: number,
): Promise<OffsetMap> {
  const map = new OffsetMap(dedupeBufferBytes);
  const transactions = new CleanedTransactions();
  transactions.expect(log.abortedTransactions(firstDirtyOffset, firstUncleanableOffset));
  const dirty = segmentsBetween(log.segments, firstDirtyOffset, firstUncleanableOffset);
  for (const [index, segment] of dirty.entries()) {
    const position = segment.positionBefore(firstDirtyOffset);
    for await (const { header, bytes } of batchesOfSegment(log, segment, position)) {
      if (header.isControlBatch) transactions.isEmptyTransaction(header, controlMarker(bytes, header));
      else if (!transactions.isAborted(header) && !addKeys(map, bytes, header, firstDirtyOffset)) return map;
      if (header.lastOffset >= firstDirtyOffset) map.advanceTo(header.lastOffset);
    }
    map.advanceTo((dirty[index + 1]?.baseOffset ?? firstUncleanableOffset) - 1);
  }
  return map;
}

/** Whether there was room. */
function addKeys(map: OffsetMap, bytes: Uint8Array, header: BatchHeader, firstDirtyOffset: number): boolean {
  for (const { key, offset } of decodeRecords(bytes, header)) {
    if (key === null || offset < firstDirtyOffset) continue;
    if (map.isFull) return false;
    map.put(key, offset);
  }
  return true;
}

/** Makes one segment of a group, and answers its size. */
async function cleanGroup(
  log: CleanableLog,
  group: readonly Segment[],
  round: CleaningRound,
  counts: CleaningCounts,
  removed: OffsetRanges,
): Promise<number> {
  const { transactions } = round;
  const parts: Uint8Array[] = [];
  const headers: BatchHeader[] = [];
  let size = 0;
  for (const [index, segment] of group.entries()) {
    const upTo = group[index + 1]?.baseOffset ?? segment.nextOffset;
    transactions.expect(log.abortedTransactions(segment.baseOffset, upTo));
    for await (const { header, bytes } of batchesOfSegment(log, segment, 0)) {
      const left = filteredBatch(bytes, header, round, counts);
      noteRemoved(removed, bytes, header, left);
      if (left === undefined) continue;
      // The window that it lies in goes on being used.
      const copy = left.slice();
      parts.push(copy);
      headers.push({ ...headerOf(copy), position: size });
      size += copy.length;
    }
  }
  const bytes = new Uint8Array(size);
  parts.forEach((part, index) => bytes.set(part, (headers[index] as BatchHeader).position));
  const { modifiedAt } = group.at(-1) as Segment;
  await log.replaceSegments(group, { bytes, headers, modifiedAt, transactions: transactions.index });
  transactions.index = emptyIndex;
  return size;
}

const emptyIndex = new CleanedTransactions().index;

function noteRemoved(
  removed: OffsetRanges,
  bytes: Uint8Array,
  header: BatchHeader,
  left: Uint8Array | undefined,
): void {
  const kept =
    left === undefined
      ? new Set<number>()
      : new Set([...decodeRecords(left, headerOf(left))].map(({ offset }) => offset));
  if (kept.size === header.recordCount) return;
  for (const { offset } of decodeRecords(bytes, header)) if (!kept.has(offset)) removed.add(offset);
}

/** Offsets as ranges. */
class OffsetRanges {
  readonly all: [number, number][] = [];

  add(offset: number): void {
    const last = this.all.at(-1);
    if (last !== undefined && last[1] === offset - 1) last[1] = offset;
    else this.all.push([offset, offset]);
  }
}
