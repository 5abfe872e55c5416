import { randomInteger, type Millis, type Random } from '../environment/environment.js';
import {
  StorageError,
  copiedWrites,
  type Durability,
  type Storage,
  type StorageWrite,
  type StoredContents,
  type StoredFile,
  type WriteNeed,
} from '../environment/storage.js';
import type { Scheduler } from './scheduler.js';

/** What goes wrong with a simulated disk. What fails has not happened: more no storage may do. */
export interface StorageFaults {
  /** The longest that a call takes. */
  readonly slowestMs: Millis;
  /** Of 1000 calls: so many take much longer, … */
  readonly stuckPerMille: number;
  /** … up to so long; those begun after it wait for it. */
  readonly stuckMs: Millis;
  /** Of 1000 commits: so many are refused, as by a disk that could not write. */
  readonly failedCommitPerMille: number;
  /** Of 1000 reads: so many fail. */
  readonly failedReadPerMille: number;
  /** Whether there is space for nothing but what is essential. */
  readonly isFull: boolean;
}

export const noStorageFaults: StorageFaults = {
  slowestMs: 4,
  stuckPerMille: 0,
  stuckMs: 0,
  failedCommitPerMille: 0,
  failedReadPerMille: 0,
  isFull: false,
};

/** What a simulated storage needs of its world. */
interface StorageWorld {
  readonly current: () => StorageFaults;
  readonly probe: (name: string) => void;
  /** Lets the process that uses the storage hear of something, once it is awake. */
  readonly whenAwake: (happen: () => void) => void;
}

type CallKind = 'read' | 'commit' | 'look';

/**
 * A real storage whose calls take seeded virtual time: each settles 1–4 virtual milliseconds after it was begun, never before one begun earlier.
 * The real call is made when that time has come, and virtual time stands still until it has settled: so a call sees exactly what was begun before
 * it, and no trace can tell memory from IndexedDB.
 */
export class SimulatedStorage implements Storage {
  private readonly unsettled: Call[] = [];
  private readonly luck: Random;
  private lastAt: Millis = 0;
  private isAbandoned = false;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly real: Storage,
    private readonly world: StorageWorld,
  ) {
    this.luck = random.fork('luck');
  }

  files(): Promise<readonly StoredFile[]> {
    return this.later(() => this.real.files());
  }

  contents(folder?: string): Promise<StoredContents> {
    return this.later(() => this.real.contents(folder));
  }

  read(file: string, position: number, length: number): Promise<Uint8Array> {
    return this.later(() => this.real.read(file, position, length), 'read', `${file} could not be read`);
  }

  readBlob(name: string): Promise<Uint8Array | undefined> {
    return this.later(() => this.real.readBlob(name));
  }

  commit(writes: readonly StorageWrite[], durability: Durability, need?: WriteNeed): Promise<void> {
    const copied = copiedWrites(writes);
    const files = [...new Set(writes.map((write) => ('file' in write ? write.file : write.name)))].join(', ');
    if (this.world.current().isFull && need !== 'essential') {
      this.world.probe('a commit to a full disk');
      return this.later(() => Promise.reject(new StorageError('full', `There is no space for ${files}.`)));
    }
    const commit = (): Promise<void> => this.real.commit(copied, durability, need);
    return this.later(commit, 'commit', `${files} could not be written`, copied);
  }

  close(): Promise<void> {
    return this.later(() => this.real.close());
  }

  /**
   * The process that used this storage has crashed: none of its calls settles any more. Of the commits that it waited for some, the first ones, have
   * reached the disk; chance says how many. Resolves when they have, with the writes of the others: of these anything may be on the disk, or nothing.
   */
  async abandon(): Promise<readonly (readonly StorageWrite[])[]> {
    this.isAbandoned = true;
    const commits = this.unsettled.splice(0).filter(({ kind }) => kind === 'commit');
    const reached = randomInteger(this.random, commits.length + 1);
    // A commit that the storage refuses has no effect, and nobody is left to tell.
    for (const call of commits.slice(0, reached)) await call.run().catch(() => undefined);
    return commits.slice(reached).map(({ writes }) => writes);
  }

  private later<Result>(
    carryOut: () => Promise<Result>,
    kind: CallKind = 'look',
    failure = '',
    writes: readonly StorageWrite[] = [],
  ): Promise<Result> {
    const { whenAwake } = this.world;
    return new Promise((resolve, reject) => {
      if (this.isAbandoned) return;
      const now = this.scheduler.now();
      const run = this.fails(kind) ? () => Promise.reject(new StorageError('io', `${failure}.`)) : carryOut;
      this.lastAt = Math.max(this.lastAt, now + this.duration());
      this.unsettled.push({ run, kind, writes });
      this.scheduler.set(this.lastAt - now, async () => {
        if (this.isAbandoned) return;
        this.unsettled.shift();
        await run().then(
          (result) => whenAwake(() => resolve(result)),
          (error: unknown) => whenAwake(reject.bind(undefined, error)),
        );
      });
    });
  }

  private duration(): Millis {
    const { slowestMs, stuckPerMille, stuckMs } = this.world.current();
    const usual = 1 + randomInteger(this.random, slowestMs);
    if (!this.happens(stuckPerMille)) return usual;
    this.world.probe('a storage call that is stuck');
    return usual + randomInteger(this.luck, stuckMs);
  }

  private fails(kind: CallKind): boolean {
    const { failedCommitPerMille, failedReadPerMille } = this.world.current();
    if (kind === 'look' || !this.happens(kind === 'commit' ? failedCommitPerMille : failedReadPerMille)) return false;
    this.world.probe(`a ${kind} that fails`);
    return true;
  }

  private happens(perMille: number): boolean {
    return perMille > 0 && randomInteger(this.luck, 1000) < perMille;
  }
}

interface Call {
  readonly run: () => Promise<unknown>;
  readonly kind: CallKind;
  readonly writes: readonly StorageWrite[];
}
