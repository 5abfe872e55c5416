import fc from 'fast-check';
import { faultPlans, type FaultPlan, type PlanSize } from './fault-plan.js';
import { hashOf, runFaults, type FaultRun, type FaultVariation } from './fault-run.js';
import { faultsOf } from './judge.js';

/** How to look for faults: `seed` and `path` find a failure again, as it was told. */
export interface Search {
  readonly seed: number;
  readonly runs: number;
  readonly size: PlanSize;
  readonly path?: string;
  /** Plays each plan twice and compares the hashes of the histories. */
  readonly isReplayed?: boolean;
  readonly variation?: FaultVariation;
  /** Whether a counterexample is made smaller; yes when absent. */
  readonly shrinks?: boolean;
  readonly onRun?: (run: FaultRun) => void;
}

/** What broke a rule: in words, the smallest plan that was found, and where it was found. */
export interface Failure {
  readonly message: string;
  readonly plan: FaultPlan;
  readonly seed: number;
  readonly path: string;
}

/** Plays so many plans until one breaks a rule. */
export async function searchFaults(search: Search): Promise<Failure | undefined> {
  const { seed, runs, size, path, shrinks = true } = search;
  const claim = (plan: FaultPlan): Promise<void> => play(plan, search);
  const property = fc.asyncProperty(faultPlans(size), claim);
  const look = (options: fc.Parameters<[FaultPlan]>) => fc.check<[FaultPlan]>(property, { seed, ...options });
  const where = path === undefined ? {} : { path };
  const found = await look({ numRuns: runs, endOnFailure: true, ...where });
  if (!found.failed) return undefined;
  // Each step plays whole runs: what two minutes can't make smaller, a day can't either.
  const smaller = { numRuns: 1, path: found.counterexamplePath ?? '0', interruptAfterTimeLimit: 120_000 };
  const shrunk = shrinks ? await look(smaller) : found;
  const outcome = shrunk.failed ? shrunk : found;
  if (outcome.counterexample === null) return undefined;
  const { errorInstance, counterexample, counterexamplePath } = outcome;
  const message = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return { message, plan: counterexample[0], seed: outcome.seed, path: counterexamplePath };
}

/** Plays one plan. Rejects with what it did wrong. */
export async function play(
  plan: FaultPlan,
  { isReplayed = false, variation = {}, onRun }: Pick<Search, 'isReplayed' | 'variation' | 'onRun'> = {},
): Promise<void> {
  const run = await runFaults(plan, variation);
  onRun?.(run);
  const found = faultsOf(run);
  if (found.length > 0) throw new Error(found.join('\n'));
  if (!isReplayed) return;
  const [first, again] = [hashOf(run.history), hashOf((await runFaults(plan, variation)).history)];
  if (first !== again) throw new Error(`Seed ${plan.seed} played twice gave two histories: ${first} and ${again}.`);
}

/** What to do about a failure: the command that finds it again, and the plan to keep. */
export function advice({ message, plan, seed, path }: Failure, command: string): string {
  return [
    message,
    `Replay with: SEED=${seed} FAULT_PATH=${path} ${command}`,
    `Keep it in test/properties/faults/plans: ${JSON.stringify(plan)}`,
  ].join('\n');
}
