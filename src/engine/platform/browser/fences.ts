import type { IDBPObjectStore } from 'idb';
import { StorageError, type Durability } from '../../environment/storage.js';
import { resultOf } from './chunk-reader.js';
import { holderKey, ownerKey, storeNames, type StorageSchema } from './indexeddb-schema.js';
import { fenceRow, soundOwnerRow, type OwnerRow } from './stored-rows.js';

/** How many fences are kept. Whose fence goes has not written while so many others have had the store. */
const keptFences = 64;

/**
 * Takes the store from whoever has it: a fence with the token of each of them stands from now on, and every write of theirs runs into it. The row of the owner
 * may be damaged, so what it says of its token (`claimed`) is not all that is believed.
 */
export async function fenceOff(
  fences: IDBPObjectStore<StorageSchema, readonly (typeof storeNames)[number][], 'fences', 'readwrite'>,
  token: number,
  claimed: unknown,
): Promise<void> {
  const [keys, rows] = await Promise.all([fences.getAllKeys(), fences.getAll()]);
  const standing = keys
    .map((key, at) => ({ key, order: rows[at]?.order ?? 0 }))
    .filter(({ key }) => key !== holderKey)
    .sort((a, b) => a.order - b.order);
  const former = new Set([claimed, keys[0] === holderKey ? rows[0]?.token : undefined].filter(isToken));
  former.delete(token);
  for (const { key } of standing) former.delete(key);
  let order = standing.reduce((latest, fence) => Math.max(latest, fence.order), 0);
  for (const each of former) standing.push({ key: each, order: ++order });
  const forgotten = standing.splice(0, Math.max(0, standing.length - keptFences));
  await Promise.all([
    ...forgotten.map(({ key }) => fences.delete(key)),
    ...standing.map((fence) => fences.put(fenceRow(fence.key, fence.key, fence.order), fence.key)),
    fences.put(fenceRow(holderKey, token, standing.length), holderKey),
  ]);
}

function isToken(known: unknown): known is number {
  return Number.isSafeInteger(known) && known !== holderKey;
}

/**
 * A write transaction that happens only if nobody has fenced us off. The fence is tried by adding a row where it would stand: if it does, the browser itself breaks the
 * transaction off. So it is committed without waiting for any answer, in one message there and back.
 */
export async function fencedTransaction(
  database: IDBDatabase,
  token: number,
  durability: Durability,
  request: (transaction: IDBTransaction) => void,
): Promise<void> {
  try {
    await completion(database, durability, (transaction) => {
      const fences = transaction.objectStore('fences');
      fences.add(fenceRow(token, token, 0), token);
      fences.delete(token);
      request(transaction);
      transaction.commit();
    });
  } catch (error) {
    // Browsers name the failure of a transaction in different ways.
    const fences = database.transaction('fences', 'readonly').objectStore('fences');
    if ((await resultOf(fences.count(token))) > 0) throw fencedError();
    throw error;
  }
}

/** A write transaction that happens only if the row of the owner has our token. It adds nothing of its own, so that it can free space where there is none. */
export function guardedTransaction(
  database: IDBDatabase,
  token: number,
  durability: Durability,
  request: (transaction: IDBTransaction) => void,
): Promise<void> {
  let refusal: StorageError | undefined;
  return completion(database, durability, (transaction) => {
    const check = transaction.objectStore('owner').get(ownerKey) as IDBRequest<OwnerRow | undefined>;
    check.onsuccess = () => {
      const found = soundOwnerRow(check.result);
      if (found === undefined) refusal = ownerDamaged();
      else if (found.token !== token) refusal = fencedError();
      if (refusal !== undefined) return transaction.abort();
      transaction.commit();
    };
    request(transaction);
  }).catch((error: unknown) => {
    throw refusal ?? error;
  });
}

/** What the row of the owner says. */
export async function storedOwner(database: IDBDatabase): Promise<OwnerRow> {
  const store = database.transaction('owner', 'readonly').objectStore('owner');
  const owner = soundOwnerRow(await resultOf(store.get(ownerKey) as IDBRequest<OwnerRow | undefined>));
  if (owner === undefined) throw ownerDamaged();
  return owner;
}

export function fencedError(): StorageError {
  return new StorageError(
    'fenced',
    'Another has opened this storage for writing, or removed it. Open it again to take over.',
  );
}

function ownerDamaged(): StorageError {
  return new StorageError(
    'corrupt',
    'The entry that says who may write is damaged. Nothing is written any more; open the storage again.',
  );
}

/** Resolves when a transaction of all stores, with these requests, is complete. */
function completion(
  database: IDBDatabase,
  durability: Durability,
  request: (transaction: IDBTransaction) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction([...storeNames], 'readwrite', { durability });
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error ?? new DOMException('The transaction broke off.', 'AbortError'));
    try {
      request(transaction);
    } catch (error) {
      // What was asked for before is not to happen alone.
      transaction.abort();
      throw error;
    }
  });
}
