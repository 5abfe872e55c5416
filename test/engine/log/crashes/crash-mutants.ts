import type { Durability, StorageWrite } from '../../../../src/engine/environment/storage.js';
import { GroupCommit, type CommitOwner } from '../../../../src/engine/log/group-commit.js';
import { searchOnce, type Mutant } from '../../../mutants/mutant.js';
import { instead } from '../../../mutants/instead.js';
import { crashScripts } from './crash-scripts.js';
import { sweep } from './crash-sweep.js';
import { ScriptedWorld, type CrashMutant } from './crash-world.js';

const neverFlushesAppends: CrashMutant = {
  storage: (storage) =>
    instead(storage, {
      commit: (writes, durability, need) => {
        const appends = writes.some((write) => write.kind === 'append' && write.bytes.length > 0);
        return storage.commit(writes, appends ? 'relaxed' : durability, need);
      },
    }),
};

const flushesOnlyFiles: CrashMutant = {
  storage: (storage) =>
    instead(storage, {
      commit: async (writes, durability, need) => {
        const isBlob = ({ kind }: StorageWrite) => kind === 'put-blob' || kind === 'delete-blob';
        await storage.commit(
          writes.filter((write) => !isBlob(write)),
          durability,
          need,
        );
        await storage.commit(writes.filter(isBlob), 'relaxed', need);
      },
    }),
};

const takesEveryStopForClean: CrashMutant = {
  recovery: ({ possible }) => ({ isClean: true, recoveryPoint: 0, logStartOffset: possible[0]?.start.least ?? 0 }),
};

/** Tells owners that their writes are durable when they have been handed in. */
class HastyCommit extends GroupCommit {
  override submit(owner: CommitOwner, writes: readonly StorageWrite[], durability: Durability): void {
    super.submit({ committed: () => undefined, failed: () => undefined }, writes, durability);
    void Promise.resolve().then(() => owner.committed(1));
  }
}

const acknowledgesBeforeItIsDone: CrashMutant = { groupCommit: (storage) => new HastyCommit(storage) };

/** A checkpoint without its note of what is being replaced. */
function withoutPlan(write: StorageWrite): StorageWrite {
  if (write.kind !== 'put-blob' || !write.name.endsWith('/checkpoint')) return write;
  const checkpoint = JSON.parse(new TextDecoder().decode(write.bytes)) as { cleaning?: unknown };
  delete checkpoint.cleaning;
  return { ...write, bytes: new TextEncoder().encode(JSON.stringify(checkpoint)) };
}

const cleansWithoutAPlan: CrashMutant = {
  storage: (storage) =>
    instead(storage, { commit: (writes, ...rest) => storage.commit(writes.map(withoutPlan), ...rest) }),
};

const seesNoOrphans: CrashMutant = {
  storage: (storage) =>
    instead(storage, {
      contents: async (folder) => {
        const { files, blobs } = await storage.contents(folder);
        return { files, blobs: blobs.filter((name) => !/\d{20}\.(index|timeindex|txnindex)$/.test(name)) };
      },
    }),
};

function crashMutant(
  breaks: string,
  script: keyof typeof crashScripts,
  mutant: CrashMutant,
  expected: Pick<Mutant, 'property' | 'says' | 'bugs'>,
): Mutant {
  const run = crashScripts[script];
  if (run === undefined) throw new Error(`There is no script ${script}.`);
  return {
    breaks,
    ...expected,
    search: () => searchOnce(() => sweep(new ScriptedWorld(run, mutant), { seeds: 1, depth: 0 })),
  };
}

/** What the sweep over all crash points must find. */
export const crashMutants: readonly Mutant[] = [
  crashMutant('a disk that does not flush what is appended', 'appends', neverFlushesAppends, {
    property: 'LOG-5',
    says: /LOG-5 \d+ is the end of what was acknowledged/,
    bugs: [57],
  }),
  crashMutant('checkpoints that are not flushed', 'deletions of records', flushesOnlyFiles, {
    property: 'LOG-5',
    bugs: [12],
  }),
  crashMutant('a recovery that takes every stop for a clean one', 'rolls', takesEveryStopForClean, {
    property: 'LOG-5',
    bugs: [13],
  }),
  crashMutant('a group commit that acknowledges what it has only begun', 'appends', acknowledgesBeforeItIsDone, {
    property: 'ENG-2',
    says: /LOG-5 \d+ is the end of what was acknowledged/,
  }),
  crashMutant('a cleaner that replaces segments without a plan', 'compactions', cleansWithoutAPlan, {
    property: 'CMP-6',
  }),
  crashMutant('an opening that leaves orphans behind', 'retention', seesNoOrphans, {
    property: 'RET-7',
    says: /fsck: repairable/,
  }),
];
