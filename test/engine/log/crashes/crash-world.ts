import type { Crash, MemoryDisk } from '../../../../src/engine/environment/memory-disk.js';
import { StorageError, type Durability, type Storage } from '../../../../src/engine/environment/storage.js';
import { checkStore } from '../../../../src/engine/fsck/fsck.js';
import { readMemoryDisk } from '../../../../src/engine/fsck/memory-disk-reader.js';
import { cleanDirtiest } from '../../../../src/engine/log/cleaner/log-cleaner.js';
import { GroupCommit } from '../../../../src/engine/log/group-commit.js';
import type { LogConfig } from '../../../../src/engine/log/log-config.js';
import type { KnownRecovery } from '../../../../src/engine/log/log-opening.js';
import { PartitionLog } from '../../../../src/engine/log/partition-log.js';
import { encodeBatch, type RecordToEncode } from '../../../../src/engine/protocol/record-batch.js';
import { tracedEnvironment } from '../log-builder.js';
import { VirtualTime } from '../virtual-time.js';
import { judge, readLog } from './crash-judge.js';
import { WatchedStorage, type CrashSubject, type Watch } from './crash-sweep.js';
import { LogModel, modelBatches, type PromisedLog } from './log-model.js';

/** What is broken on purpose. */
export interface CrashMutant {
  readonly storage?: (storage: Storage) => Storage;
  readonly groupCommit?: (storage: Storage) => GroupCommit;
  /** What an opener believes of how the log was left. */
  readonly recovery?: (log: PromisedLog) => KnownRecovery;
}

/** What a script appends. */
export interface BatchToAppend {
  readonly values?: readonly string[];
  readonly records?: readonly RecordToEncode[];
  readonly durability?: Durability;
  readonly producer?: { readonly id: number; readonly sequence: number; readonly isTransactional?: boolean };
}

/** A log in a script. Every call resolves when it is settled, whatever came of it. */
export class ScriptedLog {
  readonly model = new LogModel();
  log!: PartitionLog;

  constructor(
    private readonly world: CrashWorld,
    readonly topic: string,
    public config: Partial<LogConfig>,
  ) {}

  async open(): Promise<void> {
    this.log = await this.world.openLog(this.topic, this.config, this.model.promised);
    this.model.opened(this.log.leaderEpoch);
  }

  async append({ values, records, durability = 'strict', producer }: BatchToAppend): Promise<void> {
    const { now } = this.world.time;
    const bytes = encodeBatch({
      records: records ?? (values ?? ['x']).map((value) => ({ key: null, value: utf8(value), timestamp: now })),
      ...(producer !== undefined && {
        producerId: producer.id,
        producerEpoch: 0,
        baseSequence: producer.sequence,
        isTransactional: producer.isTransactional ?? false,
      }),
    });
    await this.settle(bytes, durability, 'client');
  }

  /** The last record of each key is what compaction keeps. */
  async put(pairs: Readonly<Record<string, string | null>>, durability?: Durability): Promise<void> {
    const { now } = this.world.time;
    const records = Object.entries(pairs).map(([key, value]) => ({
      key: utf8(key),
      value: value === null ? null : utf8(value),
      timestamp: now,
    }));
    await this.append({ records, ...(durability && { durability }) });
  }

  async endTransaction(producerId: number, type: 'COMMIT' | 'ABORT'): Promise<void> {
    const key = Uint8Array.of(0, 0, 0, type === 'ABORT' ? 0 : 1);
    const bytes = encodeBatch({
      records: [{ key, value: new Uint8Array(6), timestamp: this.world.time.now }],
      isControlBatch: true,
      isTransactional: true,
      producerId,
      producerEpoch: 0,
    });
    await this.settle(bytes, 'strict', 'coordinator');
  }

  async roll(): Promise<void> {
    this.log.roll();
    await this.world.settled();
  }

  async retention(): Promise<number> {
    const { count, durable } = this.log.deleteOldSegments();
    const { logStartOffset } = this.log;
    this.model.startMayBe(logStartOffset);
    await durable.then(
      () => this.model.startIs(logStartOffset),
      () => undefined,
    );
    return count;
  }

  async deleteRecords(offset: number): Promise<void> {
    this.model.startMayBe(offset);
    await this.log.deleteRecords(offset);
    this.model.startIs(offset);
  }

  async truncateTo(offset: number): Promise<void> {
    this.model.truncating(offset);
    await this.log.truncateTo(offset);
    this.model.truncated();
  }

  /** Whether there was anything to clean. */
  async clean(): Promise<boolean> {
    this.model.cleaning(this.log.segments.at(-1)?.baseOffset ?? 0);
    const { cleaned } = await cleanDirtiest([this.log], {
      dedupeBufferBytes: 24 * 100,
      now: () => this.world.time.now,
    });
    return cleaned !== undefined;
  }

  private async settle(bytes: Uint8Array, durability: Durability, origin: 'client' | 'coordinator'): Promise<void> {
    const { baseOffset, lastOffset, durable } = this.log.append(bytes, { durability, origin });
    this.model.attempted(modelBatches(bytes));
    await durable.then(
      () => this.model.acknowledged(lastOffset, durability),
      () => this.model.refused(baseOffset),
    );
  }
}

/** What was promised of every log at a moment, and when that was. */
export interface PromisedWorld {
  readonly now: number;
  readonly logs: readonly { readonly topic: string; readonly config: Partial<LogConfig>; readonly log: PromisedLog }[];
}

/** Logs over one storage, for a script to work on. */
export class CrashWorld {
  readonly logs: ScriptedLog[] = [];
  readonly time: VirtualTime;
  private readonly storage: Storage;
  private groupCommit: GroupCommit;

