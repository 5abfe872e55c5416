import type { Durability, Storage, StorageWrite, WriteNeed } from '../environment/storage.js';
import type { Environment, SegmentDeletionReason } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { batchesIn, decodeRecords, stampBatch, type BatchHeader } from '../protocol/record-batch.js';
import { validateBatches, type ValidatedBatches } from './batch-validation.js';
import type { CleanableLog, CleanedSegment } from './cleaner/cleanable-log.js';
import { FileHolds } from './file-holds.js';
import {
  checkpointBlob,
  leaderEpochBlob,
  partitionFolder,
  partitionMetadataBlob,
  segmentFile,
  type TopicPartition,
} from './file-names.js';
import type { CommitOwner, GroupCommit } from './group-commit.js';
import type { EpochStart, LeaderEpochs } from './leader-epochs.js';
import type { ActiveCheckpoint, CleaningCheckpoint } from './log-checkpoint.js';
import { defaultLogConfig, type LogConfig } from './log-config.js';
import { openLog, type KnownRecovery, type OpenedLog } from './log-opening.js';
import { LogReader, type ReadIsolation, type ReadLimits, type TimestampedOffset } from './log-reader.js';
import { batchesOfFile } from './log-recovery.js';
import {
  checkpointWrite,
  epochWrite,
  sealedSegment,
  segmentCreation,
  segmentDeletion,
  sidecarWrites,
} from './log-writes.js';
import { controlMarker } from './producers/control-marker.js';
import type { AppendOrigin } from './producers/producer-checks.js';
import type { ProducedBatch, ProducerEntry } from './producers/producer-entry.js';
import type { ProducerReplay } from './producers/producer-replay.js';
import type { AbortedTransaction } from './producers/transaction-index.js';
import { deletableSegments } from './retention.js';
import { Segment, type SegmentState } from './segment.js';
import { TailCache } from './tail-cache.js';
import type { TimestampedPosition } from './time-index.js';

export interface PartitionLogOptions extends TopicPartition {
  readonly environment: Environment;
  readonly storage: Storage;
  readonly groupCommit: GroupCommit;
  /** Kafka's defaults where absent. */
  readonly config?: Partial<LogConfig>;
  /** The epoch in which this leader writes, later than all before it; the latest plus 1 if absent. `null`: nobody leads the log yet. */
  readonly leaderEpoch?: number | null;
  /** The id of the topic in Kafka's words, which a new log keeps beside its records. */
  readonly topicId?: string;
  /** What the caller knows of how the log was left, better than its own checkpoint. */
  readonly recovery?: KnownRecovery;
  /** `durable` (default): the high watermark is the end of what is durable. `caller`: only `updateHighWatermark` moves it, from the log's start on. */
  readonly highWatermark?: 'durable' | 'caller';
}

export interface AppendOptions {
  /** `strict` if somebody waits for it to survive the loss of power (acks=all). */
  readonly durability: Durability;
  /** The trace event that brought the append about. */
  readonly cause?: string;
  /** Who appends; a client if absent. */
  readonly origin?: AppendOrigin;
  /** Of the leader; the log's own if absent. */
  readonly leaderEpoch?: number;
  /** Of the Produce request, which decides whether zstd is allowed. */
  readonly requestVersion?: number;
  /** In which a coordinator writes its marker (KIP-890). */
  readonly transactionVersion?: number;
  /** Whether the storage may spend its reserve on it; `ordinary` if absent, but `essential` for what a coordinator appends. */
  readonly need?: WriteNeed;
}

export interface AppendResult {
  /** -1 if the bytes held no whole batch. */
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** The largest timestamp of what was handed in. */
  readonly maxTimestamp: number;
  /** The time of the append where the topic stamps it; -1 otherwise. Of a duplicate: the largest timestamp of the first one. */
  readonly logAppendTime: number;
  /** The batch was here already: nothing was appended, and the offsets are those of the first one. */
  readonly isDuplicate: boolean;
  /** Resolves when the batches are durable; the high watermark is beyond them then. Rejects with KAFKA_STORAGE_ERROR if they never will be. May be left alone. */
  readonly durable: Promise<void>;
}

export interface FetchedBatches {
  /** Whole batches, the caller's own. */
  readonly records: Uint8Array;
  /** Only told to readers of committed records. Kafka's list: some may lie beyond the records. */
  readonly abortedTransactions?: readonly AbortedTransaction[];
}

/** What went from a log. */
export interface DeletedSegments {
  readonly count: number;
  readonly durable: Promise<void>;
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

interface LogState {
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
 * The log of one partition. Appends take effect at once and in sequence; readers see them when they are durable: the high watermark is the end of what is.
 * If a commit fails, the log is again what is durable, and all that was appended since is refused.
 */
export class PartitionLog implements CommitOwner, CleanableLog {
  readonly topic: string;
  readonly partition: number;
  /** The epoch in which this log writes; -1 while nobody leads it. */
  readonly leaderEpoch: number;
  private readonly environment: Environment;
  private readonly storage: Storage;
  private readonly groupCommit: GroupCommit;
  private readonly isLedByCaller: boolean;
  private readonly list: Segment[];
  private readonly epochs: LeaderEpochs;
  private readonly producers: ProducerReplay;
  private readonly cache: TailCache;
  private readonly reader: LogReader;
  private readonly pending: Pending[] = [];
  private readonly listeners = new Set<(highWatermark: number) => void>();
  private readonly deleted = new Map<number, { cancel(): void }>();
  private readonly holds = new FileHolds();
  private replacing: Promise<void> | undefined;
  /** What a cleaning is about to do. */
  private planned: CleaningCheckpoint | undefined;
  private settings: LogConfig;
  private start: number;
  /** Where the batch begins that holds the log's start, or the next one if none does. A transaction that was open there holds readers of committed records up from here on. */
  private startOfFirstBatch: number;
  /** The end of the last segment, or beyond it where the log was cut inside a batch or copied with a gap. */
  private end: number;
  private visibleEnd: number;
  /** Whether the high watermark is known to lie between two batches. */
  private isVisibleEndExact = true;
  private durableEnd: number;
  private flushedTo: number;
  private cleaned: number | undefined;
  private anchor: ActiveCheckpoint | undefined;
  private jitterMs: number;
  private closedBecause: KafkaError | undefined;

