import type { Storage, StorageWrite } from '../environment/storage.js';
import type { Environment } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import {
  checkpointBlob,
  leaderEpochBlob,
  parseSegmentFile,
  partitionFolder,
  segmentFile,
  sidecarBlob,
  type TopicPartition,
} from './file-names.js';
import { decodeCheckpoint, type LogCheckpoint, type SealedSegment } from './log-checkpoint.js';
import type { LogConfig } from './log-config.js';
import { LeaderEpochs } from './leader-epochs.js';
import { batchesOfFile } from './log-recovery.js';
import { ProducerReplay } from './producers/producer-replay.js';
import { Segment } from './segment.js';
import { loadSegment } from './segment-loading.js';

/** A log as it is once `writes` are durable. */
export interface OpenedLog {
  /** In order, at least one. */
  readonly segments: readonly Segment[];
  readonly logStartOffset: number;
  readonly recoveryPoint: number;
  readonly cleanedTo: number | undefined;
  readonly epochs: LeaderEpochs;
  readonly producers: ProducerReplay;
  readonly writes: readonly StorageWrite[];
  /** Whether nothing of it was stored. */
  readonly isNew: boolean;
  readonly truncatedBytes: number;
  readonly reason: string | null;
}

/** What the caller knows better than the log's own checkpoint. */
export interface KnownRecovery {
  /** Nothing needs to be checked. */
  readonly isClean: boolean;
  /** What lies in segments before it was flushed and is believed. */
  readonly recoveryPoint: number;
  readonly logStartOffset: number;
}

/** What opening needs to know. */
export interface LogToOpen extends TopicPartition {
  readonly environment: Environment;
  readonly storage: Storage;
  /** The epoch in which it is led from here on, later than all before it; the latest plus 1 if absent. `null`: nobody leads it yet. */
  readonly leaderEpoch?: number | null | undefined;
  readonly recovery?: KnownRecovery | undefined;
}

/** A file of the log as it is stored. */
export interface StoredSegment {
  readonly baseOffset: number;
  readonly size: number;
  readonly modifiedAt: number;
}

/**
 * Finds out what is stored of a log, and which writes make it sound and begin the new leader's epoch. Writes nothing. Reads what the checkpoint does not
 * vouch for: without one, everything.
 */
