import type { Random } from '../../../../src/engine/environment/environment.js';
import { MemoryDisk, type Crash } from '../../../../src/engine/environment/memory-disk.js';
import { MemoryStorage, type MemoryStorageOptions } from '../../../../src/engine/environment/memory-storage.js';
import { SeededRandom } from '../../../../src/engine/environment/seeded-random.js';
import type { StoredContents, StoredFile } from '../../../../src/engine/environment/storage.js';
import { crc32c } from '../../../../src/engine/protocol/crc32c.js';

/** What runs, and what must be found after a crash. `Promised` is what was promised at a moment; it never changes afterwards. */
export interface CrashSubject<Promised> {
  /** Does the work, and lets `watch` know of every request to the storage. */
  run(disk: MemoryDisk, watch: Watch): Promise<void>;
  promised(): Promised;
  /** Opens what a crash left, and throws if that is not what was promised. `goesOn`: it is opened again, and worked with, too. */
  recover(disk: MemoryDisk, watch: Watch, promised: Promised, crash: Crash, goesOn: boolean): Promise<void>;
}

/** Called at every request to a storage, before it takes effect. */
export type Watch = (request: string) => void;

export interface SweepReport {
  /** Requests to the storage at which the run was cut. */
  readonly requests: number;
  /** Disks that crashes left: no two are alike and were promised the same. */
  readonly crashes: number;
  /** Those that were left by crashes of recoveries. */
  readonly crashesOfRecoveries: number;
}

/** A disk that a crash has left, or several crashes: `crash` is the worst of them. */
interface Cut<Promised> {
  readonly disk: MemoryDisk;
  readonly crash: Crash;
  readonly promised: Promised;
  readonly when: string;
}

/** A storage that tells of every request. */
export class WatchedStorage extends MemoryStorage {
  constructor(
    private readonly watch: Watch,
    options: MemoryStorageOptions = {},
  ) {
    super({
      ...options,
      beforeCommit: (...commit) => {
        watch('commit');
        return options.beforeCommit?.(...commit);
      },
    });
  }

  override files(): Promise<readonly StoredFile[]> {
    this.watch('files');
    return super.files();
  }

  override contents(folder?: string): Promise<StoredContents> {
    this.watch(`contents of ${folder ?? 'everything'}`);
    return super.contents(folder);
  }

  override read(file: string, position: number, length: number): Promise<Uint8Array> {
    this.watch(`read of ${file}`);
    return super.read(file, position, length);
  }

  override readBlob(name: string): Promise<Uint8Array | undefined> {
    this.watch(`read of ${name}`);
    return super.readBlob(name);
  }
}

/** What a crash keeps of the writes that were under way: nothing of them, all, or what a seed chooses. */
type Survival = 'nothing' | 'all' | number;

export interface SweepSettings {
  /** How many ways of losing some of what was under way are tried at each request. */
  readonly seeds: number;
  /** How often recoveries are cut: once, or the recovery after that, too. */
  readonly depth: number;
}

/**
 * Runs the subject once, and cuts it at every request to its storage: by the end of the process and by the loss of power, with nothing of what was under way left, with all
 * of it, and with some. What each cut leaves is recovered and judged, and every recovery is cut in the same way. Rejects with the first fault, and where it was.
 */
export async function sweep<Promised>(subject: CrashSubject<Promised>, asked: SweepSettings): Promise<SweepReport> {
  const survivals: readonly Survival[] = ['nothing', 'all', ...Array.from({ length: asked.seeds }, (_, seed) => seed)];
  // All of it: that is what is left when the recovery goes on.
  const survivalsInRecovery: readonly Survival[] = ['nothing', 0];
  const disk = new MemoryDisk();
  const cuts: Cut<Promised>[] = [];
  const seen = new Set<string>();
  const versions = new Map<Promised, number>();
  let requests = 0;
  const cut = (
    at: MemoryDisk,
    promised: Promised,
    when: string,
    kinds: readonly Survival[],
    worst: Crash = 'process',
  ): Cut<Promised>[] => {
    if (!versions.has(promised)) versions.set(promised, versions.size);
    return (['process', 'power'] as const).flatMap((crash) =>
      kinds.flatMap((survival) => {
        const left = at.afterCrash(chance(survival, when), crash);
        const lost = worst === 'power' ? 'power' : crash;
        const id = `${lost} ${versions.get(promised)} ${fingerprint(left)}`;
        if (seen.has(id)) return [];
        seen.add(id);
        const what = crash === 'process' ? 'the end of the process' : 'the loss of power';
        return [{ disk: left, crash: lost, promised, when: `${when}, ${what}, survived: ${survival}` }];
      }),
    );
  };
  let cutBefore: Promised | undefined;
  const watch: Watch = (request) => {
    requests++;
    const promised = subject.promised();
    // Where nothing was written or promised since, a crash leaves what it has left before.
    if (request !== 'commit' && promised === cutBefore) return;
    cutBefore = request === 'commit' ? undefined : promised;
    cuts.push(...cut(disk, promised, `request ${requests} (${request})`, survivals));
  };
  await subject.run(disk, watch);
  cuts.push(...cut(disk, subject.promised(), 'the end', survivals));
  let crashesOfRecoveries = 0;
  const recover = async ({ disk: left, crash, promised, when }: Cut<Promised>, depth: number): Promise<void> => {
    const further: Cut<Promised>[] = [];
    let inside = 0;
    const watchRecovery: Watch = (request) => {
      inside++;
      if (depth >= asked.depth || request !== 'commit') return;
      const at = `${when}; request ${inside} (${request}) of its recovery`;
      further.push(...cut(left, promised, at, survivalsInRecovery, crash));
    };
    try {
      await subject.recover(left, watchRecovery, promised, crash, depth === 0);
    } catch (error) {
      throw new Error(`Cut at ${when}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
    for (const each of further) {
      crashesOfRecoveries++;
      await recover(each, depth + 1);
    }
  };
  for (const each of cuts) await recover(each, 0);
  return { requests, crashes: seen.size, crashesOfRecoveries };
}

function chance(survival: Survival, label: string): Random {
  if (typeof survival === 'number') return new SeededRandom(`${label} ${survival}`);
  return new Always(survival === 'all' ? dividesToTheLast : 0);
}

/** One less than a multiple of all numbers up to 20: of so many versions it chooses the last one. */
const dividesToTheLast = 232_792_560 * 18 - 1;

/** Draws the same number each time: a disk then keeps the last version of everything, or the first. */
class Always implements Random {
  constructor(private readonly number: number) {}

  uint32(): number {
    return this.number;
  }

  fork(): Random {
    return this;
  }
}

function fingerprint(disk: MemoryDisk): string {
  const sum = (bytes: Uint8Array) => `${bytes.length}.${crc32c(bytes, 0, bytes.length)}`;
  return [
    ...disk.files().map(({ name, file }) => `${name} ${sum(file.read(0, file.size))} ${file.modifiedAt}`),
    ...disk.blobs().map((name) => `${name} ${sum(disk.blob(name) as Uint8Array)}`),
  ].join('\n');
}