  private constructor(options: PartitionLogOptions, config: LogConfig, opened: OpenedLog) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.environment = options.environment;
    this.storage = options.storage;
    this.groupCommit = options.groupCommit;
    this.isLedByCaller = options.highWatermark === 'caller';
    this.settings = config;
    this.list = [...opened.segments];
    this.epochs = opened.epochs;
    this.leaderEpoch = options.leaderEpoch === null ? -1 : opened.epochs.latest;
    this.producers = opened.producers;
    this.start = opened.logStartOffset;
    this.startOfFirstBatch = this.start;
    this.end = this.active.nextOffset;
    this.flushedTo = opened.recoveryPoint;
    this.cleaned = opened.cleanedTo;
    this.durableEnd = this.active.nextOffset;
    this.visibleEnd = this.isLedByCaller ? this.start : this.durableEnd;
    this.isVisibleEndExact = !this.isLedByCaller;
    this.jitterMs = this.drawJitter();
    this.cache = new TailCache(config.tailCacheBytes);
    this.reader = new LogReader(options.storage, this.list, this.cache, () => this.settings.indexIntervalBytes);
  }

  /**
   * Opens the log, or begins it if nothing is stored. Reads what its checkpoint does not vouch for: a torn or corrupt tail is cut, the repair and the new leader
   * epoch are durable when this resolves, and a `log-recovered` event says what was found.
   */
  static async open(options: PartitionLogOptions): Promise<PartitionLog> {
    const config = { ...defaultLogConfig, ...options.config };
    const opened = await openLog(options, config);
    const log = new PartitionLog(options, config, opened);
    const metadata = opened.isNew && options.topicId !== undefined ? [metadataWrite(log, options.topicId)] : [];
    await log.submit([...opened.writes, ...metadata, ...log.anchored()], 'strict', undefined);
    const unstable = log.producers.states.transactions.firstUnstableOffset;
    if (unstable !== undefined && unstable < log.start) log.startOfFirstBatch = await log.startOfBatchAt(log.start);
    if (opened.isNew) return log;
    options.environment.tracer.emit({
      kind: 'log-recovered',
      topic: log.topic,
      partition: log.partition,
      logStartOffset: log.logStartOffset,
      logEndOffset: log.logEndOffset,
      truncatedBytes: opened.truncatedBytes,
      reason: opened.reason,
    });
    return log;
  }

  /** The first offset that can be read. */
  get logStartOffset(): number {
    return this.start;
  }

  /** Readers see the offsets before it. It falls only where the log is cut, or where its caller set it inside a batch. */
  get highWatermark(): number {
    return this.visibleEnd;
  }

  /** Readers of committed records see the offsets before it: the first record of the oldest open transaction, or the high watermark. */
  get lastStableOffset(): number {
    const first = this.producers.states.transactions.firstUnstableOffset;
    if (first === undefined) return this.visibleEnd;
    return Math.min(first < this.start ? this.startOfFirstBatch : first, this.visibleEnd);
  }

  /** The offset that the next record gets. Falls back to what is durable when a commit fails. */
  get logEndOffset(): number {
    return this.end;
  }

  /** What lies before it has been flushed. */
  get recoveryPoint(): number {
    return this.flushedTo;
  }

  get config(): LogConfig {
    return this.settings;
  }

  /** The configs in force from now on. */
  updateConfig(config: LogConfig): void {
    this.settings = config;
  }

  /** Oldest first; the last one is the active segment. */
  get segments(): readonly Segment[] {
    return this.list;
  }

  /** Bytes of all batches that are not deleted. */
  get size(): number {
    return this.list.reduce((sum, segment) => sum + segment.size, 0);
  }

  get leaderEpochs(): readonly EpochStart[] {
    return this.epochs.all;
  }

  /** The producers that are known. */
  get activeProducers(): Iterable<ProducerEntry> {
    return this.producers.states.entries;
  }

  /** Up to where the cleaner has been; undefined if it never was here. */
  get cleanerCheckpoint(): number | undefined {
    return this.cleaned;
  }

