import { describe, test } from 'vitest';
import { PartitionAssigners } from '../../src/engine/client/assignors/partition-assigners.js';
import { busyPlans, groupPlans } from './group-plan.js';
import {
  atLeastOnce,
  atMostOnce,
  everyPartitionOwned,
  historyIsSound,
  oneOwnerAtMost,
  startsAtTheCommit,
  type Rule,
} from './group-rules.js';
import { runPlan, type Variation } from './group-run.js';
import { holds } from './replay.js';

const protocols = {
  GRI: { partitionAssigners: [PartitionAssigners.cooperativeSticky] },
  GRN: { groupProtocol: 'consumer' },
} as const satisfies Readonly<Record<string, Variation['consumer']>>;

const rules: Readonly<Record<string, { readonly rules: readonly Rule[]; readonly variation?: Variation }>> = {
  'one owner at most, and at rest exactly one; members begin at the last commit, and the history has no anomaly': {
    rules: [oneOwnerAtMost, everyPartitionOwned, startsAtTheCommit, historyIsSound],
  },
  'committed before it is processed, a value is processed at most once': {
    rules: [atMostOnce],
    variation: { commits: 'before-processing' },
  },
  'processed before it is committed, a value is processed at least once': { rules: [atLeastOnce] },
};

describe.each(Object.entries(protocols))('%s-1', (id, consumer) => {
  test.each(Object.entries(rules))('%s', { timeout: 120_000 }, async (name, { rules: all, variation }) => {
    const claim = async (plan: Parameters<typeof runPlan>[0]): Promise<void> => {
      const run = await runPlan(plan, { ...variation, consumer });
      for (const rule of all) rule(run);
    };
    const plans = all.length > 1 ? groupPlans : busyPlans;
    await holds({ file: 'properties/protocols.test.ts', name: `${id}-1 ${name}` }, plans, claim, 15);
  });
});
