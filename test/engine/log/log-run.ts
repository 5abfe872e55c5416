import { MemoryDisk, type Crash } from '../../../src/engine/environment/memory-disk.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import { StorageError, type Durability, type Storage } from '../../../src/engine/environment/storage.js';
import type { PartitionLog } from '../../../src/engine/log/partition-log.js';
import {
  batchesIn,
  decodeRecords,
  encodeBatch,
  type BatchHeader,
  type DecodedRecord,
} from '../../../src/engine/protocol/record-batch.js';
import { turnOfTheEventLoop } from './event-loop.js';
import { openOrders } from './log-builder.js';
import type { LogCommand } from './log-commands.js';

/** What the laws look at: a log, or one that breaks a rule on purpose. */
export type LogUnderTest = Pick<
  PartitionLog,
  'append' | 'read' | 'logStartOffset' | 'highWatermark' | 'logEndOffset' | 'leaderEpoch' | 'endOffsetForEpoch'
>;

/** How a run opens its log: mutants wrap the log or the storage. */
export interface Subject {
  readonly log?: (log: PartitionLog) => LogUnderTest;
  readonly storage?: (storage: Storage) => Storage;
  readonly disk?: (disk: MemoryDisk) => void;
  /** Where the log is kept; in memory if absent. */
  readonly place?: LogPlace;
}

/** Called before each commit, which waits for what it gives. */
export type Hold = () => Promise<void> | undefined;

/** Where a run keeps its log. */
export interface LogPlace {
  /** Opens it, and takes it from whoever has opened it before. */
  open(hold: Hold): Promise<Storage>;
  /** The process dies, or the power goes. */
  crash(crash: Crash, seed: string): void;
  /** Resolves when all has happened that can happen by itself. */
  settle(): Promise<void>;
}

class MemoryPlace implements LogPlace {
  private disk = new MemoryDisk();

  constructor(private readonly prepare: (disk: MemoryDisk) => void = () => undefined) {}

  async open(hold: Hold): Promise<Storage> {
    this.prepare(this.disk);
    return new MemoryStorage({ disk: this.disk, beforeCommit: hold });
  }

  crash(crash: Crash, seed: string): void {
    this.disk = this.disk.afterCrash(new SeededRandom(seed), crash);
  }

  settle(): Promise<void> {
    return turnOfTheEventLoop();
  }
}

/** An append as the one who made it knows it. Records are told by everything but their offset. */
export interface Attempt {
  readonly records: readonly string[];
  readonly durability: Durability;
  readonly endBefore: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  state: 'pending' | 'acknowledged' | 'failed';
}

export interface ReadBatch {
  readonly header: BatchHeader;
  readonly size: number;
  readonly records: readonly { readonly offset: number; readonly text: string }[];
}

/** What a law may object to, by throwing. */
export interface Law {
  appended?(attempt: Attempt, log: LogUnderTest): void;
  refused?(before: number, log: LogUnderTest): void;
  /** The log has answered the append, with `state`. */
  answered?(attempt: Attempt): void;
  read?(read: {
    readonly offset: number;
    readonly maxBytes: number;
    readonly minOneMessage: boolean;
    readonly highWatermark: number;
    readonly batches: readonly ReadBatch[];
    readonly expected: readonly string[];
  }): void;
  /** After every command. */
  stepped?(log: LogUnderTest): void;
  /** The log was opened again after a crash; `before` are the attempts that had not failed. */
  reopened?(found: {
    readonly log: LogUnderTest;
    readonly records: readonly string[];
    readonly attempts: readonly Attempt[];
    readonly crash: Crash;
    readonly epochBefore: number;
  }): void;
  /** Another has opened the log, and the one before has found out: what it had not been answered by then is in `attempts` still. */
  handedOver?(found: {
    readonly log: LogUnderTest;
    readonly records: readonly string[];
    readonly attempts: readonly Attempt[];
  }): void;
}

interface HeldCommit {
  readonly let: () => void;
  readonly fail: (error: StorageError) => void;
}