  /**
   * Appends one or more whole batches: they get the next offsets and the leader's epoch, in place. The log keeps the bytes: leave them as they are from
   * here on. Throws what Kafka refuses them with, as a `KafkaError` (with record errors, an `InvalidRecordsError`), and KAFKA_STORAGE_ERROR once closed;
   * then nothing has changed, except that a segment may have been rolled.
   */
  append(batches: Uint8Array, options: AppendOptions): AppendResult {
    this.checkOpen();
    const validated = validateBatches(batches, {
      config: this.settings,
      origin: options.origin === 'coordinator' ? 'coordinator' : 'client',
      now: this.environment.clock.now(),
      topicPartition: partitionFolder(this),
      ...(options.requestVersion !== undefined && { requestVersion: options.requestVersion }),
    });
    if (validated.headers.length === 0) return nothingAppended;
    const leaderEpoch = options.leaderEpoch ?? Math.max(this.leaderEpoch, 0);
    let next = this.logEndOffset;
    const placed = validated.headers.map((header) => {
      stampBatch(validated.bytes, header.position, { baseOffset: next, leaderEpoch });
      const at = next;
      next += header.lastOffsetDelta + 1;
      return { ...header, baseOffset: at, lastOffset: next - 1, partitionLeaderEpoch: leaderEpoch };
    });
    return this.appendPlaced({ ...validated, headers: placed }, options);
  }

  /** Appends batches that a leader has given their offsets and epochs. Throws UNKNOWN_SERVER_ERROR for offsets that are not after the log's end. */
  appendAsFollower(batches: Uint8Array, options: Omit<AppendOptions, 'origin'>): AppendResult {
    this.checkOpen();
    const headers = [...batchesIn(batches)].map(({ header }) => header);
    const [first, last] = [headers[0], headers.at(-1)];
    if (first === undefined || last === undefined) return nothingAppended;
    if (first.baseOffset < this.logEndOffset)
      throw new KafkaError(
        'UNKNOWN_SERVER_ERROR',
        `Unexpected offset in append to ${partitionFolder(this)}. First offset ${first.baseOffset} is less than the next offset ${this.logEndOffset}. First 10 offsets in append: ${headers
          .flatMap((header) => [...decodeRecords(batches, header)].map(({ offset }) => offset))
          .slice(0, 10)
          .join(', ')}, last offset in append: ${last.lastOffset}. Log start offset = ${this.start}`,
      );
    const maxTimestamp = Math.max(...headers.map((header) => header.maxTimestamp));
    const bytes = batches.subarray(0, last.position + last.sizeInBytes);
    return this.appendPlaced(
      { bytes, headers, maxTimestamp, logAppendTime: -1 },
      { ...options, origin: 'replication' },
    );
  }

  /**
   * Whole batches from the one that holds `fromOffset` on, which may begin before it; at most `maxBytes`, and none that ends beyond what readers of that
   * isolation see. The bytes are the caller's own. A read ends with its segment; no bytes mean that there is nothing, or that the first batch is too large.
   * Rejects with OFFSET_OUT_OF_RANGE outside of log start and log end, with KAFKA_STORAGE_ERROR if the storage fails.
   */
  async read(fromOffset: number, maxBytes: number, limits: ReadLimits = {}): Promise<Uint8Array> {
    return (await this.fetch(fromOffset, maxBytes, limits)).records;
  }

  /** As `read`, with the aborted transactions that a reader of committed records must know. */
  async fetch(fromOffset: number, maxBytes: number, limits: ReadLimits = {}): Promise<FetchedBatches> {
    this.checkOpen();
    this.checkRange(fromOffset);
    const { minOneMessage = false, isolation = 'high-watermark', upTo = Infinity, withCut = false } = limits;
    const end = Math.min(upTo, await this.endFor(isolation));
    const isCommitted = isolation === 'committed';
    if (fromOffset >= end) return { records: new Uint8Array(0), ...(isCommitted && { abortedTransactions: [] }) };
    try {
      const range = { fromOffset, maxBytes, minOneMessage, upTo: end, withCut };
      const found = await this.asKafkaError(this.reader.read(range, this.durableEnd));
      return {
        records: found.bytes,
        ...(isCommitted &&
          found.segment !== undefined && {
            abortedTransactions: this.collectAborted(
              fromOffset,
              this.boundOf(found.segment, found.endPosition),
              fromOffset,
            ),
          }),
      };
    } catch (error) {
      // Retention or truncation was quicker.
      this.checkOpen();
      this.checkRange(fromOffset);
      throw error;
    }
  }

  /**
   * For the cleaner: the aborted transactions that concern what lies from the segment of `fromOffset` on up to `upTo`, with those before `fromOffset` itself. One
   * whose marker lies before the log's start is forgotten, as in Kafka: nobody reads its records any more.
   */
  abortedTransactions(fromOffset: number, upTo: number): readonly AbortedTransaction[] {
    return this.collectAborted(fromOffset, upTo, this.start);
  }

  /**
   * The first record with this timestamp or a later one that readers of that isolation see; undefined if there is none. Looks for it as Kafka does: in the first
   * segment that has such a timestamp.
   */
  async offsetForTimestamp(
    timestamp: number,
    isolation: ReadIsolation = 'high-watermark',
  ): Promise<TimestampedOffset | undefined> {
    this.checkOpen();
    const end = await this.endFor(isolation);
    return this.asKafkaError(this.reader.offsetForTimestamp(timestamp, this.start, end));
  }

  /** The first of the records with the largest timestamp that readers of that isolation see; undefined if there is no record. */
  async offsetOfLargestTimestamp(isolation: ReadIsolation = 'high-watermark'): Promise<TimestampedOffset | undefined> {
    this.checkOpen();
    const end = await this.endFor(isolation);
    return this.asKafkaError(this.reader.offsetOfLargestTimestamp(end));
  }

