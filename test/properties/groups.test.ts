import { test } from 'vitest';
import { busyPlans, groupPlans } from './group-plan.js';
import {
  atLeastOnce,
  atMostOnce,
  everyPartitionOwned,
  historyIsSound,
  logKeepsSendOrder,
  oneOwnerAtMost,
  perKeyOrder,
  startsAtTheCommit,
  type Rule,
} from './group-rules.js';
import { runPlan, type Variation } from './group-run.js';
import { holds } from './replay.js';

const rules: Readonly<
  Record<
    string,
    { readonly rules: readonly Rule[]; readonly variation?: Variation; readonly plans?: typeof groupPlans }
  >
> = {
  // LOG-12: per key, consumption order is the order of the send calls. GRC-1: at most one member owns a partition at any instant. GRC-2: in a stable generation every
  // partition has exactly one owner. GRC-4: a member begins at the last commit, else where the reset policy says.
  'LOG-12, GRC-1, GRC-2, GRC-4 hold, and the history of a run has no anomaly': {
    rules: [perKeyOrder, logKeepsSendOrder, oneOwnerAtMost, everyPartitionOwned, startsAtTheCommit, historyIsSound],
  },
  'GRC-5 committed before it is processed, a value is processed at most once': {
    rules: [atMostOnce],
    variation: { commits: 'before-processing' },
    plans: busyPlans,
  },
  'GRC-5 processed before it is committed, a value is processed at least once': {
    rules: [atLeastOnce],
    plans: busyPlans,
  },
};

test.each(Object.entries(rules))('%s', { timeout: 120_000 }, async (name, { rules, variation, plans }) => {
  const claim = async (plan: Parameters<typeof runPlan>[0]): Promise<void> => {
    const run = await runPlan(plan, variation);
    for (const rule of rules) rule(run);
  };
  await holds({ file: 'properties/groups.test.ts', name }, plans ?? groupPlans, claim, 50);
});
