import { openDB, unwrap, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import { StorageError } from '../../environment/storage.js';
import type { FenceRow, FileRow, FolderRow, HolderRow, OwnerRow, UpgradeMarker } from './stored-rows.js';

/** The version of the layout below. A later one adds a step to `upgrade`. */
const schemaVersion = 4;

export const ownerKey = 'owner';
export const upgradeKey = 'upgrade';
/** No token is 0. */
export const holderKey = 0;

export interface StorageSchema extends DBSchema {
  /**
   * Under `ownerKey` who has the store, put anew with each commit. Under their tokens those who had it before: no two rows have the same `token`, so what they put there fails. Under
   * `holderKey` once more who has it now.
   */
  owner: { key: typeof ownerKey | number; value: OwnerRow | FenceRow | HolderRow; indexes: { token: number } };
  files: { key: string; value: FileRow };
  /** The bytes of a blob and their checksum, by its name. */
  blobs: { key: string; value: Uint8Array };
  /** The bytes of a chunk and their checksum, by file id and position. */
  chunks: { key: [number, number]; value: Uint8Array };
  /** Ids of files that are gone but whose chunks are not yet. */
  garbage: { key: number; value: number };
  /** What is in each folder, by its name. */
  folders: { key: string; value: FolderRow };
  /** Bytes that mean nothing: they are deleted when space has run out. */
  reserve: { key: number; value: Uint8Array };
  /** How far an upgrade of the rows has come; empty when there is none. */
  upgrade: { key: typeof upgradeKey; value: UpgradeMarker };
}

export type StorageDatabase = IDBPDatabase<StorageSchema>;

type UpgradeTransaction = IDBPTransaction<StorageSchema, StoreNames<StorageSchema>[], 'versionchange'>;

/** What a write transaction of the storage may touch. */
export const storeNames = ['owner', 'files', 'blobs', 'chunks', 'garbage', 'folders', 'reserve'] as const;

export type StoreName = (typeof storeNames)[number];

const storesOfVersion1 = ['owner', 'files', 'blobs', 'chunks', 'garbage'] as const;
const storesOfVersion2 = ['folders', 'reserve', 'upgrade'] as const;
/** What version 3 had fences in. Nobody whom they held off can open this version, or has had a connection when it came. */
const onlyInVersion3 = 'fences';

export interface OpenDatabaseOptions {
  /** One that is not there is not created: then opening rejects with `not-found`. */
  readonly mustExist?: boolean;
  /** How long to wait for others that have an older version of the database open, in milliseconds. */
  readonly blockedMs?: number;
}

/** How long another tab may take to finish its transactions and let go. */
const defaultBlockedMs = 5000;

/** How often opening is tried when the browser fails at it, and how long it is waited for it to recover at first, in milliseconds; then four times that. */
const openingAttempts = 3;
const openingPauseMs = 100;

/**
 * Opens the database as `openOnce` does, which says what it may reject with. Where the browser itself fails ("Internal error opening backing store") it is tried again, not
 * more than twice. Nothing that is there is ever deleted to make it work.
 */
export async function openDatabase(name: string, options: OpenDatabaseOptions = {}): Promise<StorageDatabase> {
  // TypeScript takes it for granted; a browser need not have it.
  if ((globalThis as { readonly indexedDB?: IDBFactory }).indexedDB === undefined)
    throw new StorageError('unavailable', 'This browser has no IndexedDB, or gives it to no page in this mode.');
  for (let attempt = 1; ; attempt++) {
    try {
      return await openOnce(name, options);
    } catch (error) {
      if (isRefusal(error))
        throw new StorageError('unavailable', `The browser refuses IndexedDB to this page: ${error.message}`, {
          cause: error,
        });
      if (!(error instanceof DOMException && error.name === 'UnknownError')) throw error;
      if (attempt === openingAttempts)
        throw new StorageError(
          'io',
          `The browser could not open the database '${name}' in ${attempt} attempts: ${error.message} Nothing was changed. Restart the browser, or free some space on the disk, and try again.`,
          { cause: error },
        );
      await new Promise((resolve) => setTimeout(resolve, openingPauseMs * 4 ** (attempt - 1)));
    }
  }
}

/** What browsers say where the user, a private window or a sandbox keeps storage from a page: it will be said again however often it is tried. */
function isRefusal(error: unknown): error is DOMException {
  if (!(error instanceof DOMException)) return false;
  return error.name === 'SecurityError' || error.name === 'NotSupportedError' || refusals.test(error.message);
}

/** Chromium says so under the name of any failure; Firefox that a private window may not change a database. */
const refusals = /denied permission|did not allow mutations/;

/**
 * Opens the database, and creates it, or changes its layout, if need be. Whoever has it open in an older version is told to let go (`versionchange`). Rejects with
 * `upgrade-blocked` if one does not in time, and with `version-too-new` if the layout is a later one than this code knows; then nothing has been written.
 */
function openOnce(
  name: string,
  { mustExist = false, blockedMs = defaultBlockedMs }: OpenDatabaseOptions = {},
): Promise<StorageDatabase> {
  return new Promise((resolve, reject) => {
    let isGivenUp = false;
    let isAbsent = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const giveUp = (): void => {
      isGivenUp = true;
      reject(
        new StorageError(
          'upgrade-blocked',
          `The database '${name}' has an older layout, and another tab of this site keeps it open. Close the site's other tabs, then open it again.`,
        ),
      );
    };
    openDB<StorageSchema>(name, schemaVersion, {
      blocked: () => (timer ??= setTimeout(giveUp, blockedMs)),
      upgrade(database, oldVersion, _, transaction) {
        if (!isGivenUp && (oldVersion > 0 || !mustExist)) {
          upgrade(database, transaction, oldVersion);
          if (oldVersion === 1) void transaction.objectStore('upgrade').put({ stage: 'chunks' }, upgradeKey);
          return;
        }
        isAbsent = oldVersion === 0;
        // The opening itself rejects with the same error.
        transaction.done.catch(() => undefined);
        transaction.abort();
      },
    })
      .finally(() => clearTimeout(timer))
      .then((database) => {
        // A request to open cannot be taken back: it may be granted after we have gone.
        if (isGivenUp) database.close();
        else resolve(database);
      })
      .catch((error: unknown) =>
        reject(isAbsent ? new StorageError('not-found', `There is no database '${name}'.`) : openingError(name, error)),
      );
  });
}

/** One step a version, each from the one before. */
function upgrade(database: StorageDatabase, transaction: UpgradeTransaction, oldVersion: number): void {
  if (oldVersion < 1) for (const store of storesOfVersion1) database.createObjectStore(store);
  if (oldVersion < 2) for (const store of storesOfVersion2) database.createObjectStore(store);
  if (oldVersion === 3) unwrap(database).deleteObjectStore(onlyInVersion3);
  if (oldVersion < 4) transaction.objectStore('owner').createIndex('token', 'token', { unique: true });
}

function openingError(name: string, error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error.name !== 'VersionError') return error;
  return new StorageError(
    'version-too-new',
    `The database '${name}' was written by a newer version of this software, which this one does not understand. Nothing was changed. Reload the page, or update it.`,
    { cause: error },
  );
}

/** The keys of a file's chunks that begin at `from` or later, and before `to`. */
export function chunkKeys(id: number, from = 0, to = Infinity): IDBKeyRange {
  return IDBKeyRange.bound([id, from], [id, to], false, true);
}
