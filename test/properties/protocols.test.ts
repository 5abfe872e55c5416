import { describe, test } from 'vitest';
import { PartitionAssigners } from '../../src/engine/client/assignors/partition-assigners.js';
import { busyPlans, groupPlans } from './group-plan.js';
import {
  atLeastOnce,
  atMostOnce,
  commitsOnlyWhatIsHandled,
  everyPartitionOwned,
  historyIsSound,
  oneOwnerAtMost,
  startsAtTheCommit,
  type Rule,
} from './group-rules.js';
import { runPlan, type Variation } from './group-run.js';
import { holds } from './replay.js';

const protocols = {
  GRC: { partitionAssigners: [PartitionAssigners.range] },
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

const pollRules = [
  oneOwnerAtMost,
  everyPartitionOwned,
  startsAtTheCommit,
  atLeastOnce,
  commitsOnlyWhatIsHandled,
  historyIsSound,
];

/** The protocols that only this file tries; eager members with handlers are those of groups.test.ts. */
const withHandlers = Object.entries(protocols).filter(([id]) => id !== 'GRC');

describe.each(withHandlers)('%s-1', (id, consumer) => {
  test.each(Object.entries(rules))('%s', { timeout: 120_000 }, async (name, { rules: all, variation }) => {
    const claim = async (plan: Parameters<typeof runPlan>[0]): Promise<void> => {
      const run = await runPlan(plan, { ...variation, consumer });
      for (const rule of all) rule(run);
    };
    const plans = all.length > 1 ? groupPlans : busyPlans;
    await holds({ file: 'properties/protocols.test.ts', name: `${id}-1 ${name}` }, plans, claim, 50);
  });
});

describe.each(Object.entries(protocols))('%s-1', (id, consumer) => {
  const name =
    'members that poll lose nothing, commit no more than they have handled, and leave no anomaly in the history';
  test(name, { timeout: 120_000 }, async () => {
    const claim = async (plan: Parameters<typeof runPlan>[0]): Promise<void> => {
      const settings = { ...consumer, autoCommitInterval: 300, maxPollRecords: 3 };
      const run = await runPlan(plan, { reads: 'polls', consumer: settings });
      for (const rule of pollRules) rule(run);
    };
    await holds({ file: 'properties/protocols.test.ts', name: `${id}-1 ${name}` }, busyPlans, claim, 50);
  });
});
