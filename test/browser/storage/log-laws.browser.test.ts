import { deleteDB } from 'idb';
import fc from 'fast-check';
import { afterEach, describe, it } from 'vitest';
import type { Durability, Storage, StorageWrite, WriteNeed } from '../../../src/engine/environment/storage.js';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';
import { findsMutants } from '../../mutants/mutant.js';
import { compactionHolds, keysAreAlike, keysAreNeeded } from '../../engine/log/cleaner/compaction-laws.js';
import {
  appendAtOnce,
  concurrencyMutantsOver,
  keepsLimits,
  linearizable,
  readUpTo,
} from '../../engine/log/concurrent-appends.js';
import { lawHolds } from '../../engine/log/log-commands.js';
import { eng4, log1, log2, log3, log4, log5, log11, log14 } from '../../engine/log/log-laws.js';
import { findsTimestamps, layoutsAreAlike } from '../../engine/log/log-lookups.js';
import type { Hold, Law, LogPlace } from '../../engine/log/log-run.js';
import {
  clocksMayStep,
  retentionHolds,
  retentionKeepsWhatIsNeeded,
  retentions,
} from '../../engine/log/retention-laws.js';

const names: string[] = [];
const opened: Storage[] = [];

async function openNamed(name: string): Promise<Storage> {
  const storage = await IndexedDbStorage.open({ name });
  opened.push(storage);
  return storage;
}

function newName(): string {
  const name = `laws-${names.length}-${Math.trunc(performance.now())}`;
  names.push(name);
  return name;
}

const newStorage = () => openNamed(newName());

afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
  for (const name of names) await deleteDB(name);
});

/** A database in which commits wait for the run. A process that dies just never lets them through: there is no power to be lost here. */
class IndexedDbPlace implements LogPlace {
  private readonly name = newName();
  private readonly underWay = new Set<Promise<unknown>>();

  async open(hold: Hold): Promise<Storage> {
    const storage = await openNamed(this.name);
    const commit = async (writes: readonly StorageWrite[], durability: Durability, need?: WriteNeed) => {
      await hold();
      const committing = storage.commit(writes, durability, need);
      const settled = committing.catch(() => undefined).finally(() => this.underWay.delete(settled));
      this.underWay.add(settled);
      return committing;
    };
    return {
      files: () => storage.files(),
      contents: (folder) => storage.contents(folder),
      read: (file, position, length) => storage.read(file, position, length),
      readBlob: (name) => storage.readBlob(name),
      commit,
      close: () => storage.close(),
    };
  }

  crash(): void {
    this.underWay.clear();
  }

  async settle(): Promise<void> {
    do {
      await Promise.all(this.underWay);
      await new Promise((resolve) => setTimeout(resolve));
    } while (this.underWay.size > 0);
  }
}

const runs = 4;
const holds = <Inputs extends [unknown, ...unknown[]]>(property: fc.IAsyncPropertyWithHooks<Inputs>) =>
  fc.assert(property, { numRuns: runs, seed: 7 });

describe('over IndexedDB', () => {
  it.each<[string, () => Law]>([
    ['LOG-1', log1],
    ['LOG-2', log2],
    ['LOG-3', log3],
    ['LOG-4', log4],
    ['LOG-5', log5],
    ['LOG-11', log11],
    ['LOG-14', log14],
    ['ENG-4', eng4],
  ])('%s holds', (_, law) => holds(lawHolds(law, () => ({ place: new IndexedDbPlace() }))));

  it('LOG-6 holds', () => holds(findsTimestamps(newStorage)));
  it('LOG-9 holds', () => holds(linearizable(appendAtOnce, newStorage)));
  it('LOG-13 holds', () => holds(keepsLimits(readUpTo, newStorage)));
  it('LOG-8 holds, compared with memory', () => holds(layoutsAreAlike(newStorage)));
  it.each(retentions)('RET-1 to RET-4 hold %s', (_, config) => holds(retentionHolds(config, { newStorage })));
  it('RET-5 holds', () => holds(retentionKeepsWhatIsNeeded(newStorage)));
  it('RET-6 holds', () => holds(clocksMayStep((now) => now, newStorage)));
  it('CMP-1 to CMP-5 and CMP-7 to CMP-9 hold', () => holds(compactionHolds({ newStorage })));
  it('CMP-10 holds', () => holds(keysAreNeeded(true, newStorage)));
  it('CMP-11 holds', () => holds(keysAreAlike({ newStorage })));

  findsMutants(concurrencyMutantsOver(newStorage, 60));
});
