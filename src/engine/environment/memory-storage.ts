import { MemoryDisk } from './memory-disk.js';
import {
  copiedWrites,
  isInFolder,
  type Durability,
  type Storage,
  type StorageWrite,
  type StoredContents,
  type StoredFile,
  type WriteNeed,
} from './storage.js';
import { noSuchFile, storageClosed, storageFenced } from './storage-refusals.js';

/** What a test may do to the commits of a `MemoryStorage`. */
export interface MemoryStorageOptions {
  /** Shared with other storages, or left by one that crashed; an empty one if absent. */
  readonly disk?: MemoryDisk;
  /** Called before each commit takes effect. It may wait, and what it throws becomes the commit's error. */
  readonly beforeCommit?: (
    writes: readonly StorageWrite[],
    durability: Durability,
    need: WriteNeed,
  ) => Promise<void> | void;
}

/** Storage in memory: keeps the whole promise of `Storage` except that nothing outlives the process. The newest opener of a disk fences the others. */
export class MemoryStorage implements Storage {
  readonly disk: MemoryDisk;
  private readonly beforeCommit: MemoryStorageOptions['beforeCommit'];
  private readonly token: number;
  private settled: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  constructor(options: MemoryStorageOptions = {}) {
    this.disk = options.disk ?? new MemoryDisk();
    this.beforeCommit = options.beforeCommit;
    this.token = this.disk.nextToken();
  }

  async files(): Promise<readonly StoredFile[]> {
    this.checkOpen();
    return this.disk.files().map(({ name, file }) => ({ name, size: file.size, modifiedAt: file.modifiedAt }));
  }

  async contents(folder?: string): Promise<StoredContents> {
    const files = (await this.files()).filter(({ name }) => isInFolder(name, folder));
    return { files, blobs: this.disk.blobs().filter((name) => isInFolder(name, folder)) };
  }

  async read(file: string, position: number, length: number): Promise<Uint8Array> {
    this.checkOpen();
    const found = this.disk.file(file);
    if (found === undefined) throw noSuchFile(file, 'read');
    return found.read(position, length);
  }

  async readBlob(name: string): Promise<Uint8Array | undefined> {
    this.checkOpen();
    return this.disk.blob(name);
  }

  async commit(writes: readonly StorageWrite[], durability: Durability, need: WriteNeed = 'ordinary'): Promise<void> {
    this.checkOpen();
    const copied = copiedWrites(writes);
    this.disk.begin(copied);
    const committed = this.settled.then(() => this.carryOut(copied, durability, need));
    this.settled = committed.catch(() => undefined);
    return committed;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.settled;
  }

  private async carryOut(writes: readonly StorageWrite[], durability: Durability, need: WriteNeed): Promise<void> {
    try {
      await this.beforeCommit?.(writes, durability, need);
      if (!this.disk.isLatest(this.token)) {
        throw storageFenced();
      }
      this.disk.complete(writes, durability);
    } finally {
      this.disk.abandon(writes);
    }
  }

  private checkOpen(): void {
    if (this.isClosed) throw storageClosed();
  }
}
