import type { Durability, StorageWrite, WriteNeed } from '../environment/storage.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { batchesIn, decodeRecords, stampBatch, type BatchHeader } from '../protocol/record-batch.js';
import { validateBatches, type ValidatedBatches } from './batch-validation.js';
import { partitionFolder } from './file-names.js';
import type { LocalLog, LogState } from './local-log.js';
import { epochWrite } from './log-writes.js';
import { controlMarker } from './producers/control-marker.js';
import type { AppendOrigin } from './producers/producer-checks.js';
import type { ProducedBatch } from './producers/producer-entry.js';

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

/** Takes batches into a log: what they must be, the offsets that they get, and what is known of their producers. */
export class LogAppender {
  constructor(
    private readonly log: LocalLog,
    private readonly leaderEpoch: number,
  ) {}

  /** Batches of a client or a coordinator: they get the next offsets and the leader's epoch, in place. */
  append(batches: Uint8Array, options: AppendOptions): AppendResult {
    const { log } = this;
    log.checkOpen();
    const validated = validateBatches(batches, {
      config: log.config,
      origin: options.origin === 'coordinator' ? 'coordinator' : 'client',
      now: log.environment.clock.now(),
      topicPartition: partitionFolder(log),
      ...(options.requestVersion !== undefined && { requestVersion: options.requestVersion }),
    });
    if (validated.headers.length === 0) return nothingAppended;
    const leaderEpoch = options.leaderEpoch ?? Math.max(this.leaderEpoch, 0);
    let next = log.logEndOffset;
    const placed = validated.headers.map((header) => {
      stampBatch(validated.bytes, header.position, { baseOffset: next, leaderEpoch });
      const at = next;
      next += header.lastOffsetDelta + 1;
      return { ...header, baseOffset: at, lastOffset: next - 1, partitionLeaderEpoch: leaderEpoch };
    });
    return this.appendPlaced({ ...validated, headers: placed }, options);
  }

  /** Batches that a leader has given their offsets and epochs. */
  appendAsFollower(batches: Uint8Array, options: Omit<AppendOptions, 'origin'>): AppendResult {
    const { log } = this;
    log.checkOpen();
    const headers = [...batchesIn(batches)].map(({ header }) => header);
    const [first, last] = [headers[0], headers.at(-1)];
    if (first === undefined || last === undefined) return nothingAppended;
    if (first.baseOffset < log.logEndOffset)
      throw new KafkaError(
        'UNKNOWN_SERVER_ERROR',
        `Unexpected offset in append to ${partitionFolder(log)}. First offset ${first.baseOffset} is less than the next offset ${log.logEndOffset}. First 10 offsets in append: ${headers
          .flatMap((header) => [...decodeRecords(batches, header)].map(({ offset }) => offset))
          .slice(0, 10)
          .join(', ')}, last offset in append: ${last.lastOffset}. Log start offset = ${log.logStartOffset}`,
      );
    const maxTimestamp = Math.max(...headers.map((header) => header.maxTimestamp));
    const bytes = batches.subarray(0, last.position + last.sizeInBytes);
    return this.appendPlaced(
      { bytes, headers, maxTimestamp, logAppendTime: -1 },
      { ...options, origin: 'replication' },
    );
  }

  private appendPlaced(validated: ValidatedBatches, options: AppendOptions): AppendResult {
    const { log } = this;
    const { bytes, headers, maxTimestamp } = validated;
    const { durability, cause, origin = 'client', transactionVersion } = options;
    const before = log.state();
    const writes: StorageWrite[] = [];
    const knownEpochs = log.epochs.all;
    for (const header of headers)
      if (header.partitionLeaderEpoch >= 0) log.epochs.assign(header.partitionLeaderEpoch, header.baseOffset);
    if (log.epochs.all !== knownEpochs) writes.push(epochWrite(log, log.epochs));
    const undo: (() => void)[] = [];
    let duplicate: ProducedBatch | undefined;
    try {
      if (bytes.length > log.config.segmentBytes)
        throw new KafkaError(
          'RECORD_LIST_TOO_LARGE',
          `Message batch size is ${bytes.length} bytes in append to partition ${partitionFolder(log)}, which exceeds the maximum configured segment size of ${log.config.segmentBytes}.`,
        );
      const lastOffset = (headers.at(-1) as BatchHeader).lastOffset;
      if (log.mustRollFor({ sizeInBytes: bytes.length, maxTimestamp, lastOffset }))
        writes.push(...log.rollAt(Math.max((headers[0] as BatchHeader).baseOffset, log.logEndOffset)));
      duplicate = this.takeIn(bytes, headers, origin, transactionVersion, undo);
    } catch (error) {
      for (const back of undo.reverse()) back();
      if (writes.length > 0) void log.submit(writes, { durability: 'strict', cause, before });
      throw error;
    }
    if (duplicate !== undefined) {
      // The first one may be on its way still.
      const durable = log.submit(writes, { durability: writes.length > 0 ? 'strict' : durability, cause, before });
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
    const { states } = this.log.producers;
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
      const { active } = this.log;
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
    const { log } = this;
    const { cause, writes, before, undo, need } = commit;
    const segment = log.active;
    const durability = writes.length > 0 ? 'strict' : commit.durability;
    const { baseOffset, partitionLeaderEpoch, producerId, producerEpoch, baseSequence } = headers[0] as BatchHeader;
    const modifiedAt = log.environment.clock.now();
    if (log.isAnchorDue) writes.push(...log.anchored());
    const position = segment.size;
    writes.push({ kind: 'append', file: segment.file, position, bytes, modifiedAt });
    segment.append(headers, modifiedAt);
    log.logEndOffset = segment.nextOffset;
    const lastOffset = log.logEndOffset - 1;
    log.cache.add({ baseOffset, nextOffset: log.logEndOffset, position, bytes });
    const durable = log.submit(writes, { durability, cause, before, undo, need });
    log.environment.tracer.emit({
      kind: 'batch-appended',
      id: `append:${log.topic}-${log.partition}@${baseOffset}`,
      ...(cause !== undefined && { cause }),
      topic: log.topic,
      partition: log.partition,
      baseOffset,
      lastOffset,
      bytes: bytes.length,
      segment: segment.baseOffset,
      leaderEpoch: partitionLeaderEpoch,
      ...(producerId >= 0 && { producer: { id: producerId, epoch: producerEpoch, baseSequence } }),
    });
    return { baseOffset, lastOffset, maxTimestamp, logAppendTime, isDuplicate: false, durable };
  }
}

const nothingAppended: AppendResult = {
  baseOffset: -1,
  lastOffset: -1,
  maxTimestamp: -1,
  logAppendTime: -1,
  isDuplicate: false,
  durable: Promise.resolve(),
};
