import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  StorageError,
  copiedWrites,
  isInFolder,
  type Durability,
  type Storage,
  type StorageWrite,
  type StoredContents,
  type StoredFile,
} from '../../environment/storage.js';
import { noSuchFile, storageClosed } from '../../environment/storage-refusals.js';
import { DirectoryLock } from './directory-lock.js';
import { systemCalls, type DirectoryEntry, type FileCalls } from './file-calls.js';
import { FileCommit } from './file-commit.js';
import { blobPath, fileName, filePath, folderOf, isTemporary } from './file-paths.js';
import { LentBuffers } from './lent-buffers.js';
import { OpenFiles } from './open-files.js';
import { knownAfter, listed, stageFiles, type KnownFile } from './staged-files.js';
import { storageErrorOf } from './system-errors.js';

export interface FileStorageOptions {
  /** Made if it is not there. */
  readonly directory: string;
  /** The operating system's, if absent. */
  readonly calls?: FileCalls;
}

/**
 * Storage in a directory, in Kafka's own layout: `orders-0/00000000000000000000.log` and what stands beside it. A strict commit has been flushed with its
 * directories when it resolves. Where a flush fails nothing is believed any more: that partition refuses writes until the directory is opened again.
 */
export class FileStorage implements Storage {
  /** The system keeps it. */
  readonly keepsRecent = true;
  private readonly known = new Map<string, KnownFile>();
  private readonly broken = new Map<string, StorageError>();
  private readonly open: OpenFiles;
  private readonly buffers = new LentBuffers();
  private turn: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  private constructor(
    private readonly directory: string,
    private readonly lock: DirectoryLock,
    private readonly calls: FileCalls,
  ) {
    this.open = new OpenFiles(calls);
  }

  /** Opens the directory and takes it over. Rejects with `locked` if another process has it, with `io` if it can't be used. */
  static async open({ directory, calls = systemCalls }: FileStorageOptions): Promise<FileStorage> {
    let lock: DirectoryLock | undefined;
    try {
      makeDirectory(directory);
      const real = realpathSync(directory);
      lock = DirectoryLock.take(real);
      const storage = new FileStorage(real, lock, calls);
      await storage.look();
      return storage;
    } catch (error) {
      lock?.release();
      throw storageErrorOf(error, directory);
    }
  }

  async files(): Promise<readonly StoredFile[]> {
    this.checkOpen();
    return listed(this.known);
  }

  async contents(folder?: string): Promise<StoredContents> {
    this.checkOpen();
    try {
      const paths = folder === undefined ? await this.paths() : await this.pathsIn(folder);
      const blobs = paths.filter(({ path }) => fileName(path) === undefined && !isOurs(path));
      return {
        files: listed(this.known).filter(({ name }) => isInFolder(name, folder)),
        blobs: blobs.map(({ path }) => path).sort(),
      };
    } catch (error) {
      throw storageErrorOf(error, this.directory);
    }
  }

  async read(file: string, position: number, length: number): Promise<Uint8Array> {
    this.checkOpen();
    const known = this.known.get(file);
    if (known === undefined) throw noSuchFile(file, 'read');
    const size = Math.max(0, Math.min(length, known.size - position));
    if (size === 0) return new Uint8Array(0);
    const bytes = this.buffers.take(size);
    try {
      const path = join(this.directory, filePath(file));
      const count = await this.open.use(path, false, (descriptor) => this.fill(descriptor, bytes, position));
      // The file is shorter than it was: whoever asked sees where it ends.
      return count === bytes.length ? bytes : bytes.slice(0, count);
    } catch (error) {
      throw storageErrorOf(error, file);
    }
  }

  async readBlob(name: string): Promise<Uint8Array | undefined> {
    this.checkOpen();
    try {
      return new Uint8Array(await this.calls.readWhole(join(this.directory, blobPath(name))));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw storageErrorOf(error, name);
    }
  }

