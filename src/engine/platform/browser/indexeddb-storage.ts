import { unwrap } from 'idb';
import {
  StorageError,
  type Durability,
  type Storage,
  type StorageWrite,
  type StoredFile,
} from '../../environment/storage.js';
import { ChunkedFile } from './chunked-file.js';
import { ChunkReader, MissingChunk, resultOf } from './chunk-reader.js';
import { Housekeeping } from './housekeeping.js';
import {
  chunkKeys,
  openDatabase,
  ownerKey,
  storeNames,
  type OwnerRow,
  type StorageDatabase,
} from './indexeddb-schema.js';
import { prepareWrites, StagedCommit, type PreparedWrite } from './staged-commit.js';

export interface IndexedDbStorageOptions {
  /** Of the database. */
  readonly name: string;
  /** Called once, when another has opened the database for writing, or deletes it. */
  readonly onFenced?: () => void;
}

/**
 * Storage in an IndexedDB database. Opening it fences whoever had it before. One transaction a commit, acknowledged when it is complete; every one of them
 * checks that we are still the owner. A connection that the browser has closed is opened again.
 */
export class IndexedDbStorage implements Storage {
  private readonly stored = new Map<string, ChunkedFile>();
  private readonly reader = new ChunkReader();
  private readonly housekeeping: Housekeeping;
  private database: IDBDatabase | undefined;
  private owner: OwnerRow = { token: 0, commits: 0 };
  private lastId = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private isClosed = false;
  private isFenced = false;

  private constructor(private readonly options: IndexedDbStorageOptions) {
    this.housekeeping = new Housekeeping({
      inTurn: (task) => this.inTurn(task),
      write: (durability, request) => this.write(durability, request),
      read: (file, from, to) => this.readFile(file, from, to),
    });
  }

  /** Opens the database, creating it if need be, and takes it over. Rejects with a `StorageError` if the browser gives none. */
  static async open(options: IndexedDbStorageOptions): Promise<IndexedDbStorage> {
    const storage = new IndexedDbStorage(options);
    try {
      const database = await openDatabase(options.name);
      storage.connect(database);
      await storage.takeOver(database);
    } catch (error) {
      storage.database?.close();
      throw storageErrorOf(error);
    }
    return storage;
  }

