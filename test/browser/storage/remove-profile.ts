import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Has the profiles of this run's browsers removed at its end, when they have ended. */
export default function removeProfiles(): void {
  process.once('exit', () => {
    for (const name of readdirSync(tmpdir())) {
      if (!new RegExp(`^partita-(leveldb|sqlite)-${process.pid}$`).test(name)) continue;
      try {
        rmSync(join(tmpdir(), name), { recursive: true, force: true, maxRetries: 5 });
      } catch {
        // A browser that takes its time to end: what it leaves is the system's to clean.
      }
    }
  });
}
