import { MemoryDisk } from '../../../src/engine/environment/memory-disk.js';
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
import { openOrders } from './log-builder.js';
import type { LogCommand } from './log-commands.js';

/** What the laws look at: a log, or one that breaks a rule on purpose. */
export type LogUnderTest = Pick<
  PartitionLog,
  'append' | 'read' | 'logStartOffset' | 'highWatermark' | 'logEndOffset' | 'leaderEpoch'
>;

/** How a run opens its log: mutants wrap the log or the storage. */
export interface Subject {
  readonly log?: (log: PartitionLog) => LogUnderTest;
  readonly storage?: (storage: Storage) => Storage;
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
    readonly crash: 'process' | 'power';
    readonly epochBefore: number;
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
  await run.open(new MemoryDisk());
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
  private disk!: MemoryDisk;
  private held: HeldCommit[] = [];
  private isHolding = false;
  private attempts: Attempt[] = [];
  /** What is believed to be at each offset. */
  private expected: string[] = [];

  constructor(
    private readonly law: Law,
    private readonly subject: Subject,
  ) {}

  async open(disk: MemoryDisk): Promise<void> {
    this.disk = disk;
    this.held = [];
    this.isHolding = false;
    const held = this.held;
    const memory = new MemoryStorage({
      disk,
      beforeCommit: () =>
        this.isHolding && held === this.held
          ? new Promise<void>((resolve, reject) => held.push({ let: resolve, fail: reject }))
          : undefined,
    });
    const storage = this.subject.storage?.(memory) ?? memory;
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
          await settle();
        }
        break;
      case 'crash':
        await this.crash(command);
    }
    await settle();
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
    durable.then(
      () => (attempt.state = 'acknowledged'),
      () => {
        attempt.state = 'failed';
        this.attempts = this.attempts.filter((other) => other !== attempt);
        this.expected.length = Math.min(this.expected.length, endBefore);
      },
    );
    this.law.appended?.(attempt, this.log);
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
    let disk = this.disk.afterCrash(new SeededRandom(seed), crash);
    if (twice) disk = await this.recoverAndCrash(disk, `${seed} again`, crash);
    await this.open(disk);
    const records: string[] = [];
    while (records.length < this.log.highWatermark) {
      const read = readBatches(await this.log.read(records.length, 1000, { minOneMessage: true }));
      records.push(...read.flatMap((batch) => batch.records.map(({ text }) => text)));
      if (read.length === 0) throw new Error(`nothing could be read at offset ${records.length}`);
    }
    this.law.reopened?.({ log: this.log, records, attempts, crash, epochBefore });
    this.expected = [...records];
    // Part of an append may have survived. What is there now is on the disk for good.
    const survived = { records, endBefore: 0, baseOffset: 0, lastOffset: records.length - 1 };
    this.attempts = [{ ...survived, durability: 'strict', state: 'acknowledged' }];
  }

  /** Crashes while the repairs are on their way. */
  private async recoverAndCrash(disk: MemoryDisk, seed: string, crash: 'process' | 'power'): Promise<MemoryDisk> {
    const storage = new MemoryStorage({ disk, beforeCommit: () => new Promise<void>(() => {}) });
    void openOrders({ storage, config });
    await settle();
    return disk.afterCrash(new SeededRandom(seed), crash);
  }
}

/** Lets everything happen that can happen by itself. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
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
  const hex = (bytes: Uint8Array | null) => (bytes === null ? '-' : Buffer.from(bytes).toString('hex'));
  return [hex(key), hex(value), timestamp, crc, ...headers.map((header) => `${header.key}=${hex(header.value)}`)].join(
    ' ',
  );
}
