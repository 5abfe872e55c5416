import { closeSync, fstatSync, openSync, readFileSync, renameSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StorageError } from '../../environment/storage.js';
import { randomBytes } from './random-bytes.js';

/**
 * Says whose a data directory is: a file `.lock` with the id of the process. One process has it; whoever opens it again in that process takes it from who had it
 * before, who finds out at the next commit. What a dead process left is taken over.
 */
export class DirectoryLock {
  /** Kept open, so that no other file gets the number of this one. */
  private descriptor: number | undefined;
  private readonly number: bigint;

  private constructor(
    private readonly path: string,
    descriptor: number,
  ) {
    this.descriptor = descriptor;
    this.number = fstatSync(descriptor, { bigint: true }).ino;
  }

  /** Takes the directory. Throws `locked` if another process that lives has it. */
  static take(directory: string): DirectoryLock {
    const path = join(directory, '.lock');
    const content = JSON.stringify({
      pid: process.pid,
      started: startOf(process.pid),
      token: randomBytes(16).toString('hex'),
    });
    for (;;) {
      const holder = holderOf(path);
      if (holder !== undefined) {
        if (isAlive(holder)) {
          throw new StorageError(
            'locked',
            `${directory} is in use by process ${holder.pid}. Stop that one, or choose another directory.`,
          );
        }
        // Of several that find it stale, one moves it away.
        if (!moveAway(path)) continue;
      }
      try {
        const descriptor = openSync(path, 'wx', 0o600);
        writeSync(descriptor, content);
        return new DirectoryLock(path, descriptor);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }

  /** Whether nobody has taken the directory since: who does puts another file there. Asked before each commit. */
  get isHeld(): boolean {
    if (this.descriptor === undefined) return false;
    try {
      return statSync(this.path, { bigint: true, throwIfNoEntry: false })?.ino === this.number;
    } catch {
      return false;
    }
  }

  release(): void {
    const { descriptor } = this;
    if (descriptor === undefined) return;
    if (this.isHeld) unlinkSync(this.path);
    this.descriptor = undefined;
    closeSync(descriptor);
  }
}

interface Holder {
  readonly pid: number;
  readonly started: string | null;
}

function holderOf(path: string): Holder | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { pid, started } = JSON.parse(text) as Partial<Holder>;
    if (typeof pid === 'number') return { pid, started: started ?? null };
  } catch {
    // Somebody was interrupted while writing it.
  }
  return { pid: 0, started: null };
}

/** Another process that lives; one of the same id that began later is another one. */
function isAlive({ pid, started }: Holder): boolean {
  if (pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const startsNow = startOf(pid);
  return started === null || startsNow === null || started === startsNow;
}

/** When a process began, in the system's own words; null where it does not say. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function moveAway(path: string): boolean {
  const aside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    renameSync(path, aside);
    unlinkSync(aside);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
