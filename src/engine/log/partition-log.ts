import type { Storage, StorageWrite } from '../environment/storage.js';
import type { Environment, SegmentDeletionReason } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { CleanableLog, CleanedSegment } from './cleaner/cleanable-log.js';
import { DeletedFiles } from './deleted-files.js';
import { FileHolds } from './file-holds.js';
import {
  checkpointBlob,
  leaderEpochBlob,
  partitionFolder,
  partitionMetadataBlob,
  type TopicPartition,
} from './file-names.js';
import type { GroupCommit } from './group-commit.js';
import type { EpochStart } from './leader-epochs.js';
import { LocalLog } from './local-log.js';
import { LogAppender, type AppendOptions, type AppendResult } from './log-appender.js';
import { defaultLogConfig, type LogConfig } from './log-config.js';
import { openLog, type KnownRecovery, type OpenedLog } from './log-opening.js';
import type { ReadIsolation, ReadLimits, TimestampedOffset } from './log-reader.js';
import { truncateLog } from './log-truncation.js';
import { epochWrite } from './log-writes.js';
import type { ProducerEntry } from './producers/producer-entry.js';
import type { AbortedTransaction } from './producers/transaction-index.js';
import { deletableSegments } from './retention.js';
import { SegmentReplacement } from './segment-replacement.js';
import type { Segment } from './segment.js';

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
  /** Called once what is stored has been read, or could not be: resolves when the log may write. */
  readonly whenRead?: () => Promise<void>;
  /** `durable` (default): the high watermark is the end of what is durable. `caller`: only `updateHighWatermark` moves it, from the log's start on. */
  readonly highWatermark?: 'durable' | 'caller';
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

/**
 * The log of one partition. Appends take effect at once and in sequence; readers see them when they are durable: the high watermark is the end of what is.
 * If a commit fails, the log is again what is durable, and all that was appended since is refused.
 */
export class PartitionLog implements CleanableLog {
  readonly topic: string;
  readonly partition: number;
  /** The epoch in which this log writes; -1 while nobody leads it. */
  readonly leaderEpoch: number;
  private readonly log: LocalLog;
  private readonly appender: LogAppender;
  private readonly holds = new FileHolds();
  private readonly replacement: SegmentReplacement;
  private readonly deleted: DeletedFiles;

