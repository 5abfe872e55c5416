import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';
import { openDatabase } from '../../../src/engine/platform/browser/indexeddb-schema.js';
import { readRawStore, writeRawStore, type RawRow, type RawStore } from './raw-store.js';

function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + (at >>> 8) + seed) & 0xff);
}

/** A store as version 1 left it: no checksums, the end of a file cut without its last chunk, and chunks of a file that is gone. */
function storeOfVersion1(): { readonly store: RawStore; readonly files: Map<string, Uint8Array> } {
  const rows: RawRow[] = [{ store: 'owner', key: 'owner', value: { token: 3, commits: 99 } }];
  const files = new Map<string, Uint8Array>();
  for (let id = 1; id <= 5; id++) {
    const file = `orders-${id % 2}/${id}.log`;
    const content = pattern(id === 3 ? 80_000 : 3000 + id * 99, id);
    const chunk = id === 3 ? 70_000 : 300;
    for (let start = 0; start < content.length; start += chunk)
      rows.push({ store: 'chunks', key: [id, start], value: content.slice(start, start + chunk) });
    const size = id % 2 === 0 ? content.length : content.length - 77;
    rows.push({ store: 'files', key: file, value: { id, size, modifiedAt: id * 10 } });
    files.set(file, content.slice(0, size));
  }
  for (let start = 0; start < 5; start++) rows.push({ store: 'chunks', key: [9, start * 10], value: pattern(10, 1) });
  rows.push({ store: 'garbage', key: 9, value: true });
  for (let blob = 0; blob < 20; blob++)
    rows.push({ store: 'blobs', key: `orders-${blob % 2}/blob-${blob}`, value: pattern(blob, blob) });
  return { store: { version: 1, stores: ['owner', 'files', 'blobs', 'chunks', 'garbage'], rows }, files };
}

async function expectEverything(name: string, files: Map<string, Uint8Array>): Promise<void> {
  const storage = await IndexedDbStorage.open({ name });
  const found = await storage.files();
  expect(found.map((file) => [file.name, file.size])).toEqual(
    [...files].map(([file, { length }]) => [file, length]).sort(),
  );
  expect(found.map(({ modifiedAt }) => modifiedAt).sort()).toEqual([10, 20, 30, 40, 50]);
  for (const [file, content] of files) {
    const bytes = await storage.read(file, 0, 1_000_000);
    expect(bytes.length === content.length && bytes.every((byte, at) => byte === content[at]), file).toBe(true);
  }
  for (let blob = 0; blob < 20; blob++)
    expect(await storage.readBlob(`orders-${blob % 2}/blob-${blob}`)).toEqual(pattern(blob, blob));
  await storage.commit(
    [{ kind: 'append', file: 'orders-1/1.log', position: 3022, bytes: pattern(5, 9), modifiedAt: 1 }],
    'strict',
  );
  expect(await storage.read('orders-1/1.log', 3020, 99)).toEqual(
    new Uint8Array([...(files.get('orders-1/1.log') as Uint8Array).slice(3020), ...pattern(5, 9)]),
  );
  await expect.poll(async () => (await readRawStore(name)).rows.some(({ store }) => store === 'garbage')).toBe(false);
  await storage.close();
}

describe('UPG-1 a store of version 1', () => {
  const name = 'upgrade';
  const { transaction } = IDBDatabase.prototype;
  beforeEach(() => deleteDB(name));
  afterEach(async () => {
    IDBDatabase.prototype.transaction = transaction;
    await deleteDB(name);
  });

  it('holds the same after its upgrade, with checksums', async () => {
    const { store, files } = storeOfVersion1();
    await writeRawStore(name, store);
    await expectEverything(name, files);
    const { version, rows } = await readRawStore(name);
    expect(version).toBe(4);
    expect(rows.filter((row) => row.store === 'upgrade')).toEqual([]);
    expect(rows.filter((row) => row.store === 'folders').map(({ key }) => key)).toEqual(['orders-0', 'orders-1']);
    expect(rows.find(({ key }) => key === 'orders-0/blob-4')?.value).toHaveLength(8);
  });

  it('is old or new after a crash at any step, never half', async () => {
    const { store, files } = storeOfVersion1();
    let steps = 0;
    for (let crashAt = 0; ; crashAt++) {
      await writeRawStore(name, store);
      steps = 0;
      IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...parameters: Parameters<typeof transaction>) {
        const begun = transaction.apply(this, parameters);
        // The end of a worker: what has begun and is not complete does not happen, and nothing comes after it.
        if (begun.mode === 'readwrite' && steps++ >= crashAt) setTimeout(() => abort(begun));
        return begun;
      };
      const opened = await IndexedDbStorage.open({ name }).catch(() => undefined);
      IDBDatabase.prototype.transaction = transaction;
      if (opened !== undefined) {
        await opened.close();
        break;
      }
      await expectEverything(name, files);
    }
    expect(steps).toBeGreaterThan(5);
  });

  it('stays as it is if the connection breaks before the layout has changed', async () => {
    const { store } = storeOfVersion1();
    await writeRawStore(name, store);
    const before = await readRawStore(name);
    await new Promise<void>((resolve) => {
      const request = indexedDB.open(name, 2);
      request.onupgradeneeded = () => request.transaction?.abort();
      request.onerror = () => resolve();
    });
    expect(isSame(await readRawStore(name), before)).toBe(true);
  });

  it('is damaged where it was damaged before, and nowhere else', async () => {
    const { store, files } = storeOfVersion1();
    const lost = store.rows.filter(({ store: of, key }) => !(of === 'chunks' && JSON.stringify(key) === '[2,600]'));
    await writeRawStore(name, { ...store, rows: lost });
    const storage = await IndexedDbStorage.open({ name });
    await expect(storage.read('orders-0/2.log', 599, 2)).rejects.toMatchObject({
      code: 'corrupt',
      range: { file: 'orders-0/2.log', from: 300, to: 900 },
    });
    const content = files.get('orders-0/2.log') as Uint8Array;
    expect(await storage.read('orders-0/2.log', 0, 300)).toEqual(content.slice(0, 300));
    expect(await storage.read('orders-0/2.log', 900, 99_999)).toEqual(content.slice(900));
    await storage.close();
  });
});

