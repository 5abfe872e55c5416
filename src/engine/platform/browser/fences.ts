import type { IDBPObjectStore } from 'idb';
import { StorageError, type Durability } from '../../environment/storage.js';
import { resultOf } from './chunk-reader.js';
import { holderKey, ownerKey, storeNames, type StorageSchema, type StoreName } from './indexeddb-schema.js';
import { fenceRow, holderRow, soundOwnerRow, type FenceRow, type HolderRow, type OwnerRow } from './stored-rows.js';

/** What a transaction writes. */
export interface WriteRequest {
  readonly durability: Durability;
  /** All that it touches. */
  readonly stores: readonly StoreName[];
  readonly request: (transaction: IDBTransaction) => void;
}

/** How many fences are kept. Whose fence goes has not written while so many others have had the store. */
const keptFences = 64;

/**
 * Makes `owner` who has the store, and takes it from whoever had it: a fence with the token of each of them stands from now on, and every write of theirs runs into it. The row of the
 * owner may be damaged, so what it says of its token is not all that is believed; what rows there are may be, so they are written anew.
 */
export async function fenceOff(
  owners: IDBPObjectStore<StorageSchema, readonly StoreName[], 'owner', 'readwrite'>,
  owner: OwnerRow,
): Promise<void> {
  const [keys, rows] = await Promise.all([owners.getAllKeys(), owners.getAll()]);
  const known = new Map(keys.map((key, at) => [key, rows[at] as Partial<OwnerRow & FenceRow & HolderRow>]));
  const standing = [...known]
    .flatMap(([key, row]) => (isToken(key) && key !== owner.token ? { token: key, order: row.order ?? 0 } : []))
    .sort((a, b) => a.order - b.order);
  const former = new Set([known.get(ownerKey)?.token, known.get(holderKey)?.holder].filter(isToken));
  former.delete(owner.token);
  for (const { token } of standing) former.delete(token);
  let order = standing.reduce((latest, fence) => Math.max(latest, fence.order), 0);
  for (const token of former) standing.push({ token, order: ++order });
  const kept = standing.slice(-keptFences);
  await Promise.all([
    owners.clear(),
    owners.put(owner, ownerKey),
    ...kept.map((fence) => owners.put(fenceRow(fence.token, fence.order), fence.token)),
    owners.put(holderRow(owner.token, kept.length), holderKey),
  ]);
}

function isToken(known: unknown): known is number {
  return Number.isSafeInteger(known) && known !== holderKey;
}

/**
 * A write transaction that happens only if nobody has fenced us off, and makes `owner` the row of the owner. Where a fence with its token stands, that row cannot be put, and the
 * browser itself breaks the transaction off. So it is committed without waiting for any answer, in one message there and back. It touches the stores that it must, and so runs beside
 * reads of others; all transactions that write have that of the owner, and follow each other.
 */
export async function fencedTransaction(
  database: IDBDatabase,
  owner: OwnerRow,
  { durability, stores, request }: WriteRequest,
): Promise<void> {
  try {
    await completion(database, ['owner', ...stores], durability, (transaction) => {
      transaction.objectStore('owner').put(owner, ownerKey);
      request(transaction);
      transaction.commit();
    });
  } catch (error) {
    // Browsers name the failure of a transaction in different ways.
    const owners = database.transaction('owner', 'readonly').objectStore('owner');
    if ((await resultOf(owners.count(owner.token))) > 0) throw fencedError();
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
  return completion(database, storeNames, durability, (transaction) => {
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

/** Resolves when a transaction of these stores, with these requests, is complete. */
function completion(
  database: IDBDatabase,
  stores: readonly StoreName[],
  durability: Durability,
  request: (transaction: IDBTransaction) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction([...stores], 'readwrite', { durability });
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
