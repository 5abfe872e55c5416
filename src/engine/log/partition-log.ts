import type { Durability, Storage, StorageWrite } from '../environment/storage.js';
import type { Environment } from '../environment/trace-events.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { stampBatch, type BatchHeader } from '../protocol/record-batch.js';
import { checkedBatches } from './batch-check.js';
import { leaderEpochBlob, partitionFolder, segmentFile, type TopicPartition } from './file-names.js';
import type { CommitOwner, GroupCommit } from './group-commit.js';
import type { LeaderEpochs } from './leader-epochs.js';
import { defaultLogConfig, type LogConfig } from './log-config.js';
import { LogReader, type ReadLimits, type TimestampedOffset } from './log-reader.js';
import { openLog, type OpenedLog } from './log-opening.js';
import { Segment, type SegmentState } from './segment.js';
import { TailCache } from './tail-cache.js';

export interface PartitionLogOptions extends TopicPartition {
  readonly environment: Environment;
  readonly storage: Storage;
  readonly groupCommit: GroupCommit;
  /** Kafka's defaults where absent. */
  readonly config?: Partial<LogConfig>;
  /** The epoch in which this leader writes, later than all before it; the latest plus 1 if absent. */
  readonly leaderEpoch?: number;
}

export interface AppendOptions {
  /** `strict` if somebody waits for it to survive the loss of power (acks=all). */
  readonly durability: Durability;
  /** The trace event that brought the append about. */
  readonly cause?: string;
}

export interface AppendResult {
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** Resolves when the batches are durable; the high watermark is beyond them then. Rejects with KAFKA_STORAGE_ERROR if they never will be. May be left alone. */
  readonly durable: Promise<void>;
}

/** Writes that were handed to the group commit, and what the log was before them. */
interface Pending {
  readonly endOffset: number;
  readonly before: LogState;
  readonly cause: string | undefined;
  readonly resolve: () => void;
  readonly reject: (error: KafkaError) => void;
}

interface LogState {
  readonly segments: number;
  readonly active: SegmentState;
}

/**
 * The log of one partition. Appends take effect at once and in sequence; readers see them when they are durable: the high watermark is the end of what is.
 * If a commit fails, the log is again what is durable, and all that was appended since is refused.
 */
export class PartitionLog implements CommitOwner {
  readonly topic: string;
  readonly partition: number;
  /** The epoch in which this log writes. */
  readonly leaderEpoch: number;
  private readonly environment: Environment;
  private readonly groupCommit: GroupCommit;
  private readonly config: LogConfig;
  private readonly segments: Segment[];
  private readonly epochs: LeaderEpochs;
  private readonly cache: TailCache;
  private readonly reader: LogReader;
  private readonly pending: Pending[] = [];
  private readonly listeners = new Set<(highWatermark: number) => void>();
  private durableEnd: number;
  private closedBecause: KafkaError | undefined;