  /** The leader epoch in which `offset` was written, -1 if that is not known. */
  leaderEpochFor(offset: number): number {
    return this.epochs.epochFor(offset);
  }

  /** Where the latest epoch ended that is not later than `epoch`, and which one that was; undefined where that is not known (OffsetForLeaderEpoch). */
  endOffsetForEpoch(epoch: number): { readonly epoch: number; readonly endOffset: number } | undefined {
    return this.epochs.endOffsetFor(epoch, this.logEndOffset);
  }

  /** Calls `listener` after each advance of the high watermark, until the function that this returns is called. */
  onHighWatermark(listener: (highWatermark: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Sets the high watermark of a log whose caller leads it, between the log's start and its end. Answers what it is now. */
  updateHighWatermark(offset: number): number {
    const bounded = Math.min(Math.max(offset, this.start), this.logEndOffset);
    this.isVisibleEndExact = bounded === this.logEndOffset;
    if (bounded > this.visibleEnd) this.advanceHighWatermark(bounded, undefined);
    else this.visibleEnd = bounded;
    this.producers.states.transactions.replicatedTo(this.visibleEnd);
    return this.visibleEnd;
  }

  /**
   * Removes the segments that retention lets go, oldest first, and moves the log's start behind them. Their files go after `file.delete.delay.ms`. Answers how
   * many went; they are out of sight at once.
   */
  deleteOldSegments(): DeletedSegments {
    this.checkOpen();
    const now = this.environment.clock.now();
    let count = 0;
    let durable: Promise<void> = Promise.resolve();
    for (;;) {
      const { logStartOffset, logEndOffset, highWatermark } = this;
      const log = { segments: this.list, logStartOffset, logEndOffset, highWatermark };
      const deletable = deletableSegments(log, this.settings, now);
      if (deletable === undefined) return { count, durable };
      durable = this.deleteOldest(deletable.count, deletable.reason);
      count += deletable.count;
    }
  }

  /**
   * Makes `offset` the log's start: records before it are no longer read, and their segments go with the next retention. Resolves, when that is durable, with
   * whether the start has moved. Rejects with OFFSET_OUT_OF_RANGE beyond the high watermark.
   */
  async deleteRecords(offset: number): Promise<boolean> {
    this.checkOpen();
    if (offset > this.highWatermark)
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `Cannot increment the log start offset to ${offset} of partition ${partitionFolder(this)} since it is larger than the high watermark ${this.highWatermark}`,
      );
    if (offset <= this.start) return false;
    const startOfFirstBatch = await this.startOfBatchAt(offset);
    if (offset <= this.start) return false;
    const before = this.state();
    this.moveStart(offset, 'delete-records');
    this.startOfFirstBatch = startOfFirstBatch;
    await this.submit([epochWrite(this, this.epochs), this.checkpoint()], 'strict', undefined, before);
    return true;
  }

  /** Begins a new segment at the log's end; an empty one begins anew. Answers its first offset. */
  roll(): number {
    this.checkOpen();
    const before = this.state();
    const writes = this.rollAt(this.logEndOffset);
    void this.submit(writes, 'strict', undefined, before);
    return this.active.baseOffset;
  }

  /** Resolves when everything that was appended survives the loss of power. */
  async flush(): Promise<void> {
    this.checkOpen();
    this.flushedTo = this.logEndOffset;
    await this.submit([], 'strict', undefined);
  }

  /**
   * Cuts the log, so that its last offset is before `offset`; a batch that holds `offset` goes as a whole. Before the first segment, the log begins anew there. Resolves
   * with whether anything was cut.
   */
  async truncateTo(offset: number): Promise<boolean> {
    this.checkOpen();
    await this.groupCommit.settled();
    const before = this.state(true);
    this.epochs.truncateFromEnd(Math.min(offset, this.logEndOffset));
    if (offset >= this.logEndOffset) {
      await this.submit([epochWrite(this, this.epochs)], 'strict', undefined, before);
      return false;
    }
    const beginsAnew = offset < (this.list[0] as Segment).baseOffset;
    const dropped = this.list.splice(beginsAnew ? 0 : this.list.findLastIndex((each) => each.baseOffset <= offset) + 1);
    this.end = offset;
    const modifiedAt = this.environment.clock.now();
    if (beginsAnew) this.list.push(new Segment(segmentFile(this, offset), offset, this.settings, modifiedAt));
    const segment = this.active;
    const position = await this.cut(segment, offset);
    this.start = Math.min(this.start, offset);
    this.flushedTo = Math.min(this.flushedTo, offset);
    this.cache.truncate(this.logEndOffset);
    const snapshots = await this.producers.truncate(this.list, this.start, this.logEndOffset, modifiedAt);
    this.durableEnd = Math.min(this.durableEnd, this.logEndOffset);
    this.visibleEnd = Math.min(this.visibleEnd, this.logEndOffset);
    segment.modifiedAt = modifiedAt;
    const writes: StorageWrite[] = [
      ...dropped.flatMap(({ baseOffset }) => segmentDeletion(this, baseOffset)),
      beginsAnew ? segmentCreation(segment) : { kind: 'truncate', file: segment.file, size: position, modifiedAt },
      ...snapshots,
      epochWrite(this, this.epochs),
      ...this.anchored(),
    ];
    await this.submit(writes, 'strict', undefined, before);
    return true;
  }

  /** Forgets producers that have not written for `producer.id.expiration.ms`. */
  expireProducers(): void {
    this.producers.states.expire(this.environment.clock.now(), this.settings.producerIdExpirationMs);
  }

  /**
   * Keeps the segments readable as they are when this resolves, until the function that it resolves with is called: their files are deleted later than they would
   * be, and a cleaning waits before it replaces any.
   */
  async hold(): Promise<() => void> {
    this.checkOpen();
    const release = this.holds.take();
    await this.replacing?.catch(() => undefined);
    return release;
  }

  /** For the cleaner, and for whoever holds the log: bytes of a segment, as they are stored. */
  readSegment(segment: Segment, position: number, length: number): Promise<Uint8Array> {
    return this.asKafkaError(this.storage.read(segment.file, position, length));
  }

  /**
   * For the cleaner: puts `cleaned` in the place of the segments `old`, which follow each other. Resolves when that is durable. Rejects, with nothing
   * changed, if one of them has gone in the meantime.
   */
  async replaceSegments(old: readonly Segment[], cleaned: CleanedSegment): Promise<void> {
    await new Promise<void>((resolve) => this.holds.whenFree(resolve));
    this.checkOpen();
    const first = this.list.indexOf(old[0] as Segment);
    if (first < 0 || old.some((segment, index) => this.list[first + index] !== segment))
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `Segments of ${partitionFolder(this)} that were cleaned have been deleted meanwhile. Clean again.`,
      );
    const { baseOffset } = old[0] as Segment;
    const segment = new Segment(segmentFile(this, baseOffset), baseOffset, this.settings, cleaned.modifiedAt);
    for (const header of cleaned.headers) segment.add(header);
    segment.transactions = cleaned.transactions;
    segment.seal();
    const sidecars = sidecarWrites(this, segment);
    const bases = old.map((each) => each.baseOffset);
    // Whatever a crash leaves of the commits that follow, the next opening finds either all the old segments or the new one. A segment that is rolled meanwhile writes a checkpoint too:
    // it must not take the plan away before the replacement is on its way.
    this.planned = { replaced: bases, by: sealedSegment(segment) };
    try {
      await this.submit([this.checkpoint()], 'strict', undefined);
    } finally {
      this.planned = undefined;
    }
    this.checkOpen();
    if (this.holds.isHeld || old.some((each) => !this.list.includes(each))) return this.replaceSegments(old, cleaned);
    const before = this.state(true);
    this.list.splice(this.list.indexOf(old[0] as Segment), old.length, segment);
    this.cache.forgetBefore((old.at(-1) as Segment).nextOffset);
    const { file, modifiedAt } = segment;
    const replacement: StorageWrite = { kind: 'replace', file, bytes: cleaned.bytes, modifiedAt };
    this.replacing = this.submit([replacement, ...sidecars], 'strict', undefined, before, [], 'ordinary').then(() =>
      this.submit([...this.deletions(bases.slice(1)), this.checkpoint()], 'strict', undefined),
    );
    await this.replacing;
  }

