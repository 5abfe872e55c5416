import { expect } from 'vitest';
import { BrokerSettings } from '../../../src/engine/broker/broker-config.js';
import { topicSettings } from '../../../src/engine/broker/topic-config.js';
import { MemoryDisk } from '../../../src/engine/environment/memory-disk.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import type { StorageWrite } from '../../../src/engine/environment/storage.js';
import type { Environment } from '../../../src/engine/environment/trace-events.js';
import { checkStore } from '../../../src/engine/fsck/fsck.js';
import { readMemoryDisk } from '../../../src/engine/fsck/memory-disk-reader.js';
import { cleanDirtiest, type CleanerTurn } from '../../../src/engine/log/cleaner/log-cleaner.js';
import { parseSegmentFile } from '../../../src/engine/log/file-names.js';
import { GroupCommit } from '../../../src/engine/log/group-commit.js';
import { InvalidRecordsError } from '../../../src/engine/log/invalid-records-error.js';
import type { LogConfig } from '../../../src/engine/log/log-config.js';
import type { KnownRecovery } from '../../../src/engine/log/log-opening.js';
import { PartitionLog } from '../../../src/engine/log/partition-log.js';
import { lastSequenceOf } from '../../../src/engine/log/producers/producer-entry.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import { batchesIn } from '../../../src/engine/protocol/record-batch.js';
import { bytesOf } from '../protocol/golden.js';
import { describedBatches } from './described-batches.js';
import { tracedEnvironment } from './log-builder.js';
import { emptyState, stateAfter, type Script, type State, type Step, type WholeState } from './script.js';
import { VirtualTime } from './virtual-time.js';

/** When every script begins. */
const epoch = 1_700_000_000_000;

const isolations = {
  LOG_END: 'log-end',
  HIGH_WATERMARK: 'high-watermark',
  TXN_COMMITTED: 'committed',
} as const;

/** Scripts in which bytes are damaged that the log believes, as Kafka does: outside the checksum, or in segments that are not read again. */
const believedDamages = new Set(['crash-flip-in-magic', 'crash-flip-in-base-offset', 'crash-old-segment-not-checked']);

type Args = Readonly<Record<string, unknown>>;
type Answer = Record<string, unknown>;

/** Plays a script on our log, over plain files, and compares what comes of every step with what Kafka did. */
export class ScriptPlayer {
  private readonly disk = new MemoryDisk();
  private readonly time = new VirtualTime(epoch);
  private readonly environment: Environment = { ...tracedEnvironment(this.time.clock), timers: this.time.timers };
  private storage = new MemoryStorage({ disk: this.disk });
  private groupCommit = new GroupCommit(this.storage);
  private config: Readonly<Record<string, string>>;
  private log!: PartitionLog;
  private expected: WholeState = emptyState;

  constructor(private readonly script: Script) {
    this.config = script.config;
  }

  /** Throws at the first step that comes out otherwise. `until`: the step to stop before. */
  async play(until = Infinity): Promise<void> {
    await this.open(undefined);
    this.time.every(this.script.server?.['producer.id.expiration.check.interval.ms'] ?? 600_000, () =>
      this.log.expireProducers(),
    );
    for (const [at, step] of this.script.steps.entries()) {
      if (at >= until) return;
      const name = `step ${at} (${step.op})`;
      await this.compareResult(step, name);
      await this.compareState(step.state, name);
      if (step.op === 'reopen') await this.checkDisk(name);
    }
    if (until === Infinity) await this.compareState(this.script.final, 'the end');
    await this.checkDisk('the end');
  }

  private async open(recovery: KnownRecovery | undefined): Promise<void> {
    this.log = await PartitionLog.open({
      environment: this.environment,
      storage: this.storage,
      groupCommit: this.groupCommit,
      topic: 't',
      partition: 0,
      config: this.logConfig,
      leaderEpoch: null,
      highWatermark: 'caller',
      ...(recovery !== undefined && { recovery }),
    });
  }

  private get logConfig(): LogConfig {
    const settings = topicSettings(new Map(Object.entries(this.config)), new BrokerSettings('kafka'));
    const producerIdExpirationMs = this.script.server?.['producer.id.expiration.ms'] ?? 86_400_000;
    return { ...settings, producerIdExpirationMs, tailCacheBytes: 0 };
  }