export async function openLog(options: LogToOpen, config: LogConfig): Promise<OpenedLog> {
  const { storage, environment } = options;
  const now = environment.clock.now();
  const found = await storedSegments(options);
  const bytes = await storage.readBlob(checkpointBlob(options));
  const checkpoint = bytes && decodeCheckpoint(bytes);
  const dead = new Set(checkpoint?.deleted);
  const stored = found.filter(({ baseOffset }) => !dead.has(baseOffset));
  const epochs = (await storedEpochs(options)) ?? new LeaderEpochs();
  const repairs: StorageWrite[] = found
    .filter(({ baseOffset }) => dead.has(baseOffset))
    .flatMap(({ baseOffset }) => segmentDeletion(options, baseOffset));
  const known = options.recovery;
  const recoveryPoint = known?.recoveryPoint ?? checkpoint?.recoveryPoint ?? 0;
  const toldStart = known?.logStartOffset ?? checkpoint?.logStartOffset ?? 0;
  const replay = new ProducerReplay(options, config.producerIdExpirationMs, now, checkpoint?.snapshots ?? []);
  const segments: Segment[] = [];
  let truncatedBytes = 0;
  let reason: string | null = null;
  let isReplaying = false;
  const lostBefore = known === undefined ? firstLost(checkpoint, stored) : undefined;
  for (const [index, file] of stored.entries()) {
    if (lostBefore !== undefined && file.baseOffset > lostBefore)
      reason ??= `${segmentFile(options, lostBefore)} is missing`;
    const previous = segments.at(-1);
    if (known === undefined && previous !== undefined && hasLostEnd(checkpoint, previous, file.baseOffset))
      reason ??= `${segmentFile(options, file.baseOffset)} should begin at offset ${previous.nextOffset}, where the segment before it ends`;
    if (reason !== null) {
      repairs.push(...segmentDeletion(options, file.baseOffset));
      truncatedBytes += file.size;
      continue;
    }
    // A file that a cleaner has copied into the one before it, and could not delete any more.
    if (file.baseOffset < (segments.at(-1)?.nextOffset ?? 0) && known === undefined) {
      repairs.push(...segmentDeletion(options, file.baseOffset));
      continue;
    }
    const segment = new Segment(segmentFile(options, file.baseOffset), file.baseOffset, config, file.modifiedAt, now);
    const believed = bytesToBelieve(stored, index, checkpoint, known, recoveryPoint);
    const loaded =
      believed === undefined ? undefined : await loadSegment(storage, options, segment, believed, checkpoint);
    segments.push(segment);
    if (loaded === file.size) continue;
    if (isReplaying) replay.enterSegment(previous?.nextOffset ?? 0, toldStart);
    else await replay.begin(segments.slice(0, -1), segment, loaded ?? 0, toldStart);
    isReplaying = true;
    const checks = known === undefined ? 'all' : 'checksums';
    const batches = batchesOfFile(storage, segment.file, { from: loaded ?? 0, to: file.size, checks });
    for (;;) {
      const next = await batches.next();
      if (next.done === true) {
        reason = next.value;
        break;
      }
      const { header, bytes: window } = next.value;
      if (known === undefined && header.baseOffset < segment.nextOffset) {
        reason = `${segment.file}: offset ${header.baseOffset} comes where ${segment.nextOffset} or later should be`;
        break;
      }
      segment.add(header);
      if (header.partitionLeaderEpoch >= 0) epochs.assign(header.partitionLeaderEpoch, header.baseOffset);
      replay.add(segment, header, window);
    }
    segment.finishRecovery();
    repairs.push(...sidecarWrites(options, segment));
    const told = known === undefined ? sealedAs(checkpoint, file.baseOffset) : undefined;
    if (told !== undefined && segment.nextOffset < told.nextOffset)
      reason ??= `${segment.file} ends before offset ${segment.nextOffset}, but went on to ${told.nextOffset}`;
    if (reason === null || segment.size === file.size) continue;
    repairs.push({ kind: 'truncate', file: segment.file, size: segment.size, modifiedAt: now });
    segment.modifiedAt = now;
    truncatedBytes += file.size - segment.size;
  }
  const isNew = found.length === 0;
  let logStartOffset = toldStart;
  const lastEnd = segments.at(-1)?.nextOffset ?? 0;
  if (segments.length > 0 && lastEnd < logStartOffset) {
    // Everything that is left lies before the start: as Kafka does, the log begins anew there.
    for (const { baseOffset } of segments.splice(0)) repairs.push(...segmentDeletion(options, baseOffset));
  }
  if (segments.length === 0) {
    const file = segmentFile(options, logStartOffset);
    segments.push(new Segment(file, logStartOffset, config, now));
    repairs.push({ kind: 'replace', file, bytes: new Uint8Array(0), modifiedAt: now });
  }
  logStartOffset = Math.max(logStartOffset, (segments[0] as Segment).baseOffset);
  const endOffset = (segments.at(-1) as Segment).nextOffset;
  const latestEpoch = epochs.latest;
  epochs.truncateFromEnd(endOffset);
  epochs.truncateFromStart(toldStart);
  if (options.leaderEpoch !== null) leadFrom(epochs, options, latestEpoch, endOffset);
  await replay.finish(segments, logStartOffset, endOffset, isReplaying);
  return {
    segments,
    logStartOffset,
    recoveryPoint: known?.isClean === true || isNew ? endOffset : clamp(recoveryPoint, logStartOffset, endOffset),
    cleanedTo: checkpoint?.cleanedTo,
    epochs,
    producers: replay,
    writes: [...repairs, { kind: 'put-blob', name: leaderEpochBlob(options), bytes: encodedEpochs(epochs) }],
    isNew,
    truncatedBytes,
    reason,
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

/** The bytes of the leader epochs' checkpoint. */
export function encodedEpochs(epochs: LeaderEpochs): Uint8Array {
  return new TextEncoder().encode(epochs.toText());
}

/** Removes a segment and what stands beside it. */
export function segmentDeletion(partition: TopicPartition, baseOffset: number): StorageWrite[] {
  return [
    { kind: 'delete', file: segmentFile(partition, baseOffset) },
    ...(['index', 'timeindex', 'txnindex'] as const).map((kind): StorageWrite => ({
      kind: 'delete-blob',
      name: sidecarBlob(partition, baseOffset, kind),
    })),
  ];
}

/** Stores a segment's indexes beside it. */
export function sidecarWrites(partition: TopicPartition, segment: Segment): StorageWrite[] {
  const { baseOffset } = segment;
  const transactions = segment.transactions.encode();
  const name = sidecarBlob(partition, baseOffset, 'txnindex');
  return [
    { kind: 'put-blob', name: sidecarBlob(partition, baseOffset, 'index'), bytes: segment.offsetIndex.encode() },
    { kind: 'put-blob', name: sidecarBlob(partition, baseOffset, 'timeindex'), bytes: segment.timeIndex.encode() },
    transactions.length > 0 ? { kind: 'put-blob', name, bytes: transactions } : { kind: 'delete-blob', name },
  ];
}

/** How much of a segment need not be read: all of it, what the checkpoint saw of it, or (undefined) nothing. */
function bytesToBelieve(
  stored: readonly StoredSegment[],
  index: number,
  checkpoint: LogCheckpoint | undefined,
  known: KnownRecovery | undefined,
  recoveryPoint: number,
): number | undefined {
  const { baseOffset, size } = stored[index] as StoredSegment;
  if (known?.isClean === true) return size;
  if (known !== undefined) {
    const first = stored.findLastIndex((file) => file.baseOffset <= recoveryPoint);
    return index < first ? size : undefined;
  }
  const active = checkpoint?.active;
  if (active === undefined || !stored.some((file) => file.baseOffset === active.baseOffset)) return undefined;
  if (baseOffset < active.baseOffset) return sealedAs(checkpoint, baseOffset)?.size === size ? size : undefined;
  return baseOffset === active.baseOffset && size >= active.size ? active.size : undefined;
}

/** What the checkpoint tells of a segment that must be there as it was; undefined for one that a cleaner was writing. */
function sealedAs(checkpoint: LogCheckpoint | undefined, baseOffset: number): SealedSegment | undefined {
  if (checkpoint?.cleaning.includes(baseOffset) === true) return undefined;
  return checkpoint?.sealed.find((segment) => segment.baseOffset === baseOffset);
}

/**
 * Whether offsets are missing between a segment and the next that were there once. Cleaning makes such gaps too, but then the checkpoint tells where the segment ends; one
 * that it does not speak of was never cleaned.
 */
function hasLostEnd(checkpoint: LogCheckpoint | undefined, segment: Segment, nextBaseOffset: number): boolean {
  if (checkpoint === undefined || nextBaseOffset <= segment.nextOffset) return false;
  if (checkpoint.cleaning.includes(segment.baseOffset)) return false;
  return sealedAs(checkpoint, segment.baseOffset)?.nextOffset !== segment.nextOffset;
}

/** The first segment that should be there behind others and is not. */
function firstLost(checkpoint: LogCheckpoint | undefined, stored: readonly StoredSegment[]): number | undefined {
  const present = new Set(stored.map(({ baseOffset }) => baseOffset));
  const first = stored[0]?.baseOffset ?? Infinity;
  return checkpoint?.sealed.find(
    ({ baseOffset }) => baseOffset > first && !present.has(baseOffset) && !checkpoint.cleaning.includes(baseOffset),
  )?.baseOffset;
}

function leadFrom(epochs: LeaderEpochs, options: LogToOpen, latest: number, endOffset: number): void {
  const leaderEpoch = options.leaderEpoch ?? latest + 1;
  if (leaderEpoch <= latest) {
    throw new KafkaError(
      'FENCED_LEADER_EPOCH',
      `${partitionFolder(options)} was to be opened in leader epoch ${leaderEpoch}, but ${latest} has been used. Begin with a later one.`,
    );
  }
  epochs.assign(leaderEpoch, endOffset);
}

async function storedSegments({ storage, topic, partition }: LogToOpen): Promise<StoredSegment[]> {
  const segments = (await storage.files()).flatMap(({ name, size, modifiedAt }) => {
    const file = parseSegmentFile(name);
    if (file?.topic !== topic || file.partition !== partition) return [];
    return [{ baseOffset: file.baseOffset, size, modifiedAt }];
  });
  return segments.sort((a, b) => a.baseOffset - b.baseOffset);
}

/** The checkpoint, if it is there and sound; without it the batches themselves tell their epochs. */
async function storedEpochs(options: LogToOpen): Promise<LeaderEpochs | undefined> {
  const bytes = await options.storage.readBlob(leaderEpochBlob(options));
  return bytes && LeaderEpochs.parse(new TextDecoder().decode(bytes));
}
