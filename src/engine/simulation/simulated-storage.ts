import { randomInteger, type Millis, type Random } from '../environment/environment.js';
import type {
  Durability,
  Storage,
  StoredContents,
  StoredFile,
  StorageWrite,
  WriteNeed,
} from '../environment/storage.js';
import type { Scheduler } from './scheduler.js';

const slowestMs = 4;

/**
 * A real storage whose calls take seeded virtual time: each settles 1–4 virtual milliseconds after it was begun, never before one begun earlier.
 * The real call is made when that time has come, and virtual time stands still until it has settled: so a call sees exactly what was begun before
 * it, and no trace can tell memory from IndexedDB.
 */
export class SimulatedStorage implements Storage {
  private readonly unsettled: Call[] = [];
  private lastAt: Millis = 0;
  private isAbandoned = false;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly real: Storage,
  ) {}

  files(): Promise<readonly StoredFile[]> {
    return this.later(() => this.real.files());
  }

  contents(folder?: string): Promise<StoredContents> {
    return this.later(() => this.real.contents(folder));
  }

  read(file: string, position: number, length: number): Promise<Uint8Array> {
    return this.later(() => this.real.read(file, position, length));
  }

  readBlob(name: string): Promise<Uint8Array | undefined> {
    return this.later(() => this.real.readBlob(name));
  }

  commit(writes: readonly StorageWrite[], durability: Durability, need?: WriteNeed): Promise<void> {
    const copied = writes.map((write) => ('bytes' in write ? { ...write, bytes: write.bytes.slice() } : write));
    return this.later(() => this.real.commit(copied, durability, need), true);
  }

  close(): Promise<void> {
    return this.later(() => this.real.close());
  }

  /**
   * The process that used this storage has crashed: none of its calls settles any more. Of the commits that it waited for some, the first ones, have
   * reached the disk; chance says how many. Resolves when they have.
   */
  async abandon(): Promise<void> {
    this.isAbandoned = true;
    const commits = this.unsettled.splice(0).filter((call) => call.isCommit);
    const reached = randomInteger(this.random, commits.length + 1);
    // A commit that the storage refuses has no effect, and nobody is left to tell.
    for (const call of commits.slice(0, reached)) await call.run().catch(() => undefined);
  }

  private later<Result>(run: () => Promise<Result>, isCommit = false): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.isAbandoned) return;
      const now = this.scheduler.now();
      this.lastAt = Math.max(this.lastAt, now + 1 + randomInteger(this.random, slowestMs));
      this.unsettled.push({ run, isCommit });
      this.scheduler.set(this.lastAt - now, async () => {
        if (this.isAbandoned) return;
        this.unsettled.shift();
        await run().then(resolve, reject);
      });
    });
  }
}

interface Call {
  readonly run: () => Promise<unknown>;
  readonly isCommit: boolean;
}
