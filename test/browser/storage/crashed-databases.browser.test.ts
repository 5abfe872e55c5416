import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Storage, StorageWrite } from '../../../src/engine/environment/storage.js';
import { checkStore } from '../../../src/engine/fsck/fsck.js';
import { Housekeeping } from '../../../src/engine/platform/browser/housekeeping.js';
import { IndexedDbStorage } from '../../../src/engine/platform/browser/indexeddb-storage.js';
import { readDatabase } from '../../../src/engine/platform/browser/raw-database.js';
import { judge, readLog } from '../../engine/log/crashes/crash-judge.js';
import { compactions, crashScripts, type Script } from '../../engine/log/crashes/crash-scripts.js';
import { CrashWorld, type CrashMutant, type PromisedWorld } from '../../engine/log/crashes/crash-world.js';
import { instead } from '../../mutants/instead.js';
import { findsMutants, inPlaceOf, searchOnce, type Mutant } from '../../mutants/mutant.js';
import { writeRawStore, type RawStore } from './raw-store.js';
import { watchDatabase } from './watched-database.js';

const name = 'crashed';

// What is done between commits happens when a test says so.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(async () => {
  vi.useRealTimers();
  await deleteDB(name);
});

const retention = crashScripts['retention'] as Script;
const twoCompactions = compactions(2);

/** What a crash has left, and what was promised of it. */
interface Cut {
  readonly left: RawStore;
  readonly promised: PromisedWorld;
}

/** Runs a script, and what is done between commits after it. Answers what a crash would leave before each write transaction, and what is left at the end. */
async function runScript(script: Script, mutant: CrashMutant): Promise<Cut[]> {
  await deleteDB(name);
  const cuts: Cut[] = [];
  const storage = await IndexedDbStorage.open({ name });
  const world = new CrashWorld(storage, mutant);
  const watched = watchDatabase(name, (left) => cuts.push({ left, promised: world.promised }));
  try {
    await script(world);
    await world.settled();
    await housekeepingEnds(storage);
    // One more, so that the end is looked at too.
    await storage.commit([], 'relaxed');
  } finally {
    await watched.ends();
    await storage.close();
  }
  return cuts;
}

/** Resolves when nothing is left to be done between commits. */
async function housekeepingEnds(storage: Storage): Promise<void> {
  while (vi.getTimerCount() > 0) {
    vi.advanceTimersToNextTimer();
    await storage.commit([], 'relaxed');
  }
}

/** Opens what a crash has left and judges it. Answers what a crash would leave before each write transaction of the recovery. */
async function recover({ left, promised }: Cut, mutant: CrashMutant): Promise<Cut[]> {
  await writeRawStore(name, left);
  const cuts: Cut[] = [];
  const watched = watchDatabase(name, (inside) => cuts.push({ left: inside, promised }));
  const storage = await IndexedDbStorage.open({ name });
  const world = new CrashWorld(storage, mutant, promised.now);
  for (const { topic, config, log } of promised.logs)
    judge(await readLog(await world.openLog(topic, config, log)), log, 'process');
  await housekeepingEnds(storage);
  await watched.ends();
  const store = await readDatabase(name);
  if (store === undefined) throw new Error('There is no database.');
  const { verdict, findings, bytes } = await checkStore(store);
  store.close();
  await storage.close();
  if (bytes.other > 0) throw new Error(`RET-7 ${bytes.other} bytes belong to nothing and stay`);
  if (verdict !== 'clean') throw new Error(`fsck: ${verdict}: ${findings.map(({ message }) => message).join('; ')}`);
  return cuts;
}

/** How many chunks lie in a store that belong to no file. */
function orphansIn({ rows }: RawStore): number {
  const ids = new Set(rows.flatMap(({ store, value }) => (store === 'files' ? [(value as { id: number }).id] : [])));
  return rows.filter(({ store, key }) => store === 'chunks' && !ids.has((key as [number, number])[0])).length;
}

/** Cuts a script at every write transaction of its database, and every `cutEach`th recovery of what that leaves at each of its own. */
async function sweepDatabase(script: Script, cutEach: number, mutant: CrashMutant = {}) {
  const cuts = await runScript(script, mutant);
  let cutsOfRecoveries = 0;
  for (const [at, cut] of cuts.entries())
    try {
      const further = await recover(cut, mutant);
      if (at % cutEach !== 0) continue;
      for (const each of further) await recover(each, mutant);
      cutsOfRecoveries += further.length;
    } catch (error) {
      throw new Error(`Cut before write transaction ${at + 1} of ${cuts.length}: ${String(error)}`, { cause: error });
    }
  return { cuts: cuts.length, cutsOfRecoveries, withOrphans: cuts.filter(({ left }) => orphansIn(left) > 0).length };
}

const isReplacement = (write: StorageWrite) => write.kind === 'replace' && write.bytes.length > 0;

/** Where old and new are both gone for a moment. */
const deletesBeforeItReplaces: CrashMutant = {
  storage: (storage) =>
    instead(storage, {
      commit: async (writes, ...rest) => {
        const gone = writes
          .filter(isReplacement)
          .map((write) => ({ kind: 'delete', file: 'file' in write ? write.file : '' }) as const);
        if (gone.length > 0) await storage.commit(gone, ...rest);
        return storage.commit(writes, ...rest);
      },
    }),
};

/** Where some of the new stands alone for a moment. */
const replacesInTwoPieces: CrashMutant = {
  storage: (storage) =>
    instead(storage, {
      commit: async (writes, ...rest) => {
        const halves = writes.map((write) => {
          if (write.kind !== 'replace') return write;
          return { ...write, bytes: write.bytes.subarray(0, write.bytes.length / 2) };
        });
        if (writes.some(isReplacement)) await storage.commit(halves, ...rest);
        return storage.commit(writes, ...rest);
      },
    }),
};

const mutants: readonly Mutant[] = [
  {
    breaks: 'a storage that deletes a file before it puts another in its place',
    property: 'CMP-6',
    says: /LOG-[45]/,
    search: () => searchOnce(() => sweepDatabase(twoCompactions, Infinity, deletesBeforeItReplaces)),
  },
  {
    breaks: 'a storage that puts a file in the place of another in two pieces',
    property: 'CMP-6',
    says: /LOG-5|CMP-1/,
    search: () => searchOnce(() => sweepDatabase(twoCompactions, Infinity, replacesInTwoPieces)),
  },
  {
    breaks: 'an opening that does not go on with the deletion of what is gone',
    property: 'RET-7',
    says: /RET-7/,
    search: inPlaceOf(
      Housekeeping.prototype,
      'discard',
      () => () => undefined,
      () => searchOnce(() => sweepDatabase(retention, Infinity)),
    ),
  },
];

describe('over IndexedDB, a crash at any write transaction leaves what was promised, also if recoveries are cut:', () => {
  it.each([
    ['CMP-6 of a compaction the old segments or the new one', twoCompactions],
    ['RET-7 of retention nothing that belongs to nothing', retention],
  ])('%s', async (_, script) => {
    const { cuts, cutsOfRecoveries, withOrphans } = await sweepDatabase(script, 8);
    expect(cuts).toBeGreaterThan(25);
    expect(cutsOfRecoveries).toBeGreaterThan(cuts / 2);
    expect(withOrphans).toBeGreaterThan(5);
  });

  findsMutants(mutants);
});