/** Small enough that every sequence rolls, evicts and looks up its index. */
const config = { segmentBytes: 700, indexIntervalBytes: 150, tailCacheBytes: 300 };

/** Runs the commands on a log over memory and tells the law of everything. */
export async function runLog(commands: readonly LogCommand[], law: Law, subject: Subject = {}): Promise<void> {
  const run = new LogRun(law, subject);
  await run.open();
  for (const command of commands) {
    await run.carryOut(command);
    law.stepped?.(run.log);
  }
  await run.carryOut({ kind: 'let-all-commits' });
  law.stepped?.(run.log);
  await run.readAll();
}

class LogRun {
  log!: LogUnderTest;
  private readonly place: LogPlace;
  private held: HeldCommit[] = [];
  private isHolding = false;
  private attempts: Attempt[] = [];
  /** What is believed to be at each offset. */
  private expected: string[] = [];
  private objection: unknown;

  constructor(
    private readonly law: Law,
    private readonly subject: Subject,
  ) {
    this.place = subject.place ?? new MemoryPlace(subject.disk);
  }

  async open(): Promise<void> {
    this.held = [];
    this.isHolding = false;
    const held = this.held;
    const opened = await this.place.open(() =>
      this.isHolding || held !== this.held
        ? new Promise<void>((resolve, reject) => held.push({ let: resolve, fail: reject }))
        : undefined,
    );
    const storage = this.subject.storage?.(opened) ?? opened;
    const log = await openOrders({ storage, config });
    this.log = this.subject.log?.(log) ?? log;
    this.isHolding = true;
  }

  async carryOut(command: LogCommand): Promise<void> {
    switch (command.kind) {
      case 'append':
        this.append(command);
        break;
      case 'append-damaged':
        this.appendDamaged(command);
        break;
      case 'read': {
        const { logStartOffset: start, logEndOffset: end } = this.log;
        await this.read(start + Math.round((end - start) * command.place), command.maxBytes, command.minOneMessage);
        break;
      }
      case 'let-commit':
        this.held.shift()?.let();
        break;
      case 'fail-commit':
        this.held.shift()?.fail(new StorageError('io', 'The disk stumbled.'));
        break;
      case 'let-all-commits':
        while (this.held.length > 0) {
          this.held.shift()?.let();
          await this.place.settle();
        }
        break;
      case 'hand-over':
        await this.handOver();
        break;
      case 'crash':
        await this.crash(command);
    }
    await this.place.settle();
    if (this.objection !== undefined) throw this.objection as Error;
  }

  /** Reads from every offset once, as far as one read goes. */
  async readAll(): Promise<void> {
    for (let offset = this.log.logStartOffset; offset < this.log.highWatermark; offset++)
      await this.read(offset, 200, true);
  }

  private append({ records: given, durability }: LogCommand & { kind: 'append' }): void {
    const bytes = encodeBatch({ records: given });
    const records = textsIn(bytes);
    const endBefore = this.log.logEndOffset;
    const { baseOffset, lastOffset, durable } = this.log.append(bytes, { durability });
    const attempt: Attempt = { records, durability, endBefore, baseOffset, lastOffset, state: 'pending' };
    this.attempts.push(attempt);
    this.expected.push(...records);
    const { log } = this;
    durable.then(
      () => {
        attempt.state = 'acknowledged';
        this.tellAnswered(attempt);
      },
      () => {
        attempt.state = 'failed';
        this.tellAnswered(attempt);
        // Of a log that has been handed over nothing is believed any more.
        if (log !== this.log) return;
        this.attempts = this.attempts.filter((other) => other !== attempt);
        this.expected.length = Math.min(this.expected.length, endBefore);
      },
    );
    this.law.appended?.(attempt, this.log);
  }

  /** Nobody waits for an answer: what the law objects to is thrown at the end of the command. */
  private tellAnswered(attempt: Attempt): void {
    try {
      this.law.answered?.(attempt);
    } catch (error) {
      this.objection ??= error;
    }
  }