  private constructor(options: PartitionLogOptions, config: LogConfig, opened: OpenedLog) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.environment = options.environment;
    this.groupCommit = options.groupCommit;
    this.config = config;
    this.segments = [...opened.segments];
    this.epochs = opened.epochs;
    this.leaderEpoch = opened.epochs.latest;
    this.durableEnd = this.active.nextOffset;
    this.cache = new TailCache(config.tailCacheBytes);
    this.reader = new LogReader(options.storage, this.segments, this.cache, config.indexIntervalBytes);
  }

  /**
   * Opens the log, or begins it if nothing is stored. Reads all of it: a torn or corrupt tail is cut, the repair and the new leader epoch are durable
   * when this resolves, and a `log-recovered` event says what was found.
   */
  static async open(options: PartitionLogOptions): Promise<PartitionLog> {
    const config = { ...defaultLogConfig, ...options.config };
    const opened = await openLog(options, config.indexIntervalBytes);
    const log = new PartitionLog(options, config, opened);
    await log.submit(opened.writes, 'strict', undefined);
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

  /** The first offset there is. */
  get logStartOffset(): number {
    return (this.segments[0] as Segment).baseOffset;
  }

  /** The end of what is durable: readers see the offsets before it. Never falls. */
  get highWatermark(): number {
    return this.durableEnd;
  }

  /** The offset that the next record gets. Falls back to the high watermark when a commit fails. */
  get logEndOffset(): number {
    return this.active.nextOffset;
  }

  /**
   * Appends one or more whole batches: they get the next offsets and this leader's epoch, in place. The log keeps the bytes: leave them as they are from
   * here on. Throws CORRUPT_MESSAGE, INVALID_RECORD or RECORD_LIST_TOO_LARGE for what can't be appended, KAFKA_STORAGE_ERROR once closed; then nothing has changed.
   */
  append(batches: Uint8Array, { durability, cause }: AppendOptions): AppendResult {
    this.checkOpen();
    const headers = checkedBatches(batches, partitionFolder(this));
    if (batches.length > this.config.segmentBytes) {
      throw new KafkaError(
        'RECORD_LIST_TOO_LARGE',
        `${batches.length} bytes were appended to ${partitionFolder(this)} at once, but its segments hold ${this.config.segmentBytes}. Send smaller batches.`,
      );
    }
    const before = this.state;
    const writes = this.rollIfFull(batches.length);
    const segment = this.active;
    const baseOffset = segment.nextOffset;
    const modifiedAt = this.environment.clock.now();
    writes.push({ kind: 'append', file: segment.file, position: segment.size, bytes: batches, modifiedAt });
    this.place(batches, headers);
    const lastOffset = segment.nextOffset - 1;
    const durable = this.submit(writes, writes.length > 1 ? 'strict' : durability, cause, before);
    this.environment.tracer.emit({
      kind: 'batch-appended',
      id: `append:${this.topic}-${this.partition}@${baseOffset}`,
      ...(cause !== undefined && { cause }),
      topic: this.topic,
      partition: this.partition,
      baseOffset,
      lastOffset,
      bytes: batches.length,
      segment: segment.baseOffset,
    });
    return { baseOffset, lastOffset, durable };
  }

  /**
   * Whole batches from the one that holds `fromOffset` on, which may begin before it; at most `maxBytes`, and none that ends beyond the high watermark (or
   * `upTo`). The bytes are the caller's own. A read ends with its segment; no bytes mean that there is nothing, or that the first batch is too large.
   * Rejects with OFFSET_OUT_OF_RANGE outside of log start and log end, with KAFKA_STORAGE_ERROR if the storage fails.
   */
  async read(fromOffset: number, maxBytes: number, limits: ReadLimits = {}): Promise<Uint8Array> {
    this.checkOpen();
    if (fromOffset < this.logStartOffset || fromOffset > this.logEndOffset) {
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `Offset ${fromOffset} of ${partitionFolder(this)} was asked for, but the log holds offsets ${this.logStartOffset} to ${this.logEndOffset}.`,
      );
    }
    const { minOneMessage = false, upTo = this.durableEnd } = limits;
    return this.asKafkaError(this.reader.read({ fromOffset, maxBytes, minOneMessage, upTo }, this.durableEnd));
  }

  /**
   * The first record with this timestamp or a later one, below the high watermark; undefined if there is none. Looks for it as Kafka does: in the first
   * segment that has such a timestamp.
   */
  async offsetForTimestamp(timestamp: number): Promise<TimestampedOffset | undefined> {
    this.checkOpen();
    return this.withEpoch(this.reader.offsetForTimestamp(timestamp, this.durableEnd));
  }

  /** The first of the records with the largest timestamp, below the high watermark; undefined if no record has a timestamp. */
  async offsetOfLargestTimestamp(): Promise<TimestampedOffset | undefined> {
    this.checkOpen();
    return this.withEpoch(this.reader.offsetOfLargestTimestamp(this.durableEnd));
  }

  /** The leader epoch in which `offset` was written, -1 if that is not known. */
  leaderEpochFor(offset: number): number {
    return this.epochs.epochFor(offset);
  }

  /** Calls `listener` after each advance of the high watermark, until the function that this returns is called. */
  onHighWatermark(listener: (highWatermark: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Refuses every later call. Resolves when what was appended before is durable or has failed. */
  async close(): Promise<void> {
    this.closedBecause ??= new KafkaError('KAFKA_STORAGE_ERROR', `The log of ${partitionFolder(this)} is closed.`);
    await this.groupCommit.settled();
  }

  /** Removes the log and closes it; what was appended before is on its way still. Resolves when it is gone. */
  delete(): Promise<void> {
    this.closedBecause ??= new KafkaError(
      'UNKNOWN_TOPIC_OR_PARTITION',
      `${partitionFolder(this)} has been deleted. Ask for metadata again.`,
    );
    const deletions = this.segments.map(({ file }): StorageWrite => ({ kind: 'delete', file }));
    return this.submit([...deletions, { kind: 'delete-blob', name: leaderEpochBlob(this) }], 'strict', undefined);
  }

  /** For the group commit. */
  committed(count: number): void {
    const settled = this.pending.splice(0, count);
    const last = settled.at(-1);
    if (last !== undefined) this.advanceHighWatermark(last.endOffset, last.cause);
    for (const { resolve } of settled) resolve();
  }

  /** For the group commit: takes the log back to what is durable. */
  failed(error: unknown): void {
    const refused = this.pending.splice(0);
    const first = refused[0];
    if (first !== undefined) this.restore(first.before);
    for (const { reject } of refused) reject(this.storageError(error));
  }

  private get active(): Segment {
    return this.segments.at(-1) as Segment;
  }

  private get state(): LogState {
    return { segments: this.segments.length, active: this.active.state };
  }

  private restore(state: LogState): void {
    this.segments.length = state.segments;
    this.active.restore(state.active);
    this.cache.truncate(this.logEndOffset);
  }

  private submit(
    writes: readonly StorageWrite[],
    durability: Durability,
    cause: string | undefined,
    before: LogState = this.state,
  ): Promise<void> {
    const durable = new Promise<void>((resolve, reject) => {
      this.pending.push({ endOffset: this.logEndOffset, before, cause, resolve, reject });
    });
    // Whoever does not wait (acks=0) need not handle the failure.
    durable.catch(() => undefined);
    this.groupCommit.submit(this, writes, durability);
    return durable;
  }

  /**
   * Begins a new segment if the active one has no room. The old one must never lose its end while the new one stands: an append of nothing, in a strict
   * commit, makes it durable first.
   */
  private rollIfFull(incomingBytes: number): StorageWrite[] {
    const full = this.active;
    if (full.size <= this.config.segmentBytes - incomingBytes) return [];
    const baseOffset = full.nextOffset;
    this.segments.push(new Segment(segmentFile(this, baseOffset), baseOffset));
    this.environment.tracer.emit({
      kind: 'segment-rolled',
      topic: this.topic,
      partition: this.partition,
      baseOffset,
    });
    const modifiedAt = this.environment.clock.now();
    return [{ kind: 'append', file: full.file, position: full.size, bytes: new Uint8Array(0), modifiedAt }];
  }

  /** Gives the batches their offsets and takes them into the active segment and the cache. */
  private place(batches: Uint8Array, headers: readonly BatchHeader[]): void {
    const baseOffset = this.logEndOffset;
    for (const header of headers) {
      const placed = this.logEndOffset;
      stampBatch(batches, header.position, { baseOffset: placed, leaderEpoch: this.leaderEpoch });
      const lastOffset = placed + header.lastOffsetDelta;
      this.active.add({ ...header, baseOffset: placed, lastOffset }, this.config.indexIntervalBytes);
    }
    this.cache.add({ baseOffset, nextOffset: this.logEndOffset, bytes: batches });
  }

  private advanceHighWatermark(highWatermark: number, cause: string | undefined): void {
    if (highWatermark <= this.durableEnd) return;
    this.durableEnd = highWatermark;
    this.cache.evict(highWatermark);
    this.environment.tracer.emit({
      kind: 'high-watermark-advanced',
      ...(cause !== undefined && { cause }),
      topic: this.topic,
      partition: this.partition,
      highWatermark,
    });
    for (const listener of [...this.listeners]) listener(highWatermark);
  }

  private checkOpen(): void {
    if (this.closedBecause !== undefined) throw this.closedBecause;
  }

  private async withEpoch(
    found: Promise<Omit<TimestampedOffset, 'leaderEpoch'> | undefined>,
  ): Promise<TimestampedOffset | undefined> {
    const position = await this.asKafkaError(found);
    return position && { ...position, leaderEpoch: this.epochs.epochFor(position.offset) };
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
