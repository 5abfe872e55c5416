import { deleteDB } from 'idb';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import { checkStore, type FsckReport } from '../../../src/engine/fsck/fsck.js';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';
import { readDatabase } from '../../../src/engine/platform/browser/raw-database.js';
import { batchOf, openOrders } from '../../engine/log/log-builder.js';
import { damagedRows, readRawStore, writeRawStore } from './raw-store.js';

/** A log of several segments, one of them with a value that Chromium keeps in a file of its own. */
async function writeLog(name: string): Promise<void> {
  const storage = await IndexedDbStorage.open({ name });
  const log = await openOrders({ storage, config: { segmentBytes: 160_000, indexIntervalBytes: 1 } });
  for (let at = 0; at < 30; at++) {
    const value = at === 7 ? 'l'.repeat(150_000) : `value ${at} `.repeat(at * 120);
    await log.append(batchOf([value, `after ${at}`]), { durability: 'relaxed' }).durable;
  }
  await log.close();
  await storage.close();
}

async function checked(name: string): Promise<FsckReport> {
  const store = await readDatabase(name);
  if (store === undefined) throw new Error(`There is no database ${name}.`);
  try {
    return await checkStore(store);
  } finally {
    store.close();
  }
}

describe('fsck of a database', () => {
  it('says nothing of one that is sound, sees what the storage sees, and writes nothing', async () => {
    const name = 'raw-sound';
    await writeLog(name);
    const before = await readRawStore(name);
    const report = await checked(name);
    expect(report).toMatchObject({ verdict: 'clean', findings: [] });
    expect(report.partitions).toMatchObject([{ partition: 'orders-0', logEndOffset: 60, batches: 30, records: 60 }]);
    expect(report.partitions[0]?.segments).toBeGreaterThan(2);
    expect(await readRawStore(name)).toEqual(before);
    const storage = await IndexedDbStorage.open({ name });
    const { files } = await storage.contents();
    expect(report.bytes.logs).toBe(files.reduce((sum, { size }) => sum + size, 0));
    await storage.close();
    await deleteDB(name);
  });

  it('LOG-7 (fsck): finds a flipped bit, a lost row, two rows in each other’s places', async () => {
    const name = 'raw-damaged';
    await writeLog(name);
    const sound = await readRawStore(name);
    const random = new SeededRandom('raw-damaged');
    for (let round = 0; round < 60; round++) {
      const damage = damagedRows(sound.rows, random);
      await writeRawStore(name, { ...sound, rows: damage.rows });
      const { verdict, findings } = await checked(name);
      expect(verdict, `round ${round}: ${damage.says}`).not.toBe('clean');
      const hitsRecords = damage.touched.some(({ store }) => store === 'chunks');
      if (hitsRecords) expect({ verdict, says: damage.says }).toEqual({ verdict: 'corrupt', says: damage.says });
      expect(findings.every(({ message }) => message.length > 0)).toBe(true);
    }
    await deleteDB(name);
  });

  it('makes no database where there is none, and leaves one of another kind alone', async () => {
    expect(await readDatabase('raw-missing')).toBeUndefined();
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain('raw-missing');
    await writeRawStore('raw-other', { version: 3, stores: ['notes'], rows: [] });
    expect(await readDatabase('raw-other')).toBeUndefined();
    await deleteDB('raw-other');
  });
});