  private constructor(options: PartitionLogOptions, config: LogConfig, opened: OpenedLog) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.leaderEpoch = options.leaderEpoch === null ? -1 : opened.epochs.latest;
    this.log = new LocalLog(options, config, opened);
    this.appender = new LogAppender(this.log, this.leaderEpoch);
    this.replacement = new SegmentReplacement(this.log, this.holds);
    this.deleted = new DeletedFiles(options.environment.timers, this.holds, (baseOffset) => {
      if (this.log.closedBecause === undefined) void this.removeFiles([baseOffset]);
    });
  }

  /**
   * Opens the log, or begins it if nothing is stored. Reads what its checkpoint does not vouch for: a torn or corrupt tail is cut, the repair and the new leader
   * epoch are durable when this resolves, and a `log-recovered` event says what was found.
   */
  static async open(options: PartitionLogOptions): Promise<PartitionLog> {
    const config = { ...defaultLogConfig, ...options.config };
    let opened: OpenedLog;
    try {
      opened = await openLog(options, config);
    } catch (error) {
      void options.whenRead?.();
      throw error;
    }
    await options.whenRead?.();
    const opening = new PartitionLog(options, config, opened);
    const { log } = opening;
    const metadata = opened.isNew && options.topicId !== undefined ? [metadataWrite(log, options.topicId)] : [];
    await log.submit([...opened.writes, ...metadata, ...log.anchored()], { durability: 'strict' });
    const unstable = log.producers.states.transactions.firstUnstableOffset;
    if (unstable !== undefined && unstable < log.logStartOffset)
      log.startOfFirstBatch = await log.startOfBatchAt(log.logStartOffset);
    if (opened.isNew) return opening;
    options.environment.tracer.emit({
      kind: 'log-recovered',
      topic: log.topic,
      partition: log.partition,
      logStartOffset: log.logStartOffset,
      logEndOffset: log.logEndOffset,
      truncatedBytes: opened.truncatedBytes,
      reason: opened.reason,
    });
    return opening;
  }

  /** The first offset that can be read. */
  get logStartOffset(): number {
    return this.log.logStartOffset;
  }

  /** Readers see the offsets before it. It falls only where the log is cut, or where its caller set it inside a batch. */
  get highWatermark(): number {
    return this.log.highWatermark.offset;
  }

  /** Readers of committed records see the offsets before it: the first record of the oldest open transaction, or the high watermark. */
  get lastStableOffset(): number {
    const { producers, logStartOffset, startOfFirstBatch, highWatermark } = this.log;
    const first = producers.states.transactions.firstUnstableOffset;
    if (first === undefined) return highWatermark.offset;
    return Math.min(first < logStartOffset ? startOfFirstBatch : first, highWatermark.offset);
  }

  /** The offset that the next record gets. Falls back to what is durable when a commit fails. */
  get logEndOffset(): number {
    return this.log.logEndOffset;
  }

  /** What lies before it has been flushed. */
  get recoveryPoint(): number {
    return this.log.recoveryPoint;
  }

  get config(): LogConfig {
    return this.log.config;
  }

  /** The configs in force from now on. */
  updateConfig(config: LogConfig): void {
    this.log.config = config;
  }

  /** Oldest first; the last one is the active segment. */
  get segments(): readonly Segment[] {
    return this.log.segments;
  }

  /** Bytes of all batches that are not deleted. */
  get size(): number {
    return this.segments.reduce((sum, segment) => sum + segment.size, 0);
  }

  get leaderEpochs(): readonly EpochStart[] {
    return this.log.epochs.all;
  }

  /** The producers that are known. */
  get activeProducers(): Iterable<ProducerEntry> {
    return this.log.producers.states.entries;
  }

  /** Up to where the cleaner has been; undefined if it never was here. */
  get cleanerCheckpoint(): number | undefined {
    return this.log.cleanedTo;
  }

  /**
   * Appends one or more whole batches: they get the next offsets and the leader's epoch, in place. The log keeps the bytes: leave them as they are from
   * here on. Throws what Kafka refuses them with, as a `KafkaError` (with record errors, an `InvalidRecordsError`), and KAFKA_STORAGE_ERROR once closed;
   * then nothing has changed, except that a segment may have been rolled.
   */
  append(batches: Uint8Array, options: AppendOptions): AppendResult {
    return this.appender.append(batches, options);
  }

  /** Appends batches that a leader has given their offsets and epochs. Throws UNKNOWN_SERVER_ERROR for offsets that are not after the log's end. */
  appendAsFollower(batches: Uint8Array, options: Omit<AppendOptions, 'origin'>): AppendResult {
    return this.appender.appendAsFollower(batches, options);
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
    const { log } = this;
    log.checkOpen();
    this.checkRange(fromOffset);
    const { minOneMessage = false, isolation = 'high-watermark', upTo = Infinity, withCut = false } = limits;
    const end = Math.min(upTo, await this.endFor(isolation));
    const isCommitted = isolation === 'committed';
    if (fromOffset >= end) return { records: new Uint8Array(0), ...(isCommitted && { abortedTransactions: [] }) };
    try {
      const range = { fromOffset, maxBytes, minOneMessage, upTo: end, withCut };
      const found = await log.asKafkaError(log.reader.read(range, log.durableEnd));
      return {
        records: found.bytes,
        ...(isCommitted &&
          found.segment !== undefined && {
            abortedTransactions: log.reader.abortedTransactions(
              fromOffset,
              log.reader.boundOf(found.segment, found.endPosition) ?? log.logEndOffset,
              fromOffset,
            ),
          }),
      };
    } catch (error) {
      // Retention or truncation was quicker.
      log.checkOpen();
      this.checkRange(fromOffset);
      throw error;
    }
  }

  /**
   * For the cleaner: the aborted transactions that concern what lies from the segment of `fromOffset` on up to `upTo`, with those before `fromOffset` itself. One
   * whose marker lies before the log's start is forgotten, as in Kafka: nobody reads its records any more.
   */
  abortedTransactions(fromOffset: number, upTo: number): readonly AbortedTransaction[] {
    return this.log.reader.abortedTransactions(fromOffset, upTo, this.logStartOffset);
  }

  /**
   * The first record with this timestamp or a later one that readers of that isolation see; undefined if there is none. Looks for it as Kafka does: in the first
   * segment that has such a timestamp.
   */
  async offsetForTimestamp(
    timestamp: number,
    isolation: ReadIsolation = 'high-watermark',
  ): Promise<TimestampedOffset | undefined> {
    const { log } = this;
    log.checkOpen();
    const end = await this.endFor(isolation);
    return log.asKafkaError(log.reader.offsetForTimestamp(timestamp, log.logStartOffset, end));
  }

  /** The first of the records with the largest timestamp that readers of that isolation see; undefined if there is no record. */
  async offsetOfLargestTimestamp(isolation: ReadIsolation = 'high-watermark'): Promise<TimestampedOffset | undefined> {
    const { log } = this;
    log.checkOpen();
    const end = await this.endFor(isolation);
    return log.asKafkaError(log.reader.offsetOfLargestTimestamp(end));
  }

  /** The leader epoch in which `offset` was written, -1 if that is not known. */
  leaderEpochFor(offset: number): number {
    return this.log.epochs.epochFor(offset);
  }

  /** Where the latest epoch ended that is not later than `epoch`, and which one that was; undefined where that is not known (OffsetForLeaderEpoch). */
  endOffsetForEpoch(epoch: number): { readonly epoch: number; readonly endOffset: number } | undefined {
    return this.log.epochs.endOffsetFor(epoch, this.logEndOffset);
  }

  /** Calls `listener` after each advance of the high watermark, until the function that this returns is called. */
  onHighWatermark(listener: (highWatermark: number) => void): () => void {
    return this.log.highWatermark.onAdvance(listener);
  }

  /** Sets the high watermark of a log whose caller leads it, between the log's start and its end. Answers what it is now. */
  updateHighWatermark(offset: number): number {
    const { highWatermark, logStartOffset, logEndOffset } = this.log;
    const bounded = Math.min(Math.max(offset, logStartOffset), logEndOffset);
    highWatermark.set(bounded, bounded === logEndOffset);
    return highWatermark.offset;
  }

  /**
   * Removes the segments that retention lets go, oldest first, and moves the log's start behind them. Their files go after `file.delete.delay.ms`. Answers how
   * many went; they are out of sight at once.
   */
  deleteOldSegments(): DeletedSegments {
    this.log.checkOpen();
    const now = this.log.environment.clock.now();
    let count = 0;
    let durable: Promise<void> = Promise.resolve();
    for (;;) {
      const deletable = deletableSegments(this, this.config, now);
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
    const { log } = this;
    log.checkOpen();
    if (offset > this.highWatermark)
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `Cannot increment the log start offset to ${offset} of partition ${partitionFolder(this)} since it is larger than the high watermark ${this.highWatermark}`,
      );
    if (offset <= log.logStartOffset) return false;
    const startOfFirstBatch = await log.startOfBatchAt(offset);
    if (offset <= log.logStartOffset) return false;
    const before = log.state();
    log.moveStart(offset, 'delete-records');
    log.startOfFirstBatch = startOfFirstBatch;
    await log.submit([epochWrite(log, log.epochs), log.checkpoint()], { durability: 'strict', before });
    return true;
  }

  /** Begins a new segment at the log's end; an empty one begins anew. Answers its first offset. */
  roll(): number {
    const { log } = this;
    log.checkOpen();
    const before = log.state();
    void log.submit(log.rollAt(log.logEndOffset), { durability: 'strict', before });
    return log.active.baseOffset;
  }

  /** Resolves when everything that was appended survives the loss of power. */
  async flush(): Promise<void> {
    const { log } = this;
    log.checkOpen();
    log.recoveryPoint = log.logEndOffset;
    await log.submit([], { durability: 'strict' });
  }

  /**
   * Cuts the log, so that its last offset is before `offset`; a batch that holds `offset` goes as a whole. Before the first segment, the log begins anew there. Resolves
   * with whether anything was cut.
   */
  truncateTo(offset: number): Promise<boolean> {
    return truncateLog(this.log, offset);
  }

  /** Forgets producers that have not written for `producer.id.expiration.ms`. */
  expireProducers(): void {
    const { producers, environment, config } = this.log;
    producers.states.expire(environment.clock.now(), config.producerIdExpirationMs);
  }

  /**
   * Keeps the segments readable as they are when this resolves, until the function that it resolves with is called: their files are deleted later than they would
   * be, and a cleaning waits before it replaces any.
   */
  async hold(): Promise<() => void> {
    this.log.checkOpen();
    const release = this.holds.take();
    await this.replacement.settled;
    return release;
  }

  /** For the cleaner, and for whoever holds the log: bytes of a segment, as they are stored. */
  readSegment(segment: Segment, position: number, length: number): Promise<Uint8Array> {
    return this.log.asKafkaError(this.log.storage.read(segment.file, position, length));
  }

  /**
   * For the cleaner: puts `cleaned` in the place of the segments `old`, which follow each other. Resolves when that is durable. Rejects, with nothing
   * changed, if one of them has gone in the meantime.
   */
  replaceSegments(old: readonly Segment[], cleaned: CleanedSegment): Promise<void> {
    return this.replacement.replace(old, cleaned);
  }

  /** For the cleaner: everything before `offset` is clean. */
  async cleanedTo(offset: number): Promise<void> {
    const { log } = this;
    log.checkOpen();
    const before = log.state();
    log.cleanedTo = offset;
    await log.submit([log.checkpoint()], { durability: 'relaxed', before });
  }

  /** Refuses every later call. Resolves when what was appended before is durable or has failed. */
  async close(): Promise<void> {
    const { log } = this;
    if (log.closedBecause === undefined) {
      log.active.seal();
      const gone = log.deletions(this.deleted.take());
      log.recoveryPoint = log.logEndOffset;
      void log.submit([...gone, ...log.anchored()], { durability: 'strict' });
      log.closedBecause = new KafkaError('KAFKA_STORAGE_ERROR', `The log of ${partitionFolder(this)} is closed.`);
    }
    await log.settled();
  }

  /** Removes the log and closes it; what was appended before is on its way still. Resolves when it is gone. */
  delete(): Promise<void> {
    const { log } = this;
    log.closedBecause ??= new KafkaError(
      'UNKNOWN_TOPIC_OR_PARTITION',
      `${partitionFolder(this)} has been deleted. Ask for metadata again.`,
    );
    const writes: StorageWrite[] = [
      ...log.deletions(this.deleted.take()),
      ...log.deletions(log.segments.map(({ baseOffset }) => baseOffset)),
      ...log.producers.forget(() => true),
      { kind: 'delete-blob', name: checkpointBlob(this) },
      { kind: 'delete-blob', name: leaderEpochBlob(this) },
      { kind: 'delete-blob', name: partitionMetadataBlob(this) },
    ];
    return log.submit(writes, { durability: 'strict' });
  }

  /** Space is needed: the files of deleted segments go now, without waiting for their time, unless somebody reads them. */
  releaseDeleted(): void {
    this.deleted.release();
  }

  private deleteOldest(count: number, reason: SegmentDeletionReason): Promise<void> {
    const { log } = this;
    const before = log.state(true);
    const writes = count === log.segments.length ? log.rollAt(log.logEndOffset) : [];
    const gone = log.segments.splice(0, count);
    const { fileDeleteDelayMs } = log.config;
    const bases = new Set(gone.map(({ baseOffset }) => baseOffset));
    const snapshots = log.producers.forget((offset) => bases.has(offset));
    const first = log.segments[0] as Segment;
    if (first.baseOffset > log.logStartOffset) {
      log.moveStart(first.baseOffset, reason);
      log.startOfFirstBatch = first.firstBatchOffset;
    }
    log.environment.tracer.emit({
      kind: 'segments-deleted',
      topic: this.topic,
      partition: this.partition,
      baseOffsets: [...bases],
      reason,
    });
    const told = [...writes, ...snapshots, epochWrite(log, log.epochs), ...log.anchored()];
    const isAtOnce = fileDeleteDelayMs === 0 && !this.holds.isHeld;
    if (!isAtOnce) this.deleted.removeAfter(fileDeleteDelayMs, bases);
    // The files go only when nothing tells of them any more: a crash must never find some of them gone and all of them told of.
    const durable = log.submit(told, { durability: 'strict', before, undo: [() => this.deleted.bringBack(bases)] });
    if (!isAtOnce) return durable;
    const deletion = durable.then(() => {
      const go = async () => {
        if (log.closedBecause === undefined) await this.removeFiles(bases);
      };
      return this.holds.isHeld ? this.holds.whenFree(() => void go()) : go();
    });
    deletion.catch(() => undefined);
    return deletion;
  }

  private removeFiles(baseOffsets: Iterable<number>): Promise<void> {
    return this.log.submit(this.log.deletions(baseOffsets), { durability: 'relaxed' });
  }

  private async endFor(isolation: ReadIsolation): Promise<number> {
    if (isolation === 'log-end') return this.logEndOffset;
    const { highWatermark } = this.log;
    if (!highWatermark.isExact) await highWatermark.settle((offset) => this.log.batchAt(offset));
    return isolation === 'committed' ? this.lastStableOffset : highWatermark.offset;
  }

  private checkRange(fromOffset: number): void {
    if (fromOffset > this.logEndOffset)
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `Received request for offset ${fromOffset} for partition ${partitionFolder(this)}, but we only have log segments upto ${this.logEndOffset}.`,
      );
    if (fromOffset < this.logStartOffset)
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `Received request for offset ${fromOffset} for partition ${partitionFolder(this)}, but we only have log segments starting from offset: ${this.logStartOffset}.`,
      );
  }
}

/** Kafka's `PartitionMetadataFile`. */
function metadataWrite(partition: TopicPartition, topicId: string): StorageWrite {
  const bytes = new TextEncoder().encode(`version: 0\ntopic_id: ${topicId}`);
  return { kind: 'put-blob', name: partitionMetadataBlob(partition), bytes };
}
