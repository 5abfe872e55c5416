import type { IDBPTransaction } from 'idb';
import { StorageError } from '../../environment/storage.js';
import { ownerKey, upgradeKey, type StorageDatabase, type StorageSchema } from './indexeddb-schema.js';
import { randomName } from './random-name.js';
import { StoredFolders, type FolderEntry } from './stored-folders.js';
import {
  checksumBytes,
  fileRow,
  garbageRow,
  ownerRow,
  sealChunk,
  sealedBlob,
  type FileRow,
  type OwnerRow,
  type UpgradeMarker,
} from './stored-rows.js';

/** How many rows are written anew in one transaction. */
const rowsInStep = 16;

type Step = IDBPTransaction<StorageSchema, (typeof upgradedStores)[number][], 'readwrite'>;

const upgradedStores = ['owner', 'files', 'blobs', 'chunks', 'garbage', 'folders', 'upgrade'] as const;

/**
 * Gives the rows of a database of version 1 their checksums, if any have none yet: in small transactions, each of which leaves behind how far it came, so that whoever opens
 * the database after a crash goes on from there. Until it is through nobody reads or writes anything else.
 */
export async function finishUpgrade(database: StorageDatabase, token: number): Promise<void> {
  for (let steps = 0; ; steps++) {
    const step = database.transaction([...upgradedStores], 'readwrite', { durability: 'strict' });
    // Its requests reject when it breaks off, and this as well.
    step.done.catch(() => undefined);
    const marker = await step.objectStore('upgrade').get(upgradeKey);
    if (marker !== undefined) {
      await takeOwnership(step, token, steps === 0);
      await (marker.stage === 'chunks' ? sealSomeChunks(step, marker.after) : sealSomeBlobs(step, marker.after));
    }
    await step.done;
    if (marker === undefined) return;
  }
}

async function takeOwnership(step: Step, token: number, isFirst: boolean): Promise<void> {
  const owners = step.objectStore('owner');
  if (isFirst) {
    await owners.put(ownerRow({ token, commits: 0, lastId: 0, incarnation: randomName() }), ownerKey);
    return;
  }
  if (((await owners.get(ownerKey)) as OwnerRow | undefined)?.token === token) return;
  step.abort();
  throw new StorageError('fenced', 'Another has opened this storage while it was being upgraded, and goes on with it.');
}

async function sealSomeChunks(step: Step, after: [number, number] | undefined): Promise<void> {
  const chunks = step.objectStore('chunks');
  const [rows, found] = await Promise.all([
    step.objectStore('files').getAll(),
    chunks.getAllKeys(after && IDBKeyRange.lowerBound(after, true), rowsInStep + 1),
  ]);
  const sizes = new Map(rows.map(({ id, size }) => [id, size]));
  const keys = found.slice(0, rowsInStep);
  await Promise.all(
    keys.map(async ([id, start], index) => {
      const size = sizes.get(id);
      if (size === undefined) return; // Garbage needs none.
      const next = found[index + 1];
      // A file of version 1 could be cut without its last chunk: that one was longer than what counted of it.
      const length = (next?.[0] === id ? next[1] : size) - start;
      const value: unknown = await chunks.get([id, start]);
      // One that was damaged before is left as it is, and has no checksum that fits.
      if (!(value instanceof Uint8Array) || value.length < length) return;
      const sealed = new Uint8Array(length + checksumBytes);
      sealed.set(value.subarray(0, length));
      sealChunk(sealed, id, start);
      await chunks.put(sealed, [id, start]);
    }),
  );
  const last = keys.at(-1);
  const marker: UpgradeMarker =
    last === undefined || found.length <= rowsInStep ? { stage: 'blobs' } : { stage: 'chunks', after: last };
  await step.objectStore('upgrade').put(marker, upgradeKey);
}

async function sealSomeBlobs(step: Step, after: string | undefined): Promise<void> {
  const blobs = step.objectStore('blobs');
  const range = after === undefined ? undefined : IDBKeyRange.lowerBound(after, true);
  const [names, values] = await Promise.all([blobs.getAllKeys(range, rowsInStep), blobs.getAll(range, rowsInStep)]);
  await Promise.all(
    names.map(async (name, index) => {
      const value: unknown = values[index];
      if (value instanceof Uint8Array) await blobs.put(sealedBlob(name, value), name);
    }),
  );
  const last = names.at(-1);
  if (names.length < rowsInStep || last === undefined) return sealOtherRows(step);
  await step.objectStore('upgrade').put({ stage: 'blobs', after: last }, upgradeKey);
}

/** The last step: all rows that have no bytes, and what each folder holds. */
async function sealOtherRows(step: Step): Promise<void> {
  const [files, garbage] = [step.objectStore('files'), step.objectStore('garbage')];
  const [names, rows, blobNames, gone] = await Promise.all([
    files.getAllKeys(),
    files.getAll(),
    step.objectStore('blobs').getAllKeys(),
    garbage.getAllKeys(),
  ]);
  const folders = new StoredFolders();
  const entries = [
    ...names.map((name): FolderEntry => ({ kind: 'file', name })),
    ...blobNames.map((name): FolderEntry => ({ kind: 'blob', name })),
  ];
  const change = folders.change(entries, []);
  await Promise.all([
    ...names.map((name, index) => files.put(fileRow(name, rows[index] as FileRow), name)),
    ...gone.map((id) => garbage.put(garbageRow(id), id)),
    ...change.rows.map(([folder, row]) => row && step.objectStore('folders').put(row, folder)),
    step.objectStore('upgrade').delete(upgradeKey),
  ]);
}
