import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Durability, StorageWrite } from '../../../src/engine/environment/storage.js';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';
import { openDatabase } from '../../../src/engine/platform/browser/indexeddb-schema.js';
import { newToken, takeOver } from '../../../src/engine/platform/browser/store-opening.js';
import { batchOf, openOrders, recordsIn } from '../../engine/log/log-builder.js';
import { readRawStore } from './raw-store.js';

const name = 'transactions';
const pressed = { budgetBytes: 1e9, onPressure: () => {} };
const bytes = (length: number) => Uint8Array.from({ length }, (_, at) => (at * 7 + (at >>> 8)) & 0xff);
const append = (position: number, length: number): StorageWrite => ({
  kind: 'append',
  file: 'a',
  position,
  bytes: bytes(length),
  modifiedAt: 1,
});

/** What the storage asks of a transaction, in order. */
interface Asked {
  readonly transaction: IDBTransaction;
  readonly request: string;
  /** Whether it was asked for before anything else could run since the transaction was begun. */
  readonly isAtOnce: boolean;
}

const methods = ['add', 'get', 'getAll', 'getAllKeys', 'put', 'delete', 'clear', 'openKeyCursor'] as const;
const { transaction: begin } = IDBDatabase.prototype;
const original = Object.fromEntries(methods.map((method) => [method, IDBObjectStore.prototype[method]]));

let asked: Asked[];
/** Called with each transaction that writes. */
let onWrite: ((transaction: IDBTransaction) => void) | undefined;

beforeEach(async () => {
  await deleteDB(name);
  asked = [];
  onWrite = undefined;
  const fresh = new Set<IDBTransaction>();
  IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...parameters: Parameters<typeof begin>) {
    const begun = begin.apply(this, parameters);
    fresh.add(begun);
    queueMicrotask(() => fresh.delete(begun));
    if (begun.mode === 'readwrite') onWrite?.(begun);
    return begun;
  };
  for (const method of methods) {
    IDBObjectStore.prototype[method] = function (this: IDBObjectStore, ...parameters: never[]) {
      asked.push({
        transaction: this.transaction,
        request: `${method} ${this.name}`,
        isAtOnce: fresh.has(this.transaction),
      });
      return (original[method] as (...given: never[]) => never).apply(this, parameters);
    };
  }
});

afterEach(async () => {
  IDBDatabase.prototype.transaction = begin;
  Object.assign(IDBObjectStore.prototype, original);
  await deleteDB(name);
});

/** Everything that a storage does, its housekeeping too. */
async function work(storage: IndexedDbStorage): Promise<void> {
  for (let at = 0; at < 40; at++) await storage.commit([append(at * 10_000, 10_000)], at % 2 ? 'strict' : 'relaxed');
  await storage.commit(
    [
      append(400_000, 3_000_000),
      { kind: 'replace', file: 'b', bytes: bytes(700_000), modifiedAt: 1 },
      { kind: 'put-blob', name: 'x', bytes: bytes(10) },
    ],
    'relaxed',
  );
  await storage.commit([{ kind: 'truncate', file: 'a', size: 123_456, modifiedAt: 1 }], 'strict');
  await storage.commit(
    [
      { kind: 'delete', file: 'b' },
      { kind: 'delete-blob', name: 'x' },
    ],
    'strict',
    'essential',
  );
  await storage.read('a', 0, 123_456);
  // The chunks of b go, those of a are joined, the reserve is filled.
  const has = (request: string) => asked.some((each) => each.request === request);
  await expect.poll(() => has('delete garbage') && has('put reserve'), { timeout: 10_000 }).toBe(true);
}

/** What was asked of each transaction that wrote. */
function writes(): readonly (readonly Asked[])[] {
  const all = new Map<IDBTransaction, Asked[]>();
  for (const each of asked) {
    if (each.transaction.mode !== 'readwrite') continue;
    const of = all.get(each.transaction) ?? [];
    all.set(each.transaction, of);
    of.push(each);
  }
  return [...all.values()];
}

