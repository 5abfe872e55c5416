import { MemoryStorage } from '../environment/memory-storage.js';
import type { Millis } from '../environment/environment.js';
import {
  copiedWrites,
  type Durability,
  type Storage,
  type StorageWrite,
  type StoredContents,
  type StoredFile,
  type WriteNeed,
} from '../environment/storage.js';

const journalBlob = 'run';

/** What a kept run says of itself, written in the transaction of every commit. */
interface Journal {
  readonly spec: string;
  readonly commits: number;
  readonly reachedMs: Millis;
}

/** The new simulation of a kept run did not do what is stored. Nothing was written. */
export class RunDivergedError extends Error {
  override readonly name = 'RunDivergedError';
}

/**
 * Storage for a run that may have been begun before: the engine meets an empty disk, as it did the first time. As long as it commits what is
 * already kept, commits and reads stay in memory; when it has caught up, every kept byte is compared with what the simulation wrote, and from there
 * on commits and reads go to the kept storage.
 */
export class ResumedStorage implements Storage {
  private replayed: MemoryStorage | undefined;
  private commits = 0;
  private tail: Promise<unknown> = Promise.resolve();
  private failed: Error | undefined;

  private constructor(
    private readonly kept: Storage,
    private readonly spec: string,
    private readonly before: Journal,
    private readonly runTime: () => Millis,
  ) {
    this.replayed = before.commits === 0 ? undefined : new MemoryStorage();
  }

  /** `spec` is the run's whole description: what is kept of a run of another spec is removed. `runTime` is asked at every commit. */
  static async open(kept: Storage, spec: string, runTime: () => Millis): Promise<ResumedStorage> {
    const journal = parseJournal(await kept.readBlob(journalBlob));
    if (journal?.spec === spec) return new ResumedStorage(kept, spec, journal, runTime);
    await ResumedStorage.forget(kept);
    const begun: Journal = { spec, commits: 0, reachedMs: 0 };
    await kept.commit([journalWrite(begun)], 'relaxed');
    return new ResumedStorage(kept, spec, begun, runTime);
  }

  /** Removes whatever run is kept. */
  static async forget(kept: Storage): Promise<void> {
    const { files, blobs } = await kept.contents();
    await kept.commit(
      [
        ...files.map(({ name }): StorageWrite => ({ kind: 'delete', file: name })),
        ...blobs.map((name): StorageWrite => ({ kind: 'delete-blob', name })),
      ],
      'relaxed',
    );
  }

  /** How far (run time) the kept run had come. */
  get storedToMs(): Millis {
    return this.before.reachedMs;
  }

  /**
   * Why this run can't go on: the kept run and the simulation differ (`RunDivergedError`), or the kept storage refused a commit (`StorageError`).
   * Nothing is written after that.
   */
  get failure(): Error | undefined {
    return this.failed;
  }

  files(): Promise<readonly StoredFile[]> {
    return this.inTurn(() => this.current.files());
  }

  contents(folder?: string): Promise<StoredContents> {
    return this.inTurn(() => this.current.contents(folder));
  }

  read(file: string, position: number, length: number): Promise<Uint8Array> {
    return this.inTurn(() => this.current.read(file, position, length));
  }

  readBlob(name: string): Promise<Uint8Array | undefined> {
    return this.inTurn(() => this.current.readBlob(name));
  }

  commit(writes: readonly StorageWrite[], durability: Durability, need?: WriteNeed): Promise<void> {
    const copies = copiedWrites(writes);
    const reachedMs = this.runTime();
    return this.inTurn(async () => {
      if (this.failed !== undefined) throw this.failed;
      const { replayed } = this;
      const commits = ++this.commits;
      if (replayed === undefined) {
        await this.keep([...copies, journalWrite({ spec: this.spec, commits, reachedMs })], durability, need);
        return;
      }
      await replayed.commit(copies, durability, need);
      if (commits < this.before.commits) return;
      this.failed = await this.compare(replayed, copies);
      if (this.failed !== undefined) throw this.failed;
      this.replayed = undefined;
    });
  }

  close(): Promise<void> {
    return this.inTurn(() => this.kept.close());
  }

  private async keep(writes: readonly StorageWrite[], durability: Durability, need?: WriteNeed): Promise<void> {
    try {
      await this.kept.commit(writes, durability, need);
    } catch (error) {
      this.failed = error instanceof Error ? error : new Error(String(error));
      throw this.failed;
    }
  }

  private get current(): Storage {
    return this.replayed ?? this.kept;
  }

  /** Calls keep their sequence, so that the comparison comes before any commit beyond it. */
  private inTurn<Value>(call: () => Promise<Value>): Promise<Value> {
    const result = this.tail.then(call);
    this.tail = result.catch(() => undefined);
    return result;
  }

  private async compare(replayed: Storage, lastWrites: readonly StorageWrite[]): Promise<RunDivergedError | undefined> {
    const [simulated, stored] = [await replayed.files(), await this.kept.files()];
    if (describe(simulated) !== describe(stored)) {
      return new RunDivergedError(
        `The kept run has the files ${describe(stored)}; simulated again it has ${describe(simulated)}. Begin the run anew.`,
      );
    }
    for (const { name, size } of simulated) {
      const [now, then] = [await replayed.read(name, 0, size), await this.kept.read(name, 0, size)];
      const at = now.findIndex((byte, position) => byte !== then[position]);
      if (at >= 0)
        return new RunDivergedError(
          `${name} differs at byte ${at} from what the run wrote before. Begin the run anew.`,
        );
    }
    for (const write of lastWrites) {
      if (write.kind !== 'put-blob') continue;
      const then = await this.kept.readBlob(write.name);
      if (then?.join() !== write.bytes.join())
        return new RunDivergedError(
          `The blob ${write.name} differs from what the run wrote before. Begin the run anew.`,
        );
    }
    return undefined;
  }
}

function describe(files: readonly StoredFile[]): string {
  return files.map(({ name, size }) => `${name} (${size} B)`).join(', ');
}

function journalWrite(journal: Journal): StorageWrite {
  return { kind: 'put-blob', name: journalBlob, bytes: new TextEncoder().encode(JSON.stringify(journal)) };
}

function parseJournal(bytes: Uint8Array | undefined): Journal | undefined {
  if (bytes === undefined) return undefined;
  const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return isJournal(parsed) ? parsed : undefined;
}

function isJournal(parsed: unknown): parsed is Journal {
  if (typeof parsed !== 'object' || parsed === null) return false;
  const { spec, commits, reachedMs } = parsed as Partial<Record<keyof Journal, unknown>>;
  return typeof spec === 'string' && typeof commits === 'number' && typeof reachedMs === 'number';
}