  private async compareResult(step: Step, name: string): Promise<void> {
    const answer = await this.carryOut(step).catch((error: unknown): Answer => ({ error: described(error) }));
    // Reads of ours end with a whole batch.
    const unshared = new Set(['bytes', 'from', 'firstEntryIncomplete', 'files']);
    const wanted: Answer = Object.fromEntries(
      Object.entries(step.result ?? {}).filter(([field]) => !unshared.has(field)),
    );
    if (step.result?.error !== undefined) {
      const { code, message, recordErrors } = step.result.error;
      wanted['error'] = { code, message, ...(recordErrors !== undefined && { recordErrors }) };
    }
    expect(this.comparable(answer), name).toEqual(this.comparable(wanted));
  }

  /** What lies on the disk holds together, unless Kafka believes damage there, or batches were copied with gaps. */
  private async checkDisk(name: string): Promise<void> {
    const isCopied = this.script.steps.some(({ args }) => args?.['origin'] === 'follower');
    if (isCopied || believedDamages.has(this.script.name)) return;
    await this.groupCommit.settled();
    const { findings } = await checkStore(readMemoryDisk(this.disk));
    expect(
      findings.filter(({ severity }) => severity === 'corrupt'),
      `fsck after ${name}`,
    ).toEqual([]);
  }

  private async carryOut({ op, args = {}, now }: Step): Promise<Answer> {
    switch (op) {
      case 'append':
        return this.append(args);
      case 'advance':
        await this.time.advance(args['ms'] as number);
        expect(this.time.now).toBe(now);
        return {};
      case 'highWatermark':
        return { highWatermark: this.log.updateHighWatermark(args['offset'] as number) };
      case 'retention':
        return this.retention();
      case 'deleteRecords':
        return { moved: await this.log.deleteRecords(args['offset'] as number) };
      case 'roll':
        return { baseOffset: this.log.roll() };
      case 'flush':
        await this.log.flush();
        return { recoveryPoint: this.log.recoveryPoint };
      case 'truncateTo':
        return { truncated: await this.log.truncateTo(args['offset'] as number) };
      case 'alterConfig':
        this.config = { ...this.config, ...mapValues(args, String) };
        this.log.updateConfig(this.logConfig);
        return {};
      case 'clean':
        return this.clean();
      case 'reopen':
        return this.reopen(args);
      case 'read':
        return this.read(args);
      case 'offsetForTimestamp':
        return this.offsetForTimestamp(args['timestamp'] as number);
      default:
        throw new Error(`The player knows no operation '${op}'.`);
    }
  }

  private async append(args: Args): Promise<Answer> {
    const bytes = bytesOf(args['batch'] as string);
    const leaderEpoch = (args['leaderEpoch'] as number | undefined) ?? 0;
    const end = this.log.logEndOffset;
    const result =
      args['origin'] === 'follower'
        ? this.log.appendAsFollower(bytes, { durability: 'strict' })
        : this.log.append(bytes, {
            durability: 'strict',
            leaderEpoch,
            origin: args['origin'] === 'coordinator' ? 'coordinator' : 'client',
            ...('transactionVersion' in args && { transactionVersion: args['transactionVersion'] as number }),
          });
    await result.durable;
    if (args['keepHighWatermark'] !== true) this.log.updateHighWatermark(this.log.logEndOffset);
    const { baseOffset, lastOffset, maxTimestamp, logAppendTime } = result;
    return {
      firstOffset: baseOffset,
      lastOffset,
      maxTimestamp,
      ...(logAppendTime >= 0 && { logAppendTime }),
      ...(this.log.logEndOffset === end && { [baseOffset < 0 ? 'nothing' : 'duplicate']: true }),
    };
  }

  private async retention(): Promise<Answer> {
    const { count, durable } = this.log.deleteOldSegments();
    await durable;
    return { deleted: count, segmentsLeft: this.log.segments.length, logStartOffset: this.log.logStartOffset };
  }

