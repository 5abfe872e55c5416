import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

/** The version of the layout below. A later one adds a step to `upgrade`. */
const schemaVersion = 1;

/** Who may write: the opener with this token. `commits` counts the write transactions, so that one whose end was not seen can be found out about. */
export interface OwnerRow {
  readonly token: number;
  readonly commits: number;
}

export interface FileRow {
  readonly id: number;
  readonly size: number;
  readonly modifiedAt: number;
}

export const ownerKey = 'owner';

export interface StorageSchema extends DBSchema {
  owner: { key: typeof ownerKey; value: OwnerRow };
  files: { key: string; value: FileRow };
  blobs: { key: string; value: Uint8Array };
  /** By file id and position. */
  chunks: { key: [number, number]; value: Uint8Array };
  /** Ids of files that are gone but whose chunks are not yet. */
  garbage: { key: number; value: true };
}

export type StorageDatabase = IDBPDatabase<StorageSchema>;

export const storeNames = ['owner', 'files', 'blobs', 'chunks', 'garbage'] as const;

/** Opens the database, and creates or upgrades it if need be. With `mustExist` one that is not there is not created: then this rejects with AbortError. */
export function openDatabase(name: string, { mustExist = false } = {}): Promise<StorageDatabase> {
  return openDB<StorageSchema>(name, schemaVersion, {
    upgrade(database, oldVersion, _, transaction) {
      if (oldVersion > 0 || !mustExist) return upgrade(database, oldVersion);
      // The opening itself rejects with the same error.
      transaction.done.catch(() => undefined);
      transaction.abort();
    },
  });
}

/** One step a version, each from the one before. */
function upgrade(database: StorageDatabase, oldVersion: number): void {
  if (oldVersion < 1) for (const store of storeNames) database.createObjectStore(store);
}

/** The keys of a file's chunks that begin at `from` or later, and before `to`. */
export function chunkKeys(id: number, from = 0, to = Infinity): IDBKeyRange {
  return IDBKeyRange.bound([id, from], [id, to], false, true);
}
