import { unwrap } from 'idb';
import { StorageError } from '../../environment/storage.js';
import { fencedError, fencedTransaction, guardedTransaction, storedOwner, type WriteRequest } from './fences.js';
import { openDatabase, type StorageDatabase } from './indexeddb-schema.js';
import { finishUpgrade } from './schema-upgrade.js';
import { newToken, takeOver, type TakenStore } from './store-opening.js';
import { ownerRow, type OwnerRow } from './stored-rows.js';

/**
 * A database that we have taken over: whoever had it before can write no more, and neither can we once another has taken it. A connection that breaks is opened again,
 * once for all who use it, and what was under way is tried once more.
 */
export class OwnedDatabase {
  private connection: IDBDatabase | undefined;
  private reopening: Promise<IDBDatabase> | undefined;
  private isFenced = false;

  private constructor(
    private readonly name: string,
    private owner: OwnerRow,
    private readonly onFenced: () => void,
  ) {}

  /**
   * Opens the database, creating it if need be, and takes it over. `onFenced` is called once, when another has done that, or deletes it. Rejects with `lost`, and creates
   * nothing, if there are incarnations that it should have and it has none of them.
   */
  static async open(
    name: string,
    onFenced: () => void,
    incarnations: readonly string[],
  ): Promise<[OwnedDatabase, TakenStore]> {
    const database = await openDatabase(name, { mustExist: incarnations.length > 0 }).catch((error: unknown) => {
      throw isMissing(error) ? storeLost(name, 'is gone') : error;
    });
    try {
      const token = newToken();
      await finishUpgrade(database, token);
      const store = await takeOver(database, token, ({ incarnation, isEmpty }) => {
        if (incarnations.length === 0) return;
        if (isEmpty) throw storeLost(name, 'is empty');
        if (incarnation !== undefined && !incarnations.includes(incarnation))
          throw storeLost(name, 'is another, which was made since');
      });
      const owned = new OwnedDatabase(name, store.owner, onFenced);
      owned.connect(database);
      return [owned, store];
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Does something with the connection, and does it again, once, if the connection is found broken. */
  async use<Value>(use: (database: IDBDatabase, isAgain: boolean) => Promise<Value>): Promise<Value> {
    if (this.isFenced) throw fencedError();
    const { connection } = this;
    if (connection !== undefined) {
      try {
        return await use(connection, false);
      } catch (error) {
        if (!isConnectionLost(error)) throw error;
      }
    }
    return await use(await this.another(connection), true);
  }

  /** One write transaction, complete when this resolves. If the connection breaks in it, what became of it is found out. */
  async write(lastId: number, request: WriteRequest): Promise<void> {
    const next = ownerRow({ ...this.owner, commits: this.owner.commits + 1, lastId });
    await this.guarded(async (database, isAgain) => {
      if (isAgain && (await storedOwner(database)).commits === next.commits) return;
      await fencedTransaction(database, next, request);
    });
    this.owner = next;
  }

  /** A write transaction that only deletes, and may happen twice. Browsers carry out such a one even where there is no space for the smallest row. */
  erase(request: (transaction: IDBTransaction) => void): Promise<void> {
    return this.guarded((database) => guardedTransaction(database, this.owner.token, 'relaxed', request));
  }

  /** Lets the connection go, which may be dead without anybody having said so. The next use opens another. */
  dropConnection(): void {
    this.connection?.close();
    this.connection = undefined;
  }

  close(): void {
    this.connection?.close();
    this.connection = undefined;
  }

  private async guarded(write: (database: IDBDatabase, isAgain: boolean) => Promise<void>): Promise<void> {
    try {
      await this.use(write);
    } catch (error) {
      if (error instanceof StorageError && error.code === 'fenced') this.becomeFenced();
      throw error;
    }
  }

  /** A connection in the place of one that is broken. */
  private another(broken: IDBDatabase | undefined): Promise<IDBDatabase> {
    if (this.connection !== undefined && this.connection !== broken) return Promise.resolve(this.connection);
    this.reopening ??= this.reopen().finally(() => (this.reopening = undefined));
    return this.reopening;
  }

  private async reopen(): Promise<IDBDatabase> {
    this.dropConnection();
    const database = await openDatabase(this.name, { mustExist: true }).catch((error: unknown) => {
      throw isMissing(error) ? this.becomeFenced() : error;
    });
    try {
      const connection = unwrap(database);
      if ((await storedOwner(connection)).token !== this.owner.token) throw this.becomeFenced();
      this.connect(database);
      return connection;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  private connect(database: StorageDatabase): void {
    const connection = unwrap(database);
    this.connection = connection;
    connection.onclose = () => {
      if (this.connection === connection) this.connection = undefined;
    };
    // Another wants to change the layout, or to delete everything: it waits until we let go.
    connection.onversionchange = () => {
      connection.close();
      if (this.connection === connection) void this.becomeFenced();
    };
  }

  private becomeFenced(): StorageError {
    const error = fencedError();
    if (this.isFenced) return error;
    this.isFenced = true;
    this.connection?.close();
    this.onFenced();
    return error;
  }
}

/** A database that had to exist does not. */
function isMissing(error: unknown): boolean {
  return error instanceof StorageError && error.code === 'not-found';
}

function storeLost(name: string, found: string): StorageError {
  return new StorageError(
    'lost',
    `The browser has lost what was stored: a database '${name}' was here, and the one that was found ${found}. Nothing was created or changed. If there is an export, import it into a new log.`,
  );
}

/** The browser closed the connection, or lost its database server. */
function isConnectionLost(error: unknown): boolean {
  return (
    error instanceof DOMException &&
    (error.name === 'InvalidStateError' || error.name === 'AbortError' || error.name === 'UnknownError')
  );
}
