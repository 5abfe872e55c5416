import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryStorage } from '../../src/engine/environment/memory-storage.js';
import { traceHash, traceLines } from '../../src/engine/simulation/trace-recorder.js';
import { SlowStorage } from '../engine/simulation/slow-storage.js';
import { groupPlans, type GroupPlan } from './group-plan.js';
import { runPlan, type Variation } from './group-run.js';

/** As many plans as there are seeds, each a run of its own. */
function plans(count: number): readonly GroupPlan[] {
  const seed = Number(process.env['SEED'] ?? 1);
  return fc.sample(groupPlans, { seed, numRuns: count }).map((plan, at) => ({
    ...plan,
    seed: String(at),
    keys: plan.keys.slice(0, 6),
    disturbances: plan.disturbances.slice(0, 2),
  }));
}

const traceOf = async (plan: GroupPlan, variation?: Variation): Promise<string> =>
  traceLines((await runPlan(plan, variation)).trace);

test('200 seeds run twice give equal traces, each its own', async () => {
  const traces = new Set<string>();
  for (const plan of plans(200)) {
    const first = await runPlan(plan);
    const again = await runPlan(plan);
    if (traceHash(first.trace) !== traceHash(again.trace))
      expect(traceLines(again.trace), `seed ${plan.seed}`).toBe(traceLines(first.trace));
    traces.add(traceHash(first.trace));
  }
  expect(traces.size).toBe(200);
}, 180_000);

test('memory and a storage that takes real time give the same trace', async () => {
  for (const plan of plans(5)) {
    const slow = (): SlowStorage => new SlowStorage(new MemoryStorage());
    expect(await traceOf(plan, { storage: slow }), JSON.stringify(plan)).toBe(await traceOf(plan));
  }
});

test('chance from elsewhere is found out', async () => {
  let turn = 0;
  const partitioner: Variation['partitioner'] =
    () =>
    ({ partitionMetadata }) =>
      // Goes on from run to run, as Math.random would.
      turn++ % partitionMetadata.length;
  const differs = async (plan: GroupPlan): Promise<boolean> =>
    (await traceOf(plan, { partitioner })) !== (await traceOf(plan, { partitioner }));
  expect(await Promise.all(plans(5).map(differs))).toContain(true);
});