  /** For the cleaner: everything before `offset` is clean. */
  async cleanedTo(offset: number): Promise<void> {
    this.checkOpen();
    const before = this.state();
    this.cleaned = offset;
    await this.submit([this.checkpoint()], 'relaxed', undefined, before);
  }

  /** Refuses every later call. Resolves when what was appended before is durable or has failed. */
  async close(): Promise<void> {
    if (this.closedBecause === undefined) {
      this.active.seal();
      const gone = this.finishDeletions();
      this.flushedTo = this.logEndOffset;
      void this.submit([...gone, ...this.anchored()], 'strict', undefined);
      this.closedBecause = new KafkaError('KAFKA_STORAGE_ERROR', `The log of ${partitionFolder(this)} is closed.`);
    }
    await this.groupCommit.settled();
  }

  /** Removes the log and closes it; what was appended before is on its way still. Resolves when it is gone. */
  delete(): Promise<void> {
    this.closedBecause ??= new KafkaError(
      'UNKNOWN_TOPIC_OR_PARTITION',
      `${partitionFolder(this)} has been deleted. Ask for metadata again.`,
    );
    const writes: StorageWrite[] = [
      ...this.finishDeletions(),
      ...this.list.flatMap(({ baseOffset }) => segmentDeletion(this, baseOffset)),
      ...this.producers.forget(() => true),
      { kind: 'delete-blob', name: checkpointBlob(this) },
      { kind: 'delete-blob', name: leaderEpochBlob(this) },
      { kind: 'delete-blob', name: partitionMetadataBlob(this) },
    ];
    return this.submit(writes, 'strict', undefined);
  }

