import type { Storage, StorageWrite } from '../environment/storage.js';
import type { Environment } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { parseSidecarBlob, partitionFolder, segmentFile, sidecarBlob, type TopicPartition } from './file-names.js';
import type { LogCheckpoint, SealedSegment } from './log-checkpoint.js';
import type { LogConfig } from './log-config.js';
import { LeaderEpochs } from './leader-epochs.js';
import { batchesOfFile } from './log-recovery.js';
import { epochWrite, segmentCreation, segmentDeletion, sidecarWrites } from './log-writes.js';
import { ProducerReplay } from './producers/producer-replay.js';
import { Segment } from './segment.js';
import { loadSegment } from './segment-loading.js';
import { readStoredLog, type StoredLog, type StoredSegment } from './stored-log.js';

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

/**
 * Finds out what is stored of a log, and which writes make it sound and begin the new leader's epoch. Writes nothing. Reads what the checkpoint does not
 * vouch for: without one, everything.
 */
export async function openLog(options: LogToOpen, config: LogConfig): Promise<OpenedLog> {
  const { storage, environment } = options;
  const now = environment.clock.now();
  const found = await readStoredLog(storage, options);
  const { segments: stored, checkpoint } = found;
  const epochs = found.epochs ?? new LeaderEpochs();
  const repairs = found.dead.flatMap((baseOffset) => segmentDeletion(options, baseOffset));
  const known = options.recovery;
  const recoveryPoint = known?.recoveryPoint ?? checkpoint?.recoveryPoint ?? 0;
  // Without a checkpoint the epochs know where the log starts.
  const toldStart = known?.logStartOffset ?? checkpoint?.logStartOffset ?? found.epochs?.all[0]?.startOffset ?? 0;
  const snapshots = presentSnapshots(options, checkpoint, found.blobs);
  const replay = new ProducerReplay(options, config.producerIdExpirationMs, now, snapshots);
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
    const believed = bytesToBelieve(found, index, known, recoveryPoint);
    const loaded =
      believed === undefined ? undefined : await loadSegment(storage, options, segment, believed, checkpoint);
    segments.push(segment);
    if (loaded === file.size) {
      isReplaying = false;
      continue;
    }
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
  // One that was the active segment until its successor was begun may not have been closed.
  for (const segment of segments.slice(0, -1)) if (segment.seal()) repairs.push(...sidecarWrites(options, segment));
  const isNew = stored.length === 0 && found.dead.length === 0;
  let logStartOffset = toldStart;
  const lastEnd = segments.at(-1)?.nextOffset ?? 0;
  if (segments.length > 0 && lastEnd < logStartOffset) {
    // Everything that is left lies before the start: as Kafka does, the log begins anew there.
    for (const { baseOffset } of segments.splice(0)) repairs.push(...segmentDeletion(options, baseOffset));
  }
  if (segments.length === 0) {
    const segment = new Segment(segmentFile(options, logStartOffset), logStartOffset, config, now);
    segments.push(segment);
    repairs.push(segmentCreation(segment));
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
    writes: [...repairs, ...orphanDeletions(options, found.blobs, segments, replay), epochWrite(options, epochs)],
    isNew,
    truncatedBytes,
    reason: reason ?? lostStart(options, checkpoint, stored),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

/** The checkpoint may have outlived a snapshot that it tells of. */
function presentSnapshots(
  partition: TopicPartition,
  checkpoint: LogCheckpoint | undefined,
  blobs: readonly string[],
): readonly number[] {
  const present = new Set(blobs);
  return (checkpoint?.snapshots ?? []).filter((offset) => present.has(sidecarBlob(partition, offset, 'snapshot')));
}

/** Removes what stands beside segments, or beside none, and belongs to nothing that is left: a torn deletion leaves such things behind. */
function orphanDeletions(
  partition: TopicPartition,
  blobs: readonly string[],
  segments: readonly Segment[],
  { snapshotOffsets }: ProducerReplay,
): StorageWrite[] {
  const bases = new Set(segments.map(({ baseOffset }) => baseOffset));
  return blobs.flatMap((name): StorageWrite[] => {
    const sidecar = parseSidecarBlob(partition, name);
    if (sidecar === undefined) return [];
    const isKept = sidecar.kind === 'snapshot' ? snapshotOffsets.includes(sidecar.offset) : bases.has(sidecar.offset);
    return isKept ? [] : [{ kind: 'delete-blob', name }];
  });
}

/** The first segments may be gone; that is told, for nobody has deleted them. */
function lostStart(
  partition: TopicPartition,
  checkpoint: LogCheckpoint | undefined,
  stored: readonly StoredSegment[],
): string | null {
  const told = checkpoint?.sealed[0];
  if (told === undefined || told.baseOffset >= (stored[0]?.baseOffset ?? told.nextOffset)) return null;
  return `${segmentFile(partition, told.baseOffset)} is missing`;
}

/** How much of a segment need not be read: all of it, what the checkpoint saw of it, or (undefined) nothing. */
function bytesToBelieve(
  { segments, checkpoint, epochs }: StoredLog,
  index: number,
  known: KnownRecovery | undefined,
  recoveryPoint: number,
): number | undefined {
  const { baseOffset, size } = segments[index] as StoredSegment;
  if (known?.isClean === true) return size;
  if (known !== undefined) {
    const first = segments.findLastIndex((file) => file.baseOffset <= recoveryPoint);
    return index < first ? size : undefined;
  }
  const active = checkpoint?.active;
  // Without the epochs all batches are asked for theirs.
  if (active === undefined || epochs === undefined) return undefined;
  if (!segments.some((file) => file.baseOffset === active.baseOffset)) return undefined;
  if (baseOffset < active.baseOffset) return sealedAs(checkpoint, baseOffset)?.size === size ? size : undefined;
  return baseOffset === active.baseOffset && size >= active.size ? active.size : undefined;
}

/** What the checkpoint tells of a segment that must be there as it was. */
function sealedAs(checkpoint: LogCheckpoint | undefined, baseOffset: number): SealedSegment | undefined {
  return checkpoint?.sealed.find((segment) => segment.baseOffset === baseOffset);
}

/**
 * Whether offsets are missing between a segment and the next that were there once. Cleaning makes such gaps too, but then the checkpoint tells where the segment ends; one
 * that it does not speak of was never cleaned.
 */
function hasLostEnd(checkpoint: LogCheckpoint | undefined, segment: Segment, nextBaseOffset: number): boolean {
  if (checkpoint === undefined || nextBaseOffset <= segment.nextOffset) return false;
  return sealedAs(checkpoint, segment.baseOffset)?.nextOffset !== segment.nextOffset;
}

/** The first segment that should be there behind others and is not. One that was rolled twice in a commit may have lost the segment between. */
function firstLost(checkpoint: LogCheckpoint | undefined, stored: readonly StoredSegment[]): number | undefined {
  const present = new Set(stored.map(({ baseOffset }) => baseOffset));
  const first = stored[0]?.baseOffset ?? Infinity;
  const told = [...(checkpoint?.sealed ?? []), ...(checkpoint?.active === undefined ? [] : [checkpoint.active])];
  return told.find(({ baseOffset }) => baseOffset > first && !present.has(baseOffset))?.baseOffset;
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
