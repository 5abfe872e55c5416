import { deleteDB } from 'idb';
import { describe, expect, it } from 'vitest';
import { randomInteger } from '../../../src/engine/environment/environment.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import { StorageError, type StorageWrite } from '../../../src/engine/environment/storage.js';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';
import { sealChunk } from '../../../src/engine/platform/browser/stored-rows.js';
import { damagedRows, readRawStore, writeRawStore, type RawRow } from './raw-store.js';

const folders = ['orders-0', 'orders-1', 'payments-0', ''];

function bytesOf(random: SeededRandom, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.uint32() & 0xff);
}

interface Model {
  readonly files: Map<string, Uint8Array>;
  readonly blobs: Map<string, Uint8Array>;
}

/** Fills a store with files and blobs in several folders, with cuts, joins and garbage among them, and answers what it holds. */
async function fill(name: string, seed: string): Promise<Model> {
  const random = new SeededRandom(seed);
  const model: Model = { files: new Map(), blobs: new Map() };
  const storage = await IndexedDbStorage.open({ name });
  for (let step = 0; step < 30; step++) {
    const writes = folders.flatMap((folder): StorageWrite[] => {
      const file = `${folder}/${randomInteger(random, 3)}.log`.replace(/^\//, '');
      const before = model.files.get(file) ?? new Uint8Array(0);
      const [kind, modifiedAt] = [randomInteger(random, 8), step];
      if (kind === 0 && step < 25) {
        model.files.delete(file);
        return [{ kind: 'delete', file }];
      }
      if (kind === 1 && before.length > 0) {
        const size = randomInteger(random, before.length);
        model.files.set(file, before.slice(0, size));
        return [{ kind: 'truncate', file, size, modifiedAt }];
      }
      const blob = `${folder}/blob-${randomInteger(random, 3)}`.replace(/^\//, '');
      const content = bytesOf(random, 1 + randomInteger(random, 50));
      model.blobs.set(blob, content);
      const bytes = bytesOf(random, randomInteger(random, step === 3 ? 150_000 : 1000));
      model.files.set(file, Uint8Array.from([...before, ...bytes]));
      return [
        { kind: 'append', file, position: before.length, bytes, modifiedAt },
        { kind: 'put-blob', name: blob, bytes: content },
      ];
    });
    await storage.commit(writes, 'relaxed');
  }
  await storage.close();
  return model;
}

const folderOf = (name: string) => name.slice(0, Math.max(name.lastIndexOf('/'), 0));
const same = (left: Uint8Array | undefined, right: Uint8Array) =>
  left?.length === right.length && left.every((byte, at) => byte === right[at]);

/** Reads everything and compares it with the model. Answers the folders in which something was found damaged. */
async function damagedFolders(name: string, { files, blobs }: Model): Promise<Set<string>> {
  const damaged = new Set<string>();
  const storage = await IndexedDbStorage.open({ name });
  const check = async (entry: string, expected: Uint8Array, read: () => Promise<Uint8Array | undefined>) => {
    try {
      const found = await read();
      expect(same(found, expected), `${entry} is not what was written, and nobody says so`).toBe(true);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      expect(error).toMatchObject({ code: 'corrupt', message: expect.stringContaining(entry) });
      if (error.range !== undefined) expect(error.range.file).toBe(entry);
      damaged.add(folderOf(entry));
    }
  };
  for (const [file, content] of files) {
    await check(file, content, () => storage.read(file, 0, Number.MAX_SAFE_INTEGER));
    for (let at = 0; at < content.length; at += 30_000)
      await check(file, content.slice(at, at + 30_000), () => storage.read(file, at, 30_000));
  }
  for (const [blob, content] of blobs) await check(blob, content, () => storage.readBlob(blob));
  const known = (await storage.files()).map((file) => file.name);
  for (const file of known) expect(files.has(file), `${file} has come from nowhere`).toBe(true);
  // All that is not damaged takes writes as ever.
  for (const folder of folders) {
    if (damaged.has(folder)) continue;
    const file = `${folder}/new`.replace(/^\//, '');
    await storage.commit([{ kind: 'append', file, position: 0, bytes: Uint8Array.of(1), modifiedAt: 1 }], 'relaxed');
    expect(await storage.read(file, 0, 9)).toEqual(Uint8Array.of(1));
  }
  await storage.close();
  return damaged;
}

/** Damages a store in so many ways, one at a time, and looks what becomes of each. Answers how often it was noticed. */
async function damageOver(
  seed: string,
  rounds: number,
  written: (rows: readonly RawRow[]) => readonly RawRow[],
): Promise<number> {
  const name = `damage-${seed}`;
  const model = await fill(name, seed);
  const sound = await readRawStore(name);
  const random = new SeededRandom(`damage ${seed}`);
  let noticed = 0;
  for (let round = 0; round < rounds; round++) {
    const damage = damagedRows(sound.rows, random);
    await writeRawStore(name, { ...sound, rows: written(damage.rows) });
    try {
      const damaged = await damagedFolders(name, model);
      // Two rows at most were touched, and those of one folder each.
      expect(damaged.size).toBeLessThanOrEqual(damage.touched.length);
      if (damaged.size > 0) noticed++;
    } catch (error) {
      throw new Error(`Seed ${seed}, round ${round}: ${damage.says}`, { cause: error });
    }
  }
  await deleteDB(name);
  return noticed;
}

/** As if nobody had ever checked: each chunk has the checksum of what is in it now. */
function sealedAnew(rows: readonly RawRow[]): RawRow[] {
  return rows.map((row) => {
    if (row.store !== 'chunks' || !(row.value instanceof Uint8Array)) return row;
    const [id, start] = row.key as [number, number];
    const value = row.value.slice();
    sealChunk(value, id, start);
    return { ...row, value };
  });
}

describe('LOG-7 (storage): a flipped bit, a lost row, two rows in each other’s places', () => {
  it.each(['1', '2', '3'])('are found out, and disturb no other folder (seed %s)', async (seed) => {
    expect(await damageOver(seed, 30, (rows) => rows)).toBeGreaterThan(15);
  });

  it('LOG-7 finds a store whose checksums say nothing', async () => {
    await expect(damageOver('mutant', 60, sealedAnew)).rejects.toThrow(/^Seed mutant/);
    await deleteDB('damage-mutant');
  });
});