  /** For the group commit. */
  committed(count: number): void {
    const settled = this.pending.splice(0, count);
    const last = settled.at(-1);
    if (last !== undefined) {
      this.durableEnd = Math.max(this.durableEnd, last.endOffset);
      this.cache.evict(this.durableEnd);
      if (!this.isLedByCaller) this.advanceHighWatermark(last.endOffset, last.cause);
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

  private get active(): Segment {
    return this.list.at(-1) as Segment;
  }

  private appendPlaced(validated: ValidatedBatches, options: AppendOptions): AppendResult {
    const { bytes, headers, maxTimestamp } = validated;
    const { durability, cause, origin = 'client', transactionVersion } = options;
    const before = this.state();
    const writes: StorageWrite[] = [];
    const knownEpochs = this.epochs.all;
    for (const header of headers)
      if (header.partitionLeaderEpoch >= 0) this.epochs.assign(header.partitionLeaderEpoch, header.baseOffset);
    if (this.epochs.all !== knownEpochs) writes.push(epochWrite(this, this.epochs));
    const undo: (() => void)[] = [];
    let duplicate: ProducedBatch | undefined;
    try {
      if (bytes.length > this.settings.segmentBytes)
        throw new KafkaError(
          'RECORD_LIST_TOO_LARGE',
          `Message batch size is ${bytes.length} bytes in append to partition ${partitionFolder(this)}, which exceeds the maximum configured segment size of ${this.settings.segmentBytes}.`,
        );
      const lastOffset = (headers.at(-1) as BatchHeader).lastOffset;
      const incoming = { sizeInBytes: bytes.length, maxTimestamp, lastOffset };
      if (this.active.hasNoRoomFor(incoming, this.settings, this.jitterMs, this.environment.clock.now()))
        writes.push(...this.rollAt(Math.max((headers[0] as BatchHeader).baseOffset, this.logEndOffset)));
      duplicate = this.takeIn(bytes, headers, origin, transactionVersion, undo);
    } catch (error) {
      for (const back of undo.reverse()) back();
      if (writes.length > 0) void this.submit(writes, 'strict', cause, before);
      throw error;
    }
    if (duplicate !== undefined) {
      // The first one may be on its way still.
      const durable = this.submit(writes, writes.length > 0 ? 'strict' : durability, cause, before);
      const { lastOffset, offsetDelta, timestamp } = duplicate;
      const baseOffset = lastOffset - offsetDelta;
      return { baseOffset, lastOffset, maxTimestamp, logAppendTime: timestamp, isDuplicate: true, durable };
    }
    const need = options.need ?? (origin === 'coordinator' ? 'essential' : 'ordinary');
    return this.place(validated, { durability, cause, writes, before, undo, need });
  }

  /** Asks and tells the producers' states. Answers the batch that is repeated, if one is: then nothing is taken in. */
  private takeIn(
    bytes: Uint8Array,
    headers: readonly BatchHeader[],
    origin: AppendOrigin,
    transactionVersion: number | undefined,
    undo: (() => void)[],
  ): ProducedBatch | undefined {
    const { states } = this.producers;
    for (const header of headers) {
      if (header.producerId < 0) continue;
      const duplicate = origin === 'client' ? states.duplicateOf(header) : undefined;
      if (duplicate !== undefined) {
        for (const back of undo.splice(0).reverse()) back();
        return duplicate;
      }
      const marker = header.isControlBatch ? controlMarker(bytes, header) : undefined;
      const append = { header, origin, marker, transactionVersion };
      states.check(append);
      const { completed, undo: back } = states.apply(append);
      undo.push(back);
      if (completed === undefined) continue;
      const lastStableOffset = states.transactions.lastStableOffset(completed);
      const { active } = this;
      if (completed.isAborted) active.transactions = active.transactions.with({ ...completed, lastStableOffset });
      states.transactions.complete(completed);
      undo.push(() => states.transactions.reopen(completed));
    }
    return undefined;
  }

  private place(
    { bytes, headers, maxTimestamp, logAppendTime }: ValidatedBatches,
    commit: {
      readonly durability: Durability;
      readonly cause: string | undefined;
      readonly writes: StorageWrite[];
      readonly before: LogState;
      readonly undo: readonly (() => void)[];
      readonly need: WriteNeed;
    },
  ): AppendResult {
    const { durability, cause, writes, before, undo, need } = commit;
    const segment = this.active;
    const isStrict = writes.length > 0;
    const { baseOffset, partitionLeaderEpoch, producerId, producerEpoch, baseSequence } = headers[0] as BatchHeader;
    const modifiedAt = this.environment.clock.now();
    const { least, most } = checkpointBytes;
    if (segment.size - (this.anchor?.size ?? 0) >= Math.max(least, Math.min(segment.size / 8, most)))
      writes.push(...this.anchored());
    const position = segment.size;
    writes.push({ kind: 'append', file: segment.file, position, bytes, modifiedAt });
    segment.append(headers, modifiedAt);
    this.end = segment.nextOffset;
    const lastOffset = this.end - 1;
    this.cache.add({ baseOffset, nextOffset: this.end, position, bytes });
    const durable = this.submit(writes, isStrict ? 'strict' : durability, cause, before, undo, need);
    this.environment.tracer.emit({
      kind: 'batch-appended',
      id: `append:${this.topic}-${this.partition}@${baseOffset}`,
      ...(cause !== undefined && { cause }),
      topic: this.topic,
      partition: this.partition,
      baseOffset,
      lastOffset,
      bytes: bytes.length,
      segment: segment.baseOffset,
      leaderEpoch: partitionLeaderEpoch,
      ...(producerId >= 0 && { producer: { id: producerId, epoch: producerEpoch, baseSequence } }),
    });
    return { baseOffset, lastOffset, maxTimestamp, logAppendTime, isDuplicate: false, durable };
  }

  private state(isStructural = false): LogState {
    return {
      segments: isStructural ? [...this.list] : this.list.length,
      active: this.active.state,
      epochs: this.epochs.all,
      logStartOffset: this.start,
      logEndOffset: this.end,
      recoveryPoint: this.flushedTo,
      cleanedTo: this.cleaned,
      anchor: this.anchor,
    };
  }

  private restore(state: LogState): void {
    if (typeof state.segments === 'number') this.list.length = state.segments;
    else this.list.splice(0, this.list.length, ...state.segments);
    this.active.restore(state.active);
    this.epochs.restore(state.epochs);
    this.start = state.logStartOffset;
    this.startOfFirstBatch = this.start;
    this.end = state.logEndOffset;
    this.flushedTo = state.recoveryPoint;
    this.cleaned = state.cleanedTo;
    this.anchor = state.anchor;
    this.cache.truncate(this.logEndOffset);
  }

  private submit(
    writes: readonly StorageWrite[],
    durability: Durability,
    cause: string | undefined,
    before: LogState = this.state(),
    undo: readonly (() => void)[] = [],
    need: WriteNeed = 'essential',
  ): Promise<void> {
    const durable = new Promise<void>((resolve, reject) => {
      this.pending.push({ endOffset: this.logEndOffset, before, undo, cause, resolve, reject });
    });
    // Whoever does not wait (acks=0) need not handle the failure.
    durable.catch(() => undefined);
    this.groupCommit.submit(this, writes, durability, need);
    return durable;
  }

  /**
   * Begins a new segment, in the place of an empty one if it begins there too. The old one must never lose its end while the new one stands: an append of nothing, in a strict commit, makes it durable first.
   */
  private rollAt(baseOffset: number): StorageWrite[] {
    const full = this.active;
    const modifiedAt = this.environment.clock.now();
    const nothing = new Uint8Array(0);
    const segment = new Segment(segmentFile(this, baseOffset), baseOffset, this.settings, modifiedAt);
    this.flushedTo = Math.max(this.flushedTo, baseOffset);
    this.jitterMs = this.drawJitter();
    if (full.baseOffset === baseOffset) {
      this.list[this.list.length - 1] = segment;
      return [segmentCreation(segment), ...this.anchored()];
    }
    full.seal();
    this.list.push(segment);
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

  private drawJitter(): number {
    const { segmentJitterMs, segmentMs } = this.settings;
    const most = Math.min(segmentJitterMs, segmentMs);
    return most > 0 ? this.environment.random.uint32() % (most + 1) : 0;
  }

  private deleteOldest(count: number, reason: SegmentDeletionReason): Promise<void> {
    const before = this.state(true);
    const writes = count === this.list.length ? this.rollAt(this.logEndOffset) : [];
    const gone = this.list.splice(0, count);
    const { fileDeleteDelayMs } = this.settings;
    const bases = new Set(gone.map(({ baseOffset }) => baseOffset));
    const snapshots = this.producers.forget((offset) => bases.has(offset));
    const first = this.list[0] as Segment;
    if (first.baseOffset > this.start) {
      this.moveStart(first.baseOffset, reason);
      this.startOfFirstBatch = first.firstBatchOffset;
    }
    this.environment.tracer.emit({
      kind: 'segments-deleted',
      topic: this.topic,
      partition: this.partition,
      baseOffsets: [...bases],
      reason,
    });
    const told = [...writes, ...snapshots, epochWrite(this, this.epochs), ...this.anchored()];
    const isAtOnce = fileDeleteDelayMs === 0 && !this.holds.isHeld;
    if (!isAtOnce)
      for (const base of bases)
        this.deleted.set(
          base,
          this.environment.timers.set(fileDeleteDelayMs, () => this.holds.whenFree(() => this.deleteFile(base))),
        );
    const comeBack = () => {
      for (const base of bases) this.deleted.get(base)?.cancel();
      for (const base of bases) this.deleted.delete(base);
    };
    // The files go only when nothing tells of them any more: a crash must never find some of them gone and all of them told of.
    const durable = this.submit(told, 'strict', undefined, before, [comeBack]);
    if (!isAtOnce) return durable;
    const deletion = durable.then(() => {
      const go = async () => {
        if (this.closedBecause === undefined) await this.submit(this.deletions(bases), 'relaxed', undefined);
      };
      return this.holds.isHeld ? this.holds.whenFree(() => void go()) : go();
    });
    deletion.catch(() => undefined);
    return deletion;
  }

  /** Space is needed: the files of deleted segments go now, without waiting for their time, unless somebody reads them. */
  releaseDeleted(): void {
    for (const [base, timer] of this.deleted) {
      timer.cancel();
      this.holds.whenFree(() => this.deleteFile(base));
    }
  }

  private deleteFile(baseOffset: number): void {
    if (this.closedBecause !== undefined || !this.deleted.delete(baseOffset)) return;
    void this.submit(this.deletions([baseOffset]), 'relaxed', undefined);
  }

  /** The files of deleted segments go now, without waiting for their time. */
  private finishDeletions(): StorageWrite[] {
    const bases = [...this.deleted.keys()];
    for (const timer of this.deleted.values()) timer.cancel();
    this.deleted.clear();
    return this.deletions(bases);
  }

  private deletions(baseOffsets: Iterable<number>): StorageWrite[] {
    return [...baseOffsets].flatMap((baseOffset) => segmentDeletion(this, baseOffset));
  }

  private moveStart(offset: number, reason: SegmentDeletionReason): void {
    this.start = offset;
    this.startOfFirstBatch = offset;
    this.flushedTo = Math.max(this.flushedTo, offset);
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

  /** Finds where the batch begins that holds `offset`, makes the segment end there, and answers the place. */
  private async cut(segment: Segment, offset: number): Promise<number> {
    let position = 0;
    let nextOffset = segment.baseOffset;
    let largest: TimestampedPosition = { timestamp: -1, offset: segment.baseOffset };
    for await (const { header, filePosition } of batchesOfFile(this.storage, segment.file, {
      from: 0,
      to: segment.size,
      checks: 'none',
    })) {
      if (header.lastOffset >= offset) break;
      position = filePosition + header.sizeInBytes;
      nextOffset = header.lastOffset + 1;
      if (header.maxTimestamp > largest.timestamp)
        largest = { timestamp: header.maxTimestamp, offset: header.lastOffset };
    }
    segment.truncateTo(offset, position, nextOffset, largest);
    return position;
  }

  /** The checkpoint, with the active segment as it is now, and its indexes and a snapshot of the producers beside it. */
  private anchored(): StorageWrite[] {
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
    const bases = new Set(this.list.map(({ baseOffset }) => baseOffset));
    const snapshot = this.producers.snapshotAt(this.end, bases);
    return [...sidecars, ...snapshot, this.checkpoint()];
  }

  private checkpoint(): StorageWrite {
    return checkpointWrite(this, {
      logStartOffset: this.start,
      recoveryPoint: this.flushedTo,
      cleanedTo: this.cleaned,
      snapshots: this.producers.snapshotOffsets,
      active: this.anchor,
      sealed: this.list.slice(0, -1).map(sealedSegment),
      cleaning: this.planned,
    });
  }

  /** Aborted transactions from the segment of `fromOffset` on that begin before `upTo` and have their marker at `markerFrom` or later. */
  private collectAborted(fromOffset: number, upTo: number, markerFrom: number): readonly AbortedTransaction[] {
    const aborted: AbortedTransaction[] = [];
    const first = Math.max(
      this.list.findLastIndex(({ baseOffset }) => baseOffset <= fromOffset),
      0,
    );
    for (const segment of this.list.slice(first)) {
      const found = segment.transactions.collect(markerFrom, upTo);
      aborted.push(...found.aborted);
      if (found.isComplete) break;
    }
    return aborted;
  }

  /** An offset that surely lies beyond what was read up to `position`, as Kafka finds it: by the index, the next segment, or the log's end. */
  private boundOf(segment: Segment, position: number): number {
    const next = this.list.find(({ baseOffset }) => baseOffset > segment.baseOffset);
    return segment.offsetIndex.offsetFrom(position) ?? next?.baseOffset ?? this.logEndOffset;
  }

  private async endFor(isolation: ReadIsolation): Promise<number> {
    if (isolation === 'log-end') return this.logEndOffset;
    if (!this.isVisibleEndExact) await this.settleHighWatermark();
    return isolation === 'committed' ? this.lastStableOffset : this.visibleEnd;
  }

  /** A high watermark inside a batch falls to where the batch begins; one in a gap of compaction rises to where the next begins, as in Kafka. */
  private async settleHighWatermark(): Promise<void> {
    const asked = this.visibleEnd;
    const batch = await this.asKafkaError(this.reader.batchAt(asked, this.logEndOffset, this.durableEnd));
    if (this.visibleEnd !== asked) return;
    this.visibleEnd = batch ?? asked;
    this.isVisibleEndExact = true;
  }

  private async startOfBatchAt(offset: number): Promise<number> {
    const found = await this.asKafkaError(this.reader.batchAt(offset, this.logEndOffset, this.durableEnd));
    return found ?? offset;
  }

  private advanceHighWatermark(highWatermark: number, cause: string | undefined): void {
    if (highWatermark <= this.visibleEnd) return;
    this.visibleEnd = highWatermark;
    this.producers.states.transactions.replicatedTo(highWatermark);
    this.environment.tracer.emit({
      kind: 'high-watermark-advanced',
      ...(cause !== undefined && { cause }),
      topic: this.topic,
      partition: this.partition,
      highWatermark,
    });
    for (const listener of [...this.listeners]) listener(highWatermark);
  }

  private checkRange(fromOffset: number): void {
    if (fromOffset > this.logEndOffset)
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `Received request for offset ${fromOffset} for partition ${partitionFolder(this)}, but we only have log segments upto ${this.logEndOffset}.`,
      );
    if (fromOffset < this.start)
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `Received request for offset ${fromOffset} for partition ${partitionFolder(this)}, but we only have log segments starting from offset: ${this.start}.`,
      );
  }

  private checkOpen(): void {
    if (this.closedBecause !== undefined) throw this.closedBecause;
  }

  private async asKafkaError<Value>(value: Promise<Value>): Promise<Value> {
    try {
      return await value;
    } catch (error) {
      if (this.closedBecause !== undefined) throw this.closedBecause;
      throw error instanceof KafkaError ? error : this.storageError(error);
    }
  }

  private storageError(cause: unknown): KafkaError {
    const found = cause instanceof Error ? cause.message : String(cause);
    return new KafkaError('KAFKA_STORAGE_ERROR', `The storage of ${partitionFolder(this)} failed: ${found}`, { cause });
  }
}

/** Kafka's `PartitionMetadataFile`. */
function metadataWrite(partition: TopicPartition, topicId: string): StorageWrite {
  const bytes = new TextEncoder().encode(`version: 0\ntopic_id: ${topicId}`);
  return { kind: 'put-blob', name: partitionMetadataBlob(partition), bytes };
}

const nothingAppended: AppendResult = {
  baseOffset: -1,
  lastOffset: -1,
  maxTimestamp: -1,
  logAppendTime: -1,
  isDuplicate: false,
  durable: Promise.resolve(),
};