/** Somebody else, who can take the store without its storage having heard of it. */
async function stranger(): Promise<{ take(): Promise<void> }> {
  const database = await openDatabase(name, { mustExist: true });
  return {
    take: async () => {
      await takeOver(database, newToken(), () => undefined);
      database.close();
    },
  };
}

describe('ENG-1 whoever does not have the store any more', () => {
  it('is found out in every transaction that writes: the first thing that each does is to run into its fence, or to ask whose the store is', async () => {
    const storage = await IndexedDbStorage.open({ name, space: pressed });
    asked = [];
    await work(storage);
    await storage.close();
    expect(writes().length).toBeGreaterThan(40);
    for (const requests of writes())
      expect(requests[0]?.request).toBe(
        requests.every(({ request }) => /delete|get/.test(request)) ? 'get owner' : 'put owner',
      );
  });

  it.each<[string, StorageWrite[], Durability]>([
    ['an append', [append(2_000, 10)], 'relaxed'],
    ['a large append', [append(2_000, 2_000_000)], 'strict'],
    ['a truncation', [{ kind: 'truncate', file: 'a', size: 3, modifiedAt: 1 }], 'strict'],
    ['a deletion', [{ kind: 'delete', file: 'a' }], 'strict'],
    ['a blob', [{ kind: 'put-blob', name: 'y', bytes: bytes(3) }], 'relaxed'],
  ])('changes nothing by %s', async (_, changes, durability) => {
    const storage = await IndexedDbStorage.open({ name });
    await storage.commit([append(0, 2_000)], 'strict');
    await (await stranger()).take();
    const before = await readRawStore(name);
    await expect(storage.commit(changes, durability)).rejects.toMatchObject({ code: 'fenced' });
    await expect(storage.commit(changes, durability, 'essential')).rejects.toMatchObject({ code: 'fenced' });
    await storage.close();
    expect((await readRawStore(name)).rows).toEqual(before.rows);
  });

  it('changes nothing where the row that says whose the store is was lost before another took it', async () => {
    const storage = await IndexedDbStorage.open({ name });
    await storage.commit([append(0, 2_000)], 'strict');
    const database = await openDatabase(name, { mustExist: true });
    await database.delete('owner', 'owner');
    database.close();
    await (await stranger()).take();
    const before = await readRawStore(name);
    await expect(storage.commit([append(2_000, 10)], 'strict')).rejects.toMatchObject({ code: 'fenced' });
    await storage.close();
    expect((await readRawStore(name)).rows).toEqual(before.rows);
  });

  it('is held off by a fence that stands until 64 others have had the store', async () => {
    const first = await IndexedDbStorage.open({ name });
    for (let others = 0; others < 64; others++) await (await stranger()).take();
    await expect(first.commit([append(0, 10)], 'strict')).rejects.toMatchObject({ code: 'fenced' });
    await first.close();
    await (await stranger()).take();
    const { rows } = await readRawStore(name);
    expect(rows.filter(({ store, key }) => store === 'owner' && key !== 'owner')).toHaveLength(65);
  });

  it('changes nothing by its housekeeping either', async () => {
    const storage = await IndexedDbStorage.open({ name, space: pressed });
    for (let at = 0; at < 30; at++) await storage.commit([append(at * 10_000, 10_000)], 'relaxed');
    await storage.commit([{ kind: 'replace', file: 'b', bytes: bytes(10), modifiedAt: 1 }], 'relaxed');
    const other = await stranger();
    await storage.commit([{ kind: 'delete', file: 'b' }], 'strict');
    // It rests for a moment before it keeps house: the other's transaction comes first.
    asked = [];
    await other.take();
    const before = await readRawStore(name);
    await expect.poll(() => writes().length, { timeout: 5_000 }).toBeGreaterThan(1);
    await storage.close();
    expect((await readRawStore(name)).rows).toEqual(before.rows);
  });
});