  constructor(
    storage: Storage,
    private readonly mutant: CrashMutant = {},
    now = 1_000_000,
    private readonly disk: { stumbles: boolean } = { stumbles: false },
  ) {
    this.time = new VirtualTime(now);
    this.storage = mutant.storage?.(storage) ?? storage;
    this.groupCommit = this.newGroupCommit();
  }

  /** A world over a disk in memory, which tells of every request. */
  static onDisk(memory: MemoryDisk, watch: Watch, mutant: CrashMutant, now?: number): CrashWorld {
    const disk = { stumbles: false };
    const beforeCommit = () => {
      if (!disk.stumbles) return;
      disk.stumbles = false;
      throw new StorageError('io', 'The disk stumbled.');
    };
    return new CrashWorld(new WatchedStorage(watch, { disk: memory, beforeCommit }), mutant, now, disk);
  }

  /** What was promised of every log until now. */
  get promised(): PromisedWorld {
    const logs = this.logs.map(({ topic, config, model }) => ({ topic, config, log: model.promised }));
    return { now: this.time.now, logs };
  }

  /** The next commit fails. */
  stumble(): void {
    this.disk.stumbles = true;
  }

  async open(topic: string, config: Partial<LogConfig> = {}): Promise<ScriptedLog> {
    const log = new ScriptedLog(this, topic, { segmentBytes: 400, indexIntervalBytes: 100, ...config });
    this.logs.push(log);
    await log.open();
    return log;
  }

  openLog(topic: string, config: Partial<LogConfig>, promised: PromisedLog): Promise<PartitionLog> {
    return PartitionLog.open({
      environment: { ...tracedEnvironment(this.time.clock), timers: this.time.timers },
      storage: this.storage,
      groupCommit: this.groupCommit,
      topic,
      partition: 0,
      config,
      ...(this.mutant.recovery !== undefined && { recovery: this.mutant.recovery(promised) }),
    });
  }

  /** Stops everything in good order, and opens it again. */
  async restart(): Promise<void> {
    for (const { log } of this.logs) await log.close();
    this.time.clear();
    this.groupCommit = this.newGroupCommit();
    for (const log of this.logs) await log.open();
  }

  settled(): Promise<void> {
    return this.groupCommit.settled();
  }

  private newGroupCommit(): GroupCommit {
    return this.mutant.groupCommit?.(this.storage) ?? new GroupCommit(this.storage);
  }
}

/** A script over logs, and what is expected after a crash of it. */
export class ScriptedWorld implements CrashSubject<PromisedWorld> {
  private world: CrashWorld | undefined;
  private last: PromisedWorld = { now: 0, logs: [] };

  constructor(
    private readonly script: (world: CrashWorld) => Promise<void>,
    private readonly mutant: CrashMutant = {},
  ) {}

  async run(disk: MemoryDisk, watch: Watch): Promise<void> {
    this.world = CrashWorld.onDisk(disk, watch, this.mutant);
    await this.script(this.world);
    await this.world.settled();
  }

  promised(): PromisedWorld {
    const promised = this.world?.promised ?? this.last;
    const { logs } = this.last;
    const isSame =
      promised.logs.length === logs.length && promised.logs.every(({ log }, index) => log === logs[index]?.log);
    if (!isSame) this.last = promised;
    return this.last;
  }

  async recover(disk: MemoryDisk, watch: Watch, promised: PromisedWorld, crash: Crash, goesOn: boolean): Promise<void> {
    const opened = await this.openAll(disk, watch, promised);
    for (const { log, found, promise } of opened) {
      judge(found, promise, crash);
      if (log.leaderEpoch <= promise.leaderEpoch)
        throw new Error(`LOG-4 the leader epoch is ${log.leaderEpoch}, but ${promise.leaderEpoch} was in use before`);
    }
    await expectClean(disk);
    if (!goesOn) return;
    const again = await this.openAll(disk, () => undefined, promised);
    for (const [index, { found, log, world }] of again.entries()) {
      const before = opened[index]?.found;
      if (JSON.stringify(found) !== JSON.stringify(before))
        throw new Error(`LOG-5 recovering again gives ${JSON.stringify(found)} after ${JSON.stringify(before)}`);
      const bytes = encodeBatch({ records: [{ key: utf8('new'), value: null, timestamp: world.time.now }] });
      const { baseOffset, durable } = log.append(bytes, { durability: 'strict' });
      await durable;
      const read = modelBatches(await log.read(baseOffset, 1000, { minOneMessage: true }));
      if (baseOffset !== found.end || read[0]?.baseOffset !== baseOffset)
        throw new Error(`LOG-1 what is appended at ${found.end} is found at ${read[0]?.baseOffset ?? 'no offset'}`);
    }
    await expectClean(disk);
  }

  private async openAll(disk: MemoryDisk, watch: Watch, { logs, now }: PromisedWorld) {
    const world = CrashWorld.onDisk(disk, watch, this.mutant, now);
    const opened = [];
    for (const { topic, config, log: promise } of logs) {
      const log = await world.openLog(topic, config, promise);
      opened.push({ world, log, promise, found: await readLog(log) });
    }
    return opened;
  }
}

/** fsck finds nothing on the disk. */
export async function expectClean(disk: MemoryDisk): Promise<void> {
  const { verdict, findings } = await checkStore(readMemoryDisk(disk));
  if (verdict !== 'clean') throw new Error(`fsck: ${verdict}: ${findings.map(({ message }) => message).join('; ')}`);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