  async files(): Promise<readonly StoredFile[]> {
    this.checkOpen();
    const files = [...this.stored].map(([name, { size, modifiedAt }]) => ({ name, size, modifiedAt }));
    return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async read(name: string, position: number, length: number): Promise<Uint8Array> {
    this.checkOpen();
    const file = this.stored.get(name);
    if (file === undefined) throw new StorageError('not-found', `There is no file ${name} to read.`);
    const end = Math.min(position + length, file.size);
    if (position >= end) return new Uint8Array(0);
    try {
      return await this.readFile(file, position, end);
    } catch (error) {
      if (!(error instanceof MissingChunk)) throw storageErrorOf(error);
      throw new StorageError('corrupt', `${name} is damaged. ${error.message}; the browser has lost it.`, {
        cause: error,
      });
    }
  }

  async readBlob(name: string): Promise<Uint8Array | undefined> {
    this.checkOpen();
    return this.connected(async (database) => {
      const store = database.transaction('blobs', 'readonly').objectStore('blobs');
      const value: unknown = await resultOf<unknown>(store.get(name));
      return value instanceof Uint8Array ? value : undefined;
    }).catch((error: unknown) => {
      throw storageErrorOf(error);
    });
  }

  async commit(writes: readonly StorageWrite[], durability: Durability): Promise<void> {
    this.checkOpen();
    const prepared = prepareWrites(writes);
    return this.inTurn(() => this.carryOut(prepared, durability));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.housekeeping.stop();
    await this.turn;
    this.database?.close();
    this.database = undefined;
  }

  private async carryOut(prepared: readonly PreparedWrite[], durability: Durability): Promise<void> {
    const staged = new StagedCommit(this.stored, prepared, () => ++this.lastId);
    // Chromium keeps large values beside its log of transactions. A later strict commit would make this log durable, but not these values.
    await this.write(staged.hasLargeChunk ? 'strict' : durability, (transaction) => staged.request(transaction));
    const discarded = staged.adopt(this.stored);
    this.housekeeping.discard(discarded);
    for (const name of staged.touched) this.housekeeping.grown(this.stored.get(name) as ChunkedFile);
  }

  /** Reads the owner's row, the files and where their chunks are, and becomes the owner, all in one transaction. */
  private async takeOver(database: StorageDatabase): Promise<void> {
    const transaction = database.transaction(storeNames, 'readwrite', { durability: 'strict' });
    const owners = transaction.objectStore('owner');
    const [owner, names, rows, garbage] = await Promise.all([
      owners.get(ownerKey),
      transaction.objectStore('files').getAllKeys(),
      transaction.objectStore('files').getAll(),
      transaction.objectStore('garbage').getAllKeys(),
    ]);
    this.owner = { token: (owner?.token ?? 0) + 1, commits: owner?.commits ?? 0 };
    void owners.put(this.owner, ownerKey);
    const starts = (ids: readonly number[]) =>
      Promise.all(ids.map((id) => transaction.objectStore('chunks').getAllKeys(chunkKeys(id))));
    const [fileKeys, garbageKeys] = await Promise.all([
      starts(rows.map(({ id }) => id)),
      starts(garbage),
      transaction.done,
    ]);
    rows.forEach(({ id, size, modifiedAt }, index) => {
      const keys = fileKeys[index] ?? [];
      const file = new ChunkedFile(
        id,
        size,
        modifiedAt,
        keys.map(([, start]) => start),
      );
      this.stored.set(names[index] as string, file);
      this.housekeeping.grown(file);
    });
    this.housekeeping.discard(
      garbage.map(
        (id, index) =>
          new ChunkedFile(
            id,
            0,
            0,
            (garbageKeys[index] ?? []).map(([, start]) => start),
          ),
      ),
    );
    this.lastId = Math.max(0, ...rows.map(({ id }) => id), ...garbage);
  }

  /** Runs tasks one after the other. */
  private inTurn<Value>(task: () => Promise<Value>): Promise<Value> {
    const result = this.turn.then(task).catch((error: unknown) => {
      throw storageErrorOf(error);
    });
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** One write transaction, complete when this resolves. If the connection breaks in it, what became of it is found out. */
  private async write(durability: Durability, request: (transaction: IDBTransaction) => void): Promise<void> {
    const next: OwnerRow = { token: this.owner.token, commits: this.owner.commits + 1 };
    await this.connected(async (database, found) => {
      if (found?.commits === next.commits) return;
      await guardedTransaction(database, next, durability, request);
    });
    this.owner = next;
  }

  private async readFile(file: ChunkedFile, from: number, to: number): Promise<Uint8Array> {
    for (;;) {
      const { revision } = file;
      try {
        return await this.connected((database) => this.reader.read(database, file, from, to));
      } catch (error) {
        if (!(error instanceof MissingChunk) || file.revision === revision) throw error;
      }
    }
  }

  /** Does something with the connection, and does it again, once, if the connection is found broken: then `found` is what the owner's row says now. */
  private async connected<Value>(use: (database: IDBDatabase, found?: OwnerRow) => Promise<Value>): Promise<Value> {
    try {
      if (this.isFenced) throw fencedError();
      if (this.database !== undefined) {
        try {
          return await use(this.database);
        } catch (error) {
          if (!isConnectionLost(error)) throw error;
        }
      }
      return await use(...(await this.reconnect()));
    } catch (error) {
      if (error instanceof StorageError && error.code === 'fenced') this.becomeFenced();
      throw error;
    }
  }

  private async reconnect(): Promise<[IDBDatabase, OwnerRow]> {
    this.database?.close();
    let database: StorageDatabase;
    try {
      database = await openDatabase(this.options.name, { mustExist: true });
    } catch (error) {
      throw error instanceof DOMException && error.name === 'AbortError' ? fencedError() : error;
    }
    this.connect(database);
    const owner = await database.get('owner', ownerKey);
    if (owner?.token !== this.owner.token) throw fencedError();
    return [unwrap(database), owner];
  }

  private connect(database: StorageDatabase): void {
    const connection = unwrap(database);
    this.database = connection;
    connection.onclose = () => {
      if (this.database === connection) this.database = undefined;
    };
    // Another wants to change the layout, or to delete everything: it waits until we let go.
    connection.onversionchange = () => {
      connection.close();
      if (this.database === connection) this.becomeFenced();
    };
  }

  private becomeFenced(): void {
    if (this.isFenced) return;
    this.isFenced = true;
    this.housekeeping.stop();
    this.database?.close();
    this.options.onFenced?.();
  }

  private checkOpen(): void {
    if (this.isClosed) throw new StorageError('closed', 'This storage is closed. Open it again.');
  }
}

/** A write transaction that happens only if the row of the owner has our token. */
function guardedTransaction(
  database: IDBDatabase,
  owner: OwnerRow,
  durability: Durability,
  request: (transaction: IDBTransaction) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction([...storeNames], 'readwrite', { durability });
    let isOurs = true;
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(
        isOurs ? (transaction.error ?? new DOMException('The transaction broke off.', 'AbortError')) : fencedError(),
      );
    const owners = transaction.objectStore('owner');
    const check = owners.get(ownerKey) as IDBRequest<OwnerRow | undefined>;
    check.onsuccess = () => {
      isOurs = check.result?.token === owner.token;
      if (!isOurs) return transaction.abort();
      owners.put(owner, ownerKey);
      transaction.commit();
    };
    // Nothing waits for the answer: the puts are under way while the token is looked at.
    request(transaction);
  });
}

function fencedError(): StorageError {
  return new StorageError(
    'fenced',
    'Another has opened this storage for writing, or removed it. Open it again to take over.',
  );
}

/** The browser closed the connection, or lost its database server. */
function isConnectionLost(error: unknown): boolean {
  return (
    error instanceof DOMException &&
    (error.name === 'InvalidStateError' || error.name === 'AbortError' || error.name === 'UnknownError')
  );
}

function storageErrorOf(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : String(error);
  if (name === 'QuotaExceededError')
    return new StorageError('full', 'The browser gives this origin no more space. Delete something first.', {
      cause: error,
    });
  if (name === 'NotReadableError')
    return new StorageError('corrupt', `The browser has lost part of its database: ${message}`, { cause: error });
  return new StorageError('io', `IndexedDB failed: ${message}`, { cause: error });
}
