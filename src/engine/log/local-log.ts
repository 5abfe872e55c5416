import type { Durability, Storage, StorageWrite, WriteNeed } from '../environment/storage.js';
import type { Environment, SegmentDeletionReason } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { partitionFolder, segmentFile, type TopicPartition } from './file-names.js';
import type { CommitOwner, GroupCommit } from './group-commit.js';
import { HighWatermark } from './high-watermark.js';
import type { EpochStart, LeaderEpochs } from './leader-epochs.js';
import type { ActiveCheckpoint, CleaningCheckpoint } from './log-checkpoint.js';
import type { LogConfig } from './log-config.js';
import type { OpenedLog } from './log-opening.js';
import { LogReader } from './log-reader.js';
import { checkpointWrite, sealedSegment, segmentCreation, segmentDeletion, sidecarWrites } from './log-writes.js';
import type { ProducerReplay } from './producers/producer-replay.js';
import { Segment, type SegmentState } from './segment.js';
import { TailCache } from './tail-cache.js';

/** What a log is made of besides what was found of it. */
export interface LocalLogOptions extends TopicPartition {
  readonly environment: Environment;
  readonly storage: Storage;
  readonly groupCommit: GroupCommit;
  /** `durable` (default): the high watermark is the end of what is durable. `caller`: it is the log's start until somebody moves it. */
  readonly highWatermark?: 'durable' | 'caller';
}

/** How writes are handed in. */
export interface SubmitOptions {
  readonly durability: Durability;
  /** The trace event that brought them about. */
  readonly cause?: string | undefined;
  /** What the log was before what is written: as it is now, if absent. */
  readonly before?: LogState;
  /** What takes back what such a state does not tell of. */
  readonly undo?: readonly (() => void)[];
  /** `essential` if absent. */
  readonly need?: WriteNeed;
}

/** Writes that were handed to the group commit, and what the log was before them. */
interface Pending {
  readonly endOffset: number;
  readonly before: LogState;
  readonly undo: readonly (() => void)[];
  readonly cause: string | undefined;
  readonly resolve: () => void;
  readonly reject: (error: KafkaError) => void;
}

/** What a log was at a moment. */
export interface LogState {
  readonly segments: readonly Segment[] | number;
  readonly active: SegmentState;
  readonly epochs: readonly EpochStart[];
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly recoveryPoint: number;
  readonly cleanedTo: number | undefined;
  readonly anchor: ActiveCheckpoint | undefined;
}

/** After so many bytes the indexes are stored again, so that opening reads no more than that; later in a large segment, whose indexes are large too, but not at any length. */
const checkpointBytes = { least: 4 * 1024 * 1024, most: 64 * 1024 * 1024 };

/**
 * What one partition's log consists of, as it will be once all that was handed in is durable, and its way to the storage (of Kafka's `LocalLog`). If a commit fails, it
 * is again what is durable, and all that was handed in since is refused.
 */