describe('ENG-2 a commit', () => {
  it('has resolved only when its transaction is complete, at the durability that was asked for or a better one', async () => {
    const storage = await IndexedDbStorage.open({ name });
    const settled: string[] = [];
    onWrite = (transaction) =>
      transaction.addEventListener('complete', () => settled.push(`complete ${transaction.durability}`));
    const lengths = [10, 500_000];
    let position = 0;
    for (const durability of ['strict', 'relaxed'] as const)
      for (const length of lengths) {
        await storage.commit([append(position, length)], durability).then(() => settled.push(`resolved ${length}`));
        position += length;
      }
    await storage.close();
    expect(settled.slice(0, 8)).toEqual([
      'complete strict',
      'resolved 10',
      'complete strict',
      'resolved 500000',
      'complete relaxed',
      'resolved 10',
      // Large values lie outside of what a later strict commit makes durable.
      'complete strict',
      'resolved 500000',
    ]);
  });

  it('rejects, and has not happened, if its transaction breaks off after all its requests have succeeded', async () => {
    const storage = await IndexedDbStorage.open({ name });
    await storage.commit([append(0, 10)], 'strict');
    let succeeded = 0;
    onWrite = (transaction) => {
      // As at a quota: the browser says so only when it writes.
      transaction.commit = () => {
        const last = transaction.objectStore('files').get('a');
        last.onsuccess = () => {
          succeeded++;
          transaction.abort();
        };
      };
    };
    await expect(storage.commit([append(10, 10)], 'strict')).rejects.toMatchObject({ code: 'io' });
    onWrite = undefined;
    // Once, and once more on another connection.
    expect(succeeded).toBe(2);
    await storage.commit([append(10, 5)], 'strict');
    expect(await storage.read('a', 0, 99)).toEqual(new Uint8Array([...bytes(10), ...bytes(5)]));
    await storage.close();
  });
});

describe('ENG-4 who takes a store over', () => {
  it('finds everything that was acknowledged to the one before, and nothing that was not appended', async () => {
    const first = await IndexedDbStorage.open({ name });
    const log = await openOrders({ storage: first, config: { segmentBytes: 3_000 } });
    const acknowledged: string[] = [];
    const sent: string[] = [];
    const appends: Promise<unknown>[] = [];
    let second: IndexedDbStorage | undefined;
    for (let at = 0; second === undefined; at++) {
      const value = `record ${at} ${'x'.repeat(100)}`;
      const { durable } = log.append(batchOf([value]), { durability: at % 3 === 0 ? 'strict' : 'relaxed' });
      sent.push(value);
      appends.push(durable.then(() => acknowledged.push(value)).catch(() => undefined));
      // Some at a time are on their way, as the other comes.
      if (at % 7 === 6) await durable.catch(() => undefined);
      if (at === 60) void IndexedDbStorage.open({ name }).then((opened) => (second = opened));
      if (at > 5_000) throw new Error('The other has not come.');
    }
    await Promise.all(appends);
    const taken = await openOrders({ storage: second, config: { segmentBytes: 3_000 }, leaderEpoch: 1 });
    const found: string[] = [];
    for (let offset = 0; offset < taken.logEndOffset;) {
      const read = recordsIn(await taken.read(offset, 1_000_000));
      found.push(...read.map((record) => record.slice(record.indexOf(':') + 1)));
      offset = found.length;
    }
    expect(acknowledged.length).toBeGreaterThan(50);
    expect(found).toEqual(sent.slice(0, found.length));
    expect(found.length).toBeGreaterThanOrEqual(acknowledged.length);
    await taken.close();
    await second.close();
    await first.close();
  });
});

describe('ENG-6 a transaction', () => {
  it('is given all its requests at once: it never waits for anything else, and so never ends before its time', async () => {
    const storage = await IndexedDbStorage.open({ name, space: pressed });
    asked = [];
    await work(storage);
    await storage.close();
    const late = asked.filter(({ isAtOnce }) => !isAtOnce);
    expect(asked.length).toBeGreaterThan(100);
    expect(late.map(({ request }) => request)).toEqual([]);
  });
});
