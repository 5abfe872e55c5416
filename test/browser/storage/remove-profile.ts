import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const profileName = /^partita-(?:leveldb|sqlite)-(\d+)$/;

/** Removes the browsers' profiles of earlier runs, and those of this one as far as its browsers have ended. */
export default function removeProfiles(): () => void {
  const remove = (isOver: (run: number) => boolean): void => {
    for (const name of readdirSync(tmpdir())) {
      const run = Number(profileName.exec(name)?.[1] ?? NaN);
      if (isOver(run)) rmSync(join(tmpdir(), name), { recursive: true, force: true, maxRetries: 5 });
    }
  };
  remove((run) => Number.isInteger(run) && !isRunning(run));
  return () => remove((run) => run === process.pid);
}

function isRunning(run: number): boolean {
  try {
    return process.kill(run, 0);
  } catch {
    return false;
  }
}
