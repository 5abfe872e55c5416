import { ChunkedFile } from './chunked-file.js';
import { fenceOff } from './fences.js';
import { chunkKeys, ownerKey, storeNames, type StorageDatabase } from './indexeddb-schema.js';
import { randomName } from './random-name.js';
import { SpaceReserve } from './space-reserve.js';
import { StoredFolders, type FolderEntry } from './stored-folders.js';
import {
  garbageRow,
  soundFileRow,
  soundOwnerRow,
  ownerRow,
  type FileRow,
  type FolderRow,
  type OwnerRow,
} from './stored-rows.js';

/** What the storage holds, as far as it is kept in memory. */
export interface StoredState {
  readonly files: Map<string, ChunkedFile>;
  /** How large what is stored of each blob is; 0 where that is not known, for blobs are not read when the store is opened. */
  readonly blobs: Map<string, number>;
  readonly folders: StoredFolders;
}

/** A store that is ours from now on. */
export interface TakenStore extends StoredState {
  readonly owner: OwnerRow;
  /** Files that are gone but whose chunks are not yet. */
  readonly garbage: readonly ChunkedFile[];
  readonly reserve: SpaceReserve;
}

/** Which store was found. */
export interface FoundStore {
  /** Undefined if the row that names it is damaged or missing. */
  readonly incarnation: string | undefined;
  /** Nothing at all is in it, not even its name. */
  readonly isEmpty: boolean;
}

/**
 * Becomes the owner of the store and reads what is in it, but for the bytes, all in one transaction. If `check` throws for what was found, nothing happens, and this rejects
 * with that.
 */
export async function takeOver(
  database: StorageDatabase,
  token: number,
  check: (found: FoundStore) => void,
): Promise<TakenStore> {
  const transaction = database.transaction(storeNames, 'readwrite', { durability: 'strict' });
  transaction.done.catch(() => undefined);
  const [owners, fileRows, chunks] = [
    transaction.objectStore('owner'),
    transaction.objectStore('files'),
    transaction.objectStore('chunks'),
  ];
  const [storedOwner, names, rows, blobs, garbageKeys, garbageRows, folderNames, folderRows, reserve] =
    await Promise.all([
      owners.get(ownerKey),
      fileRows.getAllKeys(),
      fileRows.getAll(),
      transaction.objectStore('blobs').getAllKeys(),
      transaction.objectStore('garbage').getAllKeys(),
      transaction.objectStore('garbage').getAll(),
      transaction.objectStore('folders').getAllKeys(),
      transaction.objectStore('folders').getAll(),
      transaction.objectStore('reserve').getAllKeys(),
    ]);
  const found = soundOwnerRow(storedOwner as OwnerRow | undefined);
  const isEmpty = storedOwner === undefined && names.length + blobs.length + garbageKeys.length === 0;
  try {
    check({ incarnation: found?.incarnation, isEmpty });
  } catch (error) {
    transaction.abort();
    throw error;
  }
  const soundRows = names.map((name, index) => soundFileRow(name, rows[index]));
  const live = new Set(soundRows.flatMap((row) => row?.id ?? []));
  // A row that was not written like this is no reason to delete anything.
  const gone = garbageKeys.filter((id, index) => garbageRows[index] === garbageRow(id) && !live.has(id));
  const starts = async (id: number): Promise<number[]> =>
    (await chunks.getAllKeys(chunkKeys(id))).map(([, start]) => start);
  const [startsOf, garbageStarts, lastChunk] = await Promise.all([
    Promise.all([...live].map(async (id) => [id, await starts(id)] as const)),
    Promise.all(gone.map(starts)),
    // The row of the owner, who knows the last id, may be lost: then no id may be used again that a chunk still has.
    found === undefined ? chunks.openKeyCursor(null, 'prev') : undefined,
  ]);
  const lastId = Math.max(0, ...live, ...garbageKeys, lastChunk?.key[0] ?? 0);
  const owner = ownerRow(
    found === undefined
      ? { token, commits: 0, lastId, incarnation: randomName() }
      : { ...found, token, lastId: Math.max(found.lastId, lastId) },
  );
  await fenceOff(owners, owner);
  await transaction.done;
  const startsById = new Map(startsOf);
  const files = new Map(names.map((name, index) => [name, fileOf(rows[index], soundRows[index], startsById)]));
  const entries = [
    ...names.map((name): FolderEntry => ({ kind: 'file', name })),
    ...blobs.map((name): FolderEntry => ({ kind: 'blob', name })),
  ];
  return {
    owner,
    files,
    blobs: new Map(blobs.map((name) => [name, 0])),
    folders: StoredFolders.found(entries, new Map(folderNames.map((name, at) => [name, folderRows[at] as FolderRow]))),
    // How long the last of their chunks are is not known, and does not matter.
    garbage: gone.map((id, index) => new ChunkedFile(id, garbageStarts[index]?.at(-1) ?? 0, 0, garbageStarts[index])),
    reserve: new SpaceReserve(new Set(reserve)),
  };
}

/** A token that no opener has had before. */
export function newToken(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number];
  return (high & 0x1f_ffff) * 2 ** 32 + low || newToken();
}

function fileOf(
  stored: FileRow | undefined,
  row: FileRow | undefined,
  startsById: ReadonlyMap<number, readonly number[]>,
): ChunkedFile {
  if (row === undefined) {
    const size = Number.isSafeInteger(stored?.size) ? Math.max(0, stored?.size ?? 0) : 0;
    return new ChunkedFile(-1, size, 0, [], 'its entry does not have its checksum');
  }
  const { id, size, modifiedAt } = row;
  const starts = [...(startsById.get(id) ?? [])];
  const beyond = starts.find((start) => start >= size);
  const damage = beyond === undefined ? undefined : `it ends at byte ${size}, but bytes lie at ${beyond}`;
  return new ChunkedFile(id, size, modifiedAt, starts, damage);
}