export class LocalLog implements CommitOwner, TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly environment: Environment;
  readonly storage: Storage;
  /** Oldest first; the last one is the active segment. */
  readonly segments: Segment[];
  readonly epochs: LeaderEpochs;
  readonly producers: ProducerReplay;
  readonly cache: TailCache;
  readonly reader: LogReader;
  readonly highWatermark: HighWatermark;
  config: LogConfig;
  logStartOffset: number;
  /** Where the batch begins that holds the log's start, or the next one if none does. A transaction that was open there holds readers of committed records up from here on. */
  startOfFirstBatch: number;
  /** The end of the last segment, or beyond it where the log was cut inside a batch or copied with a gap. */
  logEndOffset: number;
  durableEnd: number;
  /** What lies before it has been flushed. */
  recoveryPoint: number;
  /** Up to where the cleaner has been; undefined if it never was here. */
  cleanedTo: number | undefined;
  /** What a cleaning is about to do. */
  planned: CleaningCheckpoint | undefined;
  /** Why nothing is taken in any more. */
  closedBecause: KafkaError | undefined;
  private readonly groupCommit: GroupCommit;
  private readonly isLedByCaller: boolean;
  private readonly pending: Pending[] = [];
  private anchor: ActiveCheckpoint | undefined;
  private jitterMs: number;

  constructor(options: LocalLogOptions, config: LogConfig, opened: OpenedLog) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.environment = options.environment;
    this.storage = options.storage;
    this.groupCommit = options.groupCommit;
    this.isLedByCaller = options.highWatermark === 'caller';
    this.config = config;
    this.segments = [...opened.segments];
    this.epochs = opened.epochs;
    this.producers = opened.producers;
    this.logStartOffset = opened.logStartOffset;
    this.startOfFirstBatch = this.logStartOffset;
    this.logEndOffset = this.active.nextOffset;
    this.durableEnd = this.logEndOffset;
    this.recoveryPoint = opened.recoveryPoint;
    this.cleanedTo = opened.cleanedTo;
    this.jitterMs = this.drawJitter();
    const cacheBytes = this.storage.keepsRecent === true ? 0 : config.tailCacheBytes;
    this.cache = new TailCache(cacheBytes);
    this.reader = new LogReader(this.storage, this.segments, this.cache, () => this.config.indexIntervalBytes);
    const visibleEnd = this.isLedByCaller ? this.logStartOffset : this.durableEnd;
    this.highWatermark = new HighWatermark(this, visibleEnd, !this.isLedByCaller);
  }

  get active(): Segment {
    return this.segments.at(-1) as Segment;
  }

  /** What it is now, to be taken back to. `isStructural`: segments will go, or be put in the place of others. */
  state(isStructural = false): LogState {
    return {
      segments: isStructural ? [...this.segments] : this.segments.length,
      active: this.active.state,
      epochs: this.epochs.all,
      logStartOffset: this.logStartOffset,
      logEndOffset: this.logEndOffset,
      recoveryPoint: this.recoveryPoint,
      cleanedTo: this.cleanedTo,
      anchor: this.anchor,
    };
  }

  /** Hands in writes. Resolves when they are durable; rejects with KAFKA_STORAGE_ERROR if they never will be. May be left alone. */
  submit(
    writes: readonly StorageWrite[],
    { durability, cause, before = this.state(), undo = [], need = 'essential' }: SubmitOptions,
  ): Promise<void> {
    const durable = new Promise<void>((resolve, reject) => {
      this.pending.push({ endOffset: this.logEndOffset, before, undo, cause, resolve, reject });
    });
    // Whoever does not wait (acks=0) need not handle the failure.
    durable.catch(() => undefined);
    this.groupCommit.submit(this, writes, durability, need);
    return durable;
  }

  /** Resolves when nothing is on its way. */
  settled(): Promise<void> {
    return this.groupCommit.settled();
  }

  /** For the group commit. */
  committed(count: number): void {
    const settled = this.pending.splice(0, count);
    const last = settled.at(-1);
    if (last !== undefined) {
      this.durableEnd = Math.max(this.durableEnd, last.endOffset);
      this.cache.evict(this.durableEnd);
      if (!this.isLedByCaller) this.highWatermark.advance(last.endOffset, last.cause);
    }
    for (const { resolve } of settled) resolve();
  }

  /** For the group commit: takes the log back to what is durable. */
  failed(error: unknown): void {
    const refused = this.pending.splice(0);
    for (const { undo } of [...refused].reverse()) for (const back of [...undo].reverse()) back();
    const first = refused[0];
    const { logEndOffset } = this;
    if (first !== undefined) this.restore(first.before);
    if (this.logEndOffset < logEndOffset) {
      const { topic, partition, logEndOffset: end } = this;
      this.environment.tracer.emit({ kind: 'appends-taken-back', topic, partition, logEndOffset: end });
    }
    for (const { reject } of refused) reject(this.storageError(error));
  }

  /** Whether these batches must begin a new segment. */
  mustRollFor(incoming: { sizeInBytes: number; maxTimestamp: number; lastOffset: number }): boolean {
    return this.active.hasNoRoomFor(incoming, this.config, this.jitterMs, this.environment.clock.now());
  }

  /**
   * Begins a new segment, in the place of an empty one if it begins there too. The old one must never lose its end while the new one stands: an append of nothing, in a strict commit, makes it durable first.
   */
  rollAt(baseOffset: number): StorageWrite[] {
    const full = this.active;
    const modifiedAt = this.environment.clock.now();
    const nothing = new Uint8Array(0);
    const segment = new Segment(segmentFile(this, baseOffset), baseOffset, this.config, modifiedAt);
    this.recoveryPoint = Math.max(this.recoveryPoint, baseOffset);
    this.jitterMs = this.drawJitter();
    if (full.baseOffset === baseOffset) {
      this.segments[this.segments.length - 1] = segment;
      return [segmentCreation(segment), ...this.anchored()];
    }
    full.seal();
    this.segments.push(segment);
    this.environment.tracer.emit({
      kind: 'segment-rolled',
      topic: this.topic,
      partition: this.partition,
      baseOffset,
    });
    return [
      { kind: 'append', file: full.file, position: full.size, bytes: nothing, modifiedAt: full.modifiedAt },
      segmentCreation(segment),
      ...sidecarWrites(this, full),
      ...this.anchored(),
    ];
  }

  /** The log begins at `offset` from here on; its segments are not touched. */
  moveStart(offset: number, reason: SegmentDeletionReason): void {
    this.logStartOffset = offset;
    this.startOfFirstBatch = offset;
    this.recoveryPoint = Math.max(this.recoveryPoint, offset);
    this.epochs.truncateFromStart(offset);
    this.producers.states.transactions.replicatedTo(offset);
    this.environment.tracer.emit({
      kind: 'log-start-advanced',
      topic: this.topic,
      partition: this.partition,
      logStartOffset: offset,
      reason,
    });
  }

  /** Removes the files of segments. */
  deletions(baseOffsets: Iterable<number>): StorageWrite[] {
    return [...baseOffsets].flatMap((baseOffset) => segmentDeletion(this, baseOffset));
  }

  /** Whether the active segment has grown so much since its indexes were stored that they should be again. */
  get isAnchorDue(): boolean {
    const { size } = this.active;
    const { least, most } = checkpointBytes;
    return size - (this.anchor?.size ?? 0) >= Math.max(least, Math.min(size / 8, most));
  }

  /** The checkpoint, with the active segment as it is now, and its indexes and a snapshot of the producers beside it. */
  anchored(): StorageWrite[] {
    const { active } = this;
    const { size, nextOffset, largest, firstTimestamp, bytesSinceIndexEntry } = active.state;
    const sidecars = sidecarWrites(this, active);
    const indexes = active.indexChecksum;
    this.anchor = {
      baseOffset: active.baseOffset,
      indexes,
      size,
      nextOffset,
      largest,
      firstTimestamp,
      bytesSinceIndexEntry,
    };
    const bases = new Set(this.segments.map(({ baseOffset }) => baseOffset));
    const snapshot = this.producers.snapshotAt(this.logEndOffset, bases);
    return [...sidecars, ...snapshot, this.checkpoint()];
  }

  checkpoint(): StorageWrite {
    return checkpointWrite(this, {
      logStartOffset: this.logStartOffset,
      recoveryPoint: this.recoveryPoint,
      cleanedTo: this.cleanedTo,
      snapshots: this.producers.snapshotOffsets,
      active: this.anchor,
      sealed: this.segments.slice(0, -1).map(sealedSegment),
      cleaning: this.planned,
    });
  }

  /** Where the batch begins that holds `offset`, or the next one; `offset` itself if there is none. */
  async startOfBatchAt(offset: number): Promise<number> {
    const found = await this.batchAt(offset);
    return found ?? offset;
  }

  /** As `startOfBatchAt`, but undefined if there is none. */
  batchAt(offset: number): Promise<number | undefined> {
    return this.asKafkaError(this.reader.batchAt(offset, this.logEndOffset, this.durableEnd));
  }

  checkOpen(): void {
    if (this.closedBecause !== undefined) throw this.closedBecause;
  }

  /** What the storage rejects with becomes KAFKA_STORAGE_ERROR, or why the log is closed. */
  async asKafkaError<Value>(value: Promise<Value>): Promise<Value> {
    try {
      return await value;
    } catch (error) {
      this.checkOpen();
      throw error instanceof KafkaError ? error : this.storageError(error);
    }
  }

  private storageError(cause: unknown): KafkaError {
    const found = cause instanceof Error ? cause.message : String(cause);
    return new KafkaError('KAFKA_STORAGE_ERROR', `The storage of ${partitionFolder(this)} failed: ${found}`, { cause });
  }

  private restore(state: LogState): void {
    if (typeof state.segments === 'number') this.segments.length = state.segments;
    else this.segments.splice(0, this.segments.length, ...state.segments);
    this.active.restore(state.active);
    this.epochs.restore(state.epochs);
    this.logStartOffset = state.logStartOffset;
    this.startOfFirstBatch = this.logStartOffset;
    this.logEndOffset = state.logEndOffset;
    this.recoveryPoint = state.recoveryPoint;
    this.cleanedTo = state.cleanedTo;
    this.anchor = state.anchor;
    this.cache.truncate(this.logEndOffset);
  }

  private drawJitter(): number {
    const { segmentJitterMs, segmentMs } = this.config;
    const most = Math.min(segmentJitterMs, segmentMs);
    return most > 0 ? this.environment.random.uint32() % (most + 1) : 0;
  }
}