describe('UPG-1 a store of version 3', () => {
  const name = 'upgrade-3';
  beforeEach(() => deleteDB(name));
  afterEach(() => deleteDB(name));

  /** A store as version 3 left it: the fences in a store of their own, and nothing that keeps two rows of the owner's apart. */
  async function storeOfVersion3(): Promise<{ readonly store: RawStore; readonly files: Map<string, Uint8Array> }> {
    const { store, files } = storeOfVersion1();
    await writeRawStore(name, store);
    await (await IndexedDbStorage.open({ name })).close();
    const { stores, rows } = await readRawStore(name);
    const kept = rows.filter((row) => row.store !== 'owner' || row.key === 'owner');
    const { token } = kept.find((row) => row.store === 'owner')?.value as { readonly token: number };
    const fences = [
      { store: 'fences', key: 0, value: { token, order: 1, checksum: 1 } },
      { store: 'fences', key: 77, value: { token: 77, order: 1, checksum: 1 } },
    ];
    return { store: { version: 3, stores: [...stores, 'fences'], rows: [...kept, ...fences] }, files };
  }

  it('holds the same after its upgrade, and whoever has it next can be fenced off', async () => {
    const { store, files } = await storeOfVersion3();
    await writeRawStore(name, store);
    const former = await IndexedDbStorage.open({ name });
    const raw = await readRawStore(name);
    expect([raw.version, raw.stores.includes('fences'), raw.indexes]).toEqual([4, false, { owner: ['token'] }]);
    await expectEverything(name, files);
    const append = { kind: 'append', file: 'x', position: 0, bytes: pattern(5, 9), modifiedAt: 1 } as const;
    await expect(former.commit([append], 'strict')).rejects.toMatchObject({ code: 'fenced' });
    await former.close();
  });

  it('keeps its name, and the count of what was committed', async () => {
    const { store } = await storeOfVersion3();
    await writeRawStore(name, store);
    const ownerIn = ({ rows }: RawStore) =>
      rows.find(({ key }) => key === 'owner')?.value as { readonly commits: number; readonly incarnation: string };
    const storage = await IndexedDbStorage.open({ name });
    expect(storage.incarnation).toBe(ownerIn(store).incarnation);
    await storage.close();
    expect(ownerIn(await readRawStore(name)).commits).toBe(ownerIn(store).commits);
  });
});

describe('the version of a store', () => {
  const name = 'versions';
  beforeEach(() => deleteDB(name));
  afterEach(() => deleteDB(name));

  it('is too new for an older build, which writes nothing', async () => {
    const later = { version: 99, stores: ['other', 'owner'], rows: [{ store: 'other', key: 1, value: 'x' }] };
    await writeRawStore(name, later);
    await expect(IndexedDbStorage.open({ name })).rejects.toMatchObject({
      code: 'version-too-new',
      message: expect.stringContaining('newer version'),
    });
    expect(await readRawStore(name)).toEqual(later);
  });

  it('goes up when the old tab has finished its transactions and let go', async () => {
    const { store, files } = storeOfVersion1();
    await writeRawStore(name, store);
    const old = await openDB(name, 1);
    old.addEventListener('versionchange', () => old.close());
    const transaction = old.transaction('blobs', 'readwrite');
    let isComplete = false;
    void transaction.done.then(() => (isComplete = true));
    void transaction.store.put(pattern(0, 0), 'orders-0/blob-0');
    const storage = await IndexedDbStorage.open({ name });
    expect(isComplete).toBe(true);
    await storage.close();
    await expectEverything(name, files);
  });

  it('cannot go up while an old tab holds on: that is said in time, and nothing changes then or later', async () => {
    const { store, files } = storeOfVersion1();
    await writeRawStore(name, store);
    const before = await readRawStore(name);
    const old = await openDB(name, 1);
    await expect(openDatabase(name, { blockedMs: 100 })).rejects.toMatchObject({ code: 'upgrade-blocked' });
    expect(await old.get('blobs', 'orders-0/blob-2')).toEqual(pattern(2, 2));
    old.close();
    // The request that was given up is granted now, and must not do anything.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isSame(await readRawStore(name), before)).toBe(true);
    await expectEverything(name, files);
  });

  it('makes the old tab let go without losing what it has begun', async () => {
    let fenced = 0;
    const storage = await IndexedDbStorage.open({ name, onFenced: () => fenced++ });
    const commit = storage.commit(
      [{ kind: 'append', file: 'a', position: 0, bytes: pattern(100_000, 1), modifiedAt: 1 }],
      'strict',
    );
    // The transaction has begun when this is reached.
    await new Promise((resolve) => setTimeout(resolve));
    const later = await openDB(name, 5);
    expect(fenced).toBe(1);
    await commit;
    expect(await later.count('chunks')).toBe(2);
    await expect(storage.commit([{ kind: 'delete', file: 'a' }], 'strict')).rejects.toMatchObject({ code: 'fenced' });
    later.close();
  });
});

/** Quicker, and shorter when it fails, than to compare every byte with `toEqual`. */
function isSame(left: RawStore, right: RawStore): boolean {
  const text = ({ version, rows }: RawStore) => JSON.stringify([version, rows]);
  return text(left) === text(right);
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It was complete already.
  }
}
