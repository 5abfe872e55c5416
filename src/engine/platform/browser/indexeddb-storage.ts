import {
  StorageError,
  type Durability,
  type Storage,
  type StorageWrite,
  type StoredContents,
  type StoredFile,
  type WriteNeed,
} from '../../environment/storage.js';
import { noSuchFile, storageClosed } from '../../environment/storage-refusals.js';
import { ChunkReader, DamagedChunk, resultOf } from './chunk-reader.js';
import type { ChunkedFile } from './chunked-file.js';
import type { WriteRequest } from './fences.js';
import { Housekeeping } from './housekeeping.js';
import { OwnedDatabase } from './owned-database.js';
import { noSpace, StorageSpace, type SpaceOptions } from './storage-space.js';
import { reserveBytes } from './space-reserve.js';
import { seal } from './chunk-layout.js';
import { prepareWrites, type PreparedWrite } from './prepared-writes.js';
import { StagedCommit } from './staged-commit.js';
import { unsealBlob } from './stored-rows.js';
import type { TakenStore } from './store-opening.js';
import { UpcomingCommits } from './upcoming-commits.js';

export interface IndexedDbStorageOptions {
  /** Of the database. */
  readonly name: string;
  /** Called once, when another has opened the database for writing, or deletes it. */
  readonly onFenced?: () => void;
  /** How much it may hold; without it there is no limit but the browser's, and no reserve. */
  readonly space?: SpaceOptions;
  /** Incarnations that a store of this name has had, as far as that is remembered elsewhere: what has none of them is not the store that was here. */
  readonly incarnations?: readonly string[];
}

/**
 * Storage in an IndexedDB database. Opening it fences whoever had it before. One transaction a commit, acknowledged when it is complete; every one of them
 * checks that we are still the owner. What is read has its checksum, or the read rejects with `corrupt`.
 */
export class IndexedDbStorage implements Storage {
  private readonly reader = new ChunkReader();
  private readonly housekeeping: Housekeeping;
  private readonly space: StorageSpace | undefined;
  private lastId: number;
  private readonly upcoming = new UpcomingCommits();
  private turn: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  private constructor(
    private readonly database: OwnedDatabase,
    private readonly stored: TakenStore,
    space: SpaceOptions | undefined,
  ) {
    this.lastId = stored.owner.lastId;
    this.space = space && new StorageSpace(space, bytesIn(stored));
    this.housekeeping = new Housekeeping({
      inTurn: (task) => this.inTurn(task),
      write: (request) => this.write(request),
      erase: (request) => this.database.erase(request),
      read: (file, from, to) => this.readBytes(file, from, to),
      freed: (bytes) => this.space?.changed(-bytes),
      isPressed: () => this.space?.isPressed === true,
      refill: () => this.refillReserve(),
    });
    this.housekeeping.discard(stored.garbage);
    for (const file of stored.files.values()) this.housekeeping.grown(file);
  }

  /** Opens the database, creating it if need be, and takes it over. Rejects with a `StorageError` if the browser gives none, or has lost the one that was here (`lost`). */
  static async open({ name, onFenced, space, incarnations = [] }: IndexedDbStorageOptions): Promise<IndexedDbStorage> {
    let storage: IndexedDbStorage | undefined = undefined;
    const fenced = (): void => {
      storage?.housekeeping.stop();
      onFenced?.();
    };
    try {
      storage = new IndexedDbStorage(...(await OwnedDatabase.open(name, fenced, incarnations)), space);
      return storage;
    } catch (error) {
      throw storageErrorOf(error);
    }
  }

  /** Names this store; one that is made in its place has another name. */
  get incarnation(): string {
    return this.stored.owner.incarnation;
  }

  /** How much is stored, as far as that is known without reading it. */
  get usedBytes(): number {
    return this.space?.used ?? bytesIn(this.stored);
  }