  private async clean(): Promise<Answer> {
    if (!this.log.config.isCompacted) return { selected: false, reason: 'not compacted' };
    const dedupeBufferBytes = this.script.server?.['log.cleaner.dedupe.buffer.size'] ?? 1024 * 1024;
    const turn: CleanerTurn = await cleanDirtiest([this.log], { dedupeBufferBytes, now: () => this.time.now });
    const [look] = turn.looks;
    if (look === undefined) throw new Error('The cleaner did not look at the log.');
    const { cleaned } = turn;
    const deleted = this.log.deleteOldSegments();
    await deleted.durable;
    return {
      selected: cleaned !== undefined,
      checkpoint: look.checkpoint ?? null,
      firstDirtyOffset: look.firstDirtyOffset,
      firstUncleanableOffset: look.firstUncleanableOffset,
      cleanBytes: look.cleanBytes,
      cleanableBytes: look.cleanableBytes,
      cleanableRatio: look.cleanableRatio ?? null,
      ...(look.mustCompactNow && { mustCompactNow: true }),
      ...(cleaned !== undefined && {
        cleanedTo: cleaned.endOffset,
        recordsRead: cleaned.recordsRead,
        recordsKept: cleaned.recordsKept,
        ...(cleaned.recordsWithoutKey > 0 && { recordsWithoutKey: cleaned.recordsWithoutKey }),
      }),
      deletedSegments: deleted.count,
    };
  }

  private async reopen(args: Args): Promise<Answer> {
    const isClean = args['clean'] === true;
    this.time.clear();
    if (isClean) await this.log.close();
    else await this.groupCommit.settled();
    const damages = (args['damage'] as readonly Args[] | undefined) ?? [];
    this.storage = new MemoryStorage({ disk: this.disk });
    this.groupCommit = new GroupCommit(this.storage);
    for (const damage of damages) await this.storage.commit([await this.damageOf(damage)], 'strict');
    await this.open({
      isClean,
      recoveryPoint: args['recoveryPointCheckpoint'] as number,
      logStartOffset: args['logStartOffsetCheckpoint'] as number,
    });
    this.time.every(this.script.server?.['producer.id.expiration.check.interval.ms'] ?? 600_000, () =>
      this.log.expireProducers(),
    );
    return {};
  }

  /** A write that does to a file what happened to it while the broker was down. */
  private async damageOf(damage: Args): Promise<StorageWrite> {
    const name = `t-0/${damage['file'] as string}`;
    if (!name.endsWith('.log')) return { kind: 'delete-blob', name };
    if (damage['kind'] === 'delete') return { kind: 'delete', file: name };
    const file = (await this.storage.files()).find((each) => each.name === name);
    if (file === undefined) throw new Error(`There is no file ${name} to be damaged.`);
    const bytes = await this.storage.read(name, 0, file.size);
    const { modifiedAt } = file;
    const at = this.placeOf(damage, file.size);
    if (damage['kind'] === 'cut') return { kind: 'truncate', file: name, size: at, modifiedAt };
    if (damage['kind'] === 'append')
      return { kind: 'append', file: name, position: at, bytes: bytesOf(damage['hex'] as string), modifiedAt };
    bytes[at] = (bytes[at] as number) ^ (damage['was'] as number) ^ (damage['is'] as number);
    return { kind: 'replace', file: name, bytes, modifiedAt };
  }

  /** Where a damage lies. Another compressor's file has another length: then its end counts. */
  private placeOf(damage: Args, size: number): number {
    const at = damage['at'] as number;
    if (this.script.codecDependent !== true) return at;
    if (damage['kind'] === 'append') return size;
    return damage['kind'] === 'cut' ? Math.max(size - (damage['bytes'] as number), 0) : Math.min(at, size - 1);
  }

  private async read(args: Args): Promise<Answer> {
    const isolation = isolations[args['isolation'] as keyof typeof isolations];
    const offset = args['offset'] as number;
    const minOneMessage = args['minOneMessage'] === true;
    const limits = { minOneMessage, isolation };
    const { records, abortedTransactions } = await this.log.fetch(offset, args['maxBytes'] as number, limits);
    return {
      batches: [...batchesIn(records)].map(({ header }) => [header.baseOffset, header.lastOffset]),
      ...(abortedTransactions !== undefined && {
        abortedTransactions: abortedTransactions.map(({ producerId, firstOffset }) => ({ producerId, firstOffset })),
      }),
    };
  }