  async commit(writes: readonly StorageWrite[], durability: Durability): Promise<void> {
    this.checkOpen();
    // Whoever gave the bytes may change them as soon as this returns.
    const copied = copiedWrites(writes);
    const committed = this.turn.then(() => this.carryOut(copied, durability));
    this.turn = committed.catch(() => undefined);
    return committed;
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.turn;
    await this.open.close();
    this.lock.release();
  }

  private async carryOut(writes: readonly StorageWrite[], durability: Durability): Promise<void> {
    if (!this.lock.isHeld)
      throw new StorageError('fenced', 'Another has opened this directory for writing. Open it again to take over.');
    const staged = stageFiles(this.known, writes);
    for (const { path } of staged) {
      const failure = this.broken.get(folderOf(path));
      if (failure !== undefined) throw failure;
    }
    const commit = new FileCommit(this.directory, this.calls, this.open, staged);
    try {
      await commit.carryOut(durability);
    } catch (error) {
      const failure = storageErrorOf(error, this.directory);
      for (const folder of commit.broken) this.broken.set(folder, brokenBecause(folder, failure));
      throw failure;
    }
    for (const each of staged) {
      if (each.isBlob) continue;
      const after = knownAfter(each);
      if (after === undefined) this.known.delete(each.name);
      else this.known.set(each.name, after);
    }
  }

  private async look(): Promise<void> {
    for (const { path, entry } of await this.paths()) await this.take(path, entry);
  }

  /** All that lies in the directory and in its folders. */
  private async paths(): Promise<FoundPath[]> {
    const found: FoundPath[] = [];
    for (const entry of await this.calls.list(this.directory)) {
      if (entry.isDirectory) found.push(...(await this.pathsIn(entry.name)));
      else found.push({ path: entry.name, entry });
    }
    return found;
  }

  /** What lies in one folder, which need not be there: a topic is made without a look at all others. */
  private async pathsIn(folder: string): Promise<FoundPath[]> {
    const files = (await this.entriesOf(folder)).filter(({ isDirectory }) => !isDirectory);
    return files.map((entry) => ({ path: `${folder}/${entry.name}`, entry }));
  }

  private async entriesOf(folder: string): Promise<readonly DirectoryEntry[]> {
    try {
      return await this.calls.list(join(this.directory, folder));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return [];
      throw error;
    }
  }

  /** Takes note of a file that is there. What a crash left half written goes. */
  private async take(path: string, { size, modifiedAt }: KnownFile): Promise<void> {
    if (isTemporary(path)) return this.calls.unlink(join(this.directory, path));
    const name = fileName(path);
    if (name !== undefined) this.known.set(name, { size, modifiedAt });
  }

  private async fill(descriptor: number, bytes: Uint8Array, position: number): Promise<number> {
    let count = 0;
    while (count < bytes.length) {
      const read = await this.calls.read(descriptor, bytes.subarray(count), position + count);
      if (read === 0) break;
      count += read;
    }
    return count;
  }

  private checkOpen(): void {
    if (this.isClosed) throw storageClosed();
  }
}

interface FoundPath {
  readonly path: string;
  readonly entry: DirectoryEntry;
}

/** Neither file nor blob: the lock, and what is half written. */
function isOurs(path: string): boolean {
  return path.startsWith('.lock') || isTemporary(path);
}

function brokenBecause(folder: string, failure: StorageError): StorageError {
  return new StorageError(
    'io',
    `${folder || 'The directory'} takes no more writes, because what was written may not be what is stored: ${failure.message} Restart the broker, which checks it.`,
    { cause: failure, isOfSomeFiles: true },
  );
}

/** Makes it with all that are above it. Not by Node's own `recursive`, which tells another error than the system's, and never ends in some places (`/proc`). */
function makeDirectory(directory: string): void {
  if (isDirectory(directory)) return;
  const above = dirname(directory);
  if (above !== directory) makeDirectory(above);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    // Another process may have been faster.
    if (!isDirectory(directory)) throw error;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