  private appendDamaged({ records, place }: LogCommand & { kind: 'append-damaged' }): void {
    const bytes = encodeBatch({ records });
    const at = 21 + Math.min(Math.floor((bytes.length - 21) * place), bytes.length - 22);
    bytes[at] = (bytes[at] as number) ^ 4;
    const before = this.log.logEndOffset;
    try {
      this.log.append(bytes, { durability: 'strict' });
    } catch {
      this.law.refused?.(before, this.log);
      return;
    }
    throw new Error(`a batch with a flipped bit at byte ${at} was appended`);
  }

  private async read(offset: number, maxBytes: number, minOneMessage: boolean): Promise<void> {
    const { highWatermark } = this.log;
    const bytes = await this.log.read(offset, maxBytes, { minOneMessage });
    this.law.read?.({
      offset,
      maxBytes,
      minOneMessage,
      highWatermark,
      batches: readBatches(bytes),
      expected: this.expected,
    });
  }

  private async crash({ crash, seed, twice }: LogCommand & { kind: 'crash' }): Promise<void> {
    const epochBefore = this.log.leaderEpoch;
    const attempts = [...this.attempts];
    this.place.crash(crash, seed);
    if (twice) await this.recoverAndCrash(`${seed} again`, crash);
    await this.open();
    const records = await this.recordsIn();
    this.law.reopened?.({ log: this.log, records, attempts, crash, epochBefore });
    this.goOnWith(records);
  }

  /** Another opens the log while this one is in the middle of something, and does not know. */
  private async handOver(): Promise<void> {
    const [before, held, attempts] = [this.log, this.held, [...this.attempts]];
    await this.open();
    const late = before.append(encodeBatch({ records: [{ key: null, value: null, timestamp: 0 }] }), {
      durability: 'strict',
    });
    late.durable.catch(() => undefined);
    await this.place.settle();
    for (let next = held.shift(); next !== undefined; next = held.shift()) {
      next.let();
      await this.place.settle();
    }
    const records = await this.recordsIn();
    this.law.handedOver?.({ log: this.log, records, attempts });
    this.expected = [...records];
    this.attempts = attempts.filter(({ lastOffset }) => lastOffset < records.length);
  }

  private async recordsIn(): Promise<string[]> {
    const records: string[] = [];
    while (records.length < this.log.highWatermark) {
      const read = readBatches(await this.log.read(records.length, 1000, { minOneMessage: true }));
      records.push(...read.flatMap((batch) => batch.records.map(({ text }) => text)));
      if (read.length === 0) throw new Error(`nothing could be read at offset ${records.length}`);
    }
    return records;
  }

  private goOnWith(records: readonly string[]): void {
    this.expected = [...records];
    // Part of an append may have survived. What is there now is on the disk for good.
    const survived = { records, endBefore: 0, baseOffset: 0, lastOffset: records.length - 1 };
    this.attempts = [{ ...survived, durability: 'strict', state: 'acknowledged' }];
  }

  /** Crashes while the repairs are on their way. */
  private async recoverAndCrash(seed: string, crash: Crash): Promise<void> {
    const storage = await this.place.open(() => new Promise<void>(() => {}));
    void openOrders({ storage, config });
    await this.place.settle();
    this.place.crash(crash, seed);
  }
}

function readBatches(bytes: Uint8Array): ReadBatch[] {
  return [...batchesIn(bytes)].map(({ header, start, end }) => ({
    header,
    size: end - start,
    records: [...decodeRecords(bytes, header)].map((record) => ({
      offset: record.offset,
      text: textOf(record, header),
    })),
  }));
}

function textsIn(bytes: Uint8Array): string[] {
  return readBatches(bytes).flatMap(({ records }) => records.map(({ text }) => text));
}

/** All of a record that must never change, and the checksum of its batch. */
function textOf({ key, value, headers, timestamp }: DecodedRecord, { crc }: BatchHeader): string {
  const shown = (bytes: Uint8Array | null) => (bytes === null ? '-' : [...bytes].join(','));
  return [
    shown(key),
    shown(value),
    timestamp,
    crc,
    ...headers.map((header) => `${header.key}=${shown(header.value)}`),
  ].join(' ');
}