  private async offsetForTimestamp(timestamp: number): Promise<Answer> {
    const { log } = this;
    const leaderEpoch = (offset: number) => {
      const found = log.leaderEpochFor(offset);
      return found < 0 ? null : found;
    };
    if (timestamp === -1)
      return { offset: log.logEndOffset, timestamp: -1, leaderEpoch: log.leaderEpochs.at(-1)?.epoch ?? null };
    if (timestamp === -2 || timestamp === -4)
      return { offset: log.logStartOffset, timestamp: -1, leaderEpoch: leaderEpoch(log.logStartOffset) };
    // Nothing is kept in another tier.
    if (timestamp === -5) return { offset: -1, timestamp: -1, leaderEpoch: -1 };
    const found =
      timestamp === -3
        ? await log.offsetOfLargestTimestamp('log-end')
        : await log.offsetForTimestamp(timestamp, 'log-end');
    return found === undefined
      ? { offset: null }
      : { ...found, leaderEpoch: found.leaderEpoch < 0 ? null : found.leaderEpoch };
  }

  private async compareState(change: State | undefined, name: string): Promise<void> {
    this.expected = stateAfter(this.expected, change);
    const { segments, ...rest } = this.expected;
    const { log } = this;
    expect(
      {
        logStartOffset: log.logStartOffset,
        highWatermark: log.highWatermark,
        lastStableOffset: log.lastStableOffset,
        logEndOffset: log.logEndOffset,
        recoveryPoint: log.recoveryPoint,
        leaderEpochs: log.leaderEpochs.map(({ epoch: each, startOffset }) => [each, startOffset]),
        producers: [...log.activeProducers].sort((a, b) => a.producerId - b.producerId).map(describedProducer),
      },
      name,
    ).toEqual(rest);
    const isListed = new Map(segments.map(({ baseOffset, batches }) => [baseOffset, batches !== undefined]));
    const described = await Promise.all(
      log.segments.map(async (segment) => this.describedSegment(segment, isListed.get(segment.baseOffset) ?? false)),
    );
    expect(this.comparable(described), name).toEqual(this.comparable(segments));
  }

  /** Another compressor makes other sizes: then these are left out, with what depends on them. */
  private comparable(found: unknown): unknown {
    if (this.script.codecDependent !== true) return found;
    const dependent = new Set(['sizeInBytes', 'crc', 'indexEntries', 'cleanBytes', 'cleanableBytes', 'cleanableRatio']);
    const withoutSizes = (key: string, value: unknown) => {
      if (key === 'message' && typeof value === 'string') return value.replace(/batch size is \d+/, 'batch size is …');
      return dependent.has(key) ? undefined : value;
    };
    return JSON.parse(JSON.stringify(found, withoutSizes));
  }

  private async describedSegment(segment: PartitionLog['segments'][number], withBatches: boolean): Promise<unknown> {
    const { baseOffset, nextOffset, size, largestTimestamp, modifiedAt, offsetIndex, timeIndex, file } = segment;
    const isActive = segment === this.log.segments.at(-1);
    return {
      baseOffset,
      nextOffset,
      sizeInBytes: size,
      largestTimestamp,
      ...(largestTimestamp < 0 && (size > 0 || !isActive) && { lastModified: modifiedAt }),
      indexEntries: [offsetIndex.length, timeIndex.length],
      ...(withBatches && { batches: describedBatches(await this.stored(file)) }),
    };
  }

  private async stored(name: string): Promise<Uint8Array> {
    await this.groupCommit.settled();
    const file = (await this.storage.files()).find((each) => each.name === name);
    expect(parseSegmentFile(name)).toBeDefined();
    return this.storage.read(name, 0, file?.size ?? 0);
  }
}

function describedProducer(entry: Parameters<typeof lastSequenceOf>[0]): unknown {
  const { producerId, epoch: producerEpoch, lastTimestamp, coordinatorEpoch, currentTransactionFirstOffset } = entry;
  return {
    producerId,
    epoch: producerEpoch,
    lastSequence: lastSequenceOf(entry),
    lastTimestamp,
    ...(coordinatorEpoch >= 0 && { coordinatorEpoch }),
    ...(currentTransactionFirstOffset !== undefined && { currentTxnFirstOffset: currentTransactionFirstOffset }),
  };
}

function described(error: unknown): unknown {
  if (!(error instanceof KafkaError)) throw error;
  const { code, message } = error;
  return {
    code,
    message,
    ...(error instanceof InvalidRecordsError && { recordErrors: error.recordErrors }),
  };
}

function mapValues<Value>(record: Args, change: (value: unknown) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