  async files(): Promise<readonly StoredFile[]> {
    this.checkOpen();
    const files = [...this.stored.files].map(([name, { size, modifiedAt }]) => ({ name, size, modifiedAt }));
    return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async contents(folder?: string): Promise<StoredContents> {
    const files = await this.files();
    const blobs = [...this.stored.blobs.keys()].sort();
    if (folder === undefined) return { files, blobs };
    const inside = `${folder}/`;
    this.stored.folders.check(inside);
    return {
      files: files.filter(({ name }) => name.startsWith(inside)),
      blobs: blobs.filter((name) => name.startsWith(inside)),
    };
  }

  read(name: string, position: number, length: number): Promise<Uint8Array> {
    return this.readPiece(name, position, length, length);
  }

  async readPiece(name: string, position: number, least: number, most: number): Promise<Uint8Array> {
    this.checkOpen();
    this.stored.folders.check(name);
    const file = this.stored.files.get(name);
    if (file === undefined) throw noSuchFile(name, 'read');
    file.checkWhole(name);
    const end = Math.min(position + most, file.size);
    if (position >= end) return new Uint8Array(0);
    try {
      return await this.readFile(file, (database) =>
        this.reader.read(database, file, position, file.pieceEnd(position, position + least, end)),
      );
    } catch (error) {
      if (!(error instanceof DamagedChunk)) throw storageErrorOf(error);
      const { from, to, message } = error;
      throw new StorageError('corrupt', `${name} is damaged. ${message}. What lies around them can be read.`, {
        cause: error,
        range: { file: name, from, to },
      });
    }
  }

  async readBlob(name: string): Promise<Uint8Array | undefined> {
    this.checkOpen();
    this.stored.folders.check(name);
    let value: unknown;
    try {
      value = await this.database.use((database) =>
        resultOf<unknown>(database.transaction('blobs', 'readonly').objectStore('blobs').get(name)),
      );
    } catch (error) {
      throw storageErrorOf(error);
    }
    if (value === undefined) return undefined;
    const bytes = unsealBlob(name, value);
    if (bytes !== undefined) return bytes;
    throw new StorageError('corrupt', `${name} is damaged: it does not have its checksum.`);
  }

  prepare(writes: readonly StorageWrite[]): void {
    this.upcoming.add(writes, (prepared) => {
      // A file that is not there yet has no id, with which chunks are sealed.
      for (const write of prepared) {
        const file = write.kind === 'append' ? this.stored.files.get(write.file) : undefined;
        if (write.kind === 'append' && file !== undefined) for (const chunk of write.chunks) seal(chunk, file.id);
      }
    });
  }

  async commit(writes: readonly StorageWrite[], durability: Durability, need: WriteNeed = 'ordinary'): Promise<void> {
    this.checkOpen();
    const prepared = this.upcoming.take(writes) ?? prepareWrites(writes);
    return this.inTurn(async () => {
      this.housekeeping.pause();
      try {
        await this.carryOut(prepared, durability, need);
      } finally {
        this.housekeeping.resume();
      }
    });
  }

  /** Lets go of the connection to the database, which may have died while the page was frozen or kept aside. The next use opens another. */
  dropConnection(): void {
    this.database.dropConnection();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.housekeeping.stop();
    await this.turn;
    this.upcoming.close();
    this.database.close();
  }

  private async carryOut(prepared: readonly PreparedWrite[], durability: Durability, need: WriteNeed): Promise<void> {
    const staged = new StagedCommit(this.stored, prepared, () => ++this.lastId);
    const { growth } = staged;
    // Before records fill the store: where one commit follows the other, housekeeping may find no rest to do it in.
    if (need === 'ordinary' && !this.stored.reserve.isWhole) await this.refillReserve();
    this.space?.admit(growth, need, reserveBytes);
    await staged.prepare((file, from, to) => this.readBytes(file, from, to));
    // Chromium keeps large values beside its log of transactions. A later strict commit would make this log durable, but not these values.
    const request: WriteRequest = {
      durability: staged.hasLargeValue ? 'strict' : durability,
      stores: staged.stores,
      request: (transaction) => staged.request(transaction),
    };
    const write = (): Promise<void> => this.write(request);
    await (need === 'essential' ? this.withReserve(write) : write());
    this.housekeeping.discard(staged.adopt());
    for (const name of staged.touched) this.housekeeping.grown(this.stored.files.get(name) as ChunkedFile);
    staged.free();
    this.space?.changed(growth);
  }

  /** Carries out a write that must not fail for want of space: if it does, the reserve is given up for it. */
  private async withReserve(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      const { reserve } = this.stored;
      if (!isOutOfSpace(error) || reserve.bytes === 0) throw error;
      this.space?.refused(error);
      await this.database.erase((transaction) => reserve.release(transaction.objectStore('reserve')));
      this.space?.changed(-reserve.bytes);
      reserve.released();
      await write();
    }
  }

  private async refillReserve(): Promise<void> {
    const { reserve } = this.stored;
    if (reserve.isWhole || this.space?.hasRoomFor(reserveBytes) !== true) return;
    const before = reserve.bytes;
    try {
      const request = (transaction: IDBTransaction): void => reserve.fill(transaction.objectStore('reserve'));
      await this.write({ durability: 'strict', stores: ['reserve'], request });
    } catch (error) {
      if (!isOutOfSpace(error)) throw error;
      this.space.refused(error);
      return;
    }
    reserve.filled();
    this.space.changed(reserve.bytes - before);
  }

  /** Runs tasks one after the other. */
  private inTurn<Value>(task: () => Promise<Value>): Promise<Value> {
    const result = this.turn.then(task).catch((error: unknown) => {
      throw isOutOfSpace(error) ? (this.space?.refused(error) ?? noSpace(error)) : storageErrorOf(error);
    });
    this.turn = result.catch(() => undefined);
    return result;
  }

  private write(request: WriteRequest): Promise<void> {
    return this.database.write(this.lastId, request);
  }

  private readBytes(file: ChunkedFile, from: number, to: number): Promise<Uint8Array> {
    return this.readFile(file, (database) => this.reader.read(database, file, from, to));
  }

  /** Reads from a file, and again if chunks have been joined or cut meanwhile. */
  private async readFile(file: ChunkedFile, read: (database: IDBDatabase) => Promise<Uint8Array>): Promise<Uint8Array> {
    for (;;) {
      const { revision } = file;
      try {
        return await this.database.use(read);
      } catch (error) {
        if (!(error instanceof DamagedChunk) || file.revision === revision) throw error;
      }
    }
  }

  private checkOpen(): void {
    if (this.isClosed) throw storageClosed();
  }
}

/** How much a store holds, as far as that is known without reading it. */
function bytesIn({ files, garbage, reserve }: TakenStore): number {
  let bytes = reserve.bytes;
  for (const { size } of files.values()) bytes += size;
  for (const { size } of garbage) bytes += size;
  return bytes;
}

function isOutOfSpace(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}

function storageErrorOf(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : String(error);
  if (isOutOfSpace(error)) return noSpace(error);
  if (error instanceof DamagedChunk || name === 'NotReadableError')
    return new StorageError('corrupt', `The browser has lost part of its database: ${message}`, { cause: error });
  return new StorageError('io', `IndexedDB failed: ${message}`, { cause: error });
}
