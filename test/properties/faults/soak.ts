import { soakProbes } from './expected-probes.js';
import { allProtocols } from './fault-plan.js';
import { advice, searchFaults } from './search.js';

export interface SoakOptions {
  /** How many operations of clients are enough. */
  readonly operations: number;
  /** Of the first batch of runs; the next ones have the numbers after it. */
  readonly seed: number;
  /** Where in the batch a failure was, to see it again. */
  readonly path?: string;
}

/** So many runs are searched under one seed. */
const runsOfSeed = 25;
const size = { requests: 120, recordsPerRequest: 40, happenings: 25, faultyMs: 60_000, protocols: allProtocols };

/**
 * Plays runs of groups under faults until clients have ended so many operations, each run twice, and prints what was found and what was reached. True if nothing broke and
 * every probe was reached.
 */
export async function soakGroups(
  { operations, seed, path }: SoakOptions,
  print: (line: string) => void,
): Promise<boolean> {
  const probes = new Map<string, number>();
  const startedAt = performance.now();
  let [done, runs, virtualMs, batch] = [0, 0, 0, seed];
  let said = 0;
  let lagMs = 0;
  const counts = new Map<number, number>();
  for (; done < operations; batch++) {
    const failure = await searchFaults({
      seed: batch,
      runs: runsOfSeed,
      size,
      isReplayed: true,
      ...(path === undefined ? {} : { path }),
      onRun: (run) => {
        runs++;
        done += run.operations;
        virtualMs += run.virtualMs;
        lagMs = Math.max(lagMs, run.lagMs);
        for (const [times, pairs] of run.consumeCounts) counts.set(times, (counts.get(times) ?? 0) + pairs);
        for (const [name, times] of run.probes) probes.set(name, (probes.get(name) ?? 0) + times);
      },
    });
    if (failure !== undefined) {
      print(advice(failure, 'npm run soak -- groups'));
      return false;
    }
    if (path !== undefined) return true;
    const seconds = (performance.now() - startedAt) / 1000;
    if (seconds - said < 30) continue;
    said = seconds;
    print(`${done} operations in ${runs} runs, seeds ${seed} to ${batch}, ${Math.round(seconds)} s`);
  }
  const missed = soakProbes.filter((name) => !probes.has(name));
  for (const [name, times] of [...probes].sort(([one], [other]) => (one < other ? -1 : 1)))
    print(`${String(times).padStart(9)}  ${name}`);
  const hours = (virtualMs / 3_600_000).toFixed(1);
  const repeats = [...counts].sort(([one], [other]) => one - other).map(([times, pairs]) => `${times}: ${pairs}`);
  print(
    `How often a reader was given the same record: ${repeats.join(', ')}. Worst lag in a healthy world: ${lagMs} ms`,
  );
  print(
    `${done} operations, ${runs} runs played twice, seeds ${seed} to ${batch - 1}, ${hours} virtual hours, 0 anomalies`,
  );
  print(
    `${soakProbes.length - missed.length} of ${soakProbes.length} probes reached${missed.map((name) => `\n  missed: ${name}`).join('')}`,
  );
  return missed.length === 0;
}

/** The program of `npm run soak -- groups`. */
export async function main(environment: NodeJS.ProcessEnv, print: (line: string) => void): Promise<boolean> {
  const { PARTITA_OPERATIONS: operations, SEED: seed, FAULT_PATH: path } = environment;
  return await soakGroups(
    { operations: Number(operations), seed: Number(seed), ...(path === undefined ? {} : { path }) },
    print,
  );
}
